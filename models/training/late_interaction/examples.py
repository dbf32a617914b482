"""From questions with known evidence to what late interaction learns from."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.splitting import split
from excerpt.compressors.vectors.passage_states import passage_states
from excerpt.files.jsonl import read_jsonl
from excerpt.models.training.common.state_cache import Tokens, quantized
from excerpt.models.training.ranker.examples import evidence_spans, relevance
from excerpt.values.coerce import to_asked
from excerpt.values.types import Context, Passage, Units

if TYPE_CHECKING:
    from excerpt.models import SentenceEncoder
    from excerpt.models.training.common.heads import ProgressCallback
    from excerpt.models.training.common.state_cache import Arrays, StateCache
    from excerpt.models.training.late_interaction.recipe import Asked, Recipe

__all__ = ["read_asked"]

_TOGETHER = 64  # passages or questions encoded in one call, and written to one file


def read_asked(
    encoder: "SentenceEncoder",
    source: str | Path,
    cache: "StateCache",
    recipe: "Recipe",
    progress: "ProgressCallback",
) -> "list[Asked]":
    """The questions of a JSONL file that have sentences with and without evidence.

    Args:
        encoder: Gives the token states.
        source: JSONL in our form, with ``evidence`` or ``answers`` (docs/reference/cli.md).
        cache: Where the states are kept.
        recipe: How many questions and passages.
        progress: Called with ``"encoding"`` and how many texts were encoded.

    Raises:
        InputError: A row is wrong; the message has its line.
    """
    rows = list(read_jsonl(source))
    count = min(recipe.per_file or len(rows), len(rows))
    chosen = [rows[index * len(rows) // count] for index in range(count)]
    questions = [_chosen(row, f"{source}, line {number}", recipe.passages) for number, row in chosen]
    passages = {_text(passage): passage for _, of_one, _ in questions for passage in of_one}
    for part in _parts([text for text in passages if text not in cache]):
        states = passage_states(encoder, [passages[text] for text in part])
        cache.add(
            {text: _kept(one.hidden, one.offsets[:, 0]) for text, one in zip(part, states, strict=True)}
        )
        progress("encoding", len(part))
    for part in _parts([text for text, _, _ in questions if _asked(text) not in cache]):
        found = encoder.encode_tokens(part)
        bodies = [one.offsets[:, 1] > one.offsets[:, 0] for one in found]
        pairs = zip(part, found, bodies, strict=True)
        cache.add({_asked(text): _kept(one.hidden[body], one.offsets[body, 0]) for text, one, body in pairs})
        progress("encoding", len(part))
    return list(_examples(questions, cache))


_Question = tuple[str, list[Passage], list[tuple[Any, ...]]]


def _chosen(row: dict[str, Any], where: str, most: int) -> _Question:
    """The question, at most so many of its passages, those with evidence first, and their evidence."""
    query, passages = to_asked(row, where)
    wanted = evidence_spans(passages, row.get("answers") or (), where)
    useful = [index for index, spans in enumerate(wanted) if spans]
    others = [index for index, spans in enumerate(wanted) if not spans]
    room = min(max(most - len(useful), 1), len(others))
    spread = [others[number * len(others) // room] for number in range(room)]
    kept = sorted(useful + spread)
    return query, [passages[index] for index in kept], [wanted[index] for index in kept]


def _examples(questions: Sequence[_Question], cache: "StateCache") -> "Iterator[Asked]":
    from excerpt.models.training.late_interaction.recipe import Asked  # noqa: PLC0415 - needs torch

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


def _kept(hidden: NDArray[np.float32], start: NDArray[np.int64]) -> "Arrays":
    return {**quantized(hidden)._asdict(), "start": start.astype(np.int32)}


def _tokens(arrays: "Arrays") -> Tokens:
    return Tokens(arrays["whole"], arrays["length"])


def _text(passage: Passage) -> str:
    return f"passage\0{passage.title}\0{passage.text}"


def _asked(question: str) -> str:
    return f"question\0{question}"


def _parts(texts: Sequence[str]) -> Iterator[list[str]]:
    """Distinct texts, some at a time."""
    distinct = list(dict.fromkeys(texts))
    for start in range(0, len(distinct), _TOGETHER):
        yield distinct[start : start + _TOGETHER]
