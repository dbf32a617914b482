"""The commands ``winnow index`` and ``winnow query``."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from winnow.cli.index import command as index
from winnow.cli.query import command as query
from winnow.errors import InputError, StoreError
from winnow.retrievers import Index

LINES = [
    {"id": "mill", "title": "Watermills", "text": "A watermill grinds grain. Its wheel turns in a stream."},
    {"id": "bees", "text": "Honeybees live in colonies. A queen lays all of the eggs.", "page": 3},
]


def corpus(path: Path, lines: list[object]) -> str:
    """A JSONL file."""
    text = "".join(json.dumps(line) + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return str(path)


def run(command, *arguments: str, **options):
    """Run a command; its errors are raised."""
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False, **options)


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.jsonl.gz"])
def test_a_corpus_is_indexed_and_asked(tmp_path: Path, name: str) -> None:
    """The text goes to standard output, the account to standard error."""
    path = str(tmp_path / "a.winnow")
    built = run(index, corpus(tmp_path / name, LINES), "-o", path)
    assert "2 passages" in built.stderr
    answer = run(query, path, "who lays the eggs", "--budget", "12")
    assert answer.stdout == "A queen lays all of the eggs.\n"
    assert "2 passages found, 1 kept" in answer.stderr


def test_standard_input_is_read(tmp_path: Path) -> None:
    """A corpus may come through a pipe."""
    run(index, "-", "-o", str(tmp_path / "a"), "--encoder", "none", input=json.dumps(LINES[1]) + "\n")
    assert Index.open(tmp_path / "a")[0].metadata == {"page": 3}


def test_json_has_hits_and_spans(tmp_path: Path) -> None:
    """One object with everything a program needs."""
    path = str(tmp_path / "a.winnow")
    run(index, corpus(tmp_path / "c.jsonl", LINES), "-o", path, "--encoder", "none", "-q")
    answer = json.loads(run(query, path, "queen eggs", "--json", "--chain", "fast", "-k", "1").stdout)
    assert answer["hits"][0]["id"] == "bees"
    assert answer["hits"][0]["dense_score"] is None
    assert answer["tokens_out"] <= answer["tokens_in"]
    assert answer["passages"][0]["spans"]


def test_passages_are_added(tmp_path: Path) -> None:
    """With --add the old passages stay."""
    path = str(tmp_path / "a.winnow")
    source = corpus(tmp_path / "c.jsonl", LINES)
    run(index, source, "-o", path, "--encoder", "none", "-q")
    run(index, source, "-o", path, "--add", "-q")
    assert len(Index.open(path)) == 4


def test_adding_refuses_other_settings(tmp_path: Path) -> None:
    """An index keeps what it was built with."""
    with pytest.raises(InputError, match="leave out --dense"):
        run(index, corpus(tmp_path / "c.jsonl", LINES), "-o", str(tmp_path / "a"), "--add", "--dense", "hnsw")


@pytest.mark.parametrize("line", [{"txt": "x"}, {"text": 3}, ["x"]])
def test_a_wrong_line_is_named_and_nothing_is_built(tmp_path: Path, line: object) -> None:
    """The message has the line's number."""
    source = corpus(tmp_path / "c.jsonl", [*LINES, line])
    with pytest.raises(InputError, match=r"c\.jsonl, line 3"):
        run(index, source, "-o", str(tmp_path / "a.winnow"), "--encoder", "none")
    assert [path.name for path in tmp_path.iterdir()] == ["c.jsonl"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A name that no file system takes, for one."""
    with pytest.raises(StoreError, match="cannot be written"):
        run(
            index, corpus(tmp_path / "c.jsonl", LINES), "-o", str(tmp_path / ("x" * 300)), "--encoder", "none"
        )
