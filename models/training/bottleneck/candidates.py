"""What might be the best compression of a question's passages, when its answer is known (2406.01549)."""

from collections import Counter
from collections.abc import Mapping, Sequence

from excerpt.compressors.units.splitting import split
from excerpt.compressors.units.words import split_words
from excerpt.models.training.common.questions import evidence_spans
from excerpt.values.spans import Span, intersect
from excerpt.values.types import Context, Passage, Units

__all__ = ["Kept", "candidates", "greedy"]

Kept = tuple[tuple[Span, ...], ...]
"""Kept spans of each passage."""


def candidates(query: str, passages: Sequence[Passage], answers: Sequence[str]) -> Mapping[str, Kept]:
    """The paper's candidates by name, none twice; empty where no passage has an answer, word for word.

    ``sentences``: those that hold an answer; ``paragraphs``: the passages that do; ``answer`` and ``question-answer``:
    sentences added one by one as long as the unigram F1 (ROUGE-1) with the answers, or with both, grows.

    Args:
        query: The question.
        passages: Its passages.
        answers: Accepted answers; yes and no are none that a text could hold.
    """
    places = evidence_spans([Passage(passage.text) for passage in passages], answers, "answers")
    if not any(places):
        return {}
    context = Context.start(query, passages)
    units = split("sentence", context)
    texts = units.texts(passages)
    columns = zip(units.passage.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
    holding = {
        index
        for index, (passage, start, end) in enumerate(columns)
        if any(span in places[passage] for span in intersect([(start, end)], places[passage]))
    }
    whole: Kept = tuple(
        (Span(0, len(passage.text)),) if found else ()
        for passage, found in zip(passages, places, strict=True)
    )
    told = " ".join(answers)
    found = {
        "sentences": _kept(units, holding, len(passages)),
        "paragraphs": whole,
        "answer": _kept(units, greedy(texts, told), len(passages)),
        "question-answer": _kept(units, greedy(texts, f"{query} {told}"), len(passages)),
    }
    distinct = {kept: name for name, kept in reversed(found.items()) if any(kept)}
    return {name: kept for kept, name in reversed(distinct.items())}


def greedy(texts: Sequence[str], target: str) -> set[int]:
    """Texts added one by one, each the one that makes the unigram F1 with the target largest, while it grows.

    Args:
        texts: The sentences.
        target: What they are to cover.
    """
    wanted, words = _words(target), [_words(text) for text in texts]
    chosen: set[int] = set()
    have: Counter[str] = Counter()
    best = 0.0
    while True:
        tried = [
            (_f1(have + words[index], wanted), -index) for index in range(len(texts)) if index not in chosen
        ]
        value, place = max(tried, default=(0.0, 0))
        if value <= best:
            return chosen
        best = value
        chosen.add(-place)
        have += words[-place]


def _words(text: str) -> Counter[str]:
    return Counter(
        word for start, end in split_words(text) if any(map(str.isalnum, word := text[start:end].casefold()))
    )


def _f1(have: Counter[str], wanted: Counter[str]) -> float:
    shared = (have & wanted).total()
    return 2 * shared / max(have.total() + wanted.total(), 1)


def _kept(units: Units, chosen: set[int], passages: int) -> Kept:
    pieces: list[list[Span]] = [[] for _ in range(passages)]
    for index in sorted(chosen):
        pieces[int(units.passage[index])].append(Span(int(units.start[index]), int(units.end[index])))
    return tuple(map(tuple, pieces))
