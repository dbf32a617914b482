"""Questions split into parts that share nothing: one to choose on, one to make a promise on, one to judge on."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from excerpt.errors import InputError
from excerpt.eval.data.questions import Question

__all__ = ["LEAST", "Parts", "split_questions"]

LEAST = 20
"""Questions that each part must have: below, hardly any difference can be told from chance."""

Row = Mapping[str, Any]


class Parts(NamedTuple):
    """The parts of a set of questions.

    Attributes:
        choose: Where chains and amounts are compared.
        promise: Where a promise is calibrated; empty where none is asked for.
        judge: Looked at once, at the end.
    """

    choose: list[Row]
    promise: list[Row]
    judge: list[Row]


def split_questions(rows: Iterable[Row], *, promise: bool, seed: int = 0) -> Parts:
    """Split by a digest of what belongs together, so that a question falls into the same part in any order.

    Questions that are equal or share a passage are in one part: the answer to one is no test of the other.

    Args:
        rows: Questions in the JSONL input form.
        promise: Whether a part is wanted to calibrate on: half, a quarter and a quarter; else three and two fifths.
        seed: Another gives another split.

    Raises:
        InputError: A row is wrong, or a part would have fewer than `LEAST` questions.
    """
    rows = list(rows)
    groups = _groups([Question.of(row, f"question {number}") for number, row in enumerate(rows, start=1)])
    shares = (0.5, 0.25, 0.25) if promise else (0.6, 0.0, 0.4)
    ordered = sorted(groups.items(), key=lambda item: _digest(item[0], seed))
    parts: tuple[list[Row], list[Row], list[Row]] = ([], [], [])
    for _, members in ordered:  # to the part that lacks most of its share
        behind = [share * len(rows) - len(part) for share, part in zip(shares, parts, strict=True)]
        target = max((place for place in range(3) if shares[place]), key=behind.__getitem__)
        parts[target].extend(rows[member] for member in members)
    wanted = [part for part, share in zip(parts, shares, strict=True) if share]
    if min(map(len, wanted)) < LEAST:
        sizes = " and ".join(str(len(part)) for part in wanted)
        message = (
            f"tune: the parts have {sizes} questions that share no passage, and each needs {LEAST}: give more questions"
            f"{' or ask for no promise' if promise else ''}"
        )
        raise InputError(message)
    return Parts(*parts)


def _groups(questions: Sequence[Question]) -> dict[str, list[int]]:
    """Places of questions that belong together, by the first key of each group (union-find over what they share)."""
    leader = list(range(len(questions)))

    def find(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    first: dict[str, int] = {}
    for place, question in enumerate(questions):
        evidence = [question.passages[index].text for index in question.gold]
        for key in (question.query, *evidence):
            leader[find(place)] = find(first.setdefault(key, place))
    groups: dict[int, list[int]] = {}
    for place in range(len(questions)):
        groups.setdefault(find(place), []).append(place)
    return {min(questions[member].query for member in members): members for members in groups.values()}


def _digest(text: str, seed: int) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), key=str(seed).encode(), digest_size=16).digest()
