"""Docs cannot rot: every Python block runs, every link leads somewhere, generated pages are fresh."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from excerpt.registry import COMPRESSORS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = DOCS / "reference" / "api"
PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *(page for page in DOCS.rglob("*.md") if GENERATED not in page.parents),
    ]
)
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FENCE = re.compile(r"^(```+).*?^\1$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:\s]*)(?:#([^)\s]*))?\)")
NAMED = re.compile(r"(?<![\w./-])(?:eval|tests|tools)/[\w./-]*\w")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
STORES = DOCS / "guides" / "vector-stores.md"
"""Its blocks need packages that not everybody has: test_vector_stores.py runs them one store at a time."""
OLD_NAME = "winn" + "ow"


def name_of(page: Path) -> str:
    """How a page is called in the list of tests."""
    return page.relative_to(ROOT).as_posix()


@cache
def anchors(page: Path) -> frozenset[str]:
    """The places in a page that a link may name, made of its headings as GitHub and MyST make them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    plain = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading) for heading in HEADING.findall(text)]
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in plain)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if BLOCK.search(page.read_text()) and page != STORES], ids=name_of
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


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_lead_somewhere(page):
    """A renamed page or heading is seen here, not by a reader."""
    for target, anchor in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        there = page.parent / target if target else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there.resolve()), f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_files_that_a_page_names_are_there(page):
    """Rows, scripts and tests: a renamed one is seen here. A name in capitals stands for any."""
    named = {
        name for name in NAMED.findall(page.read_text(encoding="utf-8")) if not Path(name).stem.isupper()
    }
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_generated_pages_are_fresh():
    """The command line's page says what the commands say."""
    subprocess.run([sys.executable, "-P", str(ROOT / "tools" / "write_docs.py"), "--check"], check=True)


def test_the_picture_of_the_readme_is_that_of_a_run(tmp_path):
    """The same question on the demo's corpus keeps what the picture shows."""
    drawn = tmp_path / "kept.svg"
    subprocess.run([sys.executable, "-P", str(ROOT / "tools" / "draw_kept.py"), str(drawn)], check=True)
    assert drawn.read_text(encoding="utf-8") == (DOCS / "start" / "kept.svg").read_text(encoding="utf-8")


def test_the_guide_has_a_row_for_each_compressor_and_no_other():
    """The registry's own table is generated; the guide's, with advice, is written by hand."""
    guide = (DOCS / "guides" / "choosing.md").read_text(encoding="utf-8")
    table = guide.partition("## The compressors")[2]
    assert sorted(re.findall(r"^\| `([a-z0-9-]+)` \|", table, re.MULTILINE)) == sorted(COMPRESSORS)


def test_every_page_is_in_the_navigation():
    """And nothing else is; the API's pages are there by a pattern."""
    index = (DOCS / "index.md").read_text()
    trees = re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL)
    listed = [line for tree in trees for line in tree.splitlines() if line and not line.startswith(":")]
    pages = {page.relative_to(DOCS).with_suffix("").as_posix() for page in PAGES if DOCS in page.parents}
    assert sorted([*listed, "index"]) == sorted(pages)


def test_the_old_name_is_nowhere():
    """No file that git tracks has it, in its text or in its path; tensor names inside two ONNX files aside."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    names = [name for name in tracked.decode().split("\0") if name]
    assert [name for name in names if OLD_NAME in name.lower()] == []
    needle = OLD_NAME.encode()
    texts = [ROOT / name for name in names if not name.endswith(".onnx")]
    assert [path for path in texts if path.is_file() and needle in path.read_bytes().lower()] == []
