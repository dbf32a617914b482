"""A peer in its own process: JSON lines on standard input and output.

    python -P serve.py PEER.py SETTINGS

Stands alone: the interpreter that runs it need not have excerpt. The peer's file has ``DISTRIBUTIONS``, whose versions
are reported, with ``NOTES`` beside them where it has any, and ``start(settings)``, which gives either a function or,
as text, the reason why the peer cannot run. The function takes a question, a list of passages with ``title`` and
``text``, and the share to keep; it gives the text that the peer's users would send on, and, where the peer keeps
passages apart, what it kept of each (else None).

First line out: ``{"versions": {...}}`` or ``{"skipped": "why"}``. Then for each line in, ``{"question", "passages",
"ratio"}``, one line out: ``{"text", "kept", "milliseconds", "processor_ms", "peak_mib"}`` or ``{"error": "..."}``.
"""

import importlib.metadata
import importlib.util
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

Compress = Callable[[str, list[dict[str, str]], float], tuple[str, list[str] | None]]


def main() -> None:
    """Serve until the input ends."""
    answers = _own_output()
    versions, compress = _started(Path(sys.argv[1]), json.loads(sys.argv[2]))
    if isinstance(compress, str):
        _say(answers, {"skipped": compress})
        return
    _say(answers, {"versions": versions})
    for line in sys.stdin:
        _say(answers, _answered(compress, json.loads(line)))


def _own_output() -> IO[str]:
    """Standard output for us alone: what a library prints goes to standard error."""
    ours = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return ours


def _load(path: Path) -> Any:  # noqa: ANN401 - a module with the two names above
    spec = importlib.util.spec_from_file_location(f"peer_{path.stem}", path)
    if spec is None or spec.loader is None:
        message = f"{path} is not a Python file"
        raise SystemExit(message)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _started(path: Path, settings: dict[str, str]) -> tuple[dict[str, str], Compress | str]:
    try:
        peer = _load(path)
        started = peer.start(settings)
        return _versions(peer.DISTRIBUTIONS) | getattr(peer, "NOTES", {}), started
    except ModuleNotFoundError as error:
        return {}, f"{(error.name or str(error)).partition('.')[0]} is not installed"
    except Exception as error:  # noqa: BLE001 - whatever a peer raises, the evaluation goes on without it
        return {}, f"it does not start: {type(error).__name__}: {_first_line(error)}"


def _answered(compress: Compress, asked: dict[str, Any]) -> dict[str, Any]:
    started, spent = time.perf_counter(), time.process_time()
    try:
        text, kept = compress(asked["question"], asked["passages"], asked["ratio"])
    except Exception as error:  # noqa: BLE001 - counted by the evaluation as a failure of this question
        return {"error": f"{type(error).__name__}: {_first_line(error)}"}
    taken = {
        "milliseconds": 1000 * (time.perf_counter() - started),
        "processor_ms": 1000 * (time.process_time() - spent),
    }
    return {"text": text, "kept": kept, **taken, "peak_mib": _peak_mib()}


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:300]


def _peak_mib() -> float:
    # Not getrusage where it can be helped: on Linux its maximum begins with that of the process before exec.
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _versions(distributions: list[str]) -> dict[str, str]:
    found = {"python": sys.version.split()[0]}
    for name in distributions:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _say(answers: IO[str], row: dict[str, Any]) -> None:
    answers.write(json.dumps(row) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
