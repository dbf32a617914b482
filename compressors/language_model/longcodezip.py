"""LongCodeZip: functions by what they say of the question, then blocks of them by a knapsack (2510.00446)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.extractive import Extractive, ScorerLike, SelectorLike, UnitLike
from excerpt.compressors.language_model.coarse_to_fine import CoarseToFine
from excerpt.compressors.scorers.language_model.question_likelihood import QuestionLikelihood
from excerpt.compressors.scorers.language_model.surprisal import likelihood_of
from excerpt.compressors.selectors.greedy import best_first
from excerpt.compressors.selectors.knapsack import knapsack
from excerpt.compressors.selectors.redundancy import relevance
from excerpt.compressors.units.perplexity_blocks import PerplexityBlocks
from excerpt.errors import ConfigError
from excerpt.models.generation.likelihood import CausalLikelihood
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["FunctionKnapsack", "LongCodeZip", "rates"]

_WHOLE_LINES = 5  # functions of fewer lines stay whole


class LongCodeZip(CoarseToFine):
    """Functions by how much likelier they make the question, and of those the blocks that are worth most together.

    Functions are taken best first until budget and ``slack`` are full; each then has a share of the budget that grows
    with its score, spent by an exact 0/1 knapsack over its blocks. The first block of a function, which holds its head,
    is always bought with any other. docs/methods/language-model-scorers.md lists the differences to the authors' code.

    Args:
        model: A causal language model that scores functions and blocks and cuts functions where it is surprised: a
            directory in Hugging Face layout, an imported name, a hub name, or a `CausalLikelihood`. The paper's is
            Qwen2.5-Coder-7B-Instruct. None does without: BM25, and blocks between blank lines.
        scorer: Another scorer for both.
        beta: How much a function's share follows its score; 0 gives all the same.
        slack: Tokens that the functions may have over the budget.
        rate: The share of tokens to keep where there is no budget.
        coarse_unit: What is ranked first.
        unit: What is bought of it; None: blocks as above.
        selector: Another rule in the place of the knapsack of each function.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
        ModelError: The model cannot be found or read.
    """

    name = "longcodezip"

    def __init__(  # noqa: PLR0913 - the paper's options, all but the first by keyword
        self,
        model: "str | Path | CausalLikelihood | None" = None,
        *,
        scorer: ScorerLike | None = None,
        beta: float = 0.5,
        slack: float = 100,
        rate: float = 0.5,
        coarse_unit: UnitLike = "function",
        unit: UnitLike | None = None,
        selector: SelectorLike | None = None,
    ) -> None:
        chosen = None if model is None else likelihood_of(model, self.name)
        if scorer is None:
            scorer = (
                "bm25"
                if chosen is None
                else QuestionLikelihood(chosen, suffix="", joiner="\n", titles=False, drop=True)
            )
        if unit is None:
            unit = "block" if chosen is None else PerplexityBlocks(chosen)
        check_number(beta, "longcodezip: beta", least=0, most=1)
        rule = FunctionKnapsack(beta) if selector is None else selector
        coarse = Extractive(self.name, coarse_unit, scorer)
        super().__init__(
            self.name, coarse, unit=unit, scorer=coarse.scorer, selector=rule, slack=slack, rate=rate
        )


@dataclass(frozen=True, slots=True)
class FunctionKnapsack:
    """For each large unit of the stage's own ranking a knapsack over its small ones, with a share of the budget.

    Args:
        beta: As for `LongCodeZip`.
    """

    beta: float = 0.5

    def __call__(
        self, context: Context, units: Units, scores: NDArray[np.floating], room: Room
    ) -> NDArray[np.int64]:
        """The order in which to buy: of what the knapsacks chose heads and best blocks first, then the rest."""
        if not context.rankings:
            message = "longcodezip: its knapsack follows a ranking of functions, and no stage has made one"
            raise ConfigError(message)
        coarse = context.rankings[-1]
        costs = room.costs(context, units)
        values = relevance(scores, rescale=True)
        group = _groups(coarse.units, units)
        present = np.unique(group)
        sizes = np.array([costs[group == one].sum() for one in present], dtype=np.float64)
        total = float(sizes.sum())
        share = 1.0 if room.tokens is None else min(1.0, room.tokens / max(total, 1.0))
        chosen = np.zeros(len(units), dtype=bool)
        for one, rate, size in zip(
            present, rates(coarse.scores[present], sizes, share, self.beta), sizes, strict=True
        ):
            own = np.flatnonzero(group == one)
            function = slice(int(coarse.units.start[one]), int(coarse.units.end[one]))
            text = context.passages[int(coarse.units.passage[one])].text[function]
            if text.count("\n") + 1 < _WHOLE_LINES:
                chosen[own] = True
                continue
            head, rest = own[:1], own[1:]
            left = int(rate * size) - int(costs[head].sum())
            chosen[head] = True
            if left > 0:
                chosen[rest[knapsack(values[rest], costs[rest].tolist(), left)]] = True
        order = best_first(coarse.scores[group])  # a function with its head before the next
        by_score = best_first(scores)
        head = np.r_[True, np.diff(group) != 0]
        first = order[(chosen & head)[order]]
        return np.concatenate([first, by_score[(chosen & ~head)[by_score]], by_score[~chosen[by_score]]])


def rates(
    scores: NDArray[np.float64], sizes: NDArray[np.float64], share: float, beta: float
) -> NDArray[np.float64]:
    """The share that each function keeps: ``share x (1 + beta x 2 x (s - 1/2))``, ``s`` its score from 0 to 1.

    Brought back to ``share`` of all tokens, and clipped to 0 and 1.

    Args:
        scores: Of the functions, ``(n,)``.
        sizes: Tokens of each.
        share: Of all tokens.
        beta: From 0 to 1.
    """
    scaled = relevance(scores, rescale=True) if len(scores) > 1 else np.full(len(scores), 0.5)
    wanted = np.clip(share * (1 + beta * 2 * (scaled - 0.5)), 0, 1)
    mean = float((wanted * sizes).sum()) / max(float(sizes.sum()), 1.0)
    return np.clip(wanted * (share / mean if mean > 0 else 1.0), 0, 1)


def _groups(functions: Units, units: Units) -> NDArray[np.int64]:
    """The function that each unit stands in, by number, int64 ``(n,)``."""
    group = np.zeros(len(units), dtype=np.int64)
    for index, (passage, start) in enumerate(zip(units.passage.tolist(), units.start.tolist(), strict=True)):
        first, last = np.searchsorted(functions.passage, [passage, passage + 1])
        group[index] = first + np.searchsorted(functions.start[first:last], start, side="right") - 1
    return group
