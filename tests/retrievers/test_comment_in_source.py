"""A comment added to every source file leaves an index readable and extendable."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from excerpt.retrievers import Index

ROOT = Path(__file__).parents[2]
FEATURES = ["records", "words", "guards", "tokens", "evidence"]
PASSAGES = [
    "The mill stood at the weir. It was built in 1911.",
    "Rain fell for 3.5 days. Sails did not turn.",
]

OPEN_AND_ADD = """
import sys, excerpt
from excerpt.retrievers import Index
folder, copy = sys.argv[1:]
assert excerpt.__file__.startswith(copy), excerpt.__file__
index = Index.open(folder)
report = index.compress("when was the mill built", budget=20).report
assert report.computed == (), report.computed
index.add(["The weir broke in 1920. No one was hurt."])
report = index.compress("when did the weir break", budget=20).report
assert report.computed == (), report.computed
print(len(index))
"""


def _copied_package(target: Path) -> Path:
    """The package as it is installed, with a comment at the end of each module; its weights by a link."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = settings["package-dir"]
    for package in settings["packages"]:
        name = next(name for name in _parents(package) if name in folders)
        source = ROOT / folders[name] / package.removeprefix(name).lstrip(".").replace(".", "/")
        place = target / package.replace(".", "/")
        place.mkdir(parents=True, exist_ok=True)
        for file in source.iterdir():
            if file.suffix == ".py":
                (place / file.name).write_text(
                    file.read_text(encoding="utf-8") + "\n# a comment\n", encoding="utf-8"
                )
            elif file.is_file():
                shutil.copyfile(file, place / file.name)
    (target / "excerpt/models/weights").symlink_to(ROOT / "models/weights")
    return target


def _parents(package: str) -> list[str]:
    parts = package.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]


def test_an_index_made_before_is_read_and_grows(tmp_path: Path) -> None:
    """Nothing is computed for a question, neither of the old passages nor of the new one."""
    Index.build(PASSAGES, tmp_path / "a.excerpt", features=FEATURES)
    copy = _copied_package(tmp_path / "copy")
    assert "# a comment" in (copy / "excerpt/compressors/units/blocks.py").read_text(encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-P", "-c", OPEN_AND_ADD, str(tmp_path / "a.excerpt"), str(copy)],
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (ran.returncode, ran.stdout) == (0, "3\n"), ran.stderr
    assert len(Index.open(tmp_path / "a.excerpt")) == 3
