"""The best part of a unit that does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.best_parts import best_parts
from excerpt.render import kept_text
from excerpt.tokens import resolve_tokenizer
from excerpt.values.spans import Span, intersect

WORDS = resolve_tokenizer(lambda text: len(text.split()))


def kept(query, text, tokens, **options):
    parts = best_parts(
        query, text, Span(0, len(text)), tokens=tokens, counter=WORDS, guards=Guards(), **options
    )
    return kept_text(text, [Span(start, end) for start, end, _ in parts])


def test_what_fits_is_kept_whole():
    """Nothing is cut without need."""
    assert kept("q", "Two words, or three.", 4) == "Two words, or three."


def test_lines_of_a_record_come_with_their_first():
    """Those that match, in the order of the text; the first line is their parent."""
    text = "def pay(sum):\n    fee = 2\n    tax = sum * rate\n    return sum + tax"
    parts = best_parts("What is the tax rate?", text, Span(0, len(text)), tokens=7, counter=WORDS)
    assert [text[start:end] for start, end, _ in parts] == ["def pay(sum):", "tax = sum * rate"]
    assert [parent for *_, parent in parts] == [-1, 0]


def test_the_first_line_stays_out_where_only_the_best_fits():
    """A line that answers is worth more than a heading without it."""
    assert kept("tax rate", "a b c d e f\ntax rate is low", 5) == "tax rate is low"


def test_sentences_of_a_passage():
    """The one that matches, not the first."""
    assert (
        kept("Who fixed the roof?", "Rain came in. Ann fixed the roof. It held.", 4) == "Ann fixed the roof."
    )


def test_a_clause_is_taken_before_words():
    """From comma to comma, where that fits."""
    text = "After the flood of spring, the mayor sold the town hall, which stood empty for years."
    assert kept("Who sold the hall?", text, 8) == "the mayor sold the town hall,"


def test_a_run_of_words_is_one_run():
    """Around what matches, and never scattered."""
    text = (
        "the committee that met in the old barn near the river agreed on a new ferry timetable for the summer"
    )
    run = kept("Which timetable was agreed?", text, 8)
    assert run in text
    assert "timetable" in run


def test_a_number_is_not_cut():
    """Nor its unit."""
    text = "the engine that workers of the northern yard built for the harbour weighs 12.5 tonnes without its boiler"
    assert "12.5 tonnes" in kept("How much does the engine weigh?", text, 6)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "Who may enter?",
            "Not one of the visitors who came by boat in the early morning may enter the vault",
        ),
        (
            "Does the rule apply?",
            "The rule on fees and on deposits does not, whatever the clerk says, apply to schools",
        ),
        (
            "May guests smoke?",
            "Guests may under no circumstances that the owner can think of smoke in the rooms",
        ),
    ],
)
@pytest.mark.parametrize("tokens", range(1, 12))
def test_a_negation_is_not_left_behind(question, text, tokens):
    """Of a sentence that denies something, nothing is kept without its negation."""
    part = kept(question, text, tokens)
    negation = next(word for word in ("Not one", "does not", "no circumstances") if word in text)
    assert part == "" or negation in part


def test_what_stands_behind_a_semicolon_holds_by_itself():
    """A negation on the other side is no matter."""
    text = "Cats are not let in by anyone at the door of the house; dogs may sleep in the hall"
    assert kept("Where may dogs sleep?", text, 7) == "dogs may sleep in the hall"


def test_sentences_are_left_whole_where_they_must_be():
    """Where something better is kept already, half a sentence says little."""
    assert kept("roof", "Ann fixed the old roof of the mill", 4, sentences=False) == ""


@given(st.text("ab .,;\n12-not", max_size=120), st.integers(0, 20))
def test_parts_fit_and_cut_nothing_protected(text, tokens):
    """Whatever the text: in order, inside it, within the tokens, each with an earlier parent or none."""
    span = Span(len(text) - len(text.lstrip()), len(text.rstrip()))
    if span.start >= span.end:
        return
    guards = Guards()
    parts = best_parts("a not 12", text, span, tokens=tokens, counter=WORDS, guards=guards)
    spans = [Span(start, end) for start, end, _ in parts]
    assert WORDS.count(kept_text(text, spans)) <= tokens
    assert spans == sorted(spans)
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    assert all(-1 <= parent < number for number, (*_, parent) in enumerate(parts))
    for protected in guards.protected(text) if parts else ():
        inside = intersect([protected], spans)
        assert (
            not inside or inside == (protected,) or protected.end > span.end or protected.start < span.start
        )
