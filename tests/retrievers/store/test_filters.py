"""Tests of excerpt.retrievers.store.filters: searching and deleting by metadata."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes.hash_encoder import HashEncoder

from excerpt.cli.index.delete import command as delete
from excerpt.cli.query import command as query
from excerpt.errors import InputError, NoModelError
from excerpt.retrievers import Index

PASSAGES = [
    {
        "id": str(number),
        "text": f"mill {number} grinds rye",
        "year": 1900 + number,
        "tags": ["a", str(number % 2)],
    }
    for number in range(6)
] + [
    {"id": "bare", "title": "Weir", "text": "mill without a year"},
    {"id": "true", "text": "mill", "year": True},
]


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """Eight passages, two without a number for a year."""
    return Index.build(PASSAGES, tmp_path / "a", encoder=HashEncoder())


@pytest.mark.parametrize("mode", ["fused", "dense", "lexical"])
@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ({"year": 1903}, "3"),
        ({"year": [1901, 1904, "x"]}, "1 4"),
        ({"year": {">=": 1902, "<": 1904}}, "2 3"),
        ({"year": {">": 1903}, "tags": "1"}, "5"),
        ({"year": {"!=": 1900}, "tags": "0"}, "2 4"),
        ({"year": True}, "true"),
        ({"year": 1}, ""),
        ({"title": "Weir"}, "bare"),
        ({"id": ["2", "bare"]}, "2 bare"),
        ({"none": 1}, ""),
        ([{"year": {">": 1901}}, {"year": {"<": 1904}}, {"tags": "1"}], "3"),
    ],
)
def test_only_what_holds_is_found(index: Index, mode: str, where: dict[str, object], ids: str) -> None:
    """By vectors, by words and by both; a missing key holds for nothing, and true is not 1."""
    found = index.search("mill grinds rye", 10, mode=mode, where=where)  # type: ignore[arg-type]  # a mode
    assert sorted(hit.passage.id for hit in found) == ids.split()


def test_scores_are_those_of_the_whole_index(index: Index) -> None:
    """A condition leaves passages out and changes nothing else."""
    whole = {hit.row: (hit.dense_score, hit.lexical_score) for hit in index.search("mill 3 rye", 10)}
    for hit in index.search("mill 3 rye", 2, where={"year": {">": 1901}}):
        assert (hit.dense_score, hit.lexical_score) == whole[hit.row]


def test_a_condition_beside_a_graph_is_exact(tmp_path: Path) -> None:
    """The nearest of few passages are found, wherever the graph would have gone."""
    texts = [{"text": f"entry {number}", "part": number % 50} for number in range(300)]
    index = Index.build(texts, tmp_path / "a", encoder=HashEncoder(24), dense="hnsw")
    assert [hit.row for hit in index.search("entry 7", 9, mode="dense", where={"part": 49})] == sorted(
        range(49, 300, 50), key=lambda row: -float(index.encode("entry 7") @ index.encode(f"entry {row}"))
    )


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({}, "expected a mapping"),
        ([], "expected a mapping"),
        ([{}], "expected a mapping"),
        ("year", "expected a mapping"),
        ({"year": {"=>": 3}}, r"where\.year: there are"),
        ({"year": {}}, r"where\.year"),
        ({"year": object()}, r"where\.year: .* is nothing that JSON has"),
    ],
)
def test_wrong_conditions_are_named(index: Index, where: object, said: str) -> None:
    """By their key."""
    with pytest.raises(InputError, match=said):
        index.search("mill", where=where)  # type: ignore[arg-type]  # that is the mistake


def test_a_search_beside_a_change_is_of_one_state(index: Index) -> None:
    """Another thread may add passages between the reading of the conditions and the search."""

    class Adding(dict[str, object]):
        """Conditions that are read while passages come."""

        def items(self) -> object:  # type: ignore[override]  # the same view
            index.add([{"text": f"mill {number}"} for number in range(3)])
            return super().items()

    assert len(index.search("mill grinds rye", 10, where=Adding(year={">=": 1900}))) == 6
    assert len(index) == len(PASSAGES) + 3


def test_compressing_counts_by_the_readers_tokenizer(index: Index) -> None:
    """And refuses a wrong name before it searches."""
    result = index.compress("mill", budget=4, chain="fast", tokenizer="words", where={"year": {">": 1902}})
    assert result.report.tokenizer == "words"
    assert 0 < result.tokens_out <= 4
    with pytest.raises(NoModelError, match="did you mean"):
        index.compress(" ", chain="fast", tokenizer="gpt-4oo")


def test_deleting_by_metadata(index: Index) -> None:
    """Searches with the same condition then find nothing."""
    where = {"year": {"<": 1903}}
    assert len(index.search("mill", where=where)) == 3  # true has no order
    with pytest.raises(InputError, match="no passage is chosen"):
        index.delete(where={"year": 5})
    with pytest.raises(InputError, match="either ids or where"):
        index.delete(["1"], where=where)
    with pytest.raises(InputError, match="no passage would be left"):
        index.delete(where={"id": {"!=": ""}})
    assert index.delete(where={"year": [1900, 1901]}) == 2
    assert [hit.passage.id for hit in index.search("mill", where={"year": {"<": 1903}, "tags": "a"})] == ["2"]


def test_conditions_on_the_command_line(index: Index) -> None:
    """Values are read as JSON where they are, and as texts; one key may have alternatives or a range."""
    path = str(index.path)
    asked = [
        path,
        "mill",
        "--chain",
        "fast",
        "--json",
        "--mode",
        "lexical",
        "--where",
        "year>=1902",
        "--where",
        "year<1904",
    ]
    done = CliRunner().invoke(query, asked, catch_exceptions=False)
    assert done.stdout.count('"row"') == 2
    for wrong, said in [(["year"], "expected KEY=VALUE"), (["year=1", "year>2"], "both = and a comparison")]:
        options = [part for one in wrong for part in ("--where", one)]
        with pytest.raises(InputError, match=said):
            CliRunner().invoke(query, [path, "mill", *options], catch_exceptions=False)
    gone = CliRunner().invoke(delete, [path, "--where", "id=2", "--where", "id=bare"], catch_exceptions=False)
    assert "2 passages deleted, 6 left" in gone.stderr  # 2 is a number and a text
