"""The result of a compression: the text for the reader, and where each character of it stood."""

from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from excerpt.cached import cached_property
from excerpt.render import Piece
from excerpt.values.kept import KeptPassage
from excerpt.values.report import Report
from excerpt.values.rewritten import Rewritten
from excerpt.values.soft import SoftContext
from excerpt.values.types import Context

__all__ = ["Compressed"]


_SHOWN = 60  # characters of the text in a representation


@dataclass(frozen=True, repr=False)
class Compressed:
    """The result of a compression.

    Args:
        query: The question.
        text: What goes to the reader. Its tokens never exceed the budget.
        passages: One for each passage of the input, in its order, dropped ones included.
        tokens_in: Tokens of the whole input, rendered the same way.
        tokens_out: Tokens of ``text``, and of the vectors where passages stand as such.
        report: What happened.
        pieces: Which characters of ``text`` come from where; the rest is template.
        context: The final state, with every stage's ranking.
        soft: The passages that a reader is given as vectors beside the text; None where there are none.
        rewritten: What a model wrote in the place of the passages, sentence by sentence; None where ``text``
            is their own words. Then the spans of ``passages`` are what it quotes.
    """

    query: str
    text: str
    passages: tuple[KeptPassage, ...]
    tokens_in: int
    tokens_out: int
    report: Report
    pieces: tuple[Piece, ...]
    context: Context = field(compare=False)
    soft: SoftContext | None = field(default=None, compare=False)
    rewritten: Rewritten | None = None

    def __str__(self) -> str:
        """What was kept, on one line; ``text`` is what goes to the reader."""
        kept = sum(bool(passage.spans) for passage in self.passages)
        return (
            f"{self.tokens_in:,} -> {self.tokens_out:,} tokens ({self.ratio:.1%} kept), {kept:,} of "
            f"{len(self.passages):,} passages"
        )

    def __repr__(self) -> str:
        shown = self.text if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN]}..."
        return f"Compressed({self}: {shown!r})"

    def _repr_html_(self) -> str:
        """What a notebook shows: the kept text, passage by passage. `explain` has the whole story."""
        from excerpt.pages.engine import page_engine  # noqa: PLC0415 - only notebooks pay for it

        return (
            page_engine()
            .get_template("notebook.html")
            .render(
                summary=str(self),
                passages=[kept for kept in self.passages if kept.spans or self.soft is not None],
                warnings=self.report.warnings,
            )
        )

    @property
    def verbatim(self) -> bool:
        """Whether the text is made of slices of the passages. False for rewritten text."""
        return self.rewritten is None

    @property
    def sufficient(self) -> bool | None:
        """Whether a gate found this enough for an answer; None where none was asked (`Report.sufficient`)."""
        return self.report.sufficient

    @property
    def ratio(self) -> float:
        """The share of tokens that was kept."""
        return self.tokens_out / self.tokens_in if self.tokens_in else 1.0

    @cached_property
    def _starts(self) -> list[int]:
        return [piece.start for piece in self.pieces]

    def source(self, position: int) -> tuple[KeptPassage, int] | None:
        """Where a character of ``text`` stood: its passage and the position in that passage's text.

        None for characters that the template wrote.
        """
        place = bisect_right(self._starts, position) - 1
        if place < 0 or position >= self.pieces[place].end:
            return None
        piece = self.pieces[place]
        return self.passages[piece.passage], piece.source + position - piece.start

    def to_dict(self) -> dict[str, Any]:
        """The deterministic part, as the batch command writes it."""
        row: dict[str, Any] = {
            "question": self.query,
            "text": self.text,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "passages": [
                {"id": kept.id, "spans": [list(span) for span in kept.spans], "text": kept.text}
                for kept in self.passages
            ],
            "stages": [stage.to_dict() for stage in self.report.stages],
        }
        if self.rewritten is not None:
            row["rewritten"] = [sentence.to_dict() for sentence in self.rewritten.sentences]
        if self.soft is not None:
            row["soft"] = list(dict.fromkeys(passage.index for passage in self.soft.passages))
        if self.report.passed_through:
            row["passed_through"] = self.report.passed_through
        if self.report.promise is not None:
            row["promise"] = self.report.promise.to_dict()
        if self.report.sufficient is not None:
            row["sufficient"] = self.report.sufficient
        if self.report.warnings:
            row["warnings"] = list(self.report.warnings)
        return row

    def explain(self, path: str | Path | None = None, *, leave_one_out: Any = None) -> str:  # noqa: ANN401 - a scorer
        """One self-contained HTML page: kept and dropped text, shaded by score, stage by stage.

        Args:
            path: Where to write it too; None to only return it.
            leave_one_out: An `excerpt.protocols.Scorer`: the page then says of each kept unit how much lower the kept
                text scores without it (`excerpt.leave_one_out.leave_one_out`).

        Raises:
            InputError: As `leave_one_out`.
            OSError: The file cannot be written.
        """
        from excerpt.explain import page  # noqa: PLC0415 - only who asks pays for it
        from excerpt.leave_one_out import leave_one_out as left_out  # noqa: PLC0415 - as above

        html = page(self, () if leave_one_out is None else left_out(self.context, leave_one_out))
        if path is not None:
            Path(path).write_text(html, encoding="utf-8")
        return html
