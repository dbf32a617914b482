"""A calibrated budget at work in one call: the knob's value, and whether the promise holds for what came out."""

from collections.abc import Sequence
from dataclasses import dataclass

from excerpt.budget import Budget
from excerpt.calibrated.drift import outside, places, watched
from excerpt.calibrated.knob import ScoreRule
from excerpt.calibrated.policy import Calibrated, Policy
from excerpt.errors import PolicyError
from excerpt.values.report import Promise, StageReport
from excerpt.values.types import Ranking
from excerpt.version import __version__

__all__ = ["PromiseCheck"]


@dataclass(frozen=True, slots=True)
class PromiseCheck:
    """What a calibrated budget asks of one call.

    Args:
        budget: The budget.
        policy: Its policy.
        group: What it says of the question's group.
    """

    budget: Budget
    policy: Policy
    group: Calibrated

    @classmethod
    def of(cls, budget: Budget | None) -> "PromiseCheck | None":
        """None for a budget without a policy.

        Raises:
            PolicyError: The policy knows nothing of the budget's group.
        """
        if budget is None or budget.policy is None:
            return None
        return cls(budget, budget.policy, budget.policy.group(budget.group))

    @property
    def rule(self) -> ScoreRule | None:
        """The score rule of the last stage; None where the knob is the ratio."""
        if self.policy.knob != "score" or self.group.value is None:
            return None
        return ScoreRule(self.group.value, self.policy.temperature)

    def judge(
        self, ranking: Ranking | None, stages: Sequence[StageReport], tokens_in: int
    ) -> tuple[Promise, list[str]]:
        """The promise of one result, and what the caller should know of it.

        Args:
            ranking: What the last stage thought; None where it ranked nothing.
            stages: What became of the stages.
            tokens_in: Tokens of the input.

        Raises:
            PolicyError: The score rule had no ranking to work on.
        """
        undone = [f"stage {stage.stage} {stage.outcome}" for stage in stages if stage.outcome != "done"]
        if self.rule is not None and ranking is None and not undone and stages and stages[-1].tokens_out:
            message = f"policy: its knob works on the scores of the last stage, and {stages[-1].stage} ranked nothing"
            raise PolicyError(message)
        if not undone and self._cap_bites(ranking, tokens_in):
            undone = [f"the cap of {self.budget.tokens} tokens left less than was calibrated"]
        warnings = [f"the promise does not hold here: {why}" for why in undone]
        if self.policy.excerpt != __version__:
            warnings.append(
                f"the policy was made by excerpt {self.policy.excerpt}, and this is {__version__}: code that scores "
                "otherwise shows in no fingerprint; calibrate again"
            )
        numbers = watched(ranking) if ranking is not None else {}
        usual = self.group.usual or {}
        warnings += outside(numbers, usual)
        text = self.policy.promise(self.budget.group)
        return Promise(text, not undone, places(numbers, usual)), warnings

    def _cap_bites(self, ranking: Ranking | None, tokens_in: int) -> bool:
        cap = self.budget.tokens
        if cap is None or tokens_in <= cap:
            return False
        share = self.budget.share(tokens_in)
        if share is not None:
            return cap < share
        return ranking is not None and bool((ranking.eligible & ~ranking.kept).any())
