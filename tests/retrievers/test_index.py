"""Tests of excerpt.retrievers.Index."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes.hash_encoder import HashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document

from excerpt import Chain, Passage
from excerpt.compressors import AdaptiveK
from excerpt.compressors.scorers.given import GivenScores
from excerpt.errors import InputError, ModelError, StoreError
from excerpt.retrievers import Index
from excerpt.retrievers.store.parts import APPROXIMATE

TEXTS = [
    "The mill stands at the bend of the river.",
    "Barley is threshed before it is excerpted.",
    "A weir holds the water back for the wheel.",
    "東京都の川に水車がある。",
    "The miller's daughter keeps bees.",
]
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=30)


def corpus(count: int) -> Iterator[dict[str, object]]:
    """A stream of passages, all different."""
    for number in range(count):
        yield {
            "id": f"p{number}",
            "title": f"Mill {number % 7}",
            "text": f"{TEXTS[number % 5]} Entry {number}.",
            "year": number,
        }


def files(path: Path) -> dict[str, bytes]:
    """The content of the generation that counts, by file name."""
    (generation,) = path.glob("generation-*")
    return {file.name: file.read_bytes() for file in generation.iterdir()}


def test_a_stream_is_indexed_and_read_back(tmp_path: Path) -> None:
    """A generator is enough, and every field comes back."""
    index = Index.build(corpus(30), tmp_path / "a.excerpt", encoder=HashEncoder())
    assert len(index) == 30
    assert index[7] == Passage("A weir holds the water back for the wheel. Entry 7.", id="p7", title="Mill 0")
    assert index[-1].metadata == {"year": 29}
    assert [passage.id for passage in index] == [f"p{number}" for number in range(30)]


def test_every_kind_of_passage_is_taken(tmp_path: Path) -> None:
    """Texts, mappings, passages and LangChain documents."""
    document = Document(page_content="weir", id="d", metadata={"page": 3})
    given = ["mill", {"text": "river", "id": 9}, Passage("grain", title="G"), document]
    index = Index.build(given, tmp_path / "a.excerpt", encoder=HashEncoder())
    assert [(p.text, p.id, p.title) for p in index] == [
        ("mill", "", ""),
        ("river", "9", ""),
        ("grain", "", "G"),
        ("weir", "d", ""),
    ]
    assert index[3].metadata == {"page": 3}


@pytest.mark.parametrize("mode", ["fused", "dense", "lexical"])
def test_a_passage_finds_itself(tmp_path: Path, mode: str) -> None:
    """Each mode puts the passage with the query's words first."""
    index = Index.build(TEXTS, tmp_path / "a.excerpt", encoder=HashEncoder())
    for row, text in enumerate(TEXTS):
        hit = index.search(text, 2, mode=mode)[0]
        assert (hit.row, hit.rank, hit.passage.text) == (row, 0, text)


def test_raw_scores_are_kept_beside_the_fused_one(tmp_path: Path) -> None:
    """A fused hit has the cosine and the BM25 score that the single modes give it."""
    index = Index.build(corpus(40), tmp_path / "a.excerpt", encoder=HashEncoder())
    question = "the weir and the wheel"
    dense = {hit.row: hit.score for hit in index.search(question, 40, mode="dense")}
    lexical = {hit.row: hit.score for hit in index.search(question, 40, mode="lexical")}
    for hit in index.search(question, 40):
        assert hit.dense_score == dense[hit.row]
        assert hit.lexical_score == lexical.get(hit.row, 0.0)


def test_single_modes_leave_the_other_score_out(tmp_path: Path) -> None:
    """A score that was not computed is None."""
    index = Index.build(TEXTS, tmp_path / "a.excerpt", encoder=HashEncoder())
    assert index.search("mill", 1, mode="dense")[0].lexical_score is None
    assert index.search("mill", 1, mode="lexical")[0].dense_score is None


def test_a_chain_can_use_the_scores_of_the_search(tmp_path: Path) -> None:
    """Adaptive-k finds its gap in the cosines that the index computed."""
    index = Index.build(corpus(40), tmp_path / "a.excerpt", encoder=HashEncoder())
    chain = Chain([AdaptiveK(scorer=GivenScores("dense_score"))])
    result = index.compress("the weir and the wheel", 10, budget=None, chain=chain)
    expected = [hit.dense_score for hit in index.search("the weir and the wheel", 10)]
    assert [kept.passage.metadata["dense_score"] for kept in result.passages] == expected


def test_words_alone_find_only_passages_with_a_word(tmp_path: Path) -> None:
    """BM25 does not fill up with passages that share nothing."""
    index = Index.build(TEXTS, tmp_path / "a.excerpt", encoder=HashEncoder())
    assert [hit.row for hit in index.search("水車", 50, mode="lexical")] == [3]
    assert index.search("zebra", 50, mode="lexical") == []


def test_nothing_found_compresses_to_nothing(tmp_path: Path) -> None:
    """A question without a hit is no error."""
    index = Index.build(TEXTS, tmp_path / "a.excerpt", encoder=None)
    assert index.compress("zebra", budget=20, chain="fast").text == ""


def test_an_index_of_words_needs_no_encoder(tmp_path: Path) -> None:
    """Fusion uses what there is, and a missing part is named."""
    index = Index.build(TEXTS, tmp_path / "a.excerpt", encoder=None)
    assert index.search("bees")[0].row == 4
    with pytest.raises(StoreError, match="no vectors"):
        index.search("bees", mode="dense")


def test_an_index_of_vectors_needs_no_words(tmp_path: Path) -> None:
    """Fusion uses what there is, and a missing part is named."""
    index = Index.build(TEXTS, tmp_path / "a.excerpt", encoder=HashEncoder(), lexical=False)
    assert index.search(TEXTS[4])[0].row == 4
    with pytest.raises(StoreError, match="without BM25"):
        index.search("bees", mode="lexical")


@settings(max_examples=15, deadline=None)
@given(st.lists(ANY_TEXT, min_size=1, max_size=6), ANY_TEXT.filter(str.strip))
def test_any_text_can_be_indexed_and_asked(tmp_path_factory, texts: list[str], query: str) -> None:
    """Hostile text is text: all of it is found and comes back unchanged."""
    path = tmp_path_factory.mktemp("any") / "a.excerpt"
    index = Index.build(texts, path, encoder=HashEncoder())
    assert sorted(hit.row for hit in index.search(query)) == list(range(len(texts)))
    assert [passage.text for passage in index] == texts


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_files_do_not_depend_on_the_batch(tmp_path: Path, batch: int) -> None:
    """The same passages give the same bytes."""
    Index.build(corpus(50), tmp_path / "a.excerpt", encoder=HashEncoder())
    Index.build(corpus(50), tmp_path / "b.excerpt", encoder=HashEncoder(), batch=batch)
    assert files(tmp_path / "a.excerpt") == files(tmp_path / "b.excerpt")


@pytest.mark.parametrize("cut", [1, 20, 1024, 1300])
def test_adding_gives_the_files_of_one_build(tmp_path: Path, cut: int) -> None:
    """Built in two steps or in one, the index is the same to the byte."""
    rows = list(corpus(1400))
    Index.build(rows, tmp_path / "a.excerpt", encoder=HashEncoder())
    index = Index.build(rows[:cut], tmp_path / "b.excerpt", encoder=HashEncoder())
    index.add(rows[cut:])
    assert len(index) == 1400
    assert files(tmp_path / "a.excerpt") == files(tmp_path / "b.excerpt")


def test_an_open_index_keeps_its_state(tmp_path: Path) -> None:
    """Adding changes nothing for a reader that has the index open."""
    writer = Index.build(corpus(10), tmp_path / "a.excerpt", encoder=HashEncoder())
    reader = Index.open(tmp_path / "a.excerpt", encoder=HashEncoder())
    before = reader.search("weir", 5)
    writer.add(corpus(500))  # ten of them are there
    assert reader.search("weir", 5) == before
    assert (len(reader), len(writer), len(Index.open(tmp_path / "a.excerpt"))) == (10, 500, 500)
    with pytest.raises(StoreError, match="open it again"):
        reader.verify()


def test_adding_builds_on_what_others_added(tmp_path: Path) -> None:
    """Two writers in turn lose nothing."""
    first = Index.build(corpus(3), tmp_path / "a.excerpt", encoder=HashEncoder())
    Index.open(tmp_path / "a.excerpt", encoder=HashEncoder()).add(["second"])
    first.add(["third"])
    assert [passage.text for passage in first][3:] == ["second", "third"]


def test_a_wrong_passage_changes_nothing(tmp_path: Path) -> None:
    """The error names the passage, and the index is as before."""
    index = Index.build(corpus(5), tmp_path / "a.excerpt", encoder=HashEncoder())
    before = files(tmp_path / "a.excerpt")
    with pytest.raises(InputError, match=r"passages\[2\]: has no 'text'"):
        index.add(["one", "two", {"txt": "three"}])
    assert files(tmp_path / "a.excerpt") == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.excerpt"]


def test_a_build_replaces_the_index_that_was_there(tmp_path: Path) -> None:
    """Only the new generation is left."""
    Index.build(corpus(5), tmp_path / "a.excerpt", encoder=HashEncoder())
    Index.build(["mill"], tmp_path / "a.excerpt", encoder=HashEncoder(8))
    assert [p.text for p in Index.open(tmp_path / "a.excerpt")] == ["mill"]
    assert len(list((tmp_path / "a.excerpt").glob("generation-*"))) == 1


def test_a_large_index_searches_a_graph(tmp_path: Path) -> None:
    """An approximate index finds what an exact one finds, with the same scores."""
    exact = Index.build(corpus(600), tmp_path / "a.excerpt", encoder=HashEncoder(24), dense="exact")
    graph = Index.build(corpus(600), tmp_path / "b.excerpt", encoder=HashEncoder(24), dense="hnsw")
    question = "the weir holds entry 312"
    assert graph.search(question, 10, mode="dense") == exact.search(question, 10, mode="dense")


def test_adding_to_a_graph_keeps_it(tmp_path: Path) -> None:
    """Few new rows stand beside the graph and are found."""
    index = Index.build(corpus(600), tmp_path / "a.excerpt", encoder=HashEncoder(24), dense="hnsw")
    index.add(["zebra crossing"])
    assert index.manifest.parts[APPROXIMATE].rows == 600
    assert index.search("zebra crossing", 1, mode="dense")[0].row == 600
    index.verify()


def test_cells_live_with_the_index(tmp_path: Path) -> None:
    """Kept while rows come and go, whole after compaction, gone where too few rows are left."""
    texts = [{"id": str(number), "text": f"entry {number} of mill {number % 97}"} for number in range(10_010)]
    index = Index.build(texts, tmp_path / "a.excerpt", encoder=HashEncoder(24), dense="ivf-pq", lexical=False)
    index.add(["zebra crossing"])
    index.delete(["5"])
    assert index.manifest.parts[APPROXIMATE].rows == 10_009
    assert index.search("zebra crossing", 1, mode="dense")[0].row == 10_009
    assert index.search("entry 312 of mill 21", 1, mode="dense")[0].passage.id == "312"
    index.compact().verify()
    assert index.manifest.parts[APPROXIMATE].rows == 10_010
    assert index.search("zebra crossing", 1, mode="dense")[0].row == 10_009
    index.delete([str(number) for number in range(10, 30)])
    assert APPROXIMATE not in index.manifest.parts
    assert index.search("entry 312 of mill 21", 1, mode="dense")[0].passage.id == "312"


def test_half_precision_takes_half_the_space(tmp_path: Path) -> None:
    """Vectors as float16 are found by the same queries."""
    index = Index.build(TEXTS, tmp_path / "a.excerpt", encoder=HashEncoder(), precision="float16")
    assert np.load(next(tmp_path.rglob("vectors.npy"))).dtype == np.float16
    assert index.search(TEXTS[2], 1, mode="dense")[0].row == 2


def test_another_encoder_is_refused(tmp_path: Path) -> None:
    """Both fingerprints are named."""
    Index.build(TEXTS, tmp_path / "a.excerpt", encoder=HashEncoder())
    with pytest.raises(StoreError, match=r"'hash' \(fingerprint hash-16\).*'other'"):
        Index.open(tmp_path / "a.excerpt", encoder=HashEncoder(name="other"))


def test_an_encoder_that_breaks_its_promise_is_refused(tmp_path: Path) -> None:
    """Vectors of another shape, or not finite, never reach the disk."""

    class Broken(HashEncoder):
        def encode(self, texts):
            return super().encode(texts) * np.nan

    with pytest.raises(ModelError, match="not finite"):
        Index.build(TEXTS, tmp_path / "a.excerpt", encoder=Broken())
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_encoder_asks_for_it(tmp_path: Path) -> None:
    """An index of an encoder of the caller's own says how to open it."""
    Index.build(TEXTS, tmp_path / "a.excerpt", encoder=HashEncoder(name="my-own-encoder"))
    index = Index.open(tmp_path / "a.excerpt")
    assert index.search("bees", mode="lexical")
    with pytest.raises(ModelError, match=r"'my-own-encoder'.*Index\.open\(path, encoder=\.\.\.\)"):
        index.search("bees")


@pytest.mark.parametrize("passages", ["one text", {"text": "x"}, 7])
def test_what_is_no_collection_is_refused(tmp_path: Path, passages: object) -> None:
    """A single text is not taken apart into letters."""
    with pytest.raises(InputError, match="passages: expected"):
        Index.build(passages, tmp_path / "a.excerpt", encoder=HashEncoder())


def test_no_passages_are_refused(tmp_path: Path) -> None:
    """An empty stream is an error and leaves nothing."""
    with pytest.raises(InputError, match="there are none"):
        Index.build(iter([]), tmp_path / "a.excerpt", encoder=HashEncoder())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "field"),
    [({"dense": "ivf"}, "dense"), ({"precision": "int8"}, "precision"), ({"batch": 0}, "batch")],
)
def test_wrong_options_are_named(tmp_path: Path, options: dict[str, object], field: str) -> None:
    """The message names the option."""
    with pytest.raises(InputError, match=field):
        Index.build(TEXTS, tmp_path / "a.excerpt", encoder=HashEncoder(), **options)


@pytest.mark.parametrize(
    ("query", "options", "field"),
    [(" ", {}, "query"), ("x", {"k": 0}, "k:"), ("x", {"k": True}, "k:"), ("x", {"mode": "bm25"}, "mode")],
)
def test_wrong_searches_are_named(tmp_path: Path, query: str, options: dict[str, object], field: str) -> None:
    """The message names the argument."""
    index = Index.build(TEXTS, tmp_path / "a.excerpt", encoder=HashEncoder())
    with pytest.raises(InputError, match=field):
        index.search(query, **options)


def test_a_row_outside_is_an_index_error(tmp_path: Path) -> None:
    """As for any sequence."""
    index = Index.build(TEXTS, tmp_path / "a.excerpt", encoder=HashEncoder())
    with pytest.raises(IndexError):
        index[5]


def test_progress_counts_passages(tmp_path: Path) -> None:
    """Steps are told in order, with the total where it is known."""
    calls = []
    Index.build(
        TEXTS, tmp_path / "a", encoder=HashEncoder(), batch=2, progress=lambda *step: calls.append(step)
    )
    assert calls[:3] == [("passages", 2, 5), ("passages", 4, 5), ("passages", 5, 5)]
    assert [step for step, _, _ in calls[3:]] == ["words", "words", "checksums", "checksums"]


def test_threads_get_the_same_answers(tmp_path: Path) -> None:
    """One open index serves several threads."""
    index = Index.build(corpus(3000), tmp_path / "a.excerpt", encoder=HashEncoder())
    expected = index.search("weir wheel", 20)
    answers: list[object] = []
    work = [threading.Thread(target=lambda: answers.append(index.search("weir wheel", 20))) for _ in range(8)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert answers == [expected] * 8


def test_more_gives_what_is_not_there_yet(tmp_path):
    """Twice as many, without those that came before; none when the index has no more."""
    texts = [f"the mill number {number} turns" for number in range(5)]
    index = Index.build(texts, tmp_path / "mills.excerpt", encoder=None)
    first = [hit.scored() for hit in index.search("mill", 2)]
    further = index.more("mill", first)
    assert len(further) == 2
    assert not {passage.text for passage in further} & {passage.text for passage in first}
    assert len(index.more("mill", [*first, *further])) == 1
    assert index.more("mill", [hit.scored() for hit in index.search("mill", 5)]) == []
