"""xRAG: passages as vectors among the reader's input embeddings, one token each (Cheng et al., 2405.13792)."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from excerpt.compressors.units.sentences import split_sentences
from excerpt.compressors.vectors.document_vectors import DocumentVectors, GivenVectors, VectorSource
from excerpt.contracts import ReaderContract, with_defaults
from excerpt.errors import ConfigError
from excerpt.run.fit import Room, passage_scores
from excerpt.values.soft import SoftContext, SoftPassage
from excerpt.values.types import Context

if TYPE_CHECKING:
    from excerpt.models.xrag.bridge import Bridge

__all__ = ["XRAG"]

Fallback: TypeAlias = Literal["text", "drop"]


class XRAG:
    """Text for the best passages, a vector for each of the rest, under one budget.

    A vector comes from the index, where the passage was embedded when it was indexed, and goes through the bridge: one
    small matrix product, and one token of the reader's window. A vector stands for its whole passage. Which passages
    are the best is what the stages before say, else the order in which they came. Stages after it see only the text,
    and the budget less what the vectors take; while there is text to keep, vectors take at most half of it. Where not
    one sentence of the best passages fits beside the vectors, these are vectors too. Blank passages are dropped.

    Readers that take no embeddings (`Chain.for_reader`) get text, or nothing, as ``fallback`` says.

    Args:
        bridge: A trained bridge (`excerpt train xrag`), or a full checkpoint as xRAG was released: its folder or hub
            name, or loaded.
        text: How many passages stay text.
        fallback: What becomes of the other passages with a reader that takes no embeddings: ``"text"`` leaves them to
            the budget, ``"drop"`` drops them.
        vectors: Where vectors come from; by default from the index, or by the manifest's encoder. A text is the entry
            of ``passage.metadata`` that holds them (`GivenVectors`): a field of the rows that an index was built from.

    Raises:
        ConfigError: An option has an unknown value.
        ModelError: There is no such bridge, or its encoder is not what makes the vectors.
    """

    name = "xrag"

    def __init__(
        self,
        bridge: "str | Path | Bridge",
        *,
        text: int = 0,
        fallback: Fallback = "text",
        vectors: VectorSource | str | None = None,
    ) -> None:
        from excerpt.models.xrag.bridge import Bridge  # noqa: PLC0415 - torch, for those who use it
        from excerpt.models.xrag.loading import load_bridge  # noqa: PLC0415 - as above

        if text < 0 or fallback not in get_args(Fallback):
            message = f"xrag: text ({text}) must be 0 or more, fallback ({fallback!r}) 'text' or 'drop'"
            raise ConfigError(message)
        self.bridge = bridge if isinstance(bridge, Bridge) else load_bridge(bridge)
        self.text = text
        self.fallback = fallback
        encoder = self.bridge.manifest.encoder
        given = GivenVectors(encoder, vectors) if isinstance(vectors, str) else vectors
        self.vectors: VectorSource = given or DocumentVectors(encoder)
        self.bridge.manifest.check_encoder(self.vectors.traits)
        self._text_only = ""

    def for_reader(self, reader: object) -> "XRAG":
        """The stage for one reader.

        Args:
            reader: One that takes embeddings (`excerpt.models.readers.XragReader`), or any other; None for one of text.

        Raises:
            ModelError: It takes embeddings, but of another model or among other prompts than the bridge was made for.
        """
        other = copy.copy(self)
        optional = with_defaults(reader, ReaderContract)
        if optional.read_soft is not None:
            taking: Any = reader
            self.bridge.manifest.check_reader(taking.traits)
            self.bridge.manifest.check_prompts(taking.prompts)
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
        rest, chosen = self._split(ranked, texts, room)
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
        manifest = self.bridge.manifest
        embeddings = self.bridge.project(self.vectors.of(context, chosen))
        soft = tuple(SoftPassage(index, row) for index, row in zip(chosen, embeddings, strict=True))
        prompts = manifest.prompts
        return context.soften(SoftContext(soft, manifest.reader.fingerprint, prompts.separator, prompts.gap))

    def _split(self, ranked: Sequence[int], texts: Sequence[str], room: Room) -> tuple[list[int], list[int]]:
        """The passages that are not to be text, and those of them that the budget has room for as vectors."""
        rest = list(ranked[self.text :])
        chosen = rest[: self._room_for(len(rest), room, text=bool(self.text))]
        if room.tokens is None or not self.text:
            return rest, chosen
        prompts = self.bridge.manifest.prompts
        between, gap = room.counter.count_many([prompts.separator, prompts.gap])
        left = room.tokens - (len(chosen) * (1 + between) - between + gap if chosen else 0)
        best = (texts[index] for index in ranked[: self.text])
        sentences = [text[start:end] for text in best for start, end in split_sentences(text)]
        if min(room.counter.count_many(sentences), default=0) <= left:
            return rest, chosen
        return list(ranked), list(ranked[: self._room_for(len(ranked), room, text=False)])

    def _room_for(self, wanted: int, room: Room, *, text: bool) -> int:
        """How many vectors the budget has room for."""
        if room.tokens is None:
            return wanted
        between = room.counter.count(self.bridge.manifest.prompts.separator)
        tokens = room.tokens // 2 if text else room.tokens
        return max(0, min(wanted, (tokens + between) // (1 + between)))

    def _fallen_back(self, context: Context, rest: Sequence[int]) -> Context:
        about = f"{self._text_only} takes no embeddings: {len(rest)} passages"
        if self.fallback == "text":
            return context.noted(f"{about} stay text, as far as the budget goes")
        dropped = set(rest)
        narrowed = context.narrow([() if i in dropped else spans for i, spans in enumerate(context.kept)])
        return narrowed.noted(f"{about} were dropped")
