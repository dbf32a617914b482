import shutil

import numpy as np
import pytest

from excerpt.errors import DeadlineExceeded, InputError, ModelError
from excerpt.models.attention.encoder import EncoderProxy
from excerpt.models.attention.loading import load_proxy
from excerpt.models.attention.protocols import ProbeRequest

QUESTIONS = ["Who weighs the grain?", "When was the mill built, and by whom was it paid for?", "Rye?"]
CONTEXTS = [
    ("The miller weighs the grain. The wind blows.", ((0, 28), (29, 44))),
    (
        "The mill was built in 1903. Ada paid with 12 sacks of rye. Nobody counted.",
        ((0, 27), (28, 58), (59, 74)),
    ),
]
REQUESTS = [ProbeRequest(question, *context) for question in QUESTIONS for context in CONTEXTS]


@pytest.fixture(scope="module")
def proxy():
    return EncoderProxy("all-MiniLM-L6-v2", threads=2)


def content(features):
    return [
        (of.attention.tobytes(), of.mass.tobytes(), of.tokens.tolist(), of.context_tokens) for of in features
    ]


def test_the_bundled_encoder_has_six_layers_of_twelve_heads(proxy):
    """For two queries: 144 columns."""
    assert (proxy.layers, proxy.heads, proxy.queries) == (6, 12, ("question", "cls"))
    assert proxy.features(*vars_of(REQUESTS[0])).attention.shape == (2, 144)


def vars_of(request):
    return request.question, request.text, request.spans


def test_many_questions_and_contexts_together_are_as_each_alone(proxy):
    """Several questions on one context and on several, in any order, on one thread or two: the same bytes."""
    alone = content([EncoderProxy("all-MiniLM-L6-v2", threads=1).features(*vars_of(one)) for one in REQUESTS])
    assert content(proxy.features_many(REQUESTS)) == alone
    assert content(proxy.features_many(REQUESTS[::-1])) == alone[::-1]


def test_the_shares_of_all_sentences_make_one(proxy):
    """Where the sentences cover the context, attention times tokens sums to 1 in every layer and head."""
    found = proxy.features(*vars_of(REQUESTS[1]))
    assert (found.attention * found.tokens[:, None]).sum(axis=0) == pytest.approx(np.ones(144), abs=1e-5)
    assert (found.mass > 0).all()
    assert (found.mass < 1).all()


def test_a_sentence_of_characters_that_are_dropped_gets_nothing(proxy):
    """Zero-width characters have no tokens: 0, not a neighbour's attention."""
    found = proxy.features("Who?", "The mill. \u200b\u200b Rye.", [(0, 9), (10, 12), (13, 17)])
    assert found.tokens[1] == 0
    assert found.attention[1].tolist() == [0.0] * 144


def test_a_context_without_any_token_has_zeros(proxy):
    """Nothing to look at, and no division by zero."""
    found = proxy.features("Who?", "\u200b", [(0, 1)])
    assert found.context_tokens == 0
    assert not found.attention.any()


def test_without_a_question_both_queries_are_the_first_token(proxy):
    """An empty question is allowed."""
    found = proxy.features("", *CONTEXTS[0])
    assert found.attention[:, :72].tolist() == found.attention[:, 72:].tolist()


def test_what_does_not_fit_is_refused_and_never_cut(proxy):
    """The message has the numbers."""
    with pytest.raises(
        InputError, match=r"request 0: question and context have \d+ tokens, the window .* is 256"
    ):
        proxy.features("Who?", "rye " * 300, [(0, 4)])


def test_a_window_longer_than_the_model_was_made_for_is_refused():
    """And so is one that holds nothing."""
    for size in (4, 512):
        with pytest.raises(InputError, match=f"max_tokens is {size}"):
            EncoderProxy("all-MiniLM-L6-v2", max_tokens=size)


def test_a_check_that_raises_ends_the_call(proxy):
    """A deadline stops a long run between two windows."""

    def check():
        raise DeadlineExceeded

    with pytest.raises(DeadlineExceeded):
        proxy.features_many(REQUESTS, check=check)


def test_an_attention_graph_of_other_weights_is_refused(deep_encoder, tmp_path):
    """It points into model.onnx by offset: with another one it would read anything."""
    shutil.copytree(deep_encoder, tmp_path, dirs_exist_ok=True)
    content = bytearray((tmp_path / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"was not made from the model\.onnx beside it"):
        EncoderProxy(tmp_path).features("who", "the wind", [(0, 8)])


def test_an_encoder_without_an_attention_graph_is_told_how_to_get_one(deep_encoder, tmp_path):
    """The message names the command."""
    shutil.copytree(deep_encoder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "attention.onnx").unlink()
    with pytest.raises(ModelError, match="excerpt models attention"):
        load_proxy(tmp_path)


def test_the_fingerprint_is_that_of_the_files(deep_encoder, tmp_path):
    """The same in a copy under another name, another with another tokenizer."""
    shutil.copytree(deep_encoder, tmp_path, dirs_exist_ok=True)
    first = EncoderProxy(deep_encoder).fingerprint
    assert EncoderProxy(tmp_path).fingerprint == first
    with (tmp_path / "tokenizer.json").open("a") as file:
        file.write(" ")
    assert EncoderProxy(tmp_path).fingerprint != first
