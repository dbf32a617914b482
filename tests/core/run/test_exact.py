"""Exact counts of what a fit may keep."""

import numpy as np
import pytest

from excerpt.compressors.units.splitting import split
from excerpt.layouts import layout
from excerpt.run.exact import ExactCounts
from excerpt.tokens import resolve_tokenizer
from excerpt.values.types import Context, Passage

PASSAGES = (
    Passage("The mill was built in 1801. It burned  down twice. Nobody mourned.", title="Karsk mill"),
    Passage("Rye is a grass.\n\nIt grows on poor soil.", id="rye"),
    Passage("磨坊在河边。它很老。", title="磨坊"),
)


def counts(template="plain", tokenizer="bundled", *, slots=False):
    context = Context.start("Who built it?", PASSAGES)
    counter = resolve_tokenizer(tokenizer)
    how = layout(template, "document", preserve_slots=slots)
    units = split("sentence", context)
    return ExactCounts(context, units, how, counter, [0.0] * 3), context, units, how, counter


def choices(size):
    return [np.array([number >> place & 1 for place in range(size)], dtype=bool) for number in range(2**size)]


@pytest.mark.parametrize(
    ("template", "slots", "apart"),
    [
        ("plain", False, True),
        ("titled", False, True),
        ("numbered", True, True),
        ("numbered", False, False),
        ("xml", False, False),
        ("sections", False, False),
        ("sections", True, False),
    ],
)
def test_counts_are_those_of_the_rendered_text(template, slots, apart):
    """Of every choice, whether passages are counted by themselves or all together."""
    exact, context, units, how, counter = counts(template, slots=slots)
    assert exact.apart == apart
    for kept in choices(len(units)):
        text = how.render(context.passages, units.spans(kept, 3), [0.0] * 3).text
        assert exact.whole(kept) == counter.count(text)


def test_a_unit_more_costs_what_the_whole_text_grows_by():
    """With what opens its passage, where nothing of it is kept yet."""
    exact, _, units, _, _ = counts("titled")
    for kept in choices(len(units)):
        for index in np.flatnonzero(~kept).tolist():
            more = kept.copy()
            more[index] = True
            grown = exact.whole(more) - exact.whole(kept)
            assert exact.more(int(units.passage[index]), kept, more) == grown


def test_a_tokenizer_that_does_not_add_up_counts_the_whole_text():
    """A function of the caller's may count anything."""
    exact, *_ = counts(tokenizer=len)
    assert not exact.apart
