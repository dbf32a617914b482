import ast
import logging
import subprocess
import sys
from pathlib import Path

from excerpt.observe.logs import get_logger

ROOT = Path(__file__).parents[3]


def test_loggers_stand_in_one_tree_that_is_silent():
    """A program that has set up no logging sees nothing of ours, not even warnings."""
    assert get_logger("excerpt.retrievers.index").parent is logging.getLogger("excerpt")
    script = "from excerpt.observe.logs import get_logger; get_logger('excerpt.some').warning('seen')"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_every_logger_of_ours_is_of_that_tree():
    """No module takes a logger of ours elsewhere, so that none of them is without the silent handler."""
    taken = [
        str(path.relative_to(ROOT))
        for room in ("core", "compressors", "retrievers", "adapters", "models", "kernels", "eval")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "logging.getLogger"
        if node.args and ast.unparse(node.args[0]).startswith(("__name__", "'excerpt"))
    ]
    assert taken == ["core/observe/logs.py"]
