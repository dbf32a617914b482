"""Every registered compressor, scorer, selector and splitter holds the contract that plug-ins are checked by."""

import pytest
from fakes.hash_encoder import HashEncoder
from fakes.tiny_token_cross_encoders import make_token_cross_encoder
from fakes.word_likelihood import with_words

from excerpt.compressors.baselines.truncate import Truncate
from excerpt.models.generation.writers import Written
from excerpt.registry import COMPRESSORS, GATES, SCORERS, SELECTORS, SPLITTERS
from excerpt.testing import (
    EXAMPLES,
    Example,
    check_compressor,
    check_gate,
    check_scorer,
    check_selector,
    check_splitter,
)
from excerpt.values.types import Passage

SCORER_OPTIONS = {
    "leave-one-out": {"scorer": "bm25"}
}  # one that is quick: it reads a passage for each of its units
SELECTOR_OPTIONS = {
    "at-least": {"threshold": 0.2},
    "neighbours": {"selector": "greedy", "nearest": 1},
    "top-n": {"n": 2},
}
# The scorers of these have checks of their own.
COMPRESSOR_OPTIONS = {"ecorag": {"scorer": "lexical-evidence"}}
APART = {"exit", "pruner", "recomp-abstractive", "soft", "swe-pruner", "xrag"}
"""Need a model that is not bundled: tests of their own, below or beside them."""


LANGUAGE_MODEL = {
    "contrastive-perplexity", "guiding-questions", "longllmlingua", "perception-compressor", "question-likelihood",
    "selective-context", "surprisal", "yes-no",
}  # fmt: skip
OF_THEIR_OWN = {"cross-encoder", "decoder-attention", "gemfilter", "specpc"}  # their own tests check them


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory):
    return str(make_token_cross_encoder(tmp_path_factory.mktemp("contracts") / "tiny"))


@pytest.fixture(scope="module")
def decoder(tmp_path_factory):
    pytest.importorskip("transformers")
    from fakes.tiny_decoders import make_decoder

    return str(make_decoder(tmp_path_factory.mktemp("contracts") / "decoder", "llama"))


@pytest.mark.parametrize("name", SPLITTERS.names())
def test_splitters(name):
    """Sorted, apart, nothing left out."""
    check_splitter(name)


@pytest.mark.parametrize("name", SELECTORS.names())
def test_selectors(name):
    """A set or an order, and the budget holds."""
    check_selector(name, SELECTOR_OPTIONS.get(name))


@pytest.mark.parametrize("name", GATES.names())
def test_gates(name, cross_encoder):
    """True or False; those that read do so with a tiny model of random weights."""
    options = None if name == "score-mass" else {"reader": f"extractive:{cross_encoder}"}
    check_gate(name, options, examples=[Example("Why?", (Passage("It rained."), Passage("Bees sleep.")))])


@pytest.fixture(scope="module")
def swe_pruner(tmp_path_factory):
    pytest.importorskip("transformers")
    from fakes.tiny_released import make_swe_pruner

    return str(make_swe_pruner(tmp_path_factory.mktemp("contracts") / "swe-pruner"))


@pytest.mark.parametrize("name", sorted(set(SCORERS.names()) - LANGUAGE_MODEL - OF_THEIR_OWN))
def test_scorers(name, cross_encoder, decoder, swe_pruner):
    """Finite, the same each time, from stored signals too."""
    models = {
        "needed-tokens": cross_encoder,
        "step-surprisal": decoder,
        "exit": decoder,
        "swe-pruner": swe_pruner,
    }
    slow = name in models and name != "needed-tokens"  # torch takes its time
    examples = EXAMPLES[:1] if slow else EXAMPLES
    options = {"model": models[name]} if name in models else SCORER_OPTIONS.get(name)
    check_scorer(name, options, examples=examples)


@pytest.mark.parametrize("name", sorted(set(COMPRESSORS.names()) - APART - LANGUAGE_MODEL - OF_THEIR_OWN))
def test_compressors(name):
    """On the bundled models."""
    check_compressor(name, COMPRESSOR_OPTIONS.get(name))


@pytest.mark.parametrize("name", sorted(LANGUAGE_MODEL))
def test_those_with_a_language_model(name):
    """On one that can be computed by hand."""
    if name in SCORERS:
        check_scorer(with_words(SCORERS.find(name)))
    else:
        check_compressor(with_words(COMPRESSORS.find(name)))


def test_pruner(cross_encoder):
    """On a tiny model of random weights."""
    check_compressor("pruner", {"model": cross_encoder})


class Quoting:
    """A writer that says what the first passage begins with."""

    name = fingerprint = "quoting"

    def write(self, question, passages):
        return Written(passages[0][:60], len(passages))


def test_recomp_abstractive():
    """It writes new text; the budget and the batch are held all the same."""
    from excerpt.compressors import RecompAbstractive

    def recomp_abstractive(top=5, threshold=0.6):
        return RecompAbstractive(writer=Quoting(), extractive=Truncate(), top=top, threshold=threshold)

    check_compressor(recomp_abstractive)


def test_xrag():
    """Passages as vectors, through a bridge of random weights."""
    pytest.importorskip("torch")
    from excerpt.compressors import XRAG
    from excerpt.compressors.vectors.document_vectors import DocumentVectors, traits_of
    from excerpt.models.xrag.bridge import Bridge
    from excerpt.models.xrag.manifest import BridgeManifest, ReaderTraits
    from excerpt.models.xrag.projector import make_projector
    from excerpt.models.xrag.prompts import PLAIN

    encoder = HashEncoder(12)
    manifest = BridgeManifest(traits_of(encoder), ReaderTraits("little-reader", "r" * 64, 16), PLAIN)
    bridge = Bridge(manifest, make_projector(12, 16))

    def xrag(text=1, fallback="text"):
        return XRAG(
            bridge, text=text, fallback=fallback, vectors=DocumentVectors(traits_of(encoder), encoder)
        )

    check_compressor(xrag)


def test_soft():
    """Passages as several vectors each."""
    from fakes.soft_words import SoftWords

    from excerpt.compressors import Soft

    def soft(text=1, fallback="text"):
        return Soft(SoftWords(2), text=text, fallback=fallback)

    check_compressor(soft)


def test_none_is_left_out():
    """Those with tests of their own are registered, and need what is not bundled."""
    assert set(COMPRESSORS.names()) >= APART
    assert {*COMPRESSORS.names(), *SCORERS.names()} >= LANGUAGE_MODEL | OF_THEIR_OWN
