"""Passages as vectors: where they come from, what they cost, and what readers of text get."""

from dataclasses import replace

import numpy as np
import pytest
from fakes.hash_encoder import HashEncoder
from fakes.tiny_generators import make_causal_lm
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt import Budget, Chain
from excerpt.adapters.langchain import ExcerptCompressor
from excerpt.compressors import XRAG, AdaptiveK, Truncate
from excerpt.compressors.scorers.given import GivenScores
from excerpt.compressors.vectors.document_vectors import DocumentVectors, GivenVectors, traits_of
from excerpt.errors import ConfigError, InputError, ModelError
from excerpt.models.readers import XragReader
from excerpt.models.xrag.bridge import Bridge
from excerpt.models.xrag.manifest import BridgeManifest, ReaderTraits
from excerpt.models.xrag.projector import make_projector
from excerpt.models.xrag.prompts import PAPER, PLAIN
from excerpt.retrievers import Index
from excerpt.tokens import resolve_tokenizer

torch = pytest.importorskip("torch")
ENCODER = HashEncoder(12)
READER = ReaderTraits("little-reader", "r" * 64, 16)
BRIDGE = Bridge(BridgeManifest(traits_of(ENCODER), READER, PLAIN), make_projector(12, 16))
SOURCE = DocumentVectors(traits_of(ENCODER), ENCODER)
PASSAGES = [
    {
        "id": str(number),
        "text": f"Mill number {number} burned. It was built again by {number + 3} people.",
        "score": score,
    }
    for number, score in enumerate((0.2, 0.9, 0.5, 0.7, 0.1))
]
QUESTION = "Who built mill number one?"


class Silent:
    """An encoder that must not be asked."""

    def __getattr__(self, name):
        return getattr(ENCODER, name)

    def encode(self, texts):
        raise AssertionError(f"encoded {texts}")


def stage(**options):
    return XRAG(BRIDGE, **{"vectors": SOURCE, **options})


def unit(text):
    vector = ENCODER.encode([text])[0]
    return vector / np.linalg.norm(vector)


def test_every_passage_becomes_one_projected_vector():
    """That of its title and text, through the bridge; one token each."""
    result = Chain([stage()]).compress(QUESTION, PASSAGES)
    wanted = BRIDGE.project(np.stack([unit(passage["text"]) for passage in PASSAGES]))
    assert np.allclose(result.soft.embeddings, wanted, atol=1e-6)
    assert (result.text, result.tokens_out) == ("", 5)
    assert result.to_dict()["soft"] == [0, 1, 2, 3, 4]


def test_a_hybrid_keeps_the_best_as_text():
    """By what the stage before says; the others are vectors, the best first."""
    ranked = AdaptiveK(scorer=GivenScores(), gap={"buffer": 9})
    result = Chain([ranked, stage(text=2)]).compress(QUESTION, PASSAGES)
    assert [kept.index for kept in result.passages if kept.spans] == [1, 3]
    assert [passage.index for passage in result.soft.passages] == [2, 0, 4]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 80), st.integers(0, 5), st.booleans(), st.sampled_from([len, "bundled"]))
def test_the_budget_holds_for_text_and_vectors_together(tokens, text, later, tokenizer):
    """Whatever their numbers, with a stage behind or without, also where separators cost tokens."""
    stages = [stage(text=text), *([Truncate()] if later else [])]
    result = Chain(stages).compress(QUESTION, PASSAGES, budget=Budget(tokens=tokens, tokenizer=tokenizer))
    counter = resolve_tokenizer(tokenizer)
    counted = counter.count(result.text)
    if result.soft is not None:
        counted = result.soft.tokens(counter, result.text)
        assert counted >= len(result.soft)
        assert not any(result.passages[passage.index].spans for passage in result.soft.passages)
    assert counted == result.tokens_out <= tokens


def test_vectors_leave_half_of_the_budget_to_text():
    """A stage behind sees what is left."""
    result = Chain([stage(text=1), Truncate()]).compress(QUESTION, 6 * PASSAGES, budget=24)
    assert len(result.soft) == 12
    assert result.text == "Mill number 0 burned."
    assert any("no room for the vectors of 17 of 29" in warning for warning in result.report.warnings)


def test_where_no_sentence_of_the_best_fits_it_is_a_vector_too():
    """Rather than lost, while passages that are less good reach the reader."""
    result = Chain([stage(text=1)]).compress(QUESTION, PASSAGES, budget=5)
    assert result.soft.passages[0].index == 0
    assert (result.text, len(result.soft)) == ("", 5)
    assert any("they are vectors too" in warning for warning in result.report.warnings)


def test_blank_passages_are_no_vectors():
    """Nor text."""
    result = Chain([stage()]).compress(QUESTION, ["\n", PASSAGES[0], " "])
    assert ([passage.index for passage in result.soft.passages], result.text) == ([1], "")


def test_vectors_of_a_second_stage_stand_behind_those_of_the_first():
    """None is lost; a second bridge is refused."""
    result = Chain([stage(text=3), stage(text=1)]).compress(QUESTION, PASSAGES, budget=60)
    assert [passage.index for passage in result.soft.passages] == [3, 4, 1, 2]
    assert result.text == PASSAGES[0]["text"]
    other = Bridge(replace(BRIDGE.manifest, reader=replace(READER, fingerprint="s" * 64)), BRIDGE.network)
    with pytest.raises(InputError, match="use one bridge in a chain"):
        Chain([stage(text=3), XRAG(other, vectors=SOURCE)]).compress(QUESTION, PASSAGES)


def test_nothing_is_encoded_where_the_index_has_the_vector(tmp_path):
    """And the report says that they were stored."""
    index = Index.build(PASSAGES, tmp_path / "mills.excerpt", encoder=ENCODER)
    chain = Chain([XRAG(BRIDGE, vectors=DocumentVectors(traits_of(ENCODER), Silent()), text=1)])
    result = index.compress(QUESTION, 5, budget=30, chain=chain)
    (report,) = result.report.stages
    assert report.stored["document-vectors"] == (4, 4)
    texts = [result.passages[passage.index].passage.text for passage in result.soft.passages]
    assert np.allclose(result.soft.embeddings, BRIDGE.project(np.stack(list(map(unit, texts)))), atol=1e-5)


def test_a_row_of_another_text_is_not_taken(tmp_path):
    """A passage that was changed after the search is encoded."""
    index = Index.build(PASSAGES, tmp_path / "mills.excerpt", encoder=ENCODER)
    found = [hit.scored() for hit in index.search(QUESTION, 2)]
    changed = [{"text": f"{passage.text} Then.", **passage.metadata} for passage in found]
    stored = index.features.find(SOURCE.fingerprint, [*found])
    assert all(columns is not None for columns in stored)
    result = Chain([stage()]).compress(QUESTION, changed, stored=index.features)
    assert result.report.stages[0].stored["document-vectors"] == (0, 2)


def test_vectors_of_another_encoder_can_be_stored_as_a_feature(tmp_path):
    """In an index that has none of its own."""
    index = Index.build(PASSAGES, tmp_path / "mills.excerpt", encoder=None, features=[SOURCE])
    silent = DocumentVectors(traits_of(ENCODER), Silent())
    result = index.compress("mill", 5, budget=30, chain=Chain([stage(vectors=silent)]))
    assert result.report.stages[0].stored["document-vectors"] == (5, 5)


@pytest.mark.parametrize(("fallback", "kept"), [("text", 5), ("drop", 2)])
def test_a_reader_of_text_gets_text_or_nothing(fallback, kept):
    """As the user chose; the report says so."""

    class Api:
        name = "api-model"

        def read(self, question, context):
            raise NotImplementedError

    chain = Chain([stage(text=2, fallback=fallback)]).for_reader(Api())
    result = chain.compress(QUESTION, PASSAGES)
    assert result.soft is None
    assert sum(bool(passage.spans) for passage in result.passages) == kept
    assert any("api-model takes no embeddings: 3 passages" in warning for warning in result.report.warnings)


def test_documents_of_langchain_stay_text():
    """Whoever reads them reads text."""
    documents = pytest.importorskip("langchain_core.documents")
    given = [documents.Document(page_content=passage["text"]) for passage in PASSAGES]
    compressor = ExcerptCompressor(chain=Chain([stage(fallback="drop", text=1)]), budget=60)
    assert [found.page_content for found in compressor.compress_documents(given, QUESTION)] == [
        PASSAGES[0]["text"]
    ]


def test_a_reader_is_checked_when_the_chain_is_made_for_it(tmp_path):
    """Another model, or other prompts."""
    folder = make_causal_lm(tmp_path / "reader")
    with pytest.raises(ModelError, match="belongs to the reader 'little-reader'"):
        Chain([stage()]).for_reader(XragReader(folder, PLAIN))
    reader = XragReader(folder, PAPER)
    mine = Bridge(BridgeManifest(traits_of(ENCODER), reader.traits, PLAIN), make_projector(12, 16))
    with pytest.raises(ModelError, match="among the prompts 'plain'"):
        Chain([XRAG(mine, vectors=SOURCE)]).for_reader(reader)


def test_an_encoder_is_checked_when_the_stage_is_made():
    """Before any passage is seen."""
    with pytest.raises(ModelError, match="belongs to the encoder 'hash'"):
        stage(vectors=GivenVectors(traits_of(HashEncoder(12, "other"))))


def test_a_passage_without_its_vector_is_named():
    """Where vectors are to come with the passages."""
    chain = Chain([stage(vectors=GivenVectors(traits_of(ENCODER)))])
    with pytest.raises(InputError, match=r"passages\[0\]\.metadata\['vector'\]: expected 12"):
        chain.compress(QUESTION, PASSAGES)


def test_options_out_of_range_are_refused():
    """By name."""
    with pytest.raises(ConfigError, match="fallback \\('guess'\\)"):
        stage(fallback="guess")
