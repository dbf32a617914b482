"""Rewritten text and vectors as values: what they hold, what they cost, and what may follow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt import Context, Passage
from excerpt.errors import InputError
from excerpt.render import render_rewritten
from excerpt.values.rewritten import Rewritten, WrittenSentence
from excerpt.values.soft import SoftContext, SoftPassage
from excerpt.values.spans import Span

PASSAGES = (Passage("It burned. It rained."), Passage("Rye grows."))
COPIED = WrittenSentence("It burned.", 1.0, (0,), Span(0, 10))
WRITTEN = WrittenSentence("Grass is grown here.", 0.7, (1, 0))


class Characters:
    name = "characters"

    def count(self, text):
        return len(text)

    def count_many(self, texts):
        return list(map(len, texts))


def soft(count):
    return SoftContext(tuple(SoftPassage(index, np.zeros(2, np.float32)) for index in range(count)), "r")


def test_a_rewritten_context_keeps_what_it_quotes():
    """And the text is its sentences."""
    context = Context.start("q", PASSAGES).rewrite(Rewritten("w", (WRITTEN, COPIED), (0, 1)))
    assert context.kept == ((Span(0, 10),), ())
    assert context.rewritten.text == "Grass is grown here. It burned."
    assert context.rewritten.passages == (0, 1)


def test_copied_sentences_are_pieces():
    """At their place in the text."""
    (piece,) = render_rewritten(Rewritten("w", (WRITTEN, COPIED))).pieces
    assert piece == (21, 31, 0, 0)


def test_nothing_can_be_cut_out_of_rewritten_text():
    """There are no spans left."""
    context = Context.start("q", PASSAGES).rewrite(Rewritten("w", (WRITTEN,)))
    with pytest.raises(InputError, match="w has rewritten the passages"):
        context.narrow([(), ()])


def test_only_what_is_kept_can_be_quoted():
    """A dropped passage stays dropped."""
    context = Context.start("q", PASSAGES).narrow([(), (Span(0, 10),)])
    with pytest.raises(InputError, match="may only keep less"):
        context.rewrite(Rewritten("w", (COPIED,)))


@given(st.integers(0, 60))
def test_a_text_is_cut_at_the_end_of_a_sentence(tokens):
    """As late as the limit allows."""
    whole = Rewritten("w", (WRITTEN, COPIED, WRITTEN))
    cut = whole.within(tokens, Characters())
    assert cut.sentences == whole.sentences[: len(cut.sentences)]
    assert len(cut.text) <= tokens
    following = " ".join(sentence.text for sentence in whole.sentences[: len(cut.sentences) + 1])
    assert cut == whole or len(following) > tokens


@given(st.integers(1, 8), st.integers(0, 20))
def test_vectors_that_fit_are_as_many_as_can(count, tokens):
    """One token each, and what stands between."""
    fitting = soft(count).within(tokens, Characters())
    kept = 0 if fitting is None else len(fitting)
    assert kept == min(count, (tokens + 1) // 2)
    assert fitting is None or fitting.tokens(Characters()) == 2 * kept - 1 <= tokens


def test_vectors_and_text_cost_what_the_prompt_writes():
    """Marks, separators, the gap and the text."""
    assert soft(3).tokens(Characters(), "Rye.") == 3 + 2 + len("\n\nRye.")
    assert soft(3).overhead(Characters()) == 3 + 2 + 2


def test_a_passage_that_stands_as_a_vector_has_no_text():
    """The others keep theirs."""
    context = Context.start("q", PASSAGES).soften(soft(1))
    assert context.kept == ((), (Span(0, 10),))
    assert not context.is_empty
