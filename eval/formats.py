"""Question sets as their authors publish them, read as rows of the JSONL input form.

==================  ==========================================================================
``hotpotqa``        a JSON list with ``context`` and ``supporting_facts`` (also 2WikiMultihopQA)
``musique``         JSON lines with ``paragraphs`` and ``is_supporting``
``nq-multidoc``     JSON lines with ``ctxs`` (NQ-open with 10 to 30 documents, Liu et al. 2023)
``squad``           a JSON object with ``data`` and ``paragraphs`` (1.1 and 2.0)
``winnow``          our own JSONL, unchanged
==================  ==========================================================================

Where a set marks the answer rather than the evidence, the sentences that hold it are the evidence.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from winnow.compressors.sentences import split_sentences
from winnow.errors import InputError
from winnow.eval.metrics import contains_answer, usable_answers
from winnow.jsonl import read_jsonl

__all__ = ["FORMATS", "detect", "read_questions"]

Row: TypeAlias = dict[str, Any]


def hotpotqa(row: Mapping[str, Any]) -> Iterator[Row]:
    """HotpotQA and 2WikiMultihopQA: passages as lists of sentences, evidence as (title, sentence number)."""
    facts = {(title, number) for title, number in row["supporting_facts"]}
    passages: list[Row] = []
    for title, sentences in row["context"]:
        text, spans = "", []
        for number, sentence in enumerate(sentences):
            text += "" if not text or sentence[:1].isspace() else " "
            start = len(text) + len(sentence) - len(sentence.lstrip())
            text += sentence
            if (title, number) in facts and start < len(text.rstrip()):
                spans.append([start, len(text.rstrip())])
        passages.append(_passage(len(passages), title, text, spans))
    yield {
        "id": row.get("_id", row.get("id")),
        "question": row["question"],
        "answers": [row["answer"]],
        "passages": passages,
    }


def musique(row: Mapping[str, Any]) -> Iterator[Row]:
    """MuSiQue: whole paragraphs are marked; the sentences with the answer of a hop are the evidence."""
    answers: dict[int, list[str]] = {}
    for hop in row.get("question_decomposition", ()):
        answers.setdefault(hop.get("paragraph_support_idx"), []).append(hop["answer"])
    passages: list[Row] = []
    for paragraph in row["paragraphs"]:
        text = paragraph["paragraph_text"]
        gold = bool(paragraph["is_supporting"])
        spans = _holding(text, answers.get(paragraph["idx"], ())) if gold else []
        passages.append(_passage(paragraph["idx"], paragraph["title"], text, spans, gold=gold))
    accepted = [row["answer"], *row.get("answer_aliases", ())] if row.get("answerable", True) else []
    yield {"id": row["id"], "question": row["question"], "answers": accepted, "passages": passages}


def nq_multidoc(row: Mapping[str, Any]) -> Iterator[Row]:
    """NQ-open with many documents: one is marked; its sentences with an answer are the evidence."""
    passages: list[Row] = []
    for context in row["ctxs"]:
        gold = bool(context.get("isgold"))
        spans = _holding(context["text"], row["answers"]) if gold else []
        passages.append(
            _passage(context.get("id", len(passages)), context["title"], context["text"], spans, gold=gold)
        )
    made = {"question": row["question"], "answers": row["answers"], "passages": passages}
    yield {"id": row["id"], **made} if "id" in row else made


def squad(article: Mapping[str, Any]) -> Iterator[Row]:
    """SQuAD: all paragraphs of the article are candidates; the sentences with the marked answers are the evidence."""
    texts = [paragraph["context"] for paragraph in article["paragraphs"]]
    sentences = [split_sentences(text) for text in texts]
    for number, paragraph in enumerate(article["paragraphs"]):
        for asked in paragraph["qas"]:
            marked = [
                (one["answer_start"], one["answer_start"] + len(one["text"])) for one in asked["answers"]
            ]
            spans = [
                [*span]
                for span in sentences[number]
                if any(a < span.end and span.start < b for a, b in marked)
            ]
            yield {
                "id": asked["id"],
                "question": asked["question"].strip(),
                "answers": list(dict.fromkeys(one["text"] for one in asked["answers"])),
                "passages": [
                    _passage(index, article["title"], text, spans if index == number else [])
                    for index, text in enumerate(texts)
                ],
            }


def winnow(row: Mapping[str, Any]) -> Iterator[Row]:
    """Our own form."""
    yield dict(row)


FORMATS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Row]]] = {
    "hotpotqa": hotpotqa,
    "musique": musique,
    "nq-multidoc": nq_multidoc,
    "squad": squad,
    "winnow": winnow,
}
"""Each takes one object of the file and gives its questions."""

_MARKS = {
    "supporting_facts": "hotpotqa",
    "paragraphs": "musique",
    "ctxs": "nq-multidoc",
    "passages": "winnow",
}


def detect(first: Mapping[str, Any]) -> str:
    """The format of a file, from its first object.

    Raises:
        InputError: None of the known ones.
    """
    if isinstance(first.get("paragraphs"), list) and "question" not in first:
        return "squad"
    for key, name in _MARKS.items():
        if key in first:
            return name
    message = f"the format is not one of {', '.join(FORMATS)}; its first object has the keys {sorted(first)}"
    raise InputError(message)


def read_questions(path: str | Path, form: str | None = None) -> Iterator[Row]:
    """The questions of a file in our form.

    Args:
        path: ``.json``, ``.jsonl``, either with ``.gz``, or ``-`` for JSON lines on standard input.
        form: One of ``FORMATS``; None to tell by the first object.

    Raises:
        InputError: The file cannot be read, or an object in it is not of the format; the message has its number.
    """
    if form is not None and form not in FORMATS:
        message = f"format: there is no {form!r}; there are {', '.join(FORMATS)}"
        raise InputError(message)
    for where, value in _objects(path):
        try:
            form = form or detect(value)
            yield from FORMATS[form](value)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            problem = f"has no {error}" if isinstance(error, KeyError) else str(error)
            message = (
                f"{where}: {problem}" if isinstance(error, InputError) else f"{where} as {form}: {problem}"
            )
            raise InputError(message) from error


def _objects(path: str | Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    plain = str(path).removesuffix(".gz")
    if not plain.endswith(".json"):
        for number, row in read_jsonl(path):
            yield f"{path}, line {number}", row
        return
    value = _json(Path(path))
    values = value.get("data") if isinstance(value, dict) else value
    if not isinstance(values, list):
        message = f"{path}: expected a JSON list, or an object with a list under 'data'"
        raise InputError(message)
    for number, one in enumerate(values, start=1):
        if not isinstance(one, dict):
            message = f"{path}, element {number}: expected an object, got {type(one).__name__}"
            raise InputError(message)
        yield f"{path}, element {number}", one


def _json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        raw = path.read_bytes()
        return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    except (OSError, EOFError, ValueError) as error:
        message = f"{path}: cannot be read as JSON ({error})"
        raise InputError(message) from error


def _passage(name: object, title: str, text: str, spans: list[list[int]], *, gold: bool = False) -> Row:
    return {"id": str(name), "title": title, "text": text, "gold": gold or bool(spans), "evidence": spans}


def _holding(text: str, answers: Iterable[str]) -> list[list[int]]:
    wanted = usable_answers(answers)
    return [[*span] for span in split_sentences(text) if contains_answer(text[span.start : span.end], wanted)]
