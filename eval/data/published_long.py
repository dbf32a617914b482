"""Long documents with questions, from the form that their authors publish to the JSONL input form."""

from collections.abc import Iterator, Mapping
from typing import Any

import regex

from excerpt.eval.data.published import Row, marked_passage

__all__ = ["longbench", "meetingbank", "qmsum"]

_NUMBERED = regex.compile(r"(?:^|\n)Passage \d+:\s*")
_TITLE_CHARACTERS = 100
_PARAGRAPH_WORDS = 150


def qmsum(meeting: Mapping[str, Any]) -> Iterator[Row]:
    """QMSum: the turns of a meeting are the candidates; those that a specific question was asked about are gold.

    Answers are summaries in the annotators' words, so they are not found in a text.
    """
    turns = [(turn["speaker"], turn["content"]) for turn in meeting["meeting_transcripts"]]
    asked = [*meeting.get("general_query_list", ()), *meeting.get("specific_query_list", ())]
    for one in asked:
        ranges = [(int(first), int(last)) for first, last in one.get("relevant_text_span", ())]
        yield {
            "question": one["query"],
            "answers": [one["answer"]],
            "passages": [
                marked_passage(place, speaker, text, [], gold=any(a <= place <= b for a, b in ranges))
                for place, (speaker, text) in enumerate(turns)
            ],
        }


def longbench(row: Mapping[str, Any]) -> Iterator[Row]:
    """LongBench: the numbered passages of a context, or its paragraphs, are the candidates; nothing is marked.

    Paragraphs of a few words are put together, to about 150 words.
    """
    found = [part for part in _NUMBERED.split(row["context"]) if part.strip()]
    if len(found) > 1:
        passages = [_titled(place, part) for place, part in enumerate(found)]
    else:
        passages = [
            marked_passage(place, "", text, []) for place, text in enumerate(_paragraphs(row["context"]))
        ]
    made = {"question": row["input"], "answers": list(row["answers"]), "passages": passages}
    yield {"id": row["_id"], **made} if "_id" in row else made


def meetingbank(row: Mapping[str, Any]) -> Iterator[Row]:
    """MeetingBank QA (Pan et al. 2024): the paragraphs of a transcript are the candidates; nothing is marked."""
    paragraphs = [
        marked_passage(place, "", text, []) for place, text in enumerate(_paragraphs(row["prompt"]))
    ]
    for number, pair in enumerate(row["QA_pairs"]):
        yield {
            "id": f"{row['idx']}-{number}" if "idx" in row else f"{number}",
            "question": pair["question"],
            "answers": [pair["answer"]],
            "passages": paragraphs,
        }


def _titled(place: int, part: str) -> Row:
    """The first line of a numbered passage is its title, where it is short and something follows."""
    first, _, rest = part.strip().partition("\n")
    if rest.strip() and len(first) <= _TITLE_CHARACTERS:
        return marked_passage(place, first.strip(), rest.strip(), [])
    return marked_passage(place, "", part.strip(), [])


def _paragraphs(text: str) -> list[str]:
    found: list[str] = []
    words = 0
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if found and words < _PARAGRAPH_WORDS:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
            words = 0
        words += len(line.split())
    return found
