"""The fit to the budget: exact, full, by score."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from excerpt import BudgetError, Context, InputError, Passage
from excerpt.calibrated.knob import NearBest
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.words import split_words
from excerpt.layouts import layout
from excerpt.render import TEMPLATES
from excerpt.run.deadline import Deadline
from excerpt.run.fit import Limit, Room
from excerpt.tokens import resolve_tokenizer
from excerpt.values.types import Units

COUNTERS = {
    "bundled": resolve_tokenizer("bundled"),
    "words": resolve_tokenizer(lambda text: len(text.split())),
    "characters": resolve_tokenizer(len),
    # Merges across borders, as byte-pair encodings do: counts do not add up.
    "fours": resolve_tokenizer(lambda text: -(-len(text) // 4)),
}
passages = st.lists(st.text("ab 1.é中\n-", max_size=40), min_size=1, max_size=4)


def room(limit, counter, template="plain", order="document", *, slots=False):
    return Room("test", limit, layout(template, order, preserve_slots=slots), counter, Deadline())


def rendered(context, room):
    scores = [0.0] * len(context.passages)
    return room.layout.render(context.passages, context.kept, scores).text


@example(["", "1"], 17, "bundled", "sections", True, random.Random(1))
@settings(deadline=None, max_examples=150)
@given(
    passages,
    st.integers(0, 60),
    st.sampled_from(sorted(COUNTERS)),
    st.sampled_from(sorted(TEMPLATES)),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_the_limit_is_never_exceeded(texts, tokens, counter, template, slots, chance):
    """Whatever the tokenizer, the template and the scores."""
    context = Context.start("q", [Passage(text, title="T") for text in texts])
    units = Units.of("word", [split_words(text) for text in texts])
    scores = np.array([chance.random() for _ in range(len(units))])
    here = room(Limit(tokens), COUNTERS[counter], template, slots=slots)
    kept = here.fill(context, units, scores)
    text = rendered(kept, here)
    heads = COUNTERS[counter].count(rendered(context.narrow([()] * len(texts)), here))
    assert COUNTERS[counter].count(text) <= max(tokens, heads)


@settings(deadline=None, max_examples=150)
@given(passages, st.integers(0, 40), st.sampled_from(["bundled", "words", "characters"]))
def test_the_next_dropped_unit_would_not_fit(texts, tokens, counter):
    """Full: the best unit that was dropped does not fit beside what is kept."""
    context = Context.start("q", [Passage(text) for text in texts])
    units = Units.of("word", [split_words(text) for text in texts])
    scores = -np.arange(len(units), dtype=float)
    here = room(Limit(tokens), COUNTERS[counter])
    ranking = here.fill(context, units, scores).rankings[-1]
    dropped = np.flatnonzero(~ranking.kept)
    if len(dropped):
        more = ranking.kept.copy()
        more[dropped[0]] = True
        text = rendered(context.narrow(units.spans(more, len(texts))), here)
        assert COUNTERS[counter].count(text) > tokens


def test_better_units_come_first_and_ties_go_to_the_earlier():
    """By score, then by place."""
    context = Context.start("q", [Passage("a b c d")])
    units = Units.of("word", [[(0, 1), (2, 3), (4, 5), (6, 7)]])
    here = room(Limit(2), COUNTERS["words"])
    assert rendered(here.fill(context, units, np.array([0.0, 2.0, 2.0, 1.0])), here) == "b c"
    assert rendered(here.fill(context, units, np.zeros(4)), here) == "a b"


def test_what_does_not_fit_is_skipped_not_stopped_at():
    """A long best unit does not keep shorter ones out."""
    context = Context.start("q", [Passage("a b c. d")])
    units = Units.of("sentence", [[(0, 6), (7, 8)]])
    here = room(Limit(2), COUNTERS["words"])
    assert rendered(here.fill(context, units, np.array([2.0, 1.0])), here) == "d"


def test_units_that_are_not_eligible_stay_out():
    """Even when there is room."""
    context = Context.start("q", [Passage("a b")])
    units = Units.of("word", [[(0, 1), (2, 3)]])
    here = room(Limit(9), COUNTERS["words"])
    assert rendered(here.fill(context, units, np.zeros(2), np.array([False, True])), here) == "b"


@settings(deadline=None, max_examples=60)
@given(passages, st.integers(0, 40), st.integers(0, 6), st.sampled_from(sorted(COUNTERS)))
def test_no_passage_is_over_its_cap(texts, tokens, cap, counter):
    """The cap counts the passage's own text, exactly."""
    context = Context.start("q", [Passage(text) for text in texts])
    units = Units.of("word", [split_words(text) for text in texts])
    here = room(Limit(tokens, per_passage_max=cap), COUNTERS[counter])
    kept = here.fill(context, units, -np.arange(len(units), dtype=float))
    for index, spans in enumerate(kept.kept):
        only = context.narrow([spans if i == index else () for i in range(len(texts))])
        assert COUNTERS[counter].count(rendered(only, room(None, COUNTERS[counter]))) <= cap


def test_each_passage_gets_its_floor_before_scores_decide():
    """The second passage's units all score lower, and yet two of them are kept."""
    context = Context.start("q", [Passage("a b c d"), Passage("e f g h")])
    words = [(0, 1), (2, 3), (4, 5), (6, 7)]
    units = Units.of("word", [words, words])
    here = room(Limit(5, per_passage_min=2), COUNTERS["words"])
    kept = here.fill(context, units, -np.arange(8, dtype=float))
    assert rendered(kept, here) == "a b c\n\ne f"


@settings(deadline=None, max_examples=100)
@given(
    passages, st.integers(0, 30), st.sampled_from(sorted(COUNTERS)), st.sampled_from([None, 0, 1]), st.data()
)
def test_a_kept_unit_brings_its_parents(texts, tokens, counter, levels, data):
    """And pays for them: the limit holds, and what else would fit with its parents is kept too."""
    context = Context.start("q", [Passage(text) for text in texts])
    pieces = []
    for text in texts:
        spans = split_words(text)
        pieces.append([(*span, data.draw(st.integers(-1, number - 1))) for number, span in enumerate(spans)])
    units = Units.of("word", pieces, levels)
    scores = np.array(data.draw(st.permutations(range(len(units)))), dtype=np.float64)
    here = room(Limit(tokens), COUNTERS[counter])
    context = here.fill(context, units, scores)
    kept = context.rankings[0].kept
    brought = set()
    for index in np.flatnonzero(kept).tolist():
        brought.update(units.parents(index))
        assert levels is None or len(units.parents(index)) <= levels
    assert COUNTERS[counter].count(rendered(context, here)) <= tokens
    if levels is None:
        assert all(kept[index] for index in brought)
    assert (units.with_parents(kept) == kept).all() or levels is not None


def test_a_row_comes_with_its_header_or_not_at_all():
    """The header is paid for once; a row that fits only without it gives way to what fits."""
    text = "id name\n1 Ada\n2 Bo\nplain"
    spans = [(0, 7, -1), (8, 13, 0), (14, 18, 0), (19, 24, -1)]
    context, units = Context.start("q", [Passage(text)]), Units.of("row", [spans])
    wanted = {
        6: "id name\n1 Ada\n2 Bo",
        5: "id name\n2 Bo\nplain",
        4: "id name\n2 Bo",
        3: "id name\nplain",
        1: "plain",
    }
    for tokens, kept in wanted.items():
        here = room(Limit(tokens), COUNTERS["words"])
        assert rendered(here.fill(context, units, np.array([0.0, 2.0, 3.0, 1.0])), here) == kept
    whole = room(None, COUNTERS["words"]).fill(
        context, units, np.zeros(4), np.array([False, True, False, False])
    )
    assert whole.kept_texts() == ["id name1 Ada"]


def test_slots_that_alone_exceed_the_limit_leave_nothing():
    """The budget goes before the slots' text."""
    context = Context.start("q", [Passage("a", title="one two three")])
    here = room(Limit(2), COUNTERS["words"], "numbered", slots=True)
    assert here.fill(context, Units.of("word", [[(0, 1)]]), np.zeros(1)).kept == ((),)


def test_a_tokenizer_that_counts_nothing_as_something_is_named():
    """Special tokens would make every limit wrong."""
    context = Context.start("q", [Passage("a")])
    here = room(Limit(1), resolve_tokenizer(lambda text: len(text) + 2))
    with pytest.raises(BudgetError, match="counts 2 tokens in an empty text"):
        here.fill(context, Units.of("word", [[(0, 1)]]), np.zeros(1))


@pytest.mark.parametrize("cap", [0, 1])
def test_a_cap_below_what_an_empty_text_counts_comes_to_an_end(cap):
    """A tokenizer that adds two tokens to every text leaves nothing under such a cap, and the fit says so at once."""
    calls = iter(range(10_000))

    def count(text):
        next(calls)
        return len(text.split()) + 2

    context = Context.start("q", [Passage("a b"), Passage("c d")])
    units = Units.of("word", [[(0, 1), (2, 3)]] * 2)
    kept = room(Limit(9, per_passage_max=cap), resolve_tokenizer(count)).fill(context, units, np.zeros(4))
    assert kept.kept == ((), ())


@pytest.mark.parametrize(
    ("scores", "eligible", "message"),
    [
        ([1.0], None, r"needs one finite score for each of its 2 units, and got an array of shape \(1,\)"),
        ([[1.0], [2.0]], None, r"shape \(2, 1\)"),
        ([1.0, np.nan], None, "got nan for unit 1"),
        ([np.inf, 1.0], None, "got inf for unit 0"),
        (["a", "b"], None, "values of type <U1"),
        ([1.0, 2.0], [True], r"the selector gave an array of shape \(1,\) for 2 units"),
    ],
)
def test_scores_that_rank_nothing_are_refused(scores, eligible, message):
    """One finite number for each unit, from whoever scores."""
    context = Context.start("q", [Passage("a b")])
    here = room(Limit(5), COUNTERS["words"])
    with pytest.raises(InputError, match=message):
        here.fill(context, Units.of("word", [[(0, 1), (2, 3)]]), scores, eligible)


def filled(text, tokens, scores, spans, query="What does the ferry cost?"):
    """The text and what is said, of units of one passage in a room of so many words."""
    context, units = Context.start(query, [Passage(text)]), Units.of("sentence", [spans])
    here = replace(room(Limit(tokens), COUNTERS["words"]), guards=Guards())
    context = here.fill(context, units, np.array(scores))
    return rendered(context, here), context.notes


def test_the_best_part_of_what_does_not_fit_comes_before_filler():
    """And it is said; without a best unit that is too large nothing is."""
    text = "The ferry, which the town has run for longer than anyone remembers, costs 14 crowns. It rains. Trams run."
    end = text.index(" It rains")
    spans = [(0, end), (end + 1, end + 10), (end + 11, len(text))]
    best, notes = filled(text, 5, [2.0, 1.0, 1.0], spans)
    assert "costs 14 crowns." in best
    assert notes == (
        "passages[0]: a sentence of 15 tokens does not fit into a limit of 5: only its best part was kept",
    )
    assert filled(text, 5, [0.0, 2.0, 1.0], spans) == ("It rains. Trams run.", ())


def test_a_row_that_fits_alone_is_kept_whole_without_its_header():
    """In the place of its best part with the header, or of filler; and it is said."""
    text = "number name\n1 Ada, who is a miller\nIt rains."
    rows = [(0, 11, -1), (12, 34, 0), (35, 44, -1)]
    kept, notes = filled(text, 7, [0.0, 2.0, 1.0], rows, query="Who is Ada?")
    assert kept == "1 Ada, who is a miller"
    (note,) = notes
    assert note.endswith(
        "6 tokens, read with 2 more, does not fit into a limit of 7: it was kept without these"
    )
    kept, notes = filled(text, 8, [0.0, 2.0, 1.0], rows, query="Who is Ada?")
    assert (kept, notes) == ("number name\n1 Ada, who is a miller", ())


def test_the_nearest_of_the_parents_come_where_all_do_not_fit():
    """And how much of them is missing is said."""
    text = "a long title that nobody needs\nmill\n7 sacks of rye\nIt rains."
    rows = [(0, 30, -1), (31, 35, 0), (36, 50, 1), (51, 60, -1)]
    kept, notes = filled(text, 6, [0.0, 0.0, 2.0, 1.0], rows, query="How many sacks?")
    assert kept == "mill\n7 sacks of rye"
    assert notes[0].endswith(
        "4 tokens, read with 7 more, does not fit into a limit of 6: it was kept without 6 of these"
    )


def test_of_a_long_header_a_part_comes():
    """Its first line, where the row fits beside that; nothing of the row is missing then."""
    text = "sack price\n---- ---- ---- ---- ---- ----\nrye 7 crowns\nIt rains."
    rows = [(0, 40, -1), (41, 53, 0), (54, 63, -1)]
    kept, notes = filled(text, 10, [0.0, 2.0, 1.0], rows, query="What is the price of rye?")
    assert (kept, notes) == ("sack price\nrye 7 crowns\nIt rains.", ())


def test_what_is_left_out_whole_is_said():
    """A unit of which no part may be kept, and one that alone would do."""
    text = "Nobody says that the ferry which leaves at six costs 14 crowns or never did"
    kept, notes = filled(text, 4, [2.0], [(0, len(text))])
    assert kept == ""
    assert notes == (
        "passages[0]: a sentence of 15 tokens does not fit into a limit of 4, and no part of it does",
    )


def test_a_best_unit_that_the_last_tokens_cannot_hold_is_said():
    """Where nothing near its worth is kept."""
    _, notes = filled("a b c d\ne", 2, [9.0, 0.0], [(0, 7), (8, 9)], query="z")
    assert len(notes) == 1
    assert "the best unit was left out: passages[0], a sentence of 4 tokens" in notes[0]


def test_a_least_score_keeps_filler_out():
    """Though it fits; of scores of unknown scale by their spread, and the best unit always."""
    context, units = (
        Context.start("q", [Passage("a b c d")]),
        Units.of("word", [[(0, 1), (2, 3), (4, 5), (6, 7)]]),
    )
    scores = np.array([0.0, -1.0, -4.0, -9.0])
    for least, temperature, kept in (
        (-3.0, 1.0, "a b"),
        (-3.0, 2.0, "a b c"),
        (0.0, 1.0, "a"),
        (-2.0, None, "a b c"),
    ):
        here = replace(room(Limit(9), COUNTERS["words"]), rule=NearBest(least, temperature))
        assert rendered(here.fill(context, units, scores), here) == kept
