"""A fresh process that is watched: what it writes, the threads that are not Python's, and the sockets it asks for.

Sockets are watched by the kernel (seccomp): once it is told so, a process that asks for one of the internet gets an
error, and is ended by the signal SIGSYS where ``kill`` is set. So what asks for one late, or while the process ends,
is seen too, and nothing can go out.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

GUARD = """
import ctypes, platform, struct
_NUMBERS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
def forbid_sockets(kill):
    arch, socket = _NUMBERS[platform.machine()]
    refuse = 0x80000000 if kill else 0x00050000 | 1
    code = [
        (0x20, 0, 0, 4), (0x15, 0, 6, arch),    # on another architecture than ours: allowed
        (0x20, 0, 0, 0), (0x15, 0, 4, socket),  # another call than socket(): allowed
        (0x20, 0, 0, 16), (0x15, 1, 0, 2), (0x15, 0, 1, 10),  # of the families AF_INET and AF_INET6: refused
        (0x06, 0, 0, refuse), (0x06, 0, 0, 0x7FFF0000),
    ]
    filled = b"".join(struct.pack("HBBI", *one) for one in code)
    held = ctypes.create_string_buffer(filled)
    program = struct.pack("HxxxxxxP", len(code), ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.create_string_buffer(program), 0, 0) == 0, ctypes.get_errno()
"""

REPORT = """
import json, os, sys, threading
native = len(os.listdir("/proc/self/task")) - threading.active_count()
print(json.dumps({"native_threads": native, "modules": sorted(sys.modules)}), flush=True)
"""


@dataclass(frozen=True)
class Watched:
    """What became of a process.

    Args:
        status: Its exit status; negative for the signal that ended it.
        files: What it wrote, relative to its home and its folder for temporary files.
        native_threads: Threads that Python did not start, when its work was done.
        modules: What it had imported.
        errors: What it wrote to its standard error.
    """

    status: int
    files: list[str]
    native_threads: int
    modules: list[str]
    errors: str


def watch(work, folder, *, kill=True, **environment):
    """Run ``work``, a script, in a process with a home of its own in ``folder``."""
    bare = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OPENBLAS_NUM_THREADS": "1",  # numpy's and the tokenizers' threads are not the question
        "TOKENIZERS_PARALLELISM": "false",
    }
    script = f"{GUARD}\nforbid_sockets({kill})\n{work}\n{REPORT}"
    done = subprocess.run(
        [sys.executable, "-P", "-B", "-c", script],
        env=bare | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = json.loads(done.stdout.splitlines()[-1]) if done.stdout else {"native_threads": -1, "modules": []}
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return Watched(done.returncode, files, said["native_threads"], said["modules"], done.stderr)
