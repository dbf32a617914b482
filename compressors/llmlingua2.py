"""LLMLingua-2: a token classifier says which words carry the text (Pan et al. 2024, 2403.12968).

Not question-aware: the same words survive whatever is asked. As the finest stage behind a
question-aware one it buys the last factor; alone it loses to such stages (docs/methods/llmlingua2.md).
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import regex
from numpy.typing import NDArray

from excerpt.checks import check_flag
from excerpt.compressors.extractive import SelectorLike, UnitLike
from excerpt.compressors.scorers.keep_probability import DEFAULT_MODEL, keep_probability
from excerpt.compressors.selectors.greedy import Greedy
from excerpt.compressors.selectors.share import TopShare, best_share
from excerpt.compressors.units.piece_words import Aggregate
from excerpt.compressors.units.splitting import find_splitter, split
from excerpt.compressors.upstream.llmlingua2 import UpstreamOptions
from excerpt.compressors.upstream.pieces import UpstreamPieces
from excerpt.compressors.upstream.stage import UpstreamStage
from excerpt.errors import ConfigError
from excerpt.registry import SELECTORS
from excerpt.run.fit import Room
from excerpt.values.spans import merge
from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from excerpt.models import TokenClassifier

__all__ = ["LLMLingua2"]

_DIGIT = r"\d+"
# A name: a capital inside or behind a word that does not open a sentence, or several capitals.
_ENTITY = (
    r"""(?<=[\p{L}\p{N},;:)"'’”–-]\s{1,2})\p{Lu}[\p{L}\p{M}\p{N}]*+"""
    r"|\p{L}*+\p{Lu}{2}[\p{L}\p{N}]*+|\p{Ll}++\p{Lu}\w*+"
)
_BELOW_ONE = float(np.nextafter(1.0, 0.0))


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
        unit: Another splitter: ``"sentence"`` keeps whole sentences by the mean of their words.
        selector: Another rule in the place of ``rate``.
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
        unit: UnitLike = "word",
        selector: SelectorLike | None = None,
    ) -> None:
        _check(rate, force_tokens, aggregate, compat)
        find_splitter(unit)
        for option, value in (
            ("reserve_digit", reserve_digit),
            ("reserve_entity", reserve_entity),
            ("drop_consecutive", drop_consecutive),
        ):
            check_flag(value, f"llmlingua2: {option}")
        self.unit = unit
        usual = Greedy(without_budget=None if rate is None else TopShare(rate))
        self.selector = usual if selector is None else SELECTORS.part(selector, "llmlingua2: selector")
        if not callable(self.selector) or (selector is not None and (compat or drop_consecutive)):
            message = (
                f"llmlingua2: selector must be a selector, its name or a table, without compat and drop_consecutive; "
                f"got {selector!r}"
            )
            raise ConfigError(message)
        self.scorer = keep_probability(model, aggregate=aggregate)
        classifier = self.scorer.classifier
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
        units = split(self.unit, context, room.guards)
        if len(units) == 0:
            return context
        scores = np.minimum(self.scorer.score(context, units, check=room.deadline.check), _BELOW_ONE)
        scores[self._reserved(context, units)] = 1.0
        if not self.drop_consecutive:
            return room.fill(context, units, scores, self.selector(context, units, scores, room))
        return self._without_repeats(context, room, units, scores)

    def _without_repeats(
        self, context: Context, room: Room, units: Units, scores: NDArray[np.float64]
    ) -> Context:
        """As `compress`, after force tokens that follow themselves lost their score."""
        costs = room.costs(context, units)
        share = 1.0 if self.rate is None else self.rate
        if room.tokens is not None:
            share = room.tokens / max(int(costs.sum()), 1)
        self._zero_repeats(units, units.texts(context.passages), scores, best_share(scores, costs, share))
        selection = best_share(scores, costs, share) if room.tokens is None else None
        return room.fill(context, units, scores, selection)

    def _reserved(self, context: Context, units: Units) -> NDArray[np.bool_]:
        """Units that share a character with protected text."""
        reserved = np.zeros(len(units), dtype=bool)
        bounds = np.searchsorted(units.passage, np.arange(len(context.passages) + 1)).tolist()
        for passage, first, last in zip(context.passages, bounds[:-1], bounds[1:], strict=True):
            spans = [match.span() for pattern in self._protected for match in pattern.finditer(passage.text)]
            for start, end in merge(spans):
                low = first + int(np.searchsorted(units.end[first:last], start, side="right"))
                high = first + int(np.searchsorted(units.start[first:last], end, side="left"))
                reserved[low:high] = True
        return reserved

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
