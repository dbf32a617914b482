"""Logs: an entry is a unit with its time, and its trace and other lines go with it."""

from real_text.table import Case

WEB = [f"2031-06-0{day} 04:1{day}:2{day} INFO oven: tray {day} baked" for day in range(1, 9)]


def around(entry: str) -> str:
    """An entry among others."""
    return "\n".join([*WEB[:5], entry, *WEB[5:]])


CASES = [
    Case(
        "iso-times",
        "Which sensor failed?",
        40,
        around("2031-06-05 04:16:00 ERROR probe: sensor door-left failed"),
        keep=["2031-06-05 04:16:00 ERROR probe: sensor door-left failed"],
    ),
    Case(
        "syslog",
        "Which user was denied?",
        44,
        """Mar  3 06:25:01 quay cron[811]: job rotated
Mar  3 06:25:07 quay dhcpd[402]: lease renewed
Mar  3 06:26:10 quay sshd[977]: access denied for user mallory from 10.0.8.9
Mar  3 06:27:01 quay cron[812]: job rotated
Mar  3 06:28:01 quay cron[813]: job mailed
Mar  3 06:29:44 quay dhcpd[402]: lease renewed
Mar  3 06:30:01 quay cron[815]: job rotated""",
        keep=["sshd[977]: access denied for user mallory"],
    ),
    Case(
        "access-log",
        "Which path returned status 503?",
        60,
        """10.1.0.4 - - [12/Feb/2031:10:00:01 +0000] "GET /index HTTP/1.1" 200 512
10.1.0.5 - - [12/Feb/2031:10:00:04 +0000] "GET /menu HTTP/1.1" 200 901
10.1.0.4 - - [12/Feb/2031:10:00:09 +0000] "GET /status/berths HTTP/1.1" 503 77
10.1.0.9 - - [12/Feb/2031:10:00:12 +0000] "GET /index HTTP/1.1" 200 512
10.1.0.2 - - [12/Feb/2031:10:00:20 +0000] "GET /logo HTTP/1.1" 304 0""",
        keep=['/status/berths HTTP/1.1" 503'],
    ),
    Case(
        "levels-first",
        "What is the disk usage of the archive?",
        30,
        """INFO  starting backup
DEBUG reading index
WARN  disk usage of the archive is 97 percent
INFO  copying photographs
INFO  copying ledgers
DEBUG cache warm
INFO  done""",
        keep=["WARN  disk usage of the archive is 97 percent"],
    ),
    Case(
        "entry-with-its-trace",
        "Why did the import of the herd book fail?",
        90,
        around(
            "2031-06-05 04:16:00 ERROR herd: import of the herd book failed\n"
            "Traceback (most recent call last):\n"
            '  File "herd/book.py", line 41, in load\n'
            "    born = parse(row)\n"
            "ValueError: no date in row 77"
        ),
        keep=["import of the herd book failed", "ValueError: no date in row 77"],
    ),
    Case(
        "java-entry",
        "Which class could not reach the scale?",
        100,
        around(
            "2031-06-05 04:16:00 ERROR scale: could not reach the scale\n"
            "java.net.ConnectException: Connection refused\n"
            "\tat farm.scale.Reader.open(Reader.java:58)\n"
            "\tat farm.Main.main(Main.java:12)"
        ),
        keep=["could not reach the scale", "farm.scale.Reader.open"],
    ),
    Case(
        "continuation-lines",
        "Which hosts are missing from the pool?",
        60,
        around(
            "2031-06-05 04:16:00 WARN pool: hosts missing from the pool:\n"
            "    lab-07.example\n"
            "    lab-11.example"
        ),
        keep=["hosts missing from the pool:", "lab-07.example", "lab-11.example"],
    ),
    Case(
        "key-value-entries",
        "What was the latency of the search for lichens?",
        60,
        """ts=2031-01-02T08:00:01Z level=info msg="search" term=moss latency=14ms
ts=2031-01-02T08:00:02Z level=info msg="search" term=ferns latency=11ms
ts=2031-01-02T08:00:05Z level=warn msg="slow search" term=lichens latency=2310ms
ts=2031-01-02T08:00:07Z level=info msg="search" term=algae latency=9ms
ts=2031-01-02T08:00:08Z level=info msg="search" term=oaks latency=12ms""",
        keep=["term=lichens latency=2310ms"],
    ),
    Case(
        "json-lines",
        "Which patient queue was blocked?",
        60,
        """{"ts":"2031-01-02T08:00:01Z","level":"info","msg":"queue skin moved"}
{"ts":"2031-01-02T08:00:02Z","level":"info","msg":"queue eyes moved"}
{"ts":"2031-01-02T08:00:05Z","level":"error","msg":"patient queue bones blocked","wait":51}
{"ts":"2031-01-02T08:00:07Z","level":"info","msg":"queue skin moved"}
{"ts":"2031-01-02T08:00:08Z","level":"info","msg":"queue eyes moved"}
{"ts":"2031-01-02T08:00:09Z","level":"info","msg":"queue skin moved"}""",
        keep=['"msg":"patient queue bones blocked","wait":51'],
    ),
    Case(
        "seconds-since-start",
        "Which USB device was rejected?",
        40,
        """[    0.412001] clock: set
[    1.003412] usb 1-1: new device
[    1.120034] usb 1-1: device descriptor read
[    1.300222] usb 1-2: device rejected, not authorised
[    2.000121] eth0: link up
[    2.410000] eth0: full duplex
[    3.118801] disk: clean""",
        keep=["usb 1-2: device rejected, not authorised"],
    ),
]
