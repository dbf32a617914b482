"""How likely a token classifier finds a unit worth keeping, whatever the question (LLMLingua-2, 2403.12968)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.units import piece_words
from excerpt.compressors.units.piece_words import Aggregate, PieceScores, cut_windows, word_scores
from excerpt.errors import ConfigError
from excerpt.models.registry import load_token_classifier
from excerpt.values.spans import Span
from excerpt.values.stored import Columns
from excerpt.values.types import Context, Passage, Units

if TYPE_CHECKING:
    from excerpt.models import TokenClassifier

__all__ = ["DEFAULT_MODEL", "RULES_VERSION", "KeepProbability", "keep_probability"]

RULES_VERSION = 1
"""Raise it with every change of how texts are read for keep probabilities; stored ones of another
number are not used (tests/golden)."""

DEFAULT_MODEL = "excerpt-token-classifier"
_MAX_PIECES = 510  # what the published checkpoints were trained on, two specials aside


@dataclass(frozen=True)
class KeepProbability:
    """How likely a token classifier finds each unit worth keeping. Ignores the question.

    Args:
        classifier: The classifier (`excerpt.models.load_token_classifier`).
        aggregate: ``"mean"`` over the pieces of a unit, or the ``"first"`` piece's.
    """

    classifier: "TokenClassifier"
    aggregate: Aggregate = "mean"
    name: ClassVar[str] = "keep-probability"

    def __post_init__(self) -> None:
        if self.aggregate not in get_args(Aggregate):
            message = f'keep-probability: aggregate must be "mean" or "first"; got {self.aggregate!r}'
            raise ConfigError(message)

    def score(self, context: Context, units: Units, *, check: Any = None) -> NDArray[np.float64]:  # noqa: ANN401 - see `pieces`
        """Probabilities, float64 ``(n,)``: of the kept text of each passage, not of what was dropped from it."""
        bounds = np.searchsorted(units.passage, np.arange(len(context.passages) + 1))
        wanted = [index for index in range(len(context.passages)) if bounds[index] < bounds[index + 1]]
        keys = [(context.passages[index].text, context.kept[index]) for index in wanted]
        known = self._stored(context, wanted)
        # Each distinct text once: retrieved passages repeat themselves.
        distinct = [key for key in dict.fromkeys(keys) if key not in known]
        computed = self.pieces([text for text, _ in distinct], [kept for _, kept in distinct], check=check)
        known |= zip(distinct, computed, strict=True)
        scores = np.zeros(len(units))
        for index, key in zip(wanted, keys, strict=True):
            rows = slice(bounds[index], bounds[index + 1])
            scores[rows] = word_scores(known[key], units.start[rows], units.end[rows], self.aggregate)
        return scores

    @property
    def fingerprint(self) -> str:
        """Of the classifier, and versions of how texts are cut into windows and read."""
        return f"keep-{RULES_VERSION} windows-{piece_words.RULES_VERSION} {self.classifier.fingerprint}"

    @property
    def made_with(self) -> dict[str, str]:
        """What the manifest of an index says of stored probabilities."""
        return {
            "classifier": self.classifier.name,
            "classifier_fingerprint": self.classifier.fingerprint,
            "quantization": "none, the probabilities are float32 anyway",
        }

    def signals(self, passages: Sequence[Passage]) -> list[PieceScores]:
        """The scored pieces of each whole text."""
        return self.pieces([passage.text for passage in passages])

    def columns(self, signals: PieceScores) -> dict[str, NDArray[Any]]:
        """Places and probabilities as they are: of words that are nearly sure, steps would make equals."""
        start, end = signals.start.astype(np.int32), signals.end.astype(np.int32)
        return {"start": start, "end": end, "score": signals.score.astype(np.float32)}

    def restored(self, columns: Columns) -> PieceScores:
        """The pieces that ``columns`` were made of."""
        start, end = (columns[name].astype(np.int64) for name in ("start", "end"))
        return PieceScores(start, end, columns["score"].astype(np.float64))

    def _stored(
        self, context: Context, wanted: Sequence[int]
    ) -> dict[tuple[str, tuple[Span, ...]], PieceScores]:
        """What an index knows: of passages of which all is kept, since the classifier reads what is kept."""
        if context.recall is None:
            return {}
        texts = {index: context.passages[index].text for index in wanted}
        whole = [index for index, text in texts.items() if context.kept[index] == ((0, len(text)),)]
        rows = context.recall.stored(self, [context.passages[index] for index in whole])
        return {
            (texts[index], context.kept[index]): self.restored(columns)
            for index, columns in zip(whole, rows, strict=True)
            if columns is not None
        }

    def pieces(
        self,
        texts: Sequence[str],
        kept: Sequence[Sequence[Span]] | None = None,
        *,
        check: Any = None,  # noqa: ANN401 - excerpt.models.protocols.Check, which is not exported
    ) -> list[PieceScores]:
        """The scored pieces of each text. Depends on nothing else, so it can be had before any question.

        Args:
            texts: The texts.
            kept: Spans of each text to read; the rest is as if it were not there. None for all.
            check: Called between windows; raises to stop.
        """
        tokenizer = self.classifier.tokenizer
        size = min(_MAX_PIECES, self.classifier.max_tokens - 2)
        read: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        windows: list[list[int]] = []
        counts: list[int] = []
        for number, encoding in enumerate(
            tokenizer.backend.encode_batch(list(texts), add_special_tokens=False)
        ):
            ids, start, end = _columns(encoding)
            if kept is not None and tuple(kept[number]) != ((0, len(texts[number])),):
                inside = _inside(start, end, kept[number])
                ids, start, end = ids[inside], start[inside], end[inside]
            ranges = cut_windows(texts[number], start, end, size)
            windows += [self.classifier.frame(ids[first:last].tolist()) for first, last in ranges]
            counts.append(len(ranges))
            read.append((start, end))
        scored = iter(self.classifier.keep_probabilities(windows, check=check))
        return [
            PieceScores(start, end, _joined([next(scored)[1:-1] for _ in range(count)]))
            for (start, end), count in zip(read, counts, strict=True)
        ]


def _columns(encoding: Any) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:  # noqa: ANN401 - untyped package
    """Ids, starts and ends of a ``tokenizers.Encoding``, both made to ascend."""
    ids = np.array(encoding.ids, dtype=np.int64)
    offsets = np.fromiter(chain.from_iterable(encoding.offsets), dtype=np.int64, count=2 * len(ids)).reshape(
        -1, 2
    )
    return ids, np.maximum.accumulate(offsets[:, 0]), np.maximum.accumulate(offsets[:, 1])


def _inside(start: NDArray[np.int64], end: NDArray[np.int64], kept: Sequence[Span]) -> NDArray[np.bool_]:
    """Pieces that share a character with a kept span."""
    spans = np.array(kept, dtype=np.int64).reshape(-1, 2)
    first = np.searchsorted(spans[:, 1], start, side="right")
    last = np.searchsorted(spans[:, 0], end, side="left")
    return np.asarray(first < last)


def _joined(parts: list[NDArray[np.float32]]) -> NDArray[np.float64]:
    return np.concatenate(parts).astype(np.float64) if parts else np.zeros(0)


def keep_probability(
    model: "str | Path | TokenClassifier" = DEFAULT_MODEL, *, aggregate: Aggregate = "mean"
) -> KeepProbability:
    """What a token classifier would keep; options as for `excerpt.compressors.LLMLingua2`.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read.
    """
    classifier = load_token_classifier(model) if isinstance(model, str | Path) else model
    if isinstance(classifier, type) or not hasattr(classifier, "keep_probabilities"):
        message = f"model: must be a name, a directory or a token classifier, got {model!r}"
        raise ConfigError(message)
    return KeepProbability(classifier, aggregate)
