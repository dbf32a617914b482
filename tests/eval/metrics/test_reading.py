"""Scores of a reader's answers, by hand."""

import math

import pytest

from excerpt import Chain
from excerpt.eval.data.questions import Question
from excerpt.eval.metrics.reading import cited, failed_reading, faithful, reading_scores
from excerpt.models.readers import Answer

ROW = {
    "question": "What turns the stones?",
    "answers": ["the sails", "sails"],
    "passages": [{"text": "Rain fell on the barn."}, {"text": "Sails turn the stones."}],
}
QUESTION = Question.of(ROW, "q")
RESULT = Chain(["truncate"], template="numbered").compress(QUESTION.query, QUESTION.passages)


@pytest.mark.parametrize(
    ("answer", "words", "numbers"),
    [("sails [2]", "sails", (2,)), ("[1, 2] the sails [2]", "the sails", (1, 2)), ("x [y]", "x [y]", ())],
)
def test_citation_marks_are_numbers_in_brackets(answer, words, numbers):
    """Each number once, in order; other brackets stay."""
    assert cited(answer) == (words, numbers)


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("Sails [2]", 1.0),
        ("Sails [1]", 0.0),  # the passage it names does not say so
        ("Sails [1][2]", 1.0),
        ("Sails [7]", 0.0),  # there is no such passage
        ("sails", 1.0),  # cites nothing: anywhere in the context
        ("oxen", 0.0),
    ],
)
def test_a_faithful_answer_stands_in_what_it_cites(answer, wanted):
    """Passages go by the numbers that the reader saw."""
    assert faithful(answer, RESULT) == wanted


@pytest.mark.parametrize("answer", ["", "yes", "No [1]", "unknown", "the"])
def test_nothing_to_look_for_is_no_number(answer):
    """A refusal, a yes or a no is not found in a text."""
    assert math.isnan(faithful(answer, RESULT))


def test_all_four_scores():
    """Marks do not count; a sentence contains the answer without being it."""
    scores = reading_scores(QUESTION, RESULT, Answer("It is sails [2]"))
    assert (scores["exact_match"], scores["answer_contained"], scores["faithful"]) == (0.0, 1.0, 0.0)
    assert scores["f1"] == pytest.approx(0.5)  # one of three words, one of one


def test_without_accepted_answers_only_faithfulness_is_left():
    """And a failed chain has nothing right."""
    open_question = Question.of({**ROW, "answers": []}, "q")
    scores = reading_scores(open_question, RESULT, Answer("sails"))
    assert [name for name, value in scores.items() if not math.isnan(value)] == ["faithful"]
    failed = failed_reading(QUESTION)
    assert (failed["exact_match"], failed["f1"], failed["answer_contained"]) == (0.0, 0.0, 0.0)
    assert math.isnan(failed["constraints_met"])


def test_the_form_of_an_answer_is_measured_apart():
    """A wrong answer may keep to the form; only passages that were given can be cited."""
    question = Question.of({**ROW, "constraints": {"max_words": 2, "cite": True}}, "q")
    found = [
        reading_scores(question, RESULT, Answer(text))["constraints_met"] for text in ("oxen [1]", "oxen [9]")
    ]
    assert found == [1.0, 0.5]
    assert failed_reading(question)["constraints_met"] == 0.0
