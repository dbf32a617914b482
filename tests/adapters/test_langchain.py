"""Tests of excerpt.adapters.langchain, against the real langchain-core and langchain-classic."""

import asyncio
import copy
import json
import pickle
from pathlib import Path

import pytest
from fakes.calibration_questions import questions
from fakes.hash_encoder import HashEncoder
from fakes.token_hash_encoder import TokenHashEncoder
from langchain_classic.retrievers import ContextualCompressionRetriever
from langchain_classic.retrievers.document_compressors import DocumentCompressorPipeline
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnablePassthrough
from pydantic import ValidationError

from excerpt import Budget, Chain
from excerpt.adapters.langchain import METADATA_KEY, ExcerptCompressor, ExcerptRetriever, ExcerptTransformer
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.evidence import EvidenceScore, load_ranker
from excerpt.errors import InputError
from excerpt.eval.calibration.calibrate import RiskTarget, calibrate
from excerpt.presets import load_chain
from excerpt.retrievers import Index
from excerpt.run.fit import Room
from excerpt.values.types import Context

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


class FixedRetriever(BaseRetriever):
    """Finds the same documents for any question."""

    def _get_relevant_documents(self, query: str, *, run_manager: object) -> list[Document]:
        return documents()


class FirstWords:
    """A compressor that reads no question: the first 20 characters of each passage."""

    name = "first-words"
    needs_query = False

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the first characters."""
        return context.narrow([[(0, min(20, len(passage.text)))] for passage in context.passages])


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index of the documents, found by a stand-in encoder."""
    path: Path = tmp_path_factory.mktemp("langchain") / "a.excerpt"
    return Index.build(documents(), path, encoder=HashEncoder())


def test_kept_text_is_where_the_spans_say() -> None:
    """Spans are positions in the text that went in."""
    given = documents()
    for document in ExcerptCompressor(budget=20, chain="fast").compress_documents(given, QUESTION):
        account = document.metadata[METADATA_KEY]
        source = given[account["index"]].page_content
        kept = [source[start:end] for start, end in account["spans"]]
        assert "".join("".join(kept).split()) == "".join(document.page_content.split())


def test_metadata_ids_and_order_are_kept() -> None:
    """Each document is the one that went in, with the account beside its metadata."""
    kept = ExcerptCompressor(budget=1.0, chain="fast").compress_documents(documents(), QUESTION)
    assert [document.id for document in kept] == ["a", "b", None]
    assert kept[0].metadata == {
        "source": "a.txt",
        "tags": ["mill"],
        METADATA_KEY: kept[0].metadata[METADATA_KEY],
    }


def test_documents_that_go_in_stay_as_they_are() -> None:
    """Nothing is changed in place."""
    given = documents()
    ExcerptCompressor(budget=10, chain="fast").compress_documents(given, QUESTION)
    assert given == documents()


def test_the_budget_holds_for_the_joined_texts() -> None:
    """Joined by empty lines, the kept texts are within the budget, by the tokenizer that was given."""
    compressor = ExcerptCompressor(budget=14, chain="fast", tokenizer=lambda text: len(text.split()))
    kept = compressor.compress_documents(documents(), QUESTION)
    text = "\n\n".join(document.page_content for document in kept)
    assert 0 < len(text.split()) <= 14
    assert [document.metadata[METADATA_KEY]["tokens_out"] for document in kept] == [
        len(document.page_content.split()) for document in kept
    ]


def test_the_account_can_be_stored() -> None:
    """The metadata is plain JSON."""
    kept = ExcerptCompressor(budget=20, chain="fast").compress_documents(documents(), QUESTION)
    for document in kept:
        account = document.metadata[METADATA_KEY]
        assert json.loads(json.dumps(account)) == account
        assert set(account) == {"index", "spans", "score", "tokens_in", "tokens_out"}


def test_emptied_documents_are_left_out_or_kept_as_slots() -> None:
    """Both ways the others are the same."""
    few = ExcerptCompressor(budget=8, chain="fast").compress_documents(documents(), QUESTION)
    slots = ExcerptCompressor(budget=8, chain="fast", keep_empty=True).compress_documents(
        documents(), QUESTION
    )
    assert len(few) < len(slots) == 3
    assert [document for document in slots if document.page_content] == few


def test_the_default_chain_and_half_the_tokens() -> None:
    """Without options the preset runs."""
    kept = ExcerptCompressor().compress_documents(documents(), QUESTION)
    assert "The miller keeps the bees." in kept[0].page_content


@pytest.mark.parametrize("budget", [12, 0.4, Budget(tokens=12)])
def test_any_form_of_budget_is_taken(budget: object) -> None:
    """Tokens, ratio or a Budget."""
    assert len(ExcerptCompressor(budget=budget, chain="fast").compress_documents(documents(), QUESTION)) < 3


@pytest.fixture
def policy(tmp_path: Path) -> str:
    """A calibrated budget for the fast chain, as text."""
    chain = load_chain("fast")
    calibrate(questions(20), chain, RiskTarget(alpha=0.3, knob="score")).save(tmp_path / "p.json")
    return f"calibrated:{tmp_path / 'p.json'}"


def test_a_calibrated_budget_states_its_promise(policy: str) -> None:
    """In the metadata of every document that is left."""
    found = ExcerptCompressor(chain="fast", budget=policy).compress_documents(documents(), QUESTION)
    assert all(document.metadata[METADATA_KEY]["promise"]["holds"] for document in found)
    assert "at most 0.3" in found[0].metadata[METADATA_KEY]["promise"]["text"]


def test_a_policy_of_another_chain_is_refused_at_once(policy: str) -> None:
    """Not at the first question."""
    with pytest.raises(ValidationError, match="chain differs"):
        ExcerptCompressor(chain=Chain(["truncate"]), budget=policy)


def test_an_index_keeps_the_promise(policy: str, index: Index) -> None:
    """With the passages that it finds."""
    assert index.compress(QUESTION, 3, budget=policy, chain="fast").report.promise is not None


def test_no_documents_give_none() -> None:
    """An empty list is no error."""
    assert ExcerptCompressor().compress_documents([], QUESTION) == []


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"budget": "many"}, "budget: expected"),
        ({"budget": 1.5}, "ratio is the share"),
        ({"chain": "fastest"}, "no preset 'fastest'"),
        ({"budget": None, "tokenizer": "bundled"}, "tokenizer: counts for the budget"),
        ({"ratio": 0.5}, "Extra inputs"),
    ],
)
def test_wrong_options_are_refused_at_once(options: dict[str, object], why: str) -> None:
    """The message is ours, inside pydantic's."""
    with pytest.raises(ValidationError, match=why):
        ExcerptCompressor(**options)


def test_an_empty_question_is_named() -> None:
    """A question-aware chain needs one."""
    with pytest.raises(InputError, match="query: is empty"):
        ExcerptCompressor(chain="fast").compress_documents(documents(), " ")


def test_async_gives_the_same() -> None:
    """The awaited result is that of the plain call."""
    compressor = ExcerptCompressor(budget=20, chain="fast")
    awaited = asyncio.run(compressor.acompress_documents(documents(), QUESTION))
    assert awaited == compressor.compress_documents(documents(), QUESTION)


def test_contextual_compression_retriever_runs_it() -> None:
    """LangChain's own wrapper needs no change, sync, async or in a batch."""
    compressor = ExcerptCompressor(budget=20, chain="fast")
    retriever = ContextualCompressionRetriever(base_compressor=compressor, base_retriever=FixedRetriever())
    expected = compressor.compress_documents(documents(), QUESTION)
    assert retriever.invoke(QUESTION) == expected
    assert asyncio.run(retriever.ainvoke(QUESTION)) == expected
    assert retriever.batch([QUESTION] * 3) == [expected] * 3


def test_a_pipeline_of_compressors_runs_both_kinds() -> None:
    """Compressor and transformer stand in LangChain's pipeline."""
    stages = [
        ExcerptTransformer(chain=Chain([FirstWords()]), budget=None),
        ExcerptCompressor(budget=5, chain="fast"),
    ]
    pipeline = DocumentCompressorPipeline(transformers=stages)
    kept = pipeline.compress_documents(documents(), "mill river")
    assert kept
    assert all(len(document.page_content) <= 20 for document in kept)


def test_an_lcel_chain_runs_it() -> None:
    """Question and retrieved documents flow into a step of a chain, sync, async and in a batch."""
    compressor = ExcerptCompressor(budget=20, chain="fast")
    steps = {"question": RunnablePassthrough(), "documents": FixedRetriever()} | compressor.as_runnable()
    expected = compressor.compress_documents(documents(), QUESTION)
    assert steps.invoke(QUESTION) == expected
    assert asyncio.run(steps.ainvoke(QUESTION)) == expected
    assert steps.batch([QUESTION, QUESTION]) == [expected, expected]


def test_an_lcel_chain_can_end_in_the_text() -> None:
    """The text is what the chain's template writes."""
    steps = {"question": RunnablePassthrough(), "documents": FixedRetriever()} | ExcerptCompressor(
        budget=20, chain=Chain(["bm25-sentences"], template="numbered")
    ).as_text()
    assert steps.invoke(QUESTION).startswith("[1] ")


@pytest.mark.parametrize("given", [{"documents": []}, {"question": "x"}, "x"])
def test_a_step_names_what_it_lacks(given: object) -> None:
    """A wrong input to a chain is told clearly."""
    with pytest.raises(InputError, match="'question'"):
        ExcerptCompressor(chain="fast").as_runnable().invoke(given)


def test_a_transformer_takes_the_question_from_call_or_constructor() -> None:
    """Both ways give what the compressor gives."""
    expected = ExcerptCompressor(budget=20, chain="fast").compress_documents(documents(), QUESTION)
    transformer = ExcerptTransformer(budget=20, chain="fast")
    assert transformer.transform_documents(documents(), query=QUESTION) == expected
    assert (
        ExcerptTransformer(budget=20, chain="fast", query=QUESTION).transform_documents(documents())
        == expected
    )
    assert asyncio.run(transformer.atransform_documents(documents(), query=QUESTION)) == expected


def test_a_chain_that_reads_no_question_needs_none() -> None:
    """Question-independent compression of documents."""
    kept = ExcerptTransformer(chain=Chain([FirstWords()]), budget=None).transform_documents(documents())
    assert [document.page_content for document in kept] == [text.page_content[:20] for text in documents()]


def test_a_chain_that_reads_the_question_says_so() -> None:
    """Without a question the stage that needs it is named."""
    with pytest.raises(InputError, match="bm25-sentences reads it"):
        ExcerptTransformer(chain="fast").transform_documents(documents())


def test_a_transformer_refuses_unknown_arguments() -> None:
    """A mistyped argument is not swallowed."""
    with pytest.raises(InputError, match="unknown argument question"):
        ExcerptTransformer(chain="fast").transform_documents(documents(), question=QUESTION)


def test_the_retriever_compresses_what_it_finds(index: Index) -> None:
    """Best first, with metadata, id, spans and the scores of the search."""
    found = ExcerptRetriever(index=index, k=2, budget=0.9, chain="fast").invoke("mill bees river")
    hits = index.search("mill bees river", 2)
    assert [document.metadata[METADATA_KEY]["row"] for document in found] == [hit.row for hit in hits]
    assert found[0].metadata[METADATA_KEY]["dense_score"] == hits[0].dense_score
    assert {document.id for document in found} <= {"a", "b", None}


def test_the_retriever_runs_in_every_way(index: Index) -> None:
    """Sync, async and batch agree."""
    retriever = ExcerptRetriever(index=index, k=3, budget=20, chain="fast")
    expected = retriever.invoke(QUESTION)
    assert asyncio.run(retriever.ainvoke(QUESTION)) == expected
    assert retriever.batch([QUESTION, QUESTION]) == [expected, expected]
    assert asyncio.run(retriever.abatch([QUESTION])) == [expected]


def test_a_retriever_that_finds_nothing_gives_nothing(index: Index) -> None:
    """Words that no passage has."""
    assert ExcerptRetriever(index=index, mode="lexical", chain="fast").invoke("zebra") == []


@pytest.mark.parametrize("options", [{"k": 0}, {"mode": "bm25"}, {"index": "a.excerpt"}])
def test_wrong_retriever_options_are_refused(index: Index, options: dict[str, object]) -> None:
    """At construction, not at the first question."""
    with pytest.raises(ValidationError):
        ExcerptRetriever(**{"index": index, **options})


def test_a_digest_is_one_document():
    """With its sentences and what supports them in the metadata; none where nothing was written."""
    from excerpt.compressors import Bm25Sentences, RecompAbstractive
    from excerpt.models.generation.writers import Written

    class Writer:
        name = fingerprint = "writer"

        def __init__(self, text):
            self.text = text

        def write(self, question, passages):
            return Written(self.text, len(passages))

    def digests(text):
        stage = RecompAbstractive(writer=Writer(text), extractive=Bm25Sentences())
        compressor = ExcerptCompressor(chain=Chain([stage]), budget=0.9)
        documents = [
            Document(page_content=f"The mill burned in {year}. It rains here.") for year in (1859, 1861)
        ]
        return compressor.compress_documents(documents, "When did the mill burn?")

    (found,) = digests("The mill burned in 1859.")
    assert found.page_content == "The mill burned in 1859."
    assert found.metadata["excerpt"]["rewritten"] == [
        {"text": "The mill burned in 1859.", "support": 1.0, "passages": [0]}
    ]
    assert digests("") == []


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


def test_documents_may_come_from_a_generator():
    """They are read once."""
    compressor = ExcerptCompressor(chain="fast", budget=8)
    documents = [Document("Bees sleep in winter. A hive weighs 30 kg.", id="a"), Document("Mills grind rye.")]
    assert compressor.compress_documents(
        (d for d in documents), "Do bees sleep?"
    ) == compressor.compress_documents(documents, "Do bees sleep?")


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        (None, "documents: expected a list of LangChain Documents, got one NoneType"),
        (Document("x"), "got one Document"),
        (["x"], r"documents\[0\]: expected a LangChain Document, got str"),
        ([Document("x"), {"text": "x"}], r"documents\[1\]: expected a LangChain Document, got dict"),
    ],
)
def test_what_are_no_documents_is_named(documents, message):
    """Before any work, since what comes back are copies of them."""
    with pytest.raises(InputError, match=message):
        ExcerptCompressor(chain="fast").compress_documents(documents, "q")


def test_an_adapter_with_a_chain_by_name_can_be_pickled_and_copied():
    """Also after it has loaded models."""
    compressor = ExcerptCompressor(budget=8)
    documents = [Document("Bees sleep in winter. A hive weighs 30 kg.", id="a")]
    expected = compressor.compress_documents(documents, "Do bees sleep?")
    pickled = pickle.loads(pickle.dumps(compressor))  # noqa: S301 - of our own
    for other in (pickled, copy.deepcopy(compressor)):
        assert other.compress_documents(documents, "Do bees sleep?") == expected
