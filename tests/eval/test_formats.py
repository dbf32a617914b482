"""Published formats, in miniature."""

import gzip
import json

import pytest

from winnow.errors import InputError
from winnow.eval.formats import detect, read_questions
from winnow.eval.questions import Question

HOTPOT = {
    "_id": "h1",
    "question": "What turns?",
    "answer": "sails",
    "supporting_facts": [["Mill", 1], ["Gone", 0]],
    "context": [["Rain", ["Rain fell."]], ["Mill", ["Mills are old.", " Sails turn. "]]],
}
MUSIQUE = {
    "id": "m1",
    "question": "What turns?",
    "answer": "sails",
    "answer_aliases": ["the sail"],
    "answerable": True,
    "question_decomposition": [{"answer": "sails", "paragraph_support_idx": 1}],
    "paragraphs": [
        {"idx": 0, "title": "Rain", "paragraph_text": "Sails got wet.", "is_supporting": False},
        {"idx": 1, "title": "Mill", "paragraph_text": "Mills are old. Sails turn.", "is_supporting": True},
    ],
}
NQ = {
    "question": "What turns?",
    "answers": ["sails"],
    "ctxs": [
        {"id": "1", "title": "Rain", "text": "Sails got wet.", "isgold": False},
        {"id": "2", "title": "Mill", "text": "Mills are old. Sails turn.", "isgold": True},
    ],
}
SQUAD = {
    "title": "Mill",
    "paragraphs": [
        {
            "context": "Rain fell.",
            "qas": [{"id": "s0", "question": " Who? ", "answers": [], "is_impossible": True}],
        },
        {
            "context": "Mills are old. Sails turn.",
            "qas": [
                {
                    "id": "s1",
                    "question": "What turns?",
                    "answers": [{"text": "Sails", "answer_start": 15}] * 2,
                }
            ],
        },
    ],
}


def evidence(row):
    asked = Question.of(row, "row")
    return [
        [p.text[a:b] for a, b in of_one] for p, of_one in zip(asked.passages, asked.evidence, strict=True)
    ]


def save(path, value, *, lines):
    text = "".join(json.dumps(one) + "\n" for one in value) if lines else json.dumps(value)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "value", "lines"),
    [
        ("hotpot.json", [HOTPOT], False),
        ("musique.jsonl", [MUSIQUE], True),
        ("nq.jsonl.gz", [NQ], True),
        ("squad.json.gz", {"version": "2", "data": [SQUAD]}, False),
    ],
)
def test_evidence_is_the_sentence_with_the_answer(tmp_path, name, value, lines):
    """Every format ends in the same place, told from its first object."""
    row = list(read_questions(save(tmp_path / name, value, lines=lines)))[-1]
    assert row["question"] == "What turns?"
    assert row["answers"][0].lower() == "sails"
    assert evidence(row)[-1] == ["Sails turn."]
    assert evidence(row)[0] == []


def test_squad_candidates_are_the_whole_article(tmp_path):
    """And a question without an answer has no gold."""
    first, _ = read_questions(save(tmp_path / "squad.json", {"data": [SQUAD]}, lines=False))
    assert (len(first["passages"]), first["answers"], first["question"]) == (2, [], "Who?")
    assert not any(one["gold"] for one in first["passages"])


def test_hotpot_sentences_without_spaces_are_spaced(tmp_path):
    """2WikiMultihopQA writes sentences without the space between them."""
    wiki = {**HOTPOT, "context": [["Mill", ["Mills are old.", "Sails turn."]]]}
    [row] = read_questions(save(tmp_path / "wiki.json", [wiki], lines=False))
    assert row["passages"][0]["text"] == "Mills are old. Sails turn."
    assert evidence(row) == [["Sails turn."]]


def test_own_form_is_unchanged(tmp_path):
    """Read from JSON lines."""
    row = {"id": 1, "question": "q", "passages": ["p"], "more": {"a": 1}}
    assert list(read_questions(save(tmp_path / "own.jsonl", [row], lines=True))) == [row]


@pytest.mark.parametrize(
    ("value", "form", "said"),
    [
        ([{"a": 1}], None, "line 1: the format is not one of"),
        (
            [NQ, {"ctxs": [{}], "answers": []}],
            None,
            "line 2 as nq-multidoc: has no 'title'",
        ),
        ([NQ], "squad", "line 1 as squad: has no 'paragraphs'"),
        ([NQ], "csv", "there is no 'csv'"),
    ],
)
def test_wrong_objects_are_named(tmp_path, value, form, said):
    """With their line and what is missing."""
    with pytest.raises(InputError, match=said):
        list(read_questions(save(tmp_path / "bad.jsonl", value, lines=True), form))


@pytest.mark.parametrize("text", ["{", '"text"', "[3]"])
def test_wrong_json_files_are_named(tmp_path, text):
    """Not JSON, not a list, not of objects."""
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(InputError, match=r"bad\.json"):
        list(read_questions(tmp_path / "bad.json"))


def test_detect_tells_squad_from_musique():
    """Both have paragraphs."""
    assert (detect(SQUAD), detect(MUSIQUE)) == ("squad", "musique")
