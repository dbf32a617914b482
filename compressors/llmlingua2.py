"""LLMLingua-2: a token classifier says which words carry the text (Pan et al. 2024, 2403.12968).

Not question-aware: the same words survive whatever is asked. As the finest stage behind a
question-aware one it buys the last factor; alone it loses to such stages (docs/methods/llmlingua2.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import regex
from numpy.typing import NDArray

from excerpt.compressors.units import piece_words
from excerpt.compressors.units.piece_words import Aggregate, PieceScores, cut_windows, word_scores
from excerpt.compressors.units.splitting import split
from excerpt.compressors.upstream.llmlingua2 import UpstreamOptions
from excerpt.compressors.upstream.pieces import UpstreamPieces
from excerpt.compressors.upstream.stage import UpstreamStage
from excerpt.errors import ConfigError
from excerpt.models.registry import load_token_classifier
from excerpt.run.fit import Room
from excerpt.values.spans import Span, merge
from excerpt.values.stored import Columns
from excerpt.values.types import Context, Passage, Units

if TYPE_CHECKING:
    from excerpt.models import TokenClassifier

__all__ = ["DEFAULT_MODEL", "RULES_VERSION", "KeepProbability", "LLMLingua2"]

RULES_VERSION = 1
"""Raise it with every change of how texts are read for keep probabilities; stored ones of another
number are not used (tests/golden)."""

DEFAULT_MODEL = "excerpt-token-classifier"
_MAX_PIECES = 510  # what the published checkpoints were trained on, two specials aside
_DIGIT = r"\d+"
# A name: a capital inside or behind a word that does not open a sentence, or several capitals.
_ENTITY = (
    r"""(?<=[\p{L}\p{N},;:)"'’”–-]\s{1,2})\p{Lu}[\p{L}\p{M}\p{N}]*+"""
    r"|\p{L}*+\p{Lu}{2}[\p{L}\p{N}]*+|\p{Ll}++\p{Lu}\w*+"
)
_BELOW_ONE = float(np.nextafter(1.0, 0.0))


@dataclass(frozen=True)
class KeepProbability:
    """How likely a token classifier finds each unit worth keeping. Ignores the question.

    Args:
        classifier: The classifier (`excerpt.models.load_token_classifier`).
        aggregate: ``"mean"`` over the pieces of a unit, or the ``"first"`` piece's.
        name: What reports call it.
    """

    classifier: "TokenClassifier"
    aggregate: Aggregate = "mean"
    name: str = "keep-probability"

    def score(self, context: Context, units: Units, *, check: Any = None) -> NDArray[np.float64]:  # noqa: ANN401 - see `pieces`
        """Probabilities, float64 ``(n,)``: of the kept text of each passage, not of what was dropped from it."""
        bounds = np.searchsorted(units.passage, np.arange(len(context.passages) + 1))
        wanted = [index for index in range(len(context.passages)) if bounds[index] < bounds[index + 1]]
        keys = [(context.passages[index].text, context.kept[index]) for index in wanted]
        known = self._stored(context, wanted)
        # Each distinct text once: retrieved passages repeat themselves.
        distinct = [key for key in dict.fromkeys(keys) if key not in known]
        found = self.pieces([text for text, _ in distinct], [kept for _, kept in distinct], check=check)
        known |= zip(distinct, found, strict=True)
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
        found = context.recall.stored(self, [context.passages[index] for index in whole])
        return {
            (texts[index], context.kept[index]): self.restored(columns)
            for index, columns in zip(whole, found, strict=True)
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


class LLMLingua2:
    """The words that a token classifier finds worth keeping, ranked over all passages at once.

    Under a budget the best words that fit are kept; without one the best ``rate`` of them. Words that
    the chain's guards hold together are scored as one. docs/methods/llmlingua2.md lists the differences to the
    public package.

    Args:
        model: Token classifier: a bundled name, a directory or a hub name. The released ones,
            ``microsoft/llmlingua-2-...``, load as they are. Or one that is loaded already.
        rate: Share of the reader's tokens to keep when there is no budget; None for everything.
        force_tokens: Words or phrases that are kept before all others. White space is not a word: line
            breaks between kept words are written by the renderer.
        reserve_digit: Keep words with a digit before all others.
        reserve_entity: Keep names, as far as capital letters tell, before all others.
        drop_consecutive: Of a force token that follows itself with nothing worth keeping in between,
            keep only the first.
        aggregate: What a word's probability is: the ``"mean"`` of its pieces', or the ``"first"``.
        compat: ``"upstream"`` keeps what llmlingua 0.2.2 keeps, faults included and without guards;
            `excerpt.compressors.upstream.llmlingua2` says what that needs to be exact.

    Raises:
        ConfigError: An option is out of range.
        ModelError: The model cannot be found or read.
    """

    name = "llmlingua2"
    needs_query = False  # ExcerptTransformer then asks for none

    def __init__(  # noqa: PLR0913 - the paper's options, all but the first by keyword
        self,
        model: "str | Path | TokenClassifier" = DEFAULT_MODEL,
        *,
        rate: float | None = 0.5,
        force_tokens: Sequence[str] = (),
        reserve_digit: bool = False,
        reserve_entity: bool = False,
        drop_consecutive: bool = False,
        aggregate: Aggregate = "mean",
        compat: Literal["upstream"] | None = None,
    ) -> None:
        _check(rate, force_tokens, aggregate, compat)
        classifier = load_token_classifier(model) if isinstance(model, str | Path) else model
        self.scorer = KeepProbability(classifier, aggregate)
        self.rate = rate
        self.force_tokens = tuple(force_tokens)
        self.drop_consecutive = drop_consecutive
        wanted = [*map(_phrase, self.force_tokens), *[_DIGIT] * reserve_digit, *[_ENTITY] * reserve_entity]
        self._protected = [regex.compile(pattern, regex.V1) for pattern in wanted]
        self._upstream: UpstreamStage | None = None
        if compat == "upstream":
            options = UpstreamOptions(
                rate=1.0 if rate is None else rate,
                token_to_word=aggregate,
                force_tokens=self.force_tokens,
                force_reserve_digit=reserve_digit,
                drop_consecutive=drop_consecutive,
            )
            self._upstream = UpstreamStage(classifier, UpstreamPieces(classifier.tokenizer.backend), options)

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the best words that fit, or the best ``rate`` of them."""
        if self._upstream is not None:
            return self._upstream.compress(context, room)
        units = split("word", context, room.guards)
        if len(units) == 0:
            return context
        scores = np.minimum(self.scorer.score(context, units, check=room.deadline.check), _BELOW_ONE)
        scores[self._reserved(context, units)] = 1.0
        if room.tokens is not None and not self.drop_consecutive:
            return room.fill(context, units, scores)
        return self._fill_share(context, room, units, scores)

    def _fill_share(self, context: Context, room: Room, units: Units, scores: NDArray[np.float64]) -> Context:
        texts = units.texts(context.passages)
        distinct = list(dict.fromkeys(texts))
        known = dict(zip(distinct, room.counter.count_many(distinct), strict=True))
        costs = np.array([known[text] for text in texts], dtype=np.int64)
        share = 1.0 if self.rate is None else self.rate
        if room.tokens is not None:
            share = room.tokens / max(int(costs.sum()), 1)
        if self.drop_consecutive:
            self._zero_repeats(units, texts, scores, best_share(scores, costs, share))
        return room.fill(
            context, units, scores, best_share(scores, costs, share) if room.tokens is None else None
        )

    def _reserved(self, context: Context, units: Units) -> NDArray[np.bool_]:
        """Units that share a character with protected text."""
        found = np.zeros(len(units), dtype=bool)
        bounds = np.searchsorted(units.passage, np.arange(len(context.passages) + 1)).tolist()
        for passage, first, last in zip(context.passages, bounds[:-1], bounds[1:], strict=True):
            spans = [match.span() for pattern in self._protected for match in pattern.finditer(passage.text)]
            for start, end in merge(spans):
                low = first + int(np.searchsorted(units.end[first:last], start, side="right"))
                high = first + int(np.searchsorted(units.start[first:last], end, side="left"))
                found[low:high] = True
        return found

    def _zero_repeats(
        self, units: Units, texts: list[str], scores: NDArray[np.float64], worth: NDArray[np.bool_]
    ) -> None:
        """Score 0 for a force token like the one before it, if no other word between is worth keeping."""
        wanted = frozenset(self.force_tokens)
        places = [index for index, text in enumerate(texts) if text in wanted]
        others = worth.copy()
        others[places] = False
        seen = np.cumsum(others)
        for before, index in pairwise(places):
            same = texts[before] == texts[index] and units.passage[before] == units.passage[index]
            if same and seen[before] == seen[index]:
                scores[index] = 0.0


def best_share(scores: NDArray[np.float64], costs: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
    """The best units up to a share of all tokens, rounded to the nearest unit and at least one.

    Args:
        scores: ``(n,)``; ties go to the earlier unit.
        costs: Tokens of each unit, ``(n,)``.
        share: Above 0, at most 1.
    """
    order = np.argsort(-scores, kind="stable")
    middle = np.cumsum(costs[order]) - costs[order] / 2
    kept = np.zeros(len(scores), dtype=bool)
    kept[order[middle <= share * costs.sum()]] = True
    kept[order[:1]] = True
    return kept


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


def _phrase(text: str) -> str:
    """A pattern for a force token: ``the`` is not in ``other``, ``.`` is neither in ``3.5`` nor in ``...``."""
    phrase: str = regex.escape(text)
    if not regex.search(r"\w", text):
        alone = rf"(?<!{phrase}){phrase}(?!{phrase})"
        return rf"(?<!\w){alone}|{alone}(?!\w)"
    before = r"(?<!\w)" if regex.match(r"\w", text) else ""
    after = r"(?!\w)" if regex.search(r"\w$", text) else ""
    return f"{before}{phrase}{after}"


def _check(rate: float | None, force_tokens: Sequence[str], aggregate: str, compat: str | None) -> None:
    if rate is not None and not (isinstance(rate, int | float) and 0 < rate <= 1):
        message = f"llmlingua2: rate is the share of tokens kept, above 0 and at most 1; got {rate!r}"
        raise ConfigError(message)
    if isinstance(force_tokens, str) or not all(isinstance(token, str) and token for token in force_tokens):
        message = (
            f"llmlingua2: force_tokens must be a list of strings, none of them empty; got {force_tokens!r}"
        )
        raise ConfigError(message)
    if aggregate not in get_args(Aggregate):
        message = f'llmlingua2: aggregate must be "mean" or "first"; got {aggregate!r}'
        raise ConfigError(message)
    if compat not in (None, "upstream"):
        message = f'llmlingua2: compat must be "upstream" or left out; got {compat!r}'
        raise ConfigError(message)
