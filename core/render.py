"""From kept spans to the text the reader gets, and back from each of its characters to the source."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from excerpt.errors import ConfigError
from excerpt.values.rewritten import Rewritten
from excerpt.values.spans import Span
from excerpt.values.types import Passage

__all__ = [
    "ORDERS",
    "TEMPLATES",
    "Layout",
    "Order",
    "Piece",
    "Rendered",
    "Template",
    "joined",
    "kept_text",
    "render_rewritten",
]

Order: TypeAlias = Literal["document", "best_first", "best_last"]
_GAPS = ("", " ", "\n")
ORDERS: tuple[Order, ...] = ("document", "best_first", "best_last")
"""How passages may be ordered; `Layout` says what each means."""


@dataclass(frozen=True, slots=True)
class Template:
    """How passages are written down for the reader. Data, not code: it may come from a file.

    Args:
        name: What reports call it.
        head: Before each passage's text; ``{number}``, ``{id}`` and ``{title}`` are filled in.
        tail: After each passage's text; the same fields.
        untitled_head: Replaces ``head`` for a passage without a title; None for the same.
        separator: Between passages.

    Raises:
        ConfigError: One of them is no text.
    """

    name: str
    head: str = ""
    tail: str = ""
    untitled_head: str | None = None
    separator: str = "\n\n"

    def __post_init__(self) -> None:
        for field in ("name", "head", "tail", "untitled_head", "separator"):
            value = getattr(self, field)
            if not isinstance(value, str) and not (field == "untitled_head" and value is None):
                message = f"template: {field} must be a string, got {value!r}"
                raise ConfigError(message)

    def around(self, passage: Passage, number: int) -> tuple[str, str]:
        """What stands before and after the text of a passage."""
        head = self.head if passage.title or self.untitled_head is None else self.untitled_head
        return self._fill(head, passage, number), self._fill(self.tail, passage, number)

    def _fill(self, text: str, passage: Passage, number: int) -> str:
        if "{" not in text:
            return text
        # One pass over the fields, so that a title that contains "{id}" stays as it is.
        fields = {"{number}": str(number), "{id}": passage.id or str(number), "{title}": passage.title}
        filled, rest = "", text
        while rest:
            at, field = min(((rest.find(name), name) for name in fields if name in rest), default=(-1, ""))
            if at < 0:
                return filled + rest
            filled += rest[:at] + fields[field]
            rest = rest[at + len(field) :]
        return filled


TEMPLATES: dict[str, Template] = {
    "plain": Template("plain"),
    "titled": Template("titled", head="{title}\n", untitled_head=""),
    "numbered": Template("numbered", head="[{number}] {title}\n", untitled_head="[{number}] "),
    "xml": Template("xml", head='<passage id="{id}" title="{title}">\n', tail="\n</passage>",
                    untitled_head='<passage id="{id}">\n', separator="\n"),
    "sections": Template("sections", head="1.1. {title} [{number}]\n"),
}  # fmt: skip


class Piece(NamedTuple):
    """Characters ``[start, end)`` of the rendered text come from ``source`` on in one passage."""

    start: int
    end: int
    passage: int
    source: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered text and where its kept characters stood; the rest is template and separators."""

    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a context is written down.

    Args:
        template: The template.
        order: ``"document"`` keeps the caller's order; ``"best_first"`` and ``"best_last"`` sort
            passages by score (readers attend most to both ends of a prompt: Liu et al. 2023).
        preserve_slots: Also write the head and tail of emptied passages, so that no passage's
            number changes and citations stay right.
    """

    template: Template = TEMPLATES["plain"]
    order: Order = "document"
    preserve_slots: bool = False

    def sequence(self, kept: Sequence[Sequence[Span]], scores: Sequence[float]) -> list[int]:
        """Indices of the passages to be written, in the order they are written."""
        shown = [index for index, spans in enumerate(kept) if spans or self.preserve_slots]
        if self.order == "document":
            return shown
        best_first = sorted(shown, key=lambda index: (-scores[index], index))
        return best_first if self.order == "best_first" else best_first[::-1]

    def numbers(self, kept: Sequence[Sequence[Span]]) -> list[int]:
        """The number shown for each passage: its place among all, or among the kept ones."""
        if self.preserve_slots:
            return list(range(1, len(kept) + 1))
        numbers, last = [], 0
        for spans in kept:
            last += bool(spans)
            numbers.append(last)
        return numbers

    def beside(
        self, passages: Sequence[Passage], kept: Sequence[Sequence[Span]], scores: Sequence[float]
    ) -> list[str] | None:
        """What `render` writes beside the texts, if a line break or a space stands wherever both meet; else None.

        The arguments are those of `render`.
        """
        numbers = self.numbers(kept)
        shown = self.sequence(kept, scores)
        around = [self.template.around(passages[index], numbers[index]) for index in shown]
        return [text for both in around for text in both if text] if self.keeps_apart(around) else None

    def keeps_apart(self, around: Iterable[tuple[str, str]]) -> bool:
        """Whether a line break or a space stands wherever the text of a passage meets what is written beside it.

        Args:
            around: What stands before and after each text (`Template.around`).
        """
        separated = all(head[-1:] in _GAPS and tail[:1] in _GAPS for head, tail in around)
        return separated and bool(self.template.separator) and not self.template.separator.strip(" \n")

    @property
    def shifts(self) -> bool:
        """Whether what is written beside a passage depends on which other passages are kept."""
        template = self.template
        beside = template.head + (template.untitled_head or "") + template.tail
        return not self.preserve_slots and ("{number}" in beside or "{id}" in beside)

    def render(
        self, passages: Sequence[Passage], kept: Sequence[Sequence[Span]], scores: Sequence[float]
    ) -> Rendered:
        """Write the kept spans down.

        Args:
            passages: All passages.
            kept: Kept spans of each, sorted and not overlapping.
            scores: A score for each passage; read by the orders that sort.
        """
        numbers = self.numbers(kept)
        parts: list[str] = []
        pieces: list[Piece] = []
        at = 0
        for position, index in enumerate(self.sequence(kept, scores)):
            head, tail = self.template.around(passages[index], numbers[index])
            lead = (self.template.separator if position else "") + head
            parts.append(lead)
            at += len(lead)
            for joiner, span in joined(passages[index].text, kept[index]):
                at += len(joiner)
                pieces.append(Piece(at, at + span.end - span.start, index, span.start))
                parts += (joiner, passages[index].text[span.start : span.end])
                at += span.end - span.start
            parts.append(tail)
            at += len(tail)
        return Rendered("".join(parts), tuple(pieces))


def joined(text: str, spans: Sequence[Span]) -> list[tuple[str, Span]]:
    """Each span with what stands before it: the white space that the dropped text had, at its plainest.

    A dropped stretch with a line break becomes a line break, one with other white space a space,
    one with none (as between Chinese sentences) nothing. If it was nothing but white space, it
    is kept as it was, so that kept neighbours read like the source.
    """
    pairs: list[tuple[str, Span]] = []
    for before, span in zip([None, *spans], spans, strict=False):
        gap = "" if before is None else text[before.end : span.start]
        if gap.isspace() or not gap:
            pairs.append((gap, span))
        elif "\n" in gap:
            pairs.append(("\n", span))
        else:
            pairs.append((" " if any(map(str.isspace, gap)) else "", span))
    return pairs


def kept_text(text: str, spans: Sequence[Span]) -> str:
    """The kept characters of one passage, joined as `joined` says."""
    return "".join(joiner + text[span.start : span.end] for joiner, span in joined(text, spans))


def render_rewritten(rewritten: Rewritten) -> Rendered:
    """Rewritten text, without template: it is of no one passage. Pieces are the sentences that were copied."""
    pieces, at = [], 0
    for sentence in rewritten.sentences:
        if sentence.span is not None:
            pieces.append(Piece(at, at + len(sentence.text), sentence.passages[0], sentence.span.start))
        at += len(sentence.text) + 1
    return Rendered(rewritten.text, tuple(pieces))
