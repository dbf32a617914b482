"""Late interaction as a scorer and as a compressor."""

from types import SimpleNamespace

import numpy as np
import pytest
from fakes.strategies import contexts
from fakes.token_hash_encoder import TokenHashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt import Budget, Chain
from excerpt.compressors.evidence.quantized import quantize_vectors
from excerpt.compressors.late_interaction import LateInteraction
from excerpt.compressors.scorers.late_interaction import MaxSim, TokenVectors, cosines
from excerpt.compressors.units.splitting import split
from excerpt.models.protocols import TokenStates
from excerpt.values.types import Context, Passage, Units

PASSAGES = (
    Passage("The Karsk mill stands on a hill. It was built by Ada Brenn.", title="Karsk mill"),
    Passage("Rye is a grass. It grows on poor soil. Bread is made of it.", title="Rye"),
    Passage("Ada Brenn was born in Torvik. She painted boats.", title="Ada Brenn"),
)
QUESTION = "on what soil is rye grown"


class Weighted(TokenHashEncoder):
    """A question's words count for nothing, but for one."""

    def __init__(self, counts):
        super().__init__()
        self.counts = counts

    def encode_tokens(self, texts, *, check=None):
        """One state a word, of length zero where the word does not count."""
        found = super().encode_tokens(texts)
        for text, states in zip(texts, found, strict=True):
            for row, (start, end) in enumerate(states.offsets.tolist()):
                if text.startswith("q ") and text[start:end] != self.counts:
                    states.hidden[row] = 0
        return found


@settings(deadline=None, max_examples=50)
@given(contexts())
def test_stored_signals_give_the_same_scores(context):
    """Computed passage by passage, stored and restored, they serve the question bit for bit."""
    scorer = MaxSim(TokenHashEncoder())
    units = split("sentence", context)
    stored = [scorer.restored(scorer.columns(scorer.signals([one])[0])) for one in context.passages]
    ranked, scored = scorer.rank(context.query, stored, units), scorer.score(context, units)
    assert np.array_equal(ranked, scored)
    assert np.isfinite(scored).all()


@settings(deadline=None, max_examples=50)
@given(contexts(), st.integers(0, 4))
def test_a_passage_scores_the_same_alone(context, index):
    """Nothing of other passages goes into its sentences' scores."""
    scorer = MaxSim(TokenHashEncoder())
    units = split("sentence", context)
    own = units.passage == index
    if own.any():
        alone = Context.start(context.query, [context.passages[index]]).narrow([context.kept[index]])
        assert np.array_equal(
            scorer.score(context, units)[own], scorer.score(alone, split("sentence", alone))
        )


@given(st.integers(0, 2**32 - 1), st.sampled_from([4, 48, 384]))
def test_one_byte_a_number_bends_a_cosine_by_little(seed, dim):
    """By no more than the angle that rounding each number to 1/254 of the largest allows."""
    chance = np.random.default_rng(seed)
    left, right = (chance.normal(size=(5, dim)).astype(np.float32) for _ in range(2))
    exact = left @ right.T / np.linalg.norm(left, axis=1)[:, None] / np.linalg.norm(right, axis=1)
    near = cosines(quantize_vectors(left)[0], quantize_vectors(right)[0])
    assert np.abs(near - exact).max() <= 2 * np.arcsin(np.sqrt(dim) / 254) + 1e-6


def test_every_token_costs_its_dimensions_in_bytes():
    """And two numbers for where it stands."""
    (signals,) = MaxSim(TokenHashEncoder(dim=24)).signals(PASSAGES[:1])
    words = len(PASSAGES[0].text.split())
    assert (signals.vectors.shape, signals.vectors.dtype) == ((words, 24), np.int8)
    assert (signals.offsets.shape, signals.offsets.dtype) == ((words, 2), np.int32)
    assert [PASSAGES[0].text[a:b] for a, b in signals.offsets.tolist()] == PASSAGES[0].text.split()


def test_keeps_the_sentence_with_the_matching_words():
    """Best first, under the budget."""
    kept = Chain([LateInteraction(TokenHashEncoder())]).compress(QUESTION, PASSAGES, budget=Budget(tokens=9))
    assert kept.text == "It grows on poor soil."


def test_a_token_counts_by_the_length_of_its_vector():
    """Words of length zero do not matter."""
    context = Context.start("q built born", [Passage("Ada built. Ada was born.")])
    units = split("sentence", context)
    for word, best in (("built", 0), ("born", 1)):
        scores = MaxSim(Weighted(word)).score(context, units)
        assert int(scores.argmax()) == best


def test_the_passage_lends_its_own_match():
    """Between equal sentences, the one in the better passage comes first."""
    texts = ["Ships sail. Rye grows.", "Ships sail. Boats float."]
    context = Context.start("rye", [Passage(text) for text in texts])
    units = split("sentence", context)
    alone = MaxSim(TokenHashEncoder(), passage_share=0.0).score(context, units)
    shared = MaxSim(TokenHashEncoder()).score(context, units)
    assert alone[0] == alone[2]
    assert shared[0] > shared[2]


@pytest.mark.parametrize("query", ["", " "])
def test_no_question_no_preference(query):
    """Nothing to match: all alike, no error."""
    context = Context.start(query, PASSAGES)
    assert len(set(MaxSim(TokenHashEncoder()).score(context, split("sentence", context)).tolist())) == 1


def test_no_candidates_no_scores():
    """An empty context is no error."""
    units = Units.of("sentence", [[]])
    scorer = MaxSim(TokenHashEncoder())
    assert len(scorer.score(Context.start("q", [Passage("")]), units)) == 0
    assert len(scorer.rank("q", [], units)) == 0


def test_a_unit_without_tokens_is_no_error():
    """It matches nothing."""
    signals = TokenVectors(np.ones((1, 32), np.int8), np.array([[0, 3]], np.int32))
    units = Units.of("sentence", [[(0, 3), (4, 5)]])
    scores = MaxSim(TokenHashEncoder(), passage_share=0.0).rank("rye", [signals], units)
    assert scores[1] == -1.0


def test_fingerprint_follows_the_encoder():
    """Signals stored with another encoder are not taken for ours."""
    one, other = TokenHashEncoder(), TokenHashEncoder()
    other.fingerprint = "another"
    assert MaxSim(one).fingerprint != MaxSim(other).fingerprint


def test_states_of_zeros_match_nothing():
    """No division by zero."""
    zero = TokenStates(np.zeros((1, 8), np.float32), np.array([[0, 3]]))
    encoder = SimpleNamespace(encode_tokens=lambda texts: [zero] * len(texts), dim=8)
    signals = TokenVectors(np.zeros((1, 8), np.int8), np.array([[0, 3]], np.int32))
    scores = MaxSim(encoder).rank("rye", [signals], Units.of("sentence", [[(0, 3)]]))
    assert np.isfinite(scores).all()
