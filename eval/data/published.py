"""Question sets with marked passages, from the form that their authors publish to the JSONL input form.

Where a set marks the answer rather than the evidence, the sentences that hold it are the evidence.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from excerpt.compressors.units.sentences import split_sentences
from excerpt.eval.metrics.scores import contains_answer, usable_answers

__all__ = ["Row", "hotpotqa", "marked_passage", "musique", "nq_multidoc", "squad", "squad_rows"]

Row: TypeAlias = dict[str, Any]


def hotpotqa(row: Mapping[str, Any]) -> Iterator[Row]:
    """HotpotQA and 2WikiMultihopQA: passages as lists of sentences, evidence as (title, sentence number)."""
    facts = set(_pairs(row["supporting_facts"], "sent_id"))
    passages: list[Row] = []
    for title, sentences in _pairs(row["context"], "sentences"):
        text, spans = "", []
        for number, sentence in enumerate(sentences):
            text += "" if not text or sentence[:1].isspace() else " "
            start = len(text) + len(sentence) - len(sentence.lstrip())
            text += sentence
            if (title, number) in facts and start < len(text.rstrip()):
                spans.append([start, len(text.rstrip())])
        passages.append(marked_passage(len(passages), title, text, spans))
    yield {
        "id": row.get("_id", row.get("id")),
        "question": row["question"],
        "answers": [row["answer"]],
        "passages": passages,
    }


def _pairs(value: Any, second: str) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - whatever the file holds
    """Pairs as the authors' files have them, or as two columns, which is how the copies on the hub have them."""
    if isinstance(value, Mapping):
        yield from zip(value["title"], value[second], strict=True)
        return
    yield from ((first, other) for first, other in value)


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
        passages.append(marked_passage(paragraph["idx"], paragraph["title"], text, spans, gold=gold))
    accepted = [row["answer"], *row.get("answer_aliases", ())] if row.get("answerable", True) else []
    yield {"id": row["id"], "question": row["question"], "answers": accepted, "passages": passages}


def nq_multidoc(row: Mapping[str, Any]) -> Iterator[Row]:
    """NQ-open with many documents: one is marked; its sentences with an answer are the evidence."""
    passages: list[Row] = []
    for context in row["ctxs"]:
        gold = bool(context.get("isgold"))
        spans = _holding(context["text"], row["answers"]) if gold else []
        passages.append(
            marked_passage(
                context.get("id", len(passages)), context["title"], context["text"], spans, gold=gold
            )
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
                    marked_passage(index, article["title"], text, spans if index == number else [])
                    for index, text in enumerate(texts)
                ],
            }


def squad_rows(row: Mapping[str, Any]) -> Iterator[Row]:
    """SQuAD as the hub has it: a question with its own paragraph, which is the one candidate."""
    starts = zip(row["answers"]["answer_start"], row["answers"]["text"], strict=True)
    marked = [(start, start + len(text)) for start, text in starts]
    spans = [
        [*span]
        for span in split_sentences(row["context"])
        if any(a < span.end and span.start < b for a, b in marked)
    ]
    yield {
        "id": row["id"],
        "question": row["question"].strip(),
        "answers": list(dict.fromkeys(row["answers"]["text"])),
        "passages": [marked_passage(0, row.get("title", ""), row["context"], spans)],
    }


def marked_passage(name: object, title: str, text: str, spans: list[list[int]], *, gold: bool = False) -> Row:
    """A passage of the input form; with evidence it is gold."""
    return {"id": str(name), "title": title, "text": text, "gold": gold or bool(spans), "evidence": spans}


def _holding(text: str, answers: Iterable[str]) -> list[list[int]]:
    wanted = usable_answers(answers)
    return [[*span] for span in split_sentences(text) if contains_answer(text[span.start : span.end], wanted)]
