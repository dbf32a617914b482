"""Vectors and features computed by several workers before a build, which then finds them and computes nothing.

They are kept by content, as a build keeps its own for the case that it is killed
(`excerpt.retrievers.build.computing`): the index is the same bytes however many computed it, and what a run that was
stopped has left is not computed again. Vectors and BM25 are put together by the build: every passage changes the weight
of every word.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from excerpt.errors import ExcerptError
from excerpt.files.batch import Done, Hand
from excerpt.files.workers import Workers, in_order
from excerpt.retrievers.build.blocks import blocks_of
from excerpt.retrievers.build.computing import Computing, work_folder, write_part
from excerpt.retrievers.build.sources import named_sources
from excerpt.retrievers.build.writing import IndexProgress
from excerpt.retrievers.dense.index_encoder import encoder_for
from excerpt.retrievers.store.keys import Key, key_of
from excerpt.retrievers.store.passages import PassageRecord
from excerpt.values.coerce import PassageLike

__all__ = ["compute_ahead"]

_BATCH = 256


@dataclass(frozen=True, slots=True)
class _BlockWork:
    """Computes what is to be known of a block of passages; holds names, because it travels.

    Args:
        encoder: Name of the encoder; None for none.
        features: Names of the features.
    """

    encoder: str | None
    features: tuple[str, ...]

    def do(self, hand: Hand) -> Done:
        """The file that is to be kept of them."""
        rows = map(json.loads, hand.data)
        records = [PassageRecord(name, title, text, "{}") for name, title, text in rows]
        return Done(len(records), _computing(self.encoder, self.features, None).payload(records))

    def split(self, hand: Hand) -> list[Hand]:
        """A block is one file."""
        return [hand]

    def lost(self, hand: Hand) -> Done:
        """There is no index without it."""
        message = (
            f"a worker process died twice at passages {hand.first:,} to {hand.first + len(hand.data) - 1:,} (out of "
            "memory?); run again with fewer workers: what was computed is kept"
        )
        raise ExcerptError(message)


@lru_cache(maxsize=1)
def _computing(encoder: str | None, features: tuple[str, ...], folder: Path | None) -> Computing:
    sources = named_sources(features)
    return Computing(None if encoder is None else encoder_for(encoder, sources), sources, folder)


def compute_ahead(
    passages: Callable[[], Iterable[PassageLike]],
    path: str | Path,
    workers: Workers,
    *,
    encoder: str | None,
    features: Sequence[str],
    progress: IndexProgress | None = None,
) -> None:
    """Compute what ``Index.build(passages(), path, encoder=encoder, features=features)`` will ask for.

    Args:
        passages: Gives them; called once here, and it must give the same to the build.
        path: Where the index is to be.
        workers: Who computes.
        encoder: Name of the sentence encoder; None for words only.
        features: Names of what is stored for the stages of a chain.
        progress: As for ``Index.build``.

    Raises:
        InputError: A passage is wrong; the message has its number.
        ExcerptError: A model cannot be had, or workers die.
    """
    if encoder is None and not features:
        return
    names = tuple(features)
    folder = work_folder(Path(path))
    computing = _computing(encoder, names, folder)
    parts: dict[int, Path] = {}

    def hands() -> Iterator[Hand]:
        for first, keys, records in _fresh_blocks(passages()):
            part = computing.part(keys)
            if part is not None and not part.exists():
                parts[first] = part
                rows = (json.dumps([record.id, record.title, record.text]).encode() for record in records)
                yield Hand(first, tuple(rows))
            elif progress is not None:
                progress("passages", first + len(records) - 1, None)

    with workers:
        for hand, done in in_order(workers, _BlockWork(encoder, names), hands()):
            write_part(parts.pop(hand.first), done.rows)
            if progress is not None:
                progress("passages", hand.first + done.records - 1, None)


def _fresh_blocks(
    passages: Iterable[PassageLike],
) -> Iterator[tuple[int, list[Key], list[PassageRecord]]]:
    """The passages of each block that no block before has, as a build asks for them; with the first one's number."""
    seen: set[Key] = set()
    first = 1
    for block in blocks_of(passages, _BATCH):
        fresh: dict[Key, PassageRecord] = {}
        for record in block.records:
            key = key_of(record.title, record.text)
            if key not in seen:
                fresh.setdefault(key, record)
        seen.update(fresh)
        if fresh:
            yield first, list(fresh), list(fresh.values())
        first += len(block.records)
