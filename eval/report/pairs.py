"""Which chain is better on these data: every pair of those asked for, and the frontier of quality and size."""

from dataclasses import dataclass
from itertools import combinations

from excerpt.eval.limits import Limit, phrase
from excerpt.eval.metrics.bootstrap import Estimate, difference, questions_needed
from excerpt.eval.report.study import BOUNDS, Study

__all__ = ["Pair", "frontier_of", "headline", "pairs_of"]

_ALIKE = 1.05
"""Two sizes of which one is at most so many times the other are the same size."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two chains at one limit, compared question by question.

    Args:
        left: One.
        right: The other.
        kept: The share of the tokens that each kept.
        found: How much better ``left`` is, with its interval.
        more: How many more questions would settle a difference as large as the one seen; None where it is settled, or
            where no question tells them apart.
    """

    left: str
    right: str
    kept: tuple[float, float]
    found: Estimate
    more: int | None

    @property
    def winner(self) -> str:
        """The better one at its size; empty where no difference is seen, or where the better one also keeps more."""
        better = {"better": self.left, "worse": self.right}.get(self.found.verdict, "")
        return "" if better and self.larger == better else better

    @property
    def larger(self) -> str:
        """The one that keeps more, by a twentieth at least; empty where both keep the same."""
        left, right = self.kept
        if max(left, right) <= _ALIKE * min(left, right):
            return ""
        return self.left if left > right else self.right

    @property
    def verdict(self) -> str:
        """In words."""
        found = self.found
        if found.verdict == "unknown":
            return "no question tells"
        better = self.left if found.verdict == "better" else self.right
        if found.verdict != "even":
            size = ""
            if self.larger:
                size = ", and keeps more: a trade" if self.larger == better else ", and keeps less"
            return f"{better} is better{size}"
        smaller = self.right if self.larger == self.left else self.left
        size = f", and {smaller} keeps less" if self.larger else ""
        if self.more is None:
            return f"no difference seen{size}"
        return f"no difference seen{size}; about {self.more:,} more questions would settle one of this size"

    @property
    def interval(self) -> str:
        """The difference with its interval."""
        return f"{self.found.value:+.3f} ({self.found.low:+.3f} to {self.found.high:+.3f})"


def _compared(study: Study) -> tuple[str, ...]:
    """The chains that were asked for, peers too; one alone is held against the reference."""
    asked = tuple(chain for chain in study.first.chains if chain in study.focus or chain in study.peers)
    if len(asked) == 1 and study.reference and study.reference not in asked:
        return (*asked, study.reference)
    return asked


def pairs_of(study: Study, limit: Limit) -> list[Pair]:
    """Every two of the chains that were asked for, on the study's main metric over the questions of all sets.

    Args:
        study: The evaluation.
        limit: Which of its limits.
    """
    pairs = []
    for left, right in combinations(_compared(study), 2):
        columns = [study.pooled(name, limit, study.metric) for name in (left, right)]
        found = difference(*columns, seed=study.seed)
        kept = tuple(study.estimate(name, limit, "kept_tokens").value for name in (left, right))
        more = questions_needed(*columns) if found.verdict == "even" else None
        pairs.append(Pair(left, right, (kept[0], kept[1]), found, more))
    return pairs


def frontier_of(study: Study) -> list[tuple[str, float, float, float]]:
    """Chains at a limit that no other beats in both quality and size, the smallest first, by their means.

    Whatever they were asked for, what they kept counts. Bounds, which nobody would run, are left out.

    Returns:
        Chain, limit, share of the tokens kept, and the main metric.
    """
    points = [
        (
            chain,
            limit,
            study.estimate(chain, limit, "kept_tokens").value,
            study.estimate(chain, limit, study.metric).value,
        )
        for chain in study.first.chains
        for limit in study.first.limits
        if chain not in BOUNDS
    ]
    best: list[tuple[str, float, float, float]] = []
    for point in sorted(points, key=lambda point: (point[2], -point[3])):
        if point[3] > max((other[3] for other in best), default=float("-inf")):
            best.append(point)
    return best


def headline(study: Study) -> str:
    """One sentence: which of the chains is better, at each limit."""
    if study.metric == "kept_tokens":
        return (
            "Nothing says which chain is better: no question has answers, evidence or gold passages; with --reader the "
            "answers from what is kept are held against those from the whole."
        )
    metric = study.metric.replace("_", " ")
    parts = [f"at {phrase(limit)} {_said(study, limit)}" for limit in study.first.limits]
    limit = study.first.limits[0]
    counted = max(study.estimate(chain, limit, study.metric).questions for chain in study.first.chains)
    return f"By {metric} over {counted:,} questions, {'; '.join(parts)}."


def _said(study: Study, limit: Limit) -> str:
    pairs = pairs_of(study, limit)
    if not pairs:
        [chain] = _compared(study) or study.first.chains[:1]
        found = study.estimate(chain, limit, study.metric)
        return (
            f"{chain} keeps {found.value:.2f} ({found.low:.2f} to {found.high:.2f}) with nothing to compare"
        )
    if len(pairs) == 1:
        [pair] = pairs
        return f"{pair.verdict} ({pair.left} against {pair.right}: {pair.interval})"
    chains = _compared(study)
    lead = max(chains, key=lambda chain: study.estimate(chain, limit, study.metric).value)
    beaten = {pair.right if pair.left == lead else pair.left for pair in pairs if pair.winner == lead}
    open_ones = [chain for chain in chains if chain != lead and chain not in beaten]
    if not open_ones:
        return f"{lead} is better than all others"
    told = f", better than {', '.join(sorted(beaten))}" if beaten else ""
    return f"{lead} leads{told}, but is not told apart at the same size from {', '.join(open_ones)}"
