"""Rows with the evidence that the bottleneck chooses."""

import pytest
from fakes.word_likelihood import WordLikelihood

from excerpt.errors import ConfigError, InputError
from excerpt.models.training.bottleneck.labels import label_rows
from excerpt.models.training.common.questions import read_question

ROW = {
    "id": 7,
    "question": "When was the mill built again?",
    "answers": ["1861"],
    "passages": [
        {
            "id": "a",
            "title": "Mill",
            "text": "The mill burned in 1859. It was built again in 1861. Rye grew.",
        },
        {"id": "b", "text": "Bees sleep in winter."},
    ],
}


def test_the_best_candidate_is_the_evidence():
    """What tells the answer and keeps least: the sentence, not the passage; other keys are carried through."""
    (row,) = label_rows([ROW], WordLikelihood())
    text = ROW["passages"][0]["text"]
    assert [text[start:end] for start, end in row["passages"][0]["evidence"]] == [
        "It was built again in 1861."
    ]
    assert row["passages"][1]["evidence"] == []
    assert row["id"] == 7
    assert row["bottleneck"]["candidate"] == "sentences"
    assert row["bottleneck"]["answer"] == pytest.approx(0.5)
    assert read_question(row, "row").evidence[0]  # the trainings read it


def test_nothing_helps():
    """No passage has the answer: no evidence."""
    (row,) = label_rows([{**ROW, "answers": ["Ada Brenn"]}], WordLikelihood())
    assert row["bottleneck"] == {"candidate": "none"}
    assert not any(passage["evidence"] for passage in row["passages"])


def test_wrong_rows():
    """The message has the number of the question."""
    with pytest.raises(InputError, match="question 2: answers: must be a list of strings"):
        list(label_rows([ROW, {**ROW, "answers": "1861"}], WordLikelihood()))
    with pytest.raises(ConfigError, match="beta"):
        list(label_rows([ROW], WordLikelihood(), beta=-1))
