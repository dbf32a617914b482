"""Tests of tools/pictures.py: no picture without a command."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SPEC = importlib.util.spec_from_file_location("pictures", ROOT / "tools" / "pictures.py")
pictures = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(pictures)


def test_every_picture_has_a_command():
    """Those that git tracks, and no other; each command names a file or module that is there."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = [name for name in tracked.splitlines() if re.search(r"\.(svg|png|gif|jpe?g|webp)$", name)]
    assert sorted(found) == sorted(pictures.PICTURES)
    for picture in pictures.PICTURES.values():
        script = picture.command.split()[0]
        assert script == "-m" or (ROOT / script).is_file()


def test_the_list_says_what_each_needs():
    """Without drawing anything."""
    listed = subprocess.run(
        [sys.executable, "-P", str(ROOT / "tools" / "pictures.py")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "docs/start/kept.svg\n    python -P tools/draw_kept.py docs/start/kept.svg\n" in listed
    assert listed.count("# needs ") == sum(bool(picture.needs) for picture in pictures.PICTURES.values())
