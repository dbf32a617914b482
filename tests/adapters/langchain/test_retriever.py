"""Tests of excerpt.adapters.langchain.retriever, with LangChain's own suite for retrievers."""

import asyncio
from pathlib import Path

import pytest
from fakes.hash_encoder import HashEncoder
from fakes.token_hash_encoder import TokenHashEncoder
from langchain_core.documents import Document
from langchain_tests.integration_tests import RetrieversIntegrationTests
from pydantic import ValidationError

from excerpt import Chain
from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.langchain import ExcerptRetriever
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.evidence import EvidenceScore, load_ranker
from excerpt.errors import InputError
from excerpt.retrievers import Index

QUESTION = "Who keeps the bees at the mill?"


def documents() -> list[Document]:
    """Fresh documents with ids and nested metadata."""
    return [
        Document(
            page_content="The mill stands at the river. The miller keeps the bees. It rains often.",
            id="a",
            metadata={"source": "a.txt", "tags": ["mill"]},
        ),
        Document(
            page_content="Green tea is steeped briefly. Black tea takes longer.", id="b", metadata={"page": 2}
        ),
        Document(page_content="Bees at the mill make honey. Honey is sold in autumn.", metadata={}),
    ]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index of the documents, found by a stand-in encoder."""
    path: Path = tmp_path_factory.mktemp("langchain") / "a.excerpt"
    return Index.build(documents(), path, encoder=HashEncoder())


def test_the_retriever_compresses_what_it_finds(index: Index) -> None:
    """Best first, with metadata, id, spans and the scores of the search."""
    found = ExcerptRetriever(index=index, k=2, budget=0.9, chain="fast").invoke("mill bees river")
    hits = index.search("mill bees river", 2)
    assert [document.metadata[ACCOUNT_KEY]["row"] for document in found] == [hit.row for hit in hits]
    assert found[0].metadata[ACCOUNT_KEY]["dense_score"] == hits[0].dense_score
    assert {document.id for document in found} <= {"a", "b", None}


def test_the_retriever_runs_in_every_way(index: Index) -> None:
    """Sync, async and batch agree."""
    retriever = ExcerptRetriever(index=index, k=3, budget=20, chain="fast")
    expected = retriever.invoke(QUESTION)
    assert asyncio.run(retriever.ainvoke(QUESTION)) == expected
    assert retriever.batch([QUESTION, QUESTION]) == [expected, expected]
    assert asyncio.run(retriever.abatch([QUESTION])) == [expected]
    assert asyncio.run(retriever.ainvoke(QUESTION, k=1)) == retriever.invoke(QUESTION, k=1)


def test_a_retriever_that_finds_nothing_gives_nothing(index: Index) -> None:
    """Words that no passage has."""
    assert ExcerptRetriever(index=index, mode="lexical", chain="fast").invoke("zebra") == []


def test_conditions_hold_beside_each_other(index: Index) -> None:
    """The retriever's own, and those of one question, which cannot reach what the first leave out."""
    retriever = ExcerptRetriever(index=index, chain="fast", budget=0.9, where={"tags": "mill"})
    assert [document.id for document in retriever.invoke(QUESTION)] == ["a"]
    assert retriever.invoke(QUESTION, where={"page": 2}) == []
    assert retriever.invoke(QUESTION, where={"tags": ["tea", "honey"]}) == []
    whole = ExcerptRetriever(index=index, chain="fast", budget=0.9)
    assert [document.id for document in asyncio.run(whole.ainvoke(QUESTION, where={"page": 2}))] == ["b"]
    with pytest.raises(InputError, match=r"where\.page: there are the comparisons"):
        whole.invoke(QUESTION, where={"page": {"~": 2}})


@pytest.mark.parametrize(
    "options",
    [
        {"k": 0},
        {"mode": "bm25"},
        {"index": "a.excerpt"},
        {"where": {"page": {"~": 2}}},
        {"where": "page=2"},
        {"where": {}},
        {"tokenizer": "gpt-4oo"},
        {"tokenizer": "words", "budget": None},
    ],
)
def test_wrong_retriever_options_are_refused(index: Index, options: dict[str, object]) -> None:
    """At construction, not at the first question."""
    with pytest.raises(ValidationError):
        ExcerptRetriever(**{"index": index, **options})


def test_the_retriever_uses_stored_features(tmp_path: Path) -> None:
    """Documents are the same, and no passage is encoded for the chain again."""
    passages = [{"id": document.id, "text": document.page_content} for document in documents()]
    trees = load_ranker("evidence-ranker")
    features = ["sentences", "guards", EvidenceScore(TokenHashEncoder(), trees)]
    with_it = Index.build(passages, tmp_path / "a", encoder=HashEncoder(), features=features)
    without = Index.build(passages, tmp_path / "b", encoder=HashEncoder())
    scorers = [EvidenceScore(TokenHashEncoder(), trees) for _ in range(2)]
    found = [
        ExcerptRetriever(
            index=index, chain=Chain([Extractive("evidence", "sentence", scorer)]), budget=12
        ).invoke(QUESTION)
        for index, scorer in zip((with_it, without), scorers, strict=True)
    ]
    assert found[0] == found[1]
    assert [len(scorer.encoder.seen) for scorer in scorers] == [1, 4]


@pytest.mark.parametrize("k", [0, True, "2"])
def test_a_wrong_k_at_call_time_is_named(index: Index, k: object) -> None:
    """It is the caller's mistake and not the question's."""
    with pytest.raises(InputError, match="k: must be a whole number of passages"):
        ExcerptRetriever(index=index, chain="fast").invoke(QUESTION, k=k)


def test_a_question_that_cannot_be_compressed_for_gives_whole_passages(index: Index) -> None:
    """With the reason; or the error, if asked for."""
    options = {"index": index, "k": 2, "chain": Chain([Failing()])}
    found = ExcerptRetriever(**options).invoke("mill bees river")
    assert [document.page_content for document in found] == [
        hit.passage.text for hit in index.search("mill bees river", 2)
    ]
    assert found[0].metadata[ACCOUNT_KEY]["warnings"] == ["kept as it was: OSError: the disk is on fire"]
    with pytest.raises(OSError, match="on fire"):
        ExcerptRetriever(**options, on_error="raise").invoke("mill bees river")


class Failing:
    """A stage that fails."""

    name = "failing"

    def compress(self, context: object, room: object) -> object:
        """Fail."""
        message = "the disk is on fire"
        raise OSError(message)


@pytest.mark.anyio
class TestLangChainsOwnSuite(RetrieversIntegrationTests):
    """`k` at construction and at call time, sync and async, as LangChain asks of every retriever."""

    @pytest.fixture(autouse=True)
    def _index(self, index: Index) -> None:
        type(self).index = index

    @pytest.fixture
    def anyio_backend(self) -> str:
        """The event loop that LangChain runs on."""
        return "asyncio"

    @property
    def retriever_constructor(self) -> type[ExcerptRetriever]:
        """What is tested."""
        return ExcerptRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, object]:
        """Documents of which nothing is kept stay: the suite counts them."""
        return {"index": self.index, "chain": "fast", "keep_empty": True}

    @property
    def retriever_query_example(self) -> str:
        """Finds all three documents."""
        return "mill bees tea"
