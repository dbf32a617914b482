import json

import pytest

from excerpt.compressors.units.sentences import split_sentences
from excerpt.errors import InputError
from excerpt.models.training.pruner.corpus import corpus_pairs
from excerpt.models.training.pruner.examples import hardest, read_pairs

MILL = "The mill was built by Ada Brenn. It grinds rye. Ada Brenn painted it."
EVIDENCE = [[0, 32]]
PASSAGES = [
    {"title": "Mill", "text": MILL, "evidence": EVIDENCE},
    {"title": "Rye", "text": "Rye is a grass that somebody built."},
    {"title": "Wind", "text": "The wind built the mill of sand."},
    {"title": "Brenn", "text": "Here Ada Brenn stands for nothing."},
]
QUESTION = "Who built the mill?"


def pairs(tmp_path, *rows, negatives=1.0):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(read_pairs(path, negatives))


def row(**changes):
    return {"question": QUESTION, "answers": ["Ada Brenn"], "passages": PASSAGES} | changes


def test_evidence_is_kept_and_holds_the_answer(tmp_path):
    """The same name outside of the evidence is no answer."""
    helping = pairs(tmp_path, row())[0][0]
    assert (helping.title, helping.relevant, helping.keep) == ("Mill", True, ((0, 32),))
    assert [MILL[start:end] for start, end in helping.answers] == ["Ada Brenn"]
    assert helping.answers[0].start < 32


def test_the_negative_is_hard_and_has_no_answer(tmp_path):
    """It shares most of the question's words; what holds the answer is left out."""
    found = pairs(tmp_path, row(), negatives=2)[0]
    assert [pair.title for pair in found] == ["Mill", "Wind", "Rye"]
    assert found[1][3:] == (False, (), ())


def test_parts_of_a_negative(tmp_path):
    """Every other question has one."""
    found = pairs(tmp_path, row(), row(), row(), row(), negatives=0.5)
    assert [len(pairs) for pairs in found] == [1, 2, 1, 2]


def test_gold_without_evidence_teaches_relevance_only(tmp_path):
    """Nobody said what of it is needed."""
    passages = [{"text": "A story.", "gold": True}, PASSAGES[2]]
    helping, other = pairs(tmp_path, row(passages=passages))[0]
    assert (helping.relevant, helping.keep, helping.answers) == (True, None, None)
    assert other.answers == ()


def test_a_passage_that_helps_may_lack_the_answer(tmp_path):
    """The first hop of two: it is kept, and a reader finds nothing in it."""
    helping = pairs(tmp_path, row(answers=["Torvik"]))[0][0]
    assert (helping.keep, helping.answers) == (((0, 32),), ())


@pytest.mark.parametrize("answers", [["yes"], []])
def test_answers_that_cannot_be_found_are_unknown(tmp_path, answers):
    """Neither a yes nor a question without short answers teaches where an answer ends."""
    assert pairs(tmp_path, row(answers=answers))[0][0].answers is None


def test_without_marks_the_answer_is_evidence(tmp_path):
    """Of what is around it nothing is known."""
    passages = [{key: one[key] for key in ("title", "text")} for one in PASSAGES]
    found = pairs(tmp_path, row(passages=passages))[0]
    assert [(pair.title, pair.relevant) for pair in found][:2] == [("Mill", True), ("Brenn", True)]
    assert found[0].keep is None
    assert len(found[0].answers) == 2


def test_an_unanswerable_question_has_a_negative(tmp_path):
    """The one that looks best."""
    found = pairs(tmp_path, row(answers=[], passages=PASSAGES[1:]))[0]
    assert [(pair.title, pair.relevant, pair.answers) for pair in found] == [("Wind", False, ())]


def test_a_wrong_line_is_named(tmp_path):
    """With its number and the field."""
    with pytest.raises(InputError, match=r"rows.jsonl, line 2: answers: must be a list of strings"):
        pairs(tmp_path, row(), row(answers="Ada"))


def test_rare_words_decide():
    """A word that all hold says nothing."""
    texts = ["the mill", "the mill and the wind", "the the the"]
    assert hardest("the wind of the mill", texts, 2) == [1, 0]


def test_a_sentence_asks_for_the_rest(tmp_path):
    """A name that stands elsewhere too gives way to a question word, and is the answer there."""
    lines = [
        {"title": "Mill", "text": "They met in Torvik. Then Torvik burnt. The port of Torvik was lost."},
        {"title": "Sand", "text": "Sand is small. It is yellow. It met nobody."},
        {"title": "Short", "text": "One sentence."},
    ]
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    (asked, negative), (plain, _) = corpus_pairs(path, split_sentences, seed=3)
    assert "Torvik" not in asked.question
    assert [asked.text[start:end] for start, end in asked.answers] == ["Torvik"] * 2
    kept = [asked.text[start:end] for start, end in asked.keep]
    assert len(kept) == 2
    assert all("Torvik" in sentence for sentence in kept)
    assert (negative.question, negative.relevant) == (asked.question, False)
    assert (plain.keep, plain.answers) == (None, None)
    assert plain.question not in plain.text
