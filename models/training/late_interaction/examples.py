"""From questions with known evidence to what late interaction learns from."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.splitting import split
from excerpt.compressors.vectors.encoders import of_queries
from excerpt.compressors.vectors.passage_states import passage_states
from excerpt.files.jsonl import read_jsonl
from excerpt.models.training.common.questions import (
    LabelledQuestion,
    evenly_spread,
    read_question,
    relevance,
)
from excerpt.models.training.common.recipe import TrainingProgress
from excerpt.models.training.common.state_cache import Arrays, StateCache, Tokens, quantized
from excerpt.values.types import Context, Passage, Units

if TYPE_CHECKING:
    from excerpt.models import SentenceEncoder

__all__ = ["Asked", "read_asked"]

_TOGETHER = 64  # passages or questions encoded in one call, and written to one file


class Asked(NamedTuple):
    """One question with the sentences that may help with it.

    Attributes:
        question: The question.
        states: Its tokens.
        passages: The tokens of some passages.
        sentence: The sentence of each of their tokens, one passage after the other, -1 for none; int32 ``(t,)``.
        passage: The passage of each sentence; int32 ``(n,)``.
        relevant: Bool ``(n,)``.
        weight: What the question counts for.
    """

    question: str
    states: Tokens
    passages: tuple[Tokens, ...]
    sentence: NDArray[np.int32]
    passage: NDArray[np.int32]
    relevant: NDArray[np.bool_]
    weight: float = 1.0


def read_asked(
    encoder: "SentenceEncoder",
    source: str | Path,
    cache: StateCache,
    *,
    passages: int,
    per_file: int | None,
    progress: TrainingProgress,
) -> list[Asked]:
    """The questions of a JSONL file that have sentences with and without evidence.

    Args:
        encoder: Gives the token states.
        source: JSONL in our form, with ``evidence`` or ``answers`` (docs/reference/cli.md).
        cache: Where the states are kept.
        passages: Passages of a question that are read: those with evidence, and others.
        per_file: Questions of the file that are read at most, evenly spread; None for all.
        progress: Called with ``"encoding passages"`` and ``"encoding questions"``; counts texts.

    Raises:
        InputError: A row is wrong; the message has its line.
    """
    rows = evenly_spread(list(read_jsonl(source)), per_file)
    questions = [_chosen(read_question(row, f"{source}, line {number}"), passages) for number, row in rows]
    distinct = {_text(passage): passage for question in questions for passage in question.passages}
    missing = [text for text in distinct if text not in cache]
    for start in range(0, len(missing), _TOGETHER):
        part = missing[start : start + _TOGETHER]
        states = passage_states(encoder, [distinct[text] for text in part])
        cache.add(
            {text: _kept(one.hidden, one.offsets[:, 0]) for text, one in zip(part, states, strict=True)}
        )
        progress("encoding passages", start + len(part), len(missing), {})
    queries = list(dict.fromkeys(question.query for question in questions))
    unread = [query for query in queries if _asked(query) not in cache]
    for start in range(0, len(unread), _TOGETHER):
        part = unread[start : start + _TOGETHER]
        asked = of_queries(encoder).encode_tokens(part)
        bodies = [one.offsets[:, 1] > one.offsets[:, 0] for one in asked]
        pairs = zip(part, asked, bodies, strict=True)
        cache.add({_asked(text): _kept(one.hidden[body], one.offsets[body, 0]) for text, one, body in pairs})
        progress("encoding questions", start + len(part), len(unread), {})
    return list(_examples(questions, cache))


def _chosen(question: LabelledQuestion, most: int) -> LabelledQuestion:
    """The question with at most so many of its passages, those with evidence first."""
    useful = [index for index, spans in enumerate(question.evidence) if spans]
    others = [index for index, spans in enumerate(question.evidence) if not spans]
    spread = evenly_spread(others, max(most - len(useful), 1))
    kept = sorted(useful + spread)
    passages = tuple(question.passages[index] for index in kept)
    return LabelledQuestion(question.query, passages, [question.evidence[index] for index in kept])


def _examples(questions: Sequence[LabelledQuestion], cache: StateCache) -> Iterator[Asked]:
    for query, passages, wanted in questions:
        units = split("sentence", Context.start(query, passages), Guards())
        if len(units) == 0:
            continue
        relevant = relevance(units, wanted).astype(bool)
        asked = cache[_asked(query)]
        if relevant.all() or not relevant.any() or not len(asked["length"]):
            continue
        arrays = [cache[_text(passage)] for passage in passages]
        present, passage = np.unique(units.passage, return_inverse=True)
        yield Asked(
            query,
            _tokens(asked),
            tuple(_tokens(arrays[index]) for index in present.tolist()),
            np.concatenate([_sentences(arrays[index]["start"], units, index) for index in present.tolist()]),
            passage.astype(np.int32),
            relevant,
        )


def _sentences(start: NDArray[np.int32], units: Units, passage: int) -> NDArray[np.int32]:
    """The unit in which each token of a passage begins, -1 for none."""
    own = np.flatnonzero(units.passage == passage)
    place = np.searchsorted(units.start[own], start, side="right") - 1
    nearest = own[np.maximum(place, 0)]
    return np.where((place >= 0) & (start < units.end[nearest]), nearest, -1).astype(np.int32)


def _kept(hidden: NDArray[np.float32], start: NDArray[np.int64]) -> Arrays:
    return {**quantized(hidden)._asdict(), "start": start.astype(np.int32)}


def _tokens(arrays: Arrays) -> Tokens:
    return Tokens(arrays["whole"], arrays["length"])


def _text(passage: Passage) -> str:
    return f"passage\0{passage.title}\0{passage.text}"


def _asked(question: str) -> str:
    return f"question\0{question}"
