"""Columns of spaces, as commands print them: a line is a unit, and comes with the header."""

from real_text.table import Case

PS = """  PID USER      %CPU %MEM COMMAND
    1 root       0.0  0.1 init
  311 ovens      2.1  0.9 heatd
  402 web       14.0  3.5 menu-server
  977 books      0.3  1.2 ledger-sync
 1204 web        0.0  0.4 log-cutter
 1377 root       0.1  0.2 cron"""
DF = """Filesystem      Size  Used Avail Use% Mounted on
/dev/sda1        40G   12G   28G  30% /
/dev/sdb1       500G  471G   29G  95% /srv/photos
/dev/sdc1       200G   80G  120G  40% /srv/maps
tmpfs           7.8G  1.1M  7.8G   1% /run"""
LS = """total 96
-rw-r--r-- 1 ida staff  4120 Jan  3 10:11 anchors.txt
-rw-r--r-- 1 ida staff 18733 Feb 14 09:40 berths.csv
drwxr-xr-x 2 bo  staff  4096 Mar  1 16:02 charts
-rwxr-x--- 1 bo  crew    812 Mar  9 07:55 dredge.sh
-rw-r--r-- 1 ida staff    77 Mar 10 12:30 tides.md"""
PODS = """NAME                 READY   STATUS             RESTARTS   AGE
oven-api-7d9f        1/1     Running            0          4d
oven-worker-11ab     0/1     CrashLoopBackOff   31         2h
menu-web-99c1        1/1     Running            1          9d
queue-0              1/1     Running            0          30d"""
REPORT = """Herd report

Animal      Born    Milk (kg)   Calves
Dagros      2027    7,120       2
Litago      2026    8,004       3
Rosalin     2028    6,555       1
Stjerna     2025    7,930       4"""

CASES = [
    Case("ps", "What is the CPU usage of menu-server?", 50, PS, keep=["%CPU %MEM COMMAND", "menu-server"]),
    Case("ps-user", "Which user runs ledger-sync?", 44, PS, keep=["PID USER", "977 books"]),
    Case("df", "How full is /srv/photos?", 64, DF, keep=["Use% Mounted on", "95% /srv/photos"]),
    Case("df-tmpfs", "What is the size of tmpfs?", 60, DF, keep=["tmpfs           7.8G"]),
    Case("ls", "How large is berths.csv?", 50, LS, keep=["18733 Feb 14 09:40 berths.csv"]),
    Case("ls-mode", "Who owns dredge.sh?", 50, LS, keep=["bo  crew    812 Mar  9 07:55 dredge.sh"]),
    Case(
        "pods",
        "How often was oven-worker restarted?",
        60,
        PODS,
        keep=["RESTARTS", "oven-worker-11ab     0/1     CrashLoopBackOff   31"],
    ),
    Case(
        "report",
        "How many calves had Litago?",
        44,
        REPORT,
        keep=["Calves", "Litago      2026    8,004       3"],
    ),
    Case(
        "ports",
        "Which process listens on port 5432?",
        64,
        "Proto Local Address    State   Program\ntcp   0.0.0.0:22       LISTEN  411/sshd\ntcp   0.0.0.0:80       LISTEN  733/webd\ntcp   127.0.0.1:5432   LISTEN  902/archive-db\ntcp   127.0.0.1:6379   LISTEN  951/queue\nudp   0.0.0.0:123      -       288/clock",
        keep=["127.0.0.1:5432   LISTEN  902/archive-db"],
    ),
    Case(
        "help-text",
        "Which option sets the depth?",
        40,
        "usage: dredge [options]\n\n  -a, --area NAME     part of the harbour\n  -d, --depth METRES  sets the depth to dig to\n  -n, --dry-run       only say what would be done\n  -q, --quiet         no progress\n  -v, --version       print the version",
        keep=["-d, --depth METRES  sets the depth to dig to"],
    ),
]
