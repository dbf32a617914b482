"""Published formats, in miniature."""

import gzip
import json

import pytest

from excerpt.errors import InputError
from excerpt.eval.data.formats import detect, read_questions
from excerpt.eval.data.questions import Question

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
    return [[p.text[a:b] for a, b in spans] for p, spans in zip(asked.passages, asked.evidence, strict=True)]


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


MEETING = {
    "general_query_list": [{"query": "Sum up.", "answer": "They talked."}],
    "specific_query_list": [
        {"query": "Who pays?", "answer": "The mill pays.", "relevant_text_span": [["1", "2"]]}
    ],
    "meeting_transcripts": [
        {"speaker": name, "content": text}
        for name, text in [("Ada", "Good day."), ("Bo", "Who pays?"), ("Ada", "We do."), ("Bo", "Fine.")]
    ],
}


def test_qmsum_turns_are_passages(tmp_path):
    """Both ends of a marked range are gold; a general question marks none. One meeting a file, or a line."""
    for name, text in (("m.json", json.dumps(MEETING, indent=1)), ("m.jsonl", json.dumps(MEETING))):
        (tmp_path / name).write_text(text)
        general, specific = read_questions(tmp_path / name)
        assert Question.of(general, "x").gold == ()
        assert Question.of(specific, "x").gold == (1, 2)
        assert specific["passages"][1]["title"] == "Bo"


@pytest.mark.parametrize(
    ("context", "wanted"),
    [
        (
            "Passage 1:\nMill\nSails turn.\nPassage 2:\nRain fell.",
            [("Mill", "Sails turn."), ("", "Rain fell.")],
        ),
        ("Short.\n\nShorter.", [("", "Short.\nShorter.")]),
        ("word " * 150 + "\nNext.", [("", ("word " * 150).strip()), ("", "Next.")]),
    ],
)
def test_longbench_contexts_are_cut(tmp_path, context, wanted):
    """At numbered passages, else at paragraphs of about 150 words."""
    row = {"_id": "l1", "input": "What turns?", "context": context, "answers": ["sails"], "all_classes": None}
    (tmp_path / "l.jsonl").write_text(json.dumps(row))
    [found] = read_questions(tmp_path / "l.jsonl")
    assert [(passage["title"], passage["text"]) for passage in found["passages"]] == wanted
    assert (found["id"], found["answers"]) == ("l1", ["sails"])


def test_meetingbank_asks_several_questions_of_one_transcript(tmp_path):
    """A list of meetings in one file."""
    pairs = [{"question": "Who pays?", "answer": "The mill."}, {"question": "When?", "answer": "In May."}]
    (tmp_path / "b.json").write_text(
        json.dumps([{"idx": 4, "prompt": "We pay.\nIn May.", "QA_pairs": pairs}])
    )
    found = list(read_questions(tmp_path / "b.json"))
    assert [(row["id"], row["question"]) for row in found] == [("4-0", "Who pays?"), ("4-1", "When?")]


def test_copies_of_the_hub_have_columns(tmp_path):
    """HotpotQA with two columns instead of pairs; SQuAD a paragraph a row."""
    columns = {
        **HOTPOT,
        "context": {
            "title": ["Rain", "Mill"],
            "sentences": [["Rain fell."], ["Mills are old.", " Sails turn. "]],
        },
        "supporting_facts": {"title": ["Mill"], "sent_id": [1]},
    }
    (tmp_path / "h.jsonl").write_text(json.dumps(columns))
    [hotpot] = read_questions(tmp_path / "h.jsonl")
    paragraph = {"id": "s", "title": "Mill", "question": "What?", "context": "Mills are old. Sails turn."}
    (tmp_path / "s.jsonl").write_text(
        json.dumps({**paragraph, "answers": {"text": ["Sails"], "answer_start": [15]}})
    )
    [squad] = read_questions(tmp_path / "s.jsonl")
    assert evidence(hotpot) == [[], ["Sails turn."]]
    assert evidence(squad) == [["Sails turn."]]


def test_the_package_datasets_loads_a_set(tmp_path, monkeypatch):
    """Here from files of our own; a set that is not there is an error of ours."""
    pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "train.jsonl").write_text(json.dumps(NQ) + "\n")
    [row] = read_questions(f"datasets:{tmp_path}/set:train")
    assert evidence(row) == [[], ["Sails turn."]]
    with pytest.raises(InputError, match="the package datasets cannot load it"):
        list(read_questions(f"datasets:{tmp_path}/none:train"))
    with pytest.raises(InputError, match="expected datasets:NAME:SPLIT"):
        list(read_questions("datasets:name"))
