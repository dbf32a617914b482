"""Tests of excerpt.adapters.langchain.documents, against the real langchain-core and langchain-classic."""

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
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnablePassthrough
from pydantic import ValidationError

from excerpt import Budget, Chain
from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.langchain import ExcerptCompressor, ExcerptTransformer
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
        account = document.metadata[ACCOUNT_KEY]
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
        ACCOUNT_KEY: kept[0].metadata[ACCOUNT_KEY],
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
    assert [document.metadata[ACCOUNT_KEY]["tokens_out"] for document in kept] == [
        len(document.page_content.split()) for document in kept
    ]


def test_the_account_can_be_stored() -> None:
    """The metadata is plain JSON."""
    kept = ExcerptCompressor(budget=20, chain="fast").compress_documents(documents(), QUESTION)
    for document in kept:
        account = document.metadata[ACCOUNT_KEY]
        assert json.loads(json.dumps(account)) == account
        assert set(account) == {"index", "spans", "starts", "score", "tokens_in", "tokens_out"}


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
    assert all(document.metadata[ACCOUNT_KEY]["promise"]["holds"] for document in found)
    assert "at most 0.3" in found[0].metadata[ACCOUNT_KEY]["promise"]["text"]


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
        ({"budget": None, "tokenizer": "bundled"}, "tokenizer: counts a budget"),
        ({"ratio": 0.5}, "Extra inputs"),
    ],
)
def test_wrong_options_are_refused_at_once(options: dict[str, object], why: str) -> None:
    """The message is ours, inside pydantic's."""
    with pytest.raises(ValidationError, match=why):
        ExcerptCompressor(**options)


def test_an_empty_question_is_named() -> None:
    """A question-aware chain needs one: the documents come back with that reason, or it is raised."""
    kept = ExcerptCompressor(chain="fast").compress_documents(documents(), " ")
    assert [document.page_content for document in kept] == [given.page_content for given in documents()]
    assert all("query: is empty" in document.metadata[ACCOUNT_KEY]["warnings"][0] for document in kept)
    with pytest.raises(InputError, match="query: is empty"):
        ExcerptCompressor(chain="fast", on_error="raise").compress_documents(documents(), " ")


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
    with pytest.raises(InputError, match="lexical-ranker reads it"):
        ExcerptTransformer(chain="fast").transform_documents(documents())


def test_a_transformer_refuses_unknown_arguments() -> None:
    """A mistyped argument is not swallowed."""
    with pytest.raises(InputError, match="unknown argument question"):
        ExcerptTransformer(chain="fast").transform_documents(documents(), question=QUESTION)


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


def test_spans_through_two_compressors_are_those_of_the_source() -> None:
    """Also where the second cuts across what the first had put together."""
    given = documents()
    once = ExcerptCompressor(budget=30, chain="fast").compress_documents(given, QUESTION)
    twice = ExcerptCompressor(budget=15, chain=Chain(["truncate"])).compress_documents(once, QUESTION)
    sources = {document.id: document.page_content for document in given}
    for document in twice:
        account = document.metadata[ACCOUNT_KEY]
        assert account["spans"]
        for at, (start, end) in zip(account["starts"], account["spans"], strict=True):
            assert document.page_content[at : at + end - start] == sources[document.id][start:end]


def test_a_chain_of_runnables_is_traced() -> None:
    """Callbacks see the step start and end, by name; LangSmith and others live on that."""

    class Seen(BaseCallbackHandler):
        def __init__(self) -> None:
            self.names: list[str] = []

        def on_chain_start(self, serialized: object, inputs: object, **kwargs: object) -> None:
            self.names.append(str(kwargs.get("name")))

    seen = Seen()
    step = ExcerptCompressor(budget=20, chain="fast").as_runnable()
    step.invoke({"question": QUESTION, "documents": documents()}, config={"callbacks": [seen]})
    assert seen.names == ["ExcerptCompressor"]


def test_stored_features_serve_documents_of_any_store(tmp_path: Path) -> None:
    """The same documents, and nothing is encoded again but the question."""
    trees = load_ranker("evidence-ranker")
    features = ["records", "guards", EvidenceScore(TokenHashEncoder(), trees)]
    index = Index.build(documents(), tmp_path / "a", encoder=HashEncoder(), features=features)
    scorers = [EvidenceScore(TokenHashEncoder(), trees) for _ in range(2)]
    kept = [
        ExcerptCompressor(
            chain=Chain([Extractive("evidence", "sentence", scorer)]), budget=12, stored=stored
        ).compress_documents(documents(), QUESTION)
        for scorer, stored in zip(scorers, (index.features, None), strict=True)
    ]
    assert kept[0] == kept[1]
    assert [len(scorer.encoder.seen) for scorer in scorers] == [1, 4]


def test_warnings_stand_in_the_metadata() -> None:
    """What the report warns of is not lost on the way; no warning, no key."""

    class Warns:
        name = "warning"

        def compress(self, context: Context, room: Room) -> Context:
            return context.noted("one passage is in another language")

    def accounts(chain: Chain) -> list[dict[str, object]]:
        kept = ExcerptCompressor(chain=chain, budget=None).compress_documents(documents(), QUESTION)
        return [document.metadata[ACCOUNT_KEY] for document in kept]

    assert accounts(Chain([Warns()]))[0]["warnings"] == ["stage warning: one passage is in another language"]
    assert "warnings" not in accounts(Chain([FirstWords()]))[0]


def test_text_of_documents_that_cannot_be_compressed_is_whole() -> None:
    """Written by the template; async gives the same."""
    step = ExcerptCompressor(budget=20, chain=Chain(["bm25-sentences"], template="numbered")).as_text()
    given = {"question": " ", "documents": documents()}
    assert step.invoke(given).startswith("[1] The mill stands at the river. The miller keeps the bees.")
    assert asyncio.run(step.ainvoke(given)) == step.invoke(given)


def test_a_document_that_is_no_text_is_kept() -> None:
    """A broken character in what was retrieved is not the caller's mistake; no model could read it either."""
    given = [*documents(), Document(page_content="Bees \ud800 sleep.")]
    kept = ExcerptCompressor(chain="fast").compress_documents(given, QUESTION)
    assert [document.page_content for document in kept] == [document.page_content for document in given]
    assert "lone surrogate" in kept[0].metadata[ACCOUNT_KEY]["warnings"][0]
    with pytest.raises(InputError, match="lone surrogate"):
        ExcerptCompressor(chain="fast", on_error="raise").compress_documents(given, QUESTION)


def test_a_splitters_start_gives_places_in_the_document() -> None:
    """As LangChain's splitters write it with `add_start_index`."""
    source = documents()[0]
    given = source.model_copy(update={"metadata": {"start_index": 100}})
    (kept,) = ExcerptCompressor(budget=8, chain="fast").compress_documents([given], QUESTION)
    account = kept.metadata[ACCOUNT_KEY]
    assert account["document_spans"] == [[100 + start, 100 + end] for start, end in account["spans"]]
