"""Stack traces: the error line and the frame where it was raised are read together."""

from real_text.table import Case

NOISE = [f"shift {number} ended" for number in range(1, 16)]


def job(trace: str) -> str:
    """A trace among the lines of a job's output."""
    return "\n".join(["shift 0 began", trace, *NOISE])


PYTHON = """Traceback (most recent call last):
  File "serve.py", line 8, in <module>
    serve()
  File "kitchen/oven.py", line 52, in bake
    heat = dials[name]
KeyError: 'grill'"""
CHAINED = """Traceback (most recent call last):
  File "lab/store.py", line 19, in fetch
    return box[key]
KeyError: 'S-19'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "lab/api.py", line 77, in sample
    raise NotFound(key)
lab.errors.NotFound: sample S-19 is not in the freezer"""
JAVA = """Exception in thread "main" java.lang.IllegalStateException: gate is already open
\tat harbour.Gate.open(Gate.java:33)
\tat harbour.Lock.fill(Lock.java:104)
\tat harbour.Main.main(Main.java:9)"""
CAUSED = """Exception in thread "worker-2" java.lang.RuntimeException: payroll failed
\tat pay.Run.main(Run.java:20)
Caused by: java.io.FileNotFoundException: rates.csv (No such file or directory)
\tat pay.Rates.load(Rates.java:61)
\t... 4 more"""
NODE = """TypeError: Cannot read properties of undefined (reading 'dose')
    at label (/srv/clinic/label.js:14:27)
    at print (/srv/clinic/print.js:88:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"""
GO = """panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.pick(0xc000012345, 0x5)
\t/src/orchard/pick.go:27 +0x1d
main.main()
\t/src/orchard/main.go:11 +0x65"""

CASES = [
    Case(
        "python",
        "Which file raised the KeyError?",
        70,
        job(PYTHON),
        keep=["kitchen/oven.py", "KeyError: 'grill'"],
    ),
    Case("python-alone", "What raised the KeyError?", 40, PYTHON, keep=["KeyError: 'grill'"]),
    Case(
        "python-chained",
        "Which sample is not in the freezer?",
        70,
        job(CHAINED),
        keep=["NotFound: sample S-19 is not in the freezer", "lab/api.py"],
    ),
    Case("java", "Why was the gate not opened?", 60, job(JAVA), keep=["gate is already open"]),
    Case(
        "java-frame",
        "In which line of Lock.java was the gate opened?",
        70,
        job(JAVA),
        keep=["harbour.Lock.fill(Lock.java:104)", "gate is already open"],
    ),
    Case(
        "java-cause",
        "Which file did payroll not find?",
        0.6,
        job(CAUSED),
        keep=["rates.csv (No such file or directory)"],
    ),
    Case(
        "node",
        "Which property could not be read?",
        60,
        job(NODE),
        keep=["Cannot read properties of undefined (reading 'dose')"],
    ),
    Case(
        "node-frame",
        "In which file is the function label?",
        90,
        job(NODE),
        keep=["/srv/clinic/label.js:14:27", "TypeError"],
    ),
    Case("go", "Which index was out of range?", 50, job(GO), keep=["index out of range [5] with length 3"]),
    Case("go-frame", "Where in pick.go did it panic?", 100, job(GO), keep=["/src/orchard/pick.go:27"]),
]
