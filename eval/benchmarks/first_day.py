"""A newcomer's walk: a fresh clone, `make demo`, and every command of README and quickstart that needs no model.

    python eval/benchmarks/first_day.py --out eval/results/first_day.csv

Each step is run as the pages have it, in the clone's own environment, and timed by the clock; the exit status is 1
where one of them fails. The package cache is the user's own: on a cold one `make demo` takes what the download takes.
"""

import argparse
import os
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows

ROOT = Path(__file__).parents[2]
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Step(NamedTuple):
    """One thing that a newcomer does.

    Attributes:
        what: How the table calls it.
        command: Words, quoted as for a shell.
        folder: Where, in the clone.
    """

    what: str
    command: str
    folder: str = "."


def steps(clone: Path) -> Iterator[Step]:
    """What README and quickstart say, in order."""
    yield Step("make demo", "make demo")
    for page in ("README.md", "docs/start/quickstart.md"):
        code = "\n".join(PYTHON.findall((clone / page).read_text(encoding="utf-8")))
        script = clone / f"blocks-{Path(page).stem}.py"
        script.write_text(code, encoding="utf-8")
        yield Step(f"the Python of {page}", f"python -P {script}")
    readme = (clone / "README.md").read_text(encoding="utf-8").partition("## From the command line")[2]
    for line in CONSOLE.findall(readme)[0].splitlines():
        command = line.removeprefix("$ ").partition("  # ")[0].strip()
        if not command.startswith("source "):  # the environment is set for all steps
            yield Step(command, command, "demo-output")


def _processor_s() -> float:
    """Seconds of the processor that steps have used so far: they do not count what else the machine does."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Walk, and write a row a step."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    about = provenance("python eval/benchmarks/first_day.py --out OUT")
    rows, failed = [], 0
    with tempfile.TemporaryDirectory() as name:
        clone, begun = Path(name, "clone"), time.monotonic()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        paths = os.pathsep.join([str(clone / ".venv-demo" / "bin"), os.environ["PATH"]])
        for step in (Step("git clone", "true"), *steps(clone)):
            started, used = time.monotonic(), _processor_s()
            done = subprocess.run(
                shlex.split(step.command), cwd=clone / step.folder, env={**os.environ, "PATH": paths}, check=False,
                capture_output=True, text=True,
            )  # fmt: skip
            took = (started - begun) if step.what == "git clone" else time.monotonic() - started
            at = 0.0 if step.what == "git clone" else started - begun
            failed += done.returncode != 0
            row = {"minute": str(int(at // 60)), "step": step.what, "seconds": f"{took:.1f}"}
            row["processor_seconds"] = f"{_processor_s() - used:.1f}"
            rows.append({**row, "status": str(done.returncode), "load": f"{os.getloadavg()[0]:.1f}", **about})
            print(row["minute"], step.what, row["seconds"], done.returncode, flush=True)
            if done.returncode:
                print(done.stdout[-2000:], done.stderr[-2000:])
    write_rows(options.out, rows)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
