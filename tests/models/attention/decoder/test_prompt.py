"""Prompts: what stands where, and what fits."""

from itertools import pairwise

import pytest
import tokenizers
from fakes.strategies import hostile_text
from fakes.tiny_decoders import make_decoder
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt.errors import InputError, ModelError
from excerpt.models.attention.decoder.prompt import SENTINEL_TEMPLATE, DecoderPrompt, PromptTemplate
from excerpt.models.attention.protocols import ProbeRequest


@pytest.fixture(scope="module", params=["qwen2", "llama"])
def prompt(request, tmp_path_factory):
    """With the authors' template; one tokenizer that begins with a token of its own, and one that does not."""
    return DecoderPrompt(
        make_decoder(tmp_path_factory.mktemp("prompt"), request.param), PromptTemplate(SENTINEL_TEMPLATE)
    )


def spelled(prompt, ids):
    return tokenizers.Tokenizer.from_file(str(prompt.path)).decode(ids, skip_special_tokens=False)


def test_the_prompt_is_the_authors_to_the_letter(prompt):
    """Its last token ends the cue."""
    found = prompt.tokenise(ProbeRequest("who?", "A miller.", ((0, 9),)), "request 0")
    cue = "Answer the following question based on the given information with one or few words: who?\nAnswer:"
    written = f"Given the following information: A miller.\n{cue}"
    assert prompt.template.write("who?", "A miller.")[0] == written
    assert spelled(prompt, found.ids).removeprefix("<s>") == written


def test_braces_of_a_text_are_text():
    """Neither a question nor a context is a template."""
    assert PromptTemplate("{question} {x} {context}").write("{context}", "{question}") == (
        "{context} {x} {question}",
        14,
    )


@pytest.mark.parametrize("text", ["{context}", "{question}", "{context}{question}{context}", ""])
def test_a_template_has_each_place_once(text):
    """Else it is refused."""
    with pytest.raises(InputError, match="once each"):
        PromptTemplate(text)


@given(question=hostile_text(8), text=hostile_text(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_every_sentence_has_the_tokens_of_its_characters(prompt, question, text, data):
    """Decoded, they hold the sentence, and at most a part of a token more on either side."""
    cuts = sorted({0, len(text), *data.draw(st.lists(st.integers(0, len(text)), max_size=4))})
    spans = tuple(pairwise(cuts))
    found = prompt.tokenise(ProbeRequest(question, text, spans), "request 0")
    for (start, end), (first, last) in zip(spans, found.bins, strict=True):
        assert text[start:end] in spelled(prompt, found.ids[first:last])
    assert all(found.context[0] <= first <= last <= found.context[1] for first, last in found.bins)


@given(question=hostile_text(8), text=hostile_text())
@settings(max_examples=60, deadline=None)
def test_what_fits_in_the_room_fits_in_the_window(prompt, question, text):
    """Whatever the tokens at the seams become."""
    found = prompt.tokenise(ProbeRequest(question, text, ()), "request 0")
    beside = prompt.room(question, 10_000)
    assert len(found.ids) <= 10_000 - beside + prompt.count([text])[0]


def test_a_missing_tokenizer_is_named(tmp_path):
    """With its path."""
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing"):
        DecoderPrompt(tmp_path, PromptTemplate(SENTINEL_TEMPLATE))
