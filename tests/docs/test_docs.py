"""Docs cannot rot: every Python block runs, every link leads somewhere, generated pages are fresh."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:\s]+)(#[^)\s]*)?\)")


@pytest.mark.parametrize(
    "page", [page for page in PAGES if BLOCK.search(page.read_text())], ids=lambda page: page.name
)
def test_the_blocks_of_a_page_run_in_order(page, tmp_path, monkeypatch):
    """As one script, in an empty folder, with the errors at the page's own lines."""
    monkeypatch.chdir(tmp_path)
    text = page.read_text()
    names = {"__name__": "__docs__"}
    for block in BLOCK.finditer(text):
        lines = text[: block.start(1)].count("\n")
        code = compile("\n" * lines + block.group(1), str(page), "exec")
        exec(code, names)  # noqa: S102 - our own pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page):
    """A renamed page is found here, not by a reader."""
    for target, _ in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_generated_pages_are_fresh():
    """The command line's page says what the commands say."""
    subprocess.run([sys.executable, "-P", str(ROOT / "tools" / "write_docs.py"), "--check"], check=True)


def test_every_page_is_in_the_navigation():
    """And nothing else is."""
    index = (ROOT / "docs" / "index.md").read_text()
    trees = re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL)
    named = {line for tree in trees for line in tree.splitlines() if line and not line.startswith(":")}
    assert named | {"index"} == {page.stem for page in (ROOT / "docs").glob("*.md")}
