"""Keep and drop labels for the token classifier, from data without a teacher model.

The paper's labels come from GPT-4 deletions. Two kinds of real data stand in for it here:

* Compression pairs: people deleted words from a sentence; each word is kept or dropped. The rows of
  ``excerpt distill``, where a teacher model did, have spans instead (``marks``), and punctuation marks of their own.
* Questions with evidence: what answers and questions need must survive. In an evidence sentence the
  words of the answer, words that the question repeats, names and numbers are kept; words without
  content are dropped; of all other words, and of sentences that nobody asked about, nothing
  is known, and they take no part in the loss.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from excerpt.errors import InputError
from excerpt.files.jsonl import read_jsonl
from excerpt.models.training.common.held_out import split_off
from excerpt.models.training.recomp.examples import listed_answers, marked_evidence
from excerpt.values.coerce import to_passages

__all__ = ["Labelled", "merged", "read_labelled", "split_texts"]

_WORD = re.compile(r"\S+")
_EMPTY_WORDS = frozenset(
    "a an the of to in on at by for with from as is are was were be been being and or that this these those it its "  # noqa: SIM905 - sixty quoted words are harder to read
    "which who whom whose has have had also then there their his her so such into onto upon".split()
)


class Labelled(NamedTuple):
    """A text and what is known of its words.

    Args:
        text: The text.
        marks: Start, end and label (1 keep, 0 drop) of each word about which something is known.
    """

    text: str
    marks: tuple[tuple[int, int, int], ...]


def read_labelled(path: str | Path) -> Iterator[Labelled]:
    """Texts with labels from a JSONL file of compression pairs or of questions with evidence.

    Raises:
        InputError: A line is neither; the message has its number.
    """
    for number, row in read_jsonl(path):
        if isinstance(row.get("source"), str):
            yield _from_pair(row, f"{path}, line {number}")
        elif isinstance(row.get("passages"), list):
            yield from _from_question(row, f"{path}, line {number}")
        else:
            message = (
                f"{path}, line {number}: neither a compression pair (source, keep or marks) nor a question "
                f"with passages; its keys are {', '.join(sorted(row))}"
            )
            raise InputError(message)


def merged(texts: Iterable[Labelled]) -> list[Labelled]:
    """Each text once, with everything that is known of it: what any question needs must survive.

    Held-out texts are only unseen when a passage with several questions is one text.
    """
    known: dict[str, dict[tuple[int, int], int]] = {}
    for text, marks in texts:
        words = known.setdefault(text, {})
        for start, end, label in marks:
            words[start, end] = max(label, words.get((start, end), 0))
    return [
        Labelled(text, tuple((*span, label) for span, label in sorted(words.items())))
        for text, words in known.items()
    ]


def split_texts(
    texts: Sequence[Labelled], sources: Sequence[str | Path], *, share: float
) -> tuple[list[Labelled], list[Labelled]]:
    """Texts to learn from, and the first of them to hold out.

    Args:
        texts: In the seed's order.
        sources: The files, for messages.
        share: Of the texts that is held out; at least one is.

    Raises:
        InputError: There are too few texts for both.
    """
    too_few = (
        'labelled texts are too few to train on; give pairs with "keep", the output of `excerpt distill`, or questions '
        'with "evidence" in their passages'
    )
    return split_off(texts, sources, share=share, too_few=too_few)


def _from_pair(row: dict[str, Any], where: str) -> Labelled:
    if "marks" in row:
        return Labelled(row["source"], _checked(row["marks"], len(row["source"]), where))
    words = list(_WORD.finditer(row["source"]))
    keep = row.get("keep")
    if not isinstance(keep, list) or len(keep) != len(words) or any(kept not in (0, 1) for kept in keep):
        message = f"{where}: keep must have one 0 or 1 for each of the {len(words)} words of source"
        raise InputError(message)
    marks = tuple((*word.span(), int(kept)) for word, kept in zip(words, keep, strict=True))
    return Labelled(row["source"], marks)


def _checked(marks: object, length: int, where: str) -> tuple[tuple[int, int, int], ...]:
    """Marks as they must be: whole numbers, in order, inside the text, labelled 0 or 1."""
    found: list[tuple[int, int, int]] = []
    before = 0
    for mark in marks if isinstance(marks, list) else [marks]:
        whole = isinstance(mark, list) and len(mark) == 3 and all(type(number) is int for number in mark)
        start, end, label = mark if isinstance(mark, list) and whole else (0, 0, 0)
        if not before <= start < end <= length or label not in (0, 1):
            message = f"{where}: marks must be [start, end, 0 or 1] in order, inside the source; got {mark}"
            raise InputError(message)
        found.append((start, end, label))
        before = end
    return tuple(found)


def _from_question(row: dict[str, Any], where: str) -> Iterator[Labelled]:
    try:
        given = listed_answers(row)
        found = [
            (passage.text, marked_evidence(passage, index))
            for index, passage in enumerate(to_passages(row["passages"], "passages"))
        ]
    except InputError as error:
        message = f"{where}: {error}"
        raise InputError(message) from error
    asked = {word.casefold() for word in re.findall(r"\w{3,}", str(row.get("question", "")))} - _EMPTY_WORDS
    for text, evidence in found:
        answers = list(_occurrences(text, given))
        marks = [mark for start, end in evidence for mark in _marks(text, (start, end), asked, answers)]
        if marks:
            yield Labelled(text, tuple(sorted(set(marks))))


def _occurrences(text: str, answers: Sequence[str]) -> Iterator[tuple[int, int]]:
    for answer in answers:
        if len(answer) > 1:
            yield from (found.span() for found in re.finditer(re.escape(answer), text, re.IGNORECASE))


def _marks(
    text: str, span: tuple[int, int], asked: set[str], answers: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, int]]:
    for number, word in enumerate(_WORD.finditer(text, *span)):
        bare = word.group().strip(".,;:!?()[]\"'").casefold()
        name = number > 0 and word.group()[0].isupper()
        answer = any(start < word.end() and word.start() < end for start, end in answers)
        if answer or name or bare in asked or any(map(str.isdigit, bare)):
            yield (*word.span(), 1)
        elif bare in _EMPTY_WORDS:
            yield (*word.span(), 0)
