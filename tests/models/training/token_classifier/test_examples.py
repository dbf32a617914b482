import json

import pytest

from excerpt.errors import InputError
from excerpt.models.training.token_classifier.examples import Labelled, merged, read_labelled


def labelled(tmp_path, *rows):
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return list(read_labelled(path))


def words(found, label):
    return [found.text[start:end] for start, end, kept in found.marks if kept == label]


def test_pairs_have_a_label_for_each_word(tmp_path):
    """Words between white space, as `keep` counts them."""
    (found,) = labelled(tmp_path, {"source": "the old  mill turned", "keep": [0, 0, 1, 1]})
    assert (words(found, 1), words(found, 0)) == (["mill", "turned"], ["the", "old"])


def test_marks_are_taken_as_they_are(tmp_path):
    """What `excerpt distill` writes."""
    (found,) = labelled(tmp_path, {"source": "old mill.", "marks": [[0, 3, 0], [4, 8, 1], [8, 9, 1]]})
    assert found.marks == ((0, 3, 0), (4, 8, 1), (8, 9, 1))


@pytest.mark.parametrize(
    "marks",
    [None, [[0, 3]], [[0, 3, 2]], [[0, 99, 1]], [[3, 3, 1]], [[4, 8, 1], [0, 3, 1]], [[0, True, 1]], "no"],
)
def test_wrong_marks_are_named_with_their_line(tmp_path, marks):
    """Outside the text, out of order, or no marks at all."""
    with pytest.raises(InputError, match="line 1: marks must be"):
        labelled(tmp_path, {"source": "old mill", "marks": marks})


@pytest.mark.parametrize("keep", [None, [1], [0, 2], "01", [[0], 1]])
def test_wrong_keep_is_named_with_its_line(tmp_path, keep):
    """One 0 or 1 for each word."""
    with pytest.raises(InputError, match="line 1: keep must have"):
        labelled(tmp_path, {"source": "old mill", "keep": keep})


def test_another_kind_of_row_is_refused(tmp_path):
    """With the keys that it has."""
    with pytest.raises(InputError, match=r"line 1: neither .* body"):
        labelled(tmp_path, {"body": "x"})


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            {"passages": [{"text": "a mill", "evidence": [[2, 60]]}]},
            r"passages\[0\]\.evidence: .* 6 characters",
        ),
        ({"passages": [{"text": "a mill", "evidence": "mill"}]}, r"passages\[0\]\.evidence"),
        ({"passages": ["a mill"], "answers": "mill"}, "answers: must be a list"),
        ({"passages": [{"title": "Mill"}]}, r"passages\[0\]"),
    ],
)
def test_a_wrong_question_is_named_with_its_line(tmp_path, row, said):
    """Labels outside of the text would be labels of nothing."""
    with pytest.raises(InputError, match=rf"line 1: {said}"):
        labelled(tmp_path, {"question": "what is it", **row})


def test_evidence_keeps_what_the_answer_needs(tmp_path):
    """Answer, words of the question, names, numbers; words without content go; of the others nothing is known."""
    text = "Nobody asked. The mill of Anna was slowly rebuilt in 1861 by masons."
    passage = {"text": text, "evidence": [[14, len(text)]]}
    row = {
        "question": "who rebuilt the mill",
        "answers": ["masons"],
        "passages": [passage, "no evidence here"],
    }
    (found,) = labelled(tmp_path, row)
    assert words(found, 1) == ["mill", "Anna", "rebuilt", "1861", "masons."]
    assert words(found, 0) == ["The", "of", "was", "in", "by"]


def test_a_text_with_several_questions_is_one_text():
    """What any of them needs is kept; first seen, first listed."""
    first = Labelled("old mill", ((0, 3, 0), (4, 8, 1)))
    second = Labelled("old mill", ((0, 3, 1),))
    other = Labelled("rye", ((0, 3, 1),))
    assert merged([first, other, second]) == [Labelled("old mill", ((0, 3, 1), (4, 8, 1))), other]
