"""Stages that leave passages to a reader as vectors: which ones, and how many the budget has room for."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Literal, Self, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.units.sentences import split_sentences
from excerpt.contracts import ReaderContract, with_defaults
from excerpt.errors import ConfigError
from excerpt.models.soft.protocols import SoftCompressor
from excerpt.run.fit import Room, passage_scores
from excerpt.values.soft import SoftContext, SoftPassage
from excerpt.values.types import Context

__all__ = ["Fallback", "SoftStage"]

Fallback: TypeAlias = Literal["text", "drop"]


class SoftStage(ABC):
    """Text for the best passages, vectors for each of the rest, under one budget.

    Args:
        bridge: What makes the vectors.
        text: How many passages stay text.
        fallback: What becomes of the others with a reader that takes no embeddings.

    Raises:
        ConfigError: An option has an unknown value.
    """

    name: str

    def __init__(self, bridge: SoftCompressor, text: int, fallback: Fallback) -> None:
        self.bridge = bridge
        self.text = text
        self.fallback = fallback
        self._text_only = ""

    @classmethod
    def check_options(cls, text: int, fallback: str) -> None:
        """Refuse unknown values, before a model is looked for.

        Raises:
            ConfigError: An option has one.
        """
        if text < 0 or fallback not in get_args(Fallback):
            message = f"{cls.name}: text ({text}) must be 0 or more, fallback ({fallback!r}) 'text' or 'drop'"
            raise ConfigError(message)

    @abstractmethod
    def _embedded(self, context: Context, chosen: Sequence[int]) -> Sequence[NDArray[np.float32]]:
        """The embeddings of each chosen passage, ``(slots, dim)``."""

    def _slots(self, context: Context, index: int) -> int:
        """How many embeddings a passage becomes."""
        return self.bridge.slots(context.passages[index].titled_text)

    def for_reader(self, reader: object) -> Self:
        """The stage for one reader.

        Args:
            reader: One that takes embeddings (`excerpt.models.readers.XragReader`), or any other; None for one of text.

        Raises:
            ModelError: It takes embeddings, but of another model or among other prompts than the vectors were made for.
        """
        other = copy.copy(self)
        optional = with_defaults(reader, ReaderContract)
        if optional.read_soft is not None:
            taking: Any = reader
            self.bridge.check(taking.traits, taking.prompts)
            other._text_only = ""  # noqa: SLF001 - a copy of its own class
        else:
            other._text_only = str(optional.name) or "the reader"  # noqa: SLF001 - as above
        return other

    def compress(self, context: Context, room: Room) -> Context:
        """Let all but the best passages stand as vectors."""
        texts = context.kept_texts()
        pairs = zip(context.kept, texts, strict=True)
        context = context.narrow([spans if text.strip() else () for spans, text in pairs])
        scores = passage_scores(context.rankings, len(context.passages))
        kept = [index for index, spans in enumerate(context.kept) if spans]
        ranked = sorted(kept, key=lambda index: -scores[index])
        if len(ranked) <= self.text:
            return context
        if self._text_only:
            return self._fallen_back(context, ranked[self.text :])
        rest, chosen = self._split(context, ranked, texts, room)
        if len(rest) > len(ranked) - self.text and chosen:
            context = context.noted(
                f"not a sentence of the {self.text} best passages fits beside vectors: they are vectors too"
            )
        dropped = set(rest) - set(chosen)
        context = context.narrow([() if i in dropped else spans for i, spans in enumerate(context.kept)])
        if dropped:
            context = context.noted(
                f"there was no room for the vectors of {len(dropped)} of {len(rest)} passages"
            )
        return self._softened(context, chosen) if chosen else context

    def _softened(self, context: Context, chosen: Sequence[int]) -> Context:
        made = zip(chosen, self._embedded(context, chosen), strict=True)
        soft = tuple(SoftPassage(index, row) for index, rows in made for row in rows)
        bridge, prompts = self.bridge, self.bridge.prompts
        closing = tuple(bridge.closing)
        return context.soften(
            SoftContext(soft, bridge.reader.fingerprint, prompts.separator, prompts.gap, closing)
        )

    def _split(
        self, context: Context, ranked: Sequence[int], texts: Sequence[str], room: Room
    ) -> tuple[list[int], list[int]]:
        """The passages that are not to be text, and those of them that the budget has room for as vectors."""
        rest = list(ranked[self.text :])
        if room.tokens is None:
            return rest, rest
        prompts = self.bridge.prompts
        between, gap = room.counter.count_many([prompts.separator, prompts.gap])
        tokens = room.tokens // 2 if self.text else room.tokens
        chosen, taken = self._fitting(context, rest, tokens, between)
        if not self.text:
            return rest, chosen
        left = room.tokens - (taken + gap if chosen else 0)
        best = (texts[index] for index in ranked[: self.text])
        sentences = [text[start:end] for text in best for start, end in split_sentences(text)]
        if min(room.counter.count_many(sentences), default=0) <= left:
            return rest, chosen
        return list(ranked), self._fitting(context, ranked, room.tokens, between)[0]

    def _fitting(
        self, context: Context, ranked: Sequence[int], tokens: int, between: int
    ) -> tuple[list[int], int]:
        """The first passages whose vectors have at most ``tokens`` tokens, and the tokens that they have."""
        taken = len(self.bridge.closing) * (1 + between) - between
        chosen: list[int] = []
        for index in ranked:
            more = self._slots(context, index) * (1 + between)
            if taken + more > tokens:
                break
            taken += more
            chosen.append(index)
        return chosen, taken

    def _fallen_back(self, context: Context, rest: Sequence[int]) -> Context:
        about = f"{self._text_only} takes no embeddings: {len(rest)} passages"
        if self.fallback == "text":
            return context.noted(f"{about} stay text, as far as the budget goes")
        dropped = set(rest)
        narrowed = context.narrow([() if i in dropped else spans for i, spans in enumerate(context.kept)])
        return narrowed.noted(f"{about} were dropped")
