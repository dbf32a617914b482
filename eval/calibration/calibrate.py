"""Calibration: run a chain over questions at every setting of a knob, and choose the most compressed safe one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from excerpt.calibrated.drift import QUANTILES, WATCHED
from excerpt.calibrated.policy import ALL, Calibrated, Knob, Loss, Method, Point, Policy
from excerpt.chain import Chain
from excerpt.errors import InputError, PolicyError
from excerpt.eval.calibration.conformal import conformal_risk_control, learn_then_test, questions_needed
from excerpt.eval.calibration.knob_settings import Measured, measure, temperature_of
from excerpt.tokens import BUNDLED, TokenizerLike, resolve_tokenizer
from excerpt.version import __version__

__all__ = ["BOUND", "RiskTarget", "calibrate", "policy_of"]

Floats = NDArray[np.float64]

BOUND = 1.0
"""The largest possible loss, of each kind."""

_KEPT_QUANTILES = np.linspace(0, 1, 11)


@dataclass(frozen=True, slots=True)
class RiskTarget:
    """What is to be promised.

    Args:
        loss: What is limited; see `excerpt.calibrated.policy.Policy`.
        alpha: The risk: the expected (or mean) loss is to be at most so much.
        method: ``"crc"`` or ``"ltt"``; see `excerpt.eval.calibration.conformal`.
        delta: How often ``"ltt"`` may break its promise.
        knob: ``"score"`` (each question keeps what its scores ask for) or ``"ratio"`` (all keep the same share); None
            for what keeps less by our measurements (docs/results/guarantee.md): ``"score"`` where the scores of the
            last stage are log-odds, which its scorer says with ``temperature``, else ``"ratio"``.
        group_by: Key of the records that names a question's group: each group is calibrated for itself; "" for none.
        tokenizer: The reader's tokenizer.
    """

    loss: Loss = "evidence"
    alpha: float = 0.05
    method: Method = "crc"
    delta: float = 0.1
    knob: Knob | None = None
    group_by: str = ""
    tokenizer: TokenizerLike = BUNDLED


def calibrate(
    rows: Iterable[Mapping[str, Any]],
    chain: Chain,
    target: RiskTarget,
    *,
    progress: Callable[[], None] | None = None,
) -> Policy:
    """Find the harshest setting of a chain's knob that keeps a promise.

    Args:
        rows: Questions in the JSONL input form with ``evidence`` or ``answers``, exchangeable with those to come.
        chain: The chain, whose models, guards and template stay as they are.
        target: What is to be promised.
        progress: Called after each question.

    Raises:
        InputError: A row is wrong (the message has its number), or a number of the target is out of range.
        PolicyError: Nothing can be promised to any group: the message says why.
    """
    _check(target)  # before the work
    knob = target.knob or ("ratio" if temperature_of(chain) is None else "score")
    measured = measure(
        rows, chain, knob, group_by=target.group_by, tokenizer=target.tokenizer, progress=progress
    )
    return policy_of(measured, chain, target)


def _check(target: RiskTarget) -> None:
    choices = {"loss": (target.loss, Loss), "method": (target.method, Method), "knob": (target.knob, Knob)}
    for name, (value, known) in choices.items():
        if value not in get_args(known) and (name, value) != ("knob", None):
            message = f"{name}: must be one of {', '.join(get_args(known))}; got {value!r}"
            raise InputError(message)
    if target.alpha >= BOUND:
        message = f"risk: must be below {BOUND:g}, which is what keeping nothing loses; got {target.alpha!r}"
        raise InputError(message)
    questions_needed(target.alpha, bound=BOUND, delta=target.delta)  # the other numbers are in range


def policy_of(measured: Measured, chain: Chain, target: RiskTarget) -> Policy:
    """Choose a setting for every group.

    Args:
        measured: What `measure` found.
        chain: The chain that it was measured with.
        target: What is to be promised; its groups and tokenizer are those of the measurement, its knob is not read.

    Raises:
        PolicyError: Nothing can be promised to any group.
        InputError: A number of the target is out of range.
    """
    losses = np.array(measured.losses[target.loss]).reshape(-1, len(measured.grid))
    counts = ~np.isnan(losses).any(axis=1)
    names = np.array(measured.groups, dtype=object)
    groups = {
        name: _calibrated(measured, losses, counts & (names == name), target)
        for name in sorted(set(measured.groups)) or [ALL]
    }
    if all(group.value is None for group in groups.values()):
        why = "; ".join(f"{name + ': ' if name else ''}{group.refused}" for name, group in groups.items())
        message = f"calibrate: nothing can be promised. {why}{_uncounted(int((~counts).sum()), target.loss)}"
        raise PolicyError(message)
    counter = resolve_tokenizer(target.tokenizer)
    return Policy(
        loss=target.loss,
        alpha=target.alpha,
        method=target.method,
        delta=target.delta if target.method == "ltt" else None,
        bound=BOUND,
        knob=measured.knob,
        temperature=measured.temperature,
        group_by=target.group_by,
        groups=groups,
        left_out=int((~counts).sum()),
        fingerprint=dict(chain.fingerprint(counter)),
        chain=chain.name,
        tokenizer=counter.name,
        excerpt=__version__,
        date=datetime.now(UTC).date().isoformat(),
    )


def _uncounted(questions: int, loss: Loss) -> str:
    """Why questions do not count; "" where all do."""
    lack = "no accepted answer in their passages" if loss == "answer" else "no evidence in their passages"
    return f". {questions} questions that have {lack} do not count" if questions else ""


def _calibrated(
    measured: Measured, losses: Floats, mine: NDArray[np.bool_], target: RiskTarget
) -> Calibrated:
    """One group's setting, or why there is none."""
    questions = int(mine.sum())
    strict = target.method == "ltt"
    needed = questions_needed(target.alpha, bound=BOUND, delta=target.delta if strict else None)
    if questions < needed:
        return Calibrated(
            questions,
            refused=f"a risk of {target.alpha:g} needs at least {needed} questions that have something to lose, and "
            f"there are {questions}: give more, or allow more risk",
        )
    verdict = (
        learn_then_test(losses[mine], target.alpha, delta=target.delta, bound=BOUND)
        if strict
        else conformal_risk_control(losses[mine], target.alpha, bound=BOUND)
    )
    kept = np.array(measured.kept)[mine]
    columns = zip(measured.grid, verdict.risk, verdict.tested, kept.mean(axis=0), strict=True)
    curve = tuple(Point(*map(float, column)) for column in columns)
    if verdict.column is None:
        what = "p-value" if strict else "adjusted risk"
        return Calibrated(
            questions,
            refused=f"the mildest setting already loses {curve[0].risk:.3g} ({what} {curve[0].tested:.3g}, limit "
            f"{verdict.limit:g}): allow more risk, give more questions, or improve the chain",
            curve=curve,
        )
    chosen = verdict.column
    return Calibrated(
        questions,
        measured.grid[chosen],
        "",
        curve,
        tuple(map(float, np.quantile(kept[:, chosen], _KEPT_QUANTILES))),
        _usual(np.array(measured.numbers)[mine, chosen]),
    )


def _usual(numbers: Floats) -> dict[str, tuple[float, ...]]:
    """The quantiles of each watched number, ``(questions, len(WATCHED))``, that is there at all."""
    found = {}
    for name, column in zip(WATCHED, numbers.T, strict=True):
        there = column[~np.isnan(column)]
        if len(there):
            found[name] = tuple(map(float, np.quantile(there, QUANTILES)))
    return found
