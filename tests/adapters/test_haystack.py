"""Tests of excerpt.adapters.haystack, against the real haystack-ai."""

import asyncio
import json

import pytest
from haystack import Document, Pipeline
from haystack.components.builders import PromptBuilder
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.core.errors import DeserializationError
from haystack.dataclasses import ByteStream
from haystack.document_stores.in_memory import InMemoryDocumentStore

from excerpt import Chain
from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.haystack import ExcerptCompressor
from excerpt.errors import BudgetError, ConfigError, InputError

QUESTION = "Who keeps the bees at the mill?"
TEXTS = [
    "The mill stands at the river. The miller keeps the bees. It rains often.",
    "Green tea is steeped briefly. Black tea takes longer.",
    "Bees at the mill make honey. Honey is sold in autumn.",
]


def documents():
    """Fresh documents with ids, meta, scores and embeddings."""
    return [
        Document(id=f"d{index}", content=text, meta={"page": index}, score=0.9, embedding=[0.5])
        for index, text in enumerate(TEXTS)
    ]


def compressed(given=None, query=QUESTION, **options):
    """What the component gives."""
    made = ExcerptCompressor(**{"budget": 20, "chain": "fast", **options})
    return made.run(query=query, documents=documents() if given is None else given)["documents"]


def test_ids_scores_and_meta_are_kept():
    """Beside the account, whose spans are those of the text."""
    found = compressed()
    assert 0 < len(found) < 3
    for document in found:
        index = document.meta["page"]
        account = document.meta[ACCOUNT_KEY]
        assert (document.id, document.score, document.embedding) == (f"d{index}", 0.9, None)
        assert [document.content[at : at + end - start] for at, (start, end) in
                zip(account["starts"], account["spans"], strict=True)] == [
            TEXTS[index][start:end] for start, end in account["spans"]
        ]  # fmt: skip
        assert json.loads(json.dumps(account)) == account


def test_documents_that_go_in_stay_as_they_are():
    """They belong to a store."""
    given = documents()
    compressed(given)
    assert given == documents()


def test_documents_without_text_pass_in_their_place():
    """Images, tables, and what is empty."""
    image = Document(id="image", blob=ByteStream(b"x"))
    blank = Document(id="blank", content=" ")
    found = compressed([image, *documents(), blank], budget=8)
    assert found[0] is image
    assert found[-1] is blank
    assert len(found) < 5
    assert compressed([image]) == [image]
    assert compressed([]) == []


def test_spans_through_two_components_are_those_of_the_source():
    """As everywhere."""
    for document in compressed(compressed(budget=30), chain=Chain(["truncate"]), budget=12):
        account = document.meta[ACCOUNT_KEY]
        (at, *_), ((start, end), *_) = account["starts"], account["spans"]
        assert document.content[at : at + end - start] == TEXTS[document.meta["page"]][start:end]


def test_a_splitters_start_gives_places_in_the_document():
    """As Haystack's splitter writes it."""
    given = [Document(content=TEXTS[0], meta={"split_idx_start": 100})]
    account = compressed(given, budget=8)[0].meta[ACCOUNT_KEY]
    assert account["document_spans"] == [[100 + start, 100 + end] for start, end in account["spans"]]


def test_async_gives_the_same():
    """With the same sockets, which Haystack asks for."""
    made = ExcerptCompressor(20, chain="fast")
    assert asyncio.run(made.run_async(QUESTION, documents())) == made.run(QUESTION, documents())


def test_a_failure_keeps_the_documents_or_is_raised():
    """With the reason in the meta."""
    found = compressed(query=" ")
    assert [document.content for document in found] == TEXTS
    assert "query: is empty" in found[0].meta[ACCOUNT_KEY]["warnings"][0]
    with pytest.raises(InputError, match="query: is empty"):
        compressed(query=" ", on_error="raise")


def test_a_digest_is_one_document():
    """Of a chain that rewrites."""

    class Writer:
        name = fingerprint = "writer"

        def write(self, question, passages):
            from excerpt.models.generation.writers import Written

            return Written("The miller keeps the bees.", len(passages))

    from excerpt.compressors import Bm25Sentences, RecompAbstractive

    chain = Chain([RecompAbstractive(writer=Writer(), extractive=Bm25Sentences())])
    (found,) = compressed(chain=chain, budget=0.9)
    assert found.content == "The miller keeps the bees."
    assert found.meta[ACCOUNT_KEY]["rewritten"][0]["passages"] == [0]


def pipeline():
    """Retrieve, compress, write a prompt."""
    store = InMemoryDocumentStore()
    store.write_documents(documents())
    made = Pipeline()
    made.add_component("retriever", InMemoryBM25Retriever(store, top_k=3))
    made.add_component("excerpt", ExcerptCompressor(20, chain="fast"))
    made.add_component(
        "prompt", PromptBuilder("{% for d in documents %}{{ d.content }}\n{% endfor %}{{ query }}")
    )
    made.connect("retriever", "excerpt.documents")
    made.connect("excerpt.documents", "prompt.documents")
    return made


def test_a_pipeline_runs_it():
    """Sync and async; the prompt has the kept text."""
    given = {part: {"query": QUESTION} for part in ("retriever", "excerpt", "prompt")}
    prompts = [pipeline().run(given), asyncio.run(pipeline().run_async(given))]
    for made in prompts:
        assert "The miller keeps the bees." in made["prompt"]["prompt"]
        assert "steeped" not in made["prompt"]["prompt"]


def test_a_pipeline_with_it_can_be_written_and_read():
    """From this module only by those who trust it; `packages/excerpt-haystack` has the name that Haystack trusts."""
    written = Pipeline()
    written.add_component("excerpt", ExcerptCompressor(20, chain="fast", on_error="raise"))
    read = Pipeline.loads(written.dumps(), allowed_modules=["excerpt.*"])
    assert read.to_dict() == written.to_dict()
    assert read.run({"query": QUESTION, "documents": documents()})["excerpt"]["documents"] == compressed()
    with pytest.raises(DeserializationError, match=r"excerpt\.adapters\.haystack"):
        Pipeline.loads(written.dumps())


def test_what_cannot_be_written_says_so():
    """A copy that compresses by another chain would be worse."""
    with pytest.raises(ConfigError, match="chain: a Chain cannot be written down"):
        ExcerptCompressor(chain=Chain(["truncate"])).to_dict()


def test_wrong_options_are_refused():
    """The budget at once, the chain when it is loaded: `warm_up`, before the first question."""
    with pytest.raises(BudgetError, match="ratio is the share"):
        ExcerptCompressor(1.5)
    with pytest.raises(ConfigError, match="no preset 'fastest'"):
        ExcerptCompressor(chain="fastest").warm_up()
    with pytest.raises(ConfigError, match="on_error"):
        ExcerptCompressor(on_error="ignore").warm_up()
