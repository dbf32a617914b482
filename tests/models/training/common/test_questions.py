"""Rows of questions: their evidence, and which sentences it makes relevant."""

import pytest

from excerpt.errors import InputError
from excerpt.models.training.common.questions import evenly_spread, evidence_spans, read_question, relevance
from excerpt.values.spans import Span
from excerpt.values.types import Passage, Units


def test_answers_serve_where_there_is_no_evidence():
    """Whole-word occurrences count, parts of words and yes do not."""
    passages = (Passage("Adam knew Ada. ADA built it."), Passage("Yes."))
    found = evidence_spans(passages, ["Ada", "yes"], "row")
    assert found == [(Span(10, 13), Span(15, 18)), ()]


def test_an_answer_that_is_no_list_is_refused():
    """Its letters would be taken for answers."""
    with pytest.raises(InputError, match="row 3: answers: must be a list of strings, got 'Ada'"):
        evidence_spans((Passage("Adam knew Ada."),), "Ada", "row 3")


def test_half_a_sentence_is_not_relevant_but_a_whole_span_is():
    """Evidence cut by a border goes to the sentence that has most of it."""
    units = Units.of("sentence", [[(0, 10), (11, 30)]])
    assert relevance(units, [(Span(8, 30),)]).tolist() == [0, 1]
    assert relevance(units, [(Span(2, 4),)]).tolist() == [1, 0]


@pytest.mark.parametrize("span", [[0, 99], [3, 1], ["a", 2], 5, [1]])
def test_wrong_spans_are_named(span):
    """The message has the row and the span."""
    row = {"question": "Who?", "passages": [{"text": "Rye.", "evidence": [span]}]}
    with pytest.raises(InputError, match=r"row 7: evidence of passage .*expected \[start, end\]"):
        read_question(row, "row 7")


def test_a_missing_question_is_named():
    """The message has the keys that are there."""
    with pytest.raises(InputError, match="row 7: question: is missing; the keys are text"):
        read_question({"text": "x"}, "row 7")


def test_rows_are_taken_evenly():
    """From the first on; all where there are fewer, or no number is given."""
    assert evenly_spread(list("abcdefgh"), 3) == ["a", "c", "f"]
    assert evenly_spread([1, 2], 5) == evenly_spread([1, 2], None) == [1, 2]
    assert evenly_spread([], 3) == []
