"""Pairs to rows of ids and labels, as the token cross-encoder takes them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.imports.extras import require
from excerpt.models.runtime.tokenizer import Pieces, Tokenizer
from excerpt.models.tasks.pair_windows import (
    PairPrefix,
    PairWindow,
    between_sentences,
    frame_pair,
    make_prefix,
    passage_room,
)
from excerpt.models.tasks.token_cross_encoder import LABELS
from excerpt.models.training.pruner.corpus import Split
from excerpt.models.training.pruner.examples import Pair
from excerpt.values.spans import Span

__all__ = ["UNKNOWN", "PairRows", "collate"]

UNKNOWN = -100
"""The label of what takes no part in the loss."""
_TOGETHER = 512  # pairs tokenised in one call
KEEP, RELEVANT, START, END = range(len(LABELS))


class PairRows(NamedTuple):
    """How pairs become rows.

    Args:
        tokenizer: Of the base.
        split: Cuts a text into sentences, between which a long passage is cut.
        window: Tokens in a row.
        segments: Segment ids of the network.
    """

    tokenizer: Tokenizer
    split: Split
    window: int
    segments: int

    def rows(self, pairs: Sequence[Pair]) -> Iterator[dict[str, NDArray[Any]]]:
        """Rows for the windows of each pair: all that hold something wanted, and the first that does not."""
        for start in range(0, len(pairs), _TOGETHER):
            part = pairs[start : start + _TOGETHER]
            questions = self.tokenizer.ids([pair.question for pair in part])
            titles = self.tokenizer.ids([pair.title for pair in part])
            texts = self.tokenizer.pieces([pair.text for pair in part])
            for pair, question, title, pieces in zip(part, questions, titles, texts, strict=True):
                yield from self._pair_rows(pair, make_prefix(question, title, self.window), pieces)

    def _pair_rows(self, pair: Pair, prefix: PairPrefix, pieces: Pieces) -> Iterator[dict[str, NDArray[Any]]]:
        spans = between_sentences(self.split(pair.text))(pieces.offsets, passage_room(prefix, self.window))
        bare = 0
        for span in spans:
            framed = frame_pair(self.tokenizer, prefix, pieces.ids, span, self.segments)
            labels = _labels(pair, framed, pieces.offsets[slice(*span)], whole=len(spans) == 1)
            wanted = (labels[framed.first :] == 1).any()
            bare += not wanted
            if (bare > 1 and not wanted) or (labels == UNKNOWN).all():
                continue
            yield {
                "input_ids": np.array(framed.ids, np.int32),
                "token_type_ids": np.array(framed.types, np.int8),
                "labels": labels,
            }


def _labels(pair: Pair, framed: PairWindow, offsets: NDArray[np.int64], *, whole: bool) -> NDArray[np.int8]:
    """Int8 ``(t, 4)``, columns as in ``LABELS``."""
    labels = np.full((len(framed.ids), len(LABELS)), UNKNOWN, np.int8)
    text = slice(framed.first, framed.first + len(offsets))
    kept = None if pair.keep is None else _inside(offsets, pair.keep)
    if kept is not None:
        labels[text, KEEP] = kept
    if pair.answers is not None:
        labels[text, START : END + 1] = 0
        labels[0, START : END + 1] = 0
        found = [_ends(offsets, answer) for answer in pair.answers]
        for first, last in (ends for ends in found if ends):
            labels[framed.first + first, START] = labels[framed.first + last, END] = 1
        labels[0, START : END + 1] = int(not any(found))
    # A window of a passage that helps, without anything of what helps, may still say who is spoken of.
    if not pair.relevant or whole or (kept is not None and kept.any()):
        labels[0, RELEVANT] = pair.relevant
    return labels


def _inside(offsets: NDArray[np.int64], spans: Iterable[Span]) -> NDArray[np.bool_]:
    """Which tokens begin in one of the spans."""
    inside = np.zeros(len(offsets), dtype=bool)
    for start, end in spans:
        inside |= (offsets[:, 0] >= start) & (offsets[:, 0] < end)
    return inside


def _ends(offsets: NDArray[np.int64], span: Span) -> tuple[int, int] | None:
    """The first and the last token of a span; None where it is not all there."""
    inside = np.flatnonzero((offsets[:, 1] > span.start) & (offsets[:, 0] < span.end))
    if len(inside) == 0 or offsets[inside[0], 0] > span.start or offsets[inside[-1], 1] < span.end:
        return None
    return int(inside[0]), int(inside[-1])


def collate(rows: Sequence[dict[str, NDArray[Any]]], pad: int) -> dict[str, Any]:
    """Rows as one batch of tensors, padded to a multiple of 8.

    Args:
        rows: As `PairRows.rows` gives them.
        pad: The id that stands for nothing.
    """
    torch = require("torch", extra="train", purpose="training")
    length = -(-max(len(row["input_ids"]) for row in rows) // 8) * 8
    shape = (len(rows), length)
    batch = {
        "input_ids": np.full(shape, pad, np.int64),
        "attention_mask": np.zeros(shape, np.int64),
        "token_type_ids": np.zeros(shape, np.int64),
        "labels": np.full((*shape, len(LABELS)), UNKNOWN, np.int64),
    }
    for place, row in enumerate(rows):
        count = len(row["input_ids"])
        batch["attention_mask"][place, :count] = 1
        for name, values in row.items():
            batch[name][place, :count] = values
    return {name: torch.from_numpy(values) for name, values in batch.items()}
