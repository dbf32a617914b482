"""Tests of excerpt.adapters.llama_index, against the real llama-index-core."""

import asyncio
import copy
import json
import pickle

import pytest
from llama_index.core import MockEmbedding, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import (
    Document,
    ImageNode,
    IndexNode,
    MediaResource,
    MetadataMode,
    Node,
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from pydantic import ValidationError

from excerpt import Chain
from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.llama_index import ExcerptNodePostprocessor
from excerpt.errors import InputError

QUESTION = "Who keeps the bees at the mill?"
TEXTS = [
    "The mill stands at the river. The miller keeps the bees. It rains often.",
    "Green tea is steeped briefly. Black tea takes longer.",
    "Bees at the mill make honey. Honey is sold in autumn.",
]


def words(text):
    """A tokenizer whose counts can be checked by eye."""
    return len(text.split())


def node(index):
    """A node as a splitter makes it: with a source document, its place there, metadata and an embedding."""
    return TextNode(
        id_=f"n{index}",
        text=TEXTS[index],
        metadata={"file_name": f"{index}.txt", "secret": "x"},
        excluded_llm_metadata_keys=["secret"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=f"d{index}")},
        start_char_idx=100,
        end_char_idx=100 + len(TEXTS[index]),
        embedding=[0.1, 0.2],
    )


def nodes():
    """Fresh nodes with scores."""
    return [NodeWithScore(node=node(index), score=0.9 - index / 10) for index in range(3)]


def compressed(given=None, question=QUESTION, **options):
    """What a postprocessor gives."""
    options = {"chain": "fast", "budget": 30, **options}
    return ExcerptNodePostprocessor(**options).postprocess_nodes(
        given or nodes(), query_bundle=QueryBundle(question)
    )


def account(found):
    """The account of a node."""
    return found.metadata[ACCOUNT_KEY]


def test_ids_relationships_scores_and_metadata_are_kept():
    """Whoever follows a node to its document still can."""
    for found in compressed():
        before = node(int(found.node_id[1:]))
        assert found.node.ref_doc_id == before.ref_doc_id
        assert found.score == 0.9 - int(found.node_id[1:]) / 10
        assert {**found.metadata, ACCOUNT_KEY: None} == {**before.metadata, ACCOUNT_KEY: None}
        assert found.node.embedding is None


def test_nodes_that_go_in_stay_as_they_are():
    """They may belong to a docstore."""
    given = nodes()
    compressed(given)
    assert [each.model_dump() for each in given] == [each.model_dump() for each in nodes()]


def test_spans_are_those_of_the_node_and_of_its_document():
    """And one span moves the node's own place."""
    for found in compressed():
        text = TEXTS[int(found.node_id[1:])]
        spans = account(found)["spans"]
        assert [
            found.node.text[at : at + e - s]
            for at, (s, e) in zip(account(found)["starts"], spans, strict=True)
        ] == [text[start:end] for start, end in spans]
        assert account(found)["document_spans"] == [[100 + start, 100 + end] for start, end in spans]
        place = [found.node.start_char_idx, found.node.end_char_idx]
        assert place == (account(found)["document_spans"][0] if len(spans) == 1 else [None, None])


def test_several_spans_leave_no_single_place():
    """The metadata have all of them."""
    text = (
        "The miller keeps the bees. Tea is green and it is steeped for long. The miller sells honey of bees."
    )
    given = [NodeWithScore(node=TextNode(text=text, start_char_idx=7, end_char_idx=7 + len(text)))]
    (found,) = compressed(given, question="miller bees", budget=20)
    assert len(account(found)["document_spans"]) == 2
    assert (found.node.start_char_idx, found.node.end_char_idx) == (None, None)
    (again,) = compressed([found], question="honey", budget=12)
    assert account(again)["document_spans"] == [account(found)["document_spans"][1]]
    assert text[account(again)["spans"][0][0] :] == again.node.text


def test_a_place_that_disagrees_with_the_text_is_not_passed_on():
    """Some parsers write one; a wrong citation is worse than none."""
    given = [NodeWithScore(node=TextNode(text=TEXTS[0], start_char_idx=0, end_char_idx=5))]
    (found,) = compressed(given, budget=10)
    assert "document_spans" not in account(found)
    assert found.node.start_char_idx is None


@pytest.mark.parametrize("budget", [10, 16, 25])
def test_the_budget_counts_what_a_synthesizer_sends(budget):
    """Metadata lines included."""
    found = compressed(budget=budget, tokenizer=words)
    sent = "\n\n".join(each.node.get_content(MetadataMode.LLM) for each in found)
    assert 0 < words(sent) <= budget
    assert "file_name" in sent
    assert "secret" not in sent


def test_the_account_is_hidden_from_reader_and_embeddings():
    """It is for the caller."""
    for found in compressed():
        assert ACCOUNT_KEY not in found.node.get_content(MetadataMode.LLM)
        assert ACCOUNT_KEY not in found.node.get_content(MetadataMode.EMBED)
        assert json.loads(json.dumps(account(found))) == account(found)


def test_what_is_no_text_passes_untouched():
    """In its place."""
    others = [
        ImageNode(id_="image", image_url="http://localhost/a.png", text="A caption of bees."),
        Node(id_="both", text_resource=MediaResource(text="t"), image_resource=MediaResource(data=b"x")),
        IndexNode(id_="reference", text="More about bees.", index_id="i", obj=TextNode(text="x")),
        TextNode(id_="blank", text=" "),
    ]
    given = [NodeWithScore(node=each, score=1.0) for each in others]
    found = compressed([given[0], *nodes(), *given[1:]], budget=8)
    assert [each.node_id for each in found if not each.node_id.startswith("n")] == [
        "image", "both", "reference", "blank",
    ]  # fmt: skip
    assert found[0] is given[0]
    assert len(found) < 7


def test_multi_resource_nodes_of_text_alone_are_compressed():
    """Of the newer kind, and documents."""
    given = [
        NodeWithScore(node=Node(id_="a", text_resource=MediaResource(text=TEXTS[0]))),
        NodeWithScore(node=Document(id_="b", text=TEXTS[2])),
    ]
    found = compressed(given, budget=16)
    assert {each.node_id for each in found} == {"a", "b"}
    assert sum(len(each.get_content()) for each in found) < len(TEXTS[0]) + len(TEXTS[2])
    assert given[0].get_content() == TEXTS[0]


def test_without_a_question_the_nodes_come_back():
    """A retriever may be asked by an embedding alone."""
    given = nodes()
    assert ExcerptNodePostprocessor(chain="fast").postprocess_nodes(given) == given
    assert ExcerptNodePostprocessor(chain="fast").postprocess_nodes([], query_str=QUESTION) == []


def test_async_gives_the_same():
    """As query engines call it."""
    made = ExcerptNodePostprocessor(chain="fast", budget=30)
    awaited = asyncio.run(made.apostprocess_nodes(nodes(), query_str=QUESTION))
    assert [each.model_dump() for each in awaited] == [each.model_dump() for each in compressed()]


def test_a_failure_keeps_the_nodes_or_is_raised():
    """With the reason in the account."""
    found = compressed(question=" ")
    assert [each.get_content() for each in found] == TEXTS
    assert "query: is empty" in account(found[0])["warnings"][0]
    with pytest.raises(InputError, match="query: is empty"):
        compressed(question=" ", on_error="raise")


def test_it_can_be_written_read_pickled_and_copied():
    """By names: each gives the same nodes."""
    made = ExcerptNodePostprocessor(chain="fast", budget=30, on_error="raise")
    written = made.to_dict()
    assert written == {
        "chain": "fast", "budget": 30, "tokenizer": None, "on_error": "raise",
        "class_name": "ExcerptNodePostprocessor",
    }  # fmt: skip
    others = [
        ExcerptNodePostprocessor.from_json(made.to_json()),
        pickle.loads(pickle.dumps(made)),  # noqa: S301 - of our own
        copy.deepcopy(made),
    ]
    for other in others:
        assert other.to_dict() == written
        found = other.postprocess_nodes(nodes(), query_str=QUESTION)
        assert [each.get_content() for each in found] == [each.get_content() for each in compressed()]


def test_a_chain_cannot_be_written_and_travels_only_as_itself():
    """A copy that compresses by another chain would be worse than none; LlamaIndex leaves out what it cannot pickle."""
    made = ExcerptNodePostprocessor(chain=Chain(["truncate"]))
    with pytest.raises(Exception, match="a Chain cannot be written down"):
        made.to_dict()
    copied = pickle.loads(pickle.dumps(made))  # noqa: S301 - of our own
    assert repr(copied.chain) == "Chain(truncate)"
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
        pickle.dumps(
            ExcerptNodePostprocessor(chain="fast", budget=9, tokenizer=lambda text: len(text.split()))
        )


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"budget": "many"}, "budget: expected"),
        ({"chain": "fastest"}, "no preset 'fastest'"),
        ({"budgt": 5}, "Extra inputs"),
        ({"on_error": "ignore"}, "'keep' or 'raise'"),
    ],
)
def test_wrong_options_are_refused_at_once(options, why):
    """Not at the first question."""
    with pytest.raises(ValidationError, match=why):
        ExcerptNodePostprocessor(**options)


@pytest.fixture
def index():
    """LlamaIndex's own index over documents."""
    documents = [
        Document(id_=f"d{i}", text=text, metadata={"file_name": f"{i}.txt"}) for i, text in enumerate(TEXTS)
    ]
    return VectorStoreIndex.from_documents(documents, embed_model=MockEmbedding(embed_dim=4))


def test_a_query_engine_runs_it(index):
    """Retrieval, compression, synthesis: the reader gets the kept text."""
    engine = index.as_query_engine(
        llm=MockLLM(),
        similarity_top_k=3,
        node_postprocessors=[ExcerptNodePostprocessor(chain="fast", budget=30)],
    )
    answers = [engine.query(QUESTION), asyncio.run(engine.aquery(QUESTION))]
    for answer in answers:
        assert "The miller keeps the bees." in str(answer)
        assert "steeped" not in str(answer)
        assert all(each.metadata[ACCOUNT_KEY]["spans"] for each in answer.source_nodes)


def test_spans_survive_a_citation_engine(index):
    """It splits again and gives its sources new ids; the metadata stay."""
    engine = CitationQueryEngine.from_args(
        index,
        llm=MockLLM(),
        similarity_top_k=3,
        node_postprocessors=[ExcerptNodePostprocessor(chain="fast", budget=30)],
    )
    sources = engine.query(QUESTION).source_nodes
    assert sources[0].get_content().startswith("Source 1:")
    assert all(each.metadata[ACCOUNT_KEY]["spans"] for each in sources)
