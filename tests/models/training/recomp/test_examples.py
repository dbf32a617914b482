import json

import numpy as np
import pytest

from excerpt.compressors.units.sentences import split_sentences
from excerpt.errors import InputError
from excerpt.models.training.recomp.examples import QuestionSentences, hard_triples, read_candidates, recall

TEXT = "The mill was built in 1861. It has four sails. Anna built it."


def candidates(tmp_path, **row):
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps({"question": "who built it"} | row) + "\n\n")
    return list(read_candidates(path, split_sentences))


def by_length(texts):
    """A vector for each text: longer ones are more similar to everything."""
    return np.array([[len(text)] for text in texts], dtype=np.float32)


def test_sentences_with_evidence_are_useful(tmp_path):
    """The title stands before each; an unmarked sentence with the answer is neither useful nor not."""
    passage = {"title": "Mill", "text": TEXT, "evidence": [[47, 52]]}
    (found,) = candidates(tmp_path, passages=[passage], answers=["1861"])
    assert found == QuestionSentences("who built it", ("Mill Anna built it.",), ("Mill It has four sails.",))


def test_without_evidence_sentences_with_an_answer_are_useful(tmp_path):
    """As whole words, whatever their case and punctuation."""
    (found,) = candidates(tmp_path, passages=[TEXT, "Annabel sails."], answers=["ANNA", "yes"])
    assert found.useful == ("Anna built it.",)
    assert found.others == ("The mill was built in 1861.", "It has four sails.", "Annabel sails.")


@pytest.mark.parametrize("row", [{"answers": ["Bert"]}, {"answers": []}, {}])
def test_a_question_without_a_useful_sentence_teaches_nothing(tmp_path, row):
    """It is passed over."""
    assert candidates(tmp_path, passages=[TEXT], **row) == []


def test_a_sentence_is_never_both(tmp_path):
    """A passage that repeats the evidence does not make it a negative."""
    marked = {"text": "Anna built it. It has sails.", "evidence": [[0, 14]]}
    (found,) = candidates(tmp_path, passages=[marked, "Anna built it."])
    assert found == QuestionSentences("who built it", ("Anna built it.",), ("It has sails.",))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"passages": [{"text": "x", "evidence": [3]}]}, r"passages\[0\].evidence"),
        (
            {"passages": ["y", {"text": "x", "evidence": [[0, 9]]}]},
            r"passages\[1\].evidence: .* 1 characters, got",
        ),
        ({"passages": [{"text": "x", "evidence": [[1, 0]]}]}, r"passages\[0\].evidence"),
        ({"passages": [{"text": "x", "evidence": [[0, 0.9]]}]}, r"passages\[0\].evidence"),
        ({"passages": [{"text": "x", "evidence": 3}]}, r"passages\[0\].evidence"),
        ({"passages": ["x"], "answers": "x"}, "answers: must be"),
        ({}, "passages: is missing"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path, row, said):
    """And its field."""
    with pytest.raises(InputError, match=f"line 1: {said}"):
        candidates(tmp_path, **row)


def test_negatives_are_the_most_similar_others():
    """Each useful sentence with each of them."""
    question = QuestionSentences("q", ("a", "b"), ("short", "the longest of all", "middling"))
    found = [triple[1:] for triple in hard_triples([question], by_length, 2)]
    assert found == [
        ("a", "the longest of all"), ("a", "middling"), ("b", "the longest of all"), ("b", "middling"),
    ]  # fmt: skip


def test_recall_counts_useful_sentences_among_the_best():
    """One of two in the first, both in the first three; the second question's only one comes second."""
    first = QuestionSentences("q", ("the longest", "long"), ("x", "y"))
    second = QuestionSentences("q", ("middle",), ("longest", "x"))
    assert recall([first, second], by_length) == {"recall@1": 0.25, "recall@3": 1.0}
