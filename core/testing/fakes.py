"""Small stand-ins for tests: examples, an encoder without a model, a store in memory, and a room to work in."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from excerpt.protocols import Selection, Selector
from excerpt.registry import SPLITTERS
from excerpt.render import Layout
from excerpt.run.deadline import Deadline
from excerpt.run.fit import Limit, Room
from excerpt.tokens import TokenizerLike, count_words, resolve_tokenizer
from excerpt.values.stored import Columns, Precomputed
from excerpt.values.types import Context, Passage, Units

__all__ = ["EXAMPLES", "Example", "HashEncoder", "MemoryStore", "ask", "room", "split_whole"]


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its passages.

    Args:
        query: The example.
        passages: What was retrieved for it; each has a number under ``score`` in its metadata.
    """

    query: str
    passages: tuple[Passage, ...]

    @property
    def context(self) -> Context:
        """A context that keeps everything."""
        return Context.start(self.query, self.passages)


def _example(query: str, *passages: tuple[str, str]) -> Example:
    return Example(
        query,
        tuple(
            Passage(text, str(number), title, MappingProxyType({"score": 1 / (1 + number)}))
            for number, (title, text) in enumerate(passages)
        ),
    )


EXAMPLES: tuple[Example, ...] = (
    _example(
        "When was the mill at Arden built again?",
        ("Arden", "The mill at Arden burned in 1859. It was built again in 1861 by two sons of the miller."),
        ("Bees", "Bees sleep in winter. A hive weighs 12.5 kg. It did not freeze."),
        (
            "Mills",
            "The mill at Arden burned in 1859. Mills grind rye, oats and barley.\n\n- one\n- two\n\nEnd.",
        ),
    ),
    _example(
        "¿Dónde está el molino?",
        ("", "磨坊磨黑麦。猫在睡觉。"),
        ("", "Café naïve. Straße 5, 👍🏽 ok."),
        ("", ""),
    ),
    _example("?", ("Blank", " \n\t "), ("One", "x"), ("Again", "x"), ("Long", "Rye, oats and barley. " * 40)),
    _example(
        "What is kept?", ("", "| a | b |\n|---|---|\n| 1 | 2.5 kg |\n\n```\nx = f(1)\n```\nIt was not sold.")
    ),
)
"""Ordinary text, scripts without spaces, empty and repeated passages, no example, long ones, tables and code."""


class HashEncoder:
    """An encoder without a model: adds one pseudo-random vector a word; equal texts get equal vectors, in any process.

    Args:
        dim: Width of a vector.
        name: What the vectors depend on beside the text.
    """

    def __init__(self, dim: int = 16, name: str = "hash") -> None:
        self.name = name
        self.dim = dim
        self.max_tokens = 256
        self.fingerprint = f"{name}-{dim}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, float32 ``(n, dim)``."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().split():
                vectors[row] += self._vector(word)
        return vectors

    def _vector(self, word: str) -> NDArray[np.float32]:
        digest = hashlib.shake_256(f"{self.name} {word}".encode()).digest(self.dim)
        return np.frombuffer(digest, dtype=np.uint8).astype(np.float32) - 127.5


class MemoryStore:
    """Stored signals in memory, as an index would have them.

    Args:
        sources: What makes the signals.
        passages: The passages whose signals are known.
    """

    def __init__(self, sources: Iterable[Precomputed], passages: Sequence[Passage]) -> None:
        self._columns: dict[tuple[str, str, str], Columns] = {}
        for source in sources:
            for passage, signals in zip(passages, source.signals(passages), strict=True):
                self._columns[source.fingerprint, passage.title, passage.text] = source.columns(signals)

    def find(self, fingerprint: str, passages: Sequence[Passage]) -> list[Columns | None]:
        """The columns of each passage; None where they are not known."""
        return [self._columns.get((fingerprint, passage.title, passage.text)) for passage in passages]


def room(tokens: int | None = None, tokenizer: TokenizerLike = count_words) -> Room:
    """What a chain would give a stage: a limit, a tokenizer that counts words, the plain template, no guards.

    Args:
        tokens: The limit; None for none.
        tokenizer: Another tokenizer.
    """
    limit = None if tokens is None else Limit(tokens)
    return Room("tested", limit, Layout(), resolve_tokenizer(tokenizer), Deadline())


def split_whole(kind: str, context: Context) -> Units:
    """The units of a context that keeps everything, by a registered splitter."""
    splitter = SPLITTERS.find(kind)
    return Units.of(kind, [splitter(passage.text) for passage in context.passages])


def ask(
    selector: Selector,
    scores: ArrayLike,
    texts: Sequence[str] | None = None,
    tokens: int | None = None,
) -> Selection:
    """What a selector says of units with these scores.

    Args:
        selector: The selector.
        scores: One for each unit.
        texts: The units, each a passage of its own; numbered words where there are none.
        tokens: The limit in words; None for none.
    """
    values = np.asarray(scores, dtype=np.float64)
    given = [f"unit{number}" for number in range(len(values))] if texts is None else texts
    context = Context.start("question", [Passage(text) for text in given])
    units = Units.of("passage", [[(0, len(text))] for text in given])
    chosen = selector(context, units, values, room(tokens))
    return cast("Selection", np.asarray(chosen))  # one of a plug-in may be a list
