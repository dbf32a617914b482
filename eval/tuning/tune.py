"""Choose a chain and how much it keeps on one part of the questions; judge the choice on questions it never saw."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.calibrated.policy import Policy
from excerpt.chain import Chain
from excerpt.errors import InputError, PolicyError
from excerpt.eval.cache.scorers import ScoreCache
from excerpt.eval.calibration.calibrate import RiskTarget, calibrate
from excerpt.eval.calibration.knob_settings import measure
from excerpt.eval.cells import Cell
from excerpt.eval.chains import named_chain
from excerpt.eval.evaluation import evaluate
from excerpt.eval.limits import Limit, checked
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean
from excerpt.eval.table import Table
from excerpt.eval.tuning.parts import Parts, split_questions
from excerpt.eval.tuning.steps import JUDGED, Progress, Steps
from excerpt.models.runtime.disk_cache import DiskCache
from excerpt.presets import chain_from_config
from excerpt.tokens import BUNDLED, TokenizerLike

__all__ = ["AMOUNTS", "Goal", "Tried", "Tuned", "tune"]

AMOUNTS = (1.0, 0.75, 0.5, 0.35, 0.25)
"""Shares of the budget that are tried, fixed beforehand."""

RIVAL = "rerank-and-truncate"
"""What the choice is compared with in the end, beside the default."""

_RESAMPLES = 1000
_CLEARLY = 1.1  # times as slow: less is noise


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted.

    Args:
        limit: The budget in tokens (a whole number), or the kept ratio.
        metric: ``"evidence_recall"`` or ``"answer_recall"``.
        milliseconds: The median call may take so long; None for any.
        tolerance: A chain, or an amount, that loses at most so much of the metric on average, and is not seen to be
            worse, is as good: the cheaper one is taken.
        risk: A promise to calibrate for the chosen chain; None for none.
        tokenizer: The reader's tokenizer.
        seed: For the split and the intervals.
    """

    limit: Limit = 0.25
    metric: str = "evidence_recall"
    milliseconds: float | None = None
    tolerance: float = 0.01
    risk: RiskTarget | None = None
    tokenizer: TokenizerLike = BUNDLED
    seed: int = 0

    def __post_init__(self) -> None:
        checked([self.limit])
        if self.metric not in ("evidence_recall", "answer_recall"):
            message = f"tune: metric must be evidence_recall or answer_recall, got {self.metric!r}"
            raise InputError(message)
        if not 0 <= self.tolerance < 1:
            message = f"tune: tolerance must be at least 0 and below 1, got {self.tolerance!r}"
            raise InputError(message)


@dataclass(frozen=True, slots=True)
class Tried:
    """What a chain, or an amount, did on the questions to choose on.

    Args:
        name: The chain's name, or the amount.
        value: The mean of the metric with its interval.
        milliseconds: The median call; NaN where nothing came to an end.
        tokens: What it kept, on average.
        wins: In such a share of a thousand resamples of the questions it was the best.
        errors: On how many questions it failed.
    """

    name: str
    value: Estimate
    milliseconds: float
    tokens: float
    wins: float
    errors: int


@dataclass(frozen=True)
class Tuned:
    """The choice, and what it did on questions that had no part in it.

    Args:
        chain: The name of the chosen chain.
        config: Its tables, in the form of a TOML file.
        limit: The smallest amount that was as good.
        goal: What was wanted.
        questions: How many questions there were to choose on, to promise on, to judge on.
        tried: Every chain, best first.
        amounts: Every amount, the largest first.
        judged: Of the choice, on the questions to judge on.
        over: There, the choice less the default and less ``RIVAL``, at the same amount, paired.
        policy: The promise, where one was asked for.
        loss: The mean loss there under the promise.
        kept: The mean share of the tokens that is kept there under the promise.
    """

    chain: str
    config: Mapping[str, Any]
    limit: Limit
    goal: Goal
    questions: tuple[int, int, int]
    tried: tuple[Tried, ...]
    amounts: tuple[Tried, ...]
    judged: Tried
    over: Mapping[str, Estimate]
    policy: Policy | None = None
    loss: Estimate | None = None
    kept: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the promise was kept on the questions to judge on, as far as these can tell."""
        return self.policy is None or self.loss is None or self.loss.low <= self.policy.alpha


def tune(
    rows: Iterable[Mapping[str, Any]],
    candidates: Mapping[str, Mapping[str, Any]],
    goal: Goal,
    *,
    progress: Progress | None = None,
) -> Tuned:
    """Choose a chain and an amount, and judge the choice.

    Chains and amounts are compared on one part of the questions, a promise is calibrated on another, and both are
    judged on a third that nothing was chosen on. Questions that share a passage with evidence stay together.

    Args:
        rows: Questions in the JSONL input form, with ``evidence`` or ``answers``.
        candidates: Chains to try, in the form of a TOML file, by the name to show.
        goal: What is wanted.
        progress: Called after each question.

    Raises:
        InputError: There are too few questions, no candidates, or none is fast enough; the message says by how much.
        ConfigError: A candidate is wrong.
        PolicyError: Nothing can be promised.
    """
    if not candidates:
        message = "tune: needs at least one chain to try"
        raise InputError(message)
    parts = split_questions(rows, promise=goal.risk is not None, seed=goal.seed)
    chains = {name: chain_from_config(config, name) for name, config in candidates.items()}
    steps = Steps(progress, parts, len(chains))
    cache = ScoreCache(DiskCache(":memory:"))
    compared = evaluate(
        parts.choose,
        chains,
        [goal.limit],
        tokenizer=goal.tokenizer,
        cache=cache,
        seed=goal.seed,
        progress=steps.each("chains", len(chains)),
    )
    tried, chosen = _choose_chain(compared, goal)
    whole = compared.cells[chosen, goal.limit]
    amounts, limit = _choose_amount(
        parts, chains[chosen], whole, goal, cache=cache, progress=steps.each("amounts")
    )
    rivals = {"default": named_chain("default"), RIVAL: named_chain(RIVAL)}
    table = evaluate(
        parts.judge, {**rivals, chosen: chains[chosen]}, [limit], tokenizer=goal.tokenizer, seed=goal.seed,
        progress=steps.each("judging", JUDGED),
    )  # fmt: skip
    over = {name: table.compare(chosen, name, limit, goal.metric) for name in rivals if name != chosen}
    judged = _tried(chosen, table.cells[chosen, limit], goal, 1.0)
    policy, loss, kept = None, None, None
    if goal.risk is not None:
        policy = calibrate(parts.promise, chains[chosen], goal.risk, progress=steps.each("promise"))
        loss, kept = _kept_promise(
            parts, chains[chosen], policy, goal, progress=steps.each("judging the promise")
        )
    return Tuned(
        chosen, candidates[chosen], limit, goal, (len(parts.choose), len(parts.promise), len(parts.judge)),
        tried, amounts, judged, over, policy, loss, kept,
    )  # fmt: skip


def _choose_chain(table: Table, goal: Goal) -> tuple[tuple[Tried, ...], str]:
    cells = {name: table.cells[name, goal.limit] for name in table.chains}
    wins = _wins({name: cell.column(goal.metric) for name, cell in cells.items()}, goal.seed)
    tried = [_tried(name, cell, goal, wins[name]) for name, cell in cells.items()]
    if all(one.value.questions == 0 for one in tried):
        message = f"tune: no question says what {goal.metric} needs; give evidence or answers, or the other --metric"
        raise InputError(message)
    fast = [one for one in tried if goal.milliseconds is None or one.milliseconds <= goal.milliseconds]
    if not fast:
        least = min(tried, key=lambda one: one.milliseconds)
        message = (
            f"tune: no chain takes at most {goal.milliseconds:g} ms; the fastest, {least.name}, took "
            f"{least.milliseconds:.0f} ms: allow more, or name a faster chain"
        )
        raise InputError(message)
    best = max(fast, key=lambda one: one.value.value)
    columns = {one.name: cells[one.name].column(goal.metric) for one in fast}
    as_good = [one for one in fast if _as_good(columns[one.name], columns[best.name], goal)]
    quickest = min(one.milliseconds for one in as_good)
    chosen = next(
        one for one in as_good if one.milliseconds <= _CLEARLY * quickest
    )  # the first named, if no slower
    return tuple(sorted(tried, key=lambda one: -one.value.value)), chosen.name


def _choose_amount(
    parts: Parts, chain: Chain, whole: Cell, goal: Goal, *, cache: ScoreCache, progress: Callable[[], None]
) -> tuple[tuple[Tried, ...], Limit]:
    less = dict.fromkeys(_share(goal.limit, amount) for amount in AMOUNTS[1:])
    limits = [limit for limit in less if limit != goal.limit]
    cells = {goal.limit: whole}
    if limits:
        table = evaluate(
            parts.choose, {"": chain}, limits, tokenizer=goal.tokenizer, cache=cache, seed=goal.seed,
            progress=progress,
        )  # fmt: skip
        cells |= {limit: table.cells["", limit] for limit in limits}
    best = whole.column(goal.metric)
    chosen = goal.limit
    for limit in limits:
        if not _as_good(cells[limit].column(goal.metric), best, goal):
            break
        chosen = limit
    return tuple(_tried(f"{limit}", cell, goal, 0.0) for limit, cell in cells.items()), chosen


def _share(limit: Limit, amount: float) -> Limit:
    return max(2, round(limit * amount)) if isinstance(limit, int) else float(f"{limit * amount:.4g}")


def _as_good(column: NDArray[np.float64], best: NDArray[np.float64], goal: Goal) -> bool:
    """Whether a cheaper one loses no more than is allowed, and is not seen to be worse."""
    less = difference(column, best, seed=goal.seed)
    return less.value >= -goal.tolerance and less.verdict != "worse"


def _wins(columns: Mapping[str, NDArray[np.float64]], seed: int) -> dict[str, float]:
    """How often each is the best when the questions are drawn again, as a share; equals share a draw."""
    names = list(columns)
    table = np.array([columns[name] for name in names])
    table = table[:, ~np.isnan(table).any(axis=0)]
    if not table.shape[1]:
        return dict.fromkeys(names, 0.0)
    drawn = np.random.default_rng(seed).integers(table.shape[1], size=(_RESAMPLES, table.shape[1]))
    means = np.array([table[:, rows].mean(axis=1) for rows in drawn])
    best = means == means.max(axis=1, keepdims=True)
    won = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    return dict(zip(names, won.tolist(), strict=True))


def _tried(name: str, cell: Cell, goal: Goal, wins: float) -> Tried:
    kept: Sequence[int] = [left for _, left in cell.tokens]
    return Tried(
        name,
        mean(cell.column(goal.metric), seed=goal.seed),
        cell.median_milliseconds,
        float(np.mean(kept)) if kept else float("nan"),
        wins,
        len(cell.errors),
    )


def _kept_promise(
    parts: Parts, chain: Chain, policy: Policy, goal: Goal, *, progress: Callable[[], None]
) -> tuple[Estimate, float]:
    """What the calibrated setting loses and keeps of the questions to judge on."""
    measured = measure(parts.judge, chain, policy.knob, tokenizer=goal.tokenizer, progress=progress)
    (calibrated,) = policy.groups.values()
    if calibrated.value is None:  # refused before
        message = f"tune: nothing can be promised: {calibrated.refused}"
        raise PolicyError(message)
    at = measured.grid.index(calibrated.value)
    losses = np.array(measured.losses[policy.loss])[:, at]
    return mean(losses, seed=goal.seed), float(np.array(measured.kept)[:, at].mean())
