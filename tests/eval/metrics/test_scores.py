"""Metrics against cases worked out by hand."""

import math

import pytest

from excerpt import Budget, Chain
from excerpt.eval.data.questions import Question
from excerpt.eval.metrics.scores import (
    METRICS,
    contains_answer,
    count_words,
    normalise,
    score,
    usable_answers,
)

TEXT = "Mills grind. Sails turn the stones. Wind is free."


def question(evidence: list[list[int]], answers: list[str], *more: str) -> Question:
    passages = [{"text": TEXT, "evidence": evidence}, *({"text": text} for text in more)]
    return Question.of({"id": 1, "question": "What turns?", "answers": answers, "passages": passages}, "row")


def kept(asked: Question, *spans: tuple[int, int]):
    """A result that keeps exactly these characters of the first passage."""

    class Keep:
        name = "keep"

        def compress(self, context, room):
            return context.narrow([spans, *[() for _ in context.passages[1:]]])

    return Chain([Keep()], guards=None).compress(asked.query, asked.passages)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. Army", "us army"),
        ("1,000 sails!", "1000 sails"),
        ("call retrace(self)", "call retrace self"),
        ("North–South", "north south"),
        ("  An  Other   A ", "other"),
        ("Straße", "strasse"),
        ("the", ""),
    ],
)
def test_normalise(text, expected):
    """Case, articles, punctuation and spaces go."""
    assert normalise(text) == expected


def test_answer_is_found_as_whole_words_only():
    """`art` does not stand in `party`."""
    assert contains_answer("A party, of art.", ["art"])
    assert not contains_answer("A party.", ["art"])


def test_answer_without_spaces_is_found_anywhere():
    """Chinese has no spaces to look for."""
    assert contains_answer("他住在上海市。", ["上海"])


def test_yes_no_and_empty_answers_are_not_usable():
    """A yes or no cannot be looked up, an article alone is nothing."""
    assert usable_answers(["Yes"]) == ()
    assert usable_answers(["no", "never"]) == ()
    assert usable_answers(["The", "the wind", "Wind"]) == ("wind",)


def test_half_of_the_evidence():
    """Evidence is `Mills grind.` (11 characters without the space) and `free.` (5); the first is kept."""
    asked = question([[0, 12], [44, 49]], ["mills"])
    found = score(asked, kept(asked, (0, 12)), 0.5)
    assert found.evidence_recall == pytest.approx(11 / 16)
    assert found.all_evidence == 0
    assert found.answer_recall == 1
    assert found.context_precision == 1


def test_white_space_is_not_evidence():
    """Dropping the space between two evidence sentences loses nothing."""
    asked = question([[0, 35]], [])
    found = score(asked, kept(asked, (0, 12), (13, 35)), 0.5)
    assert (found.evidence_recall, found.all_evidence) == (1, 1)
    assert math.isnan(found.answer_recall)


def test_precision_counts_characters_that_are_not_needed():
    """`Wind is free.` has 11 characters, `Wind` 4."""
    asked = question([[36, 40]], ["stones"])
    found = score(asked, kept(asked, (36, 49)), 0.5)
    assert found.context_precision == pytest.approx(4 / 11)
    assert (found.evidence_recall, found.answer_recall) == (1, 0)


def test_nothing_kept():
    """Nothing is recalled, and the precision of nothing is 0."""
    asked = question([[0, 12]], ["mills"])
    found = score(asked, kept(asked), 0.5)
    assert (found.evidence_recall, found.context_precision, found.answer_recall, found.kept_words) == (
        0,
        0,
        0,
        0,
    )


def test_failure_scores_zero_where_a_metric_applies():
    """A chain cannot gain by failing on the hard questions."""
    found = score(question([[0, 12]], ["yes"]), None, 0.5)
    assert (found.evidence_recall, found.all_evidence, found.gold_recall) == (0, 0, 0)
    assert math.isnan(found.answer_recall)
    assert math.isnan(found.kept_tokens)


def test_gold_recall_is_by_passage():
    """One of two gold passages has something left."""
    row = {"question": "q", "passages": [{"text": TEXT, "gold": True}, {"text": "b", "gold": True}, "c"]}
    asked = Question.of(row, "row")
    found = score(asked, kept(asked, (0, 5)), 0.5)
    assert found.gold_recall == 0.5
    assert math.isnan(found.evidence_recall)


def test_amounts():
    """2 of 9 words are kept; the ratio that was asked for was 0.25."""
    asked = question([], [])
    result = Chain(["truncate"]).compress(
        asked.query, asked.passages, budget=Budget(ratio=0.25, tokenizer=count_words)
    )
    found = score(asked, result, 0.25)
    assert found.kept_words == found.kept_tokens == pytest.approx(2 / 9)
    assert found.rate_adherence == pytest.approx(8 / 9)


def test_values_are_in_the_order_of_the_names():
    """The tables rely on it."""
    asked = question([[0, 12]], ["mills"])
    found = score(asked, kept(asked, (0, 12)), 0.5)
    assert dict(zip(METRICS, found.values(), strict=True))["evidence_recall"] == found.evidence_recall
