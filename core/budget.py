"""How much may be kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from numbers import Integral
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np

from excerpt.calibrated.policy import Policy
from excerpt.errors import BudgetError
from excerpt.tokens import BUNDLED, TokenizerLike, resolve_tokenizer

__all__ = ["CALIBRATED", "Budget", "BudgetLike"]

CALIBRATED = "calibrated:"
"""What a budget written as text begins with; the path of a policy follows."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit on the tokens of the rendered text, under the reader's tokenizer.

    Separators, titles and citation marks of the template count: the limit is on what is sent.

    Args:
        tokens: At most so many tokens. Give this or ``ratio``; with a ``policy`` it is a cap beside it.
        ratio: At most this share of the input's tokens, kept; above 0 and at most 1.
        tokenizer: What counts; see `excerpt.tokens`. The default ships with the package.
        per_passage_max: No passage contributes more than so many tokens of its text.
        per_passage_min: Each passage contributes at least so many tokens of its text, best units
            first, as far as ``tokens`` allows; passages with the best units come first.
        policy: A calibrated policy (`Budget.calibrated`), which decides how much each question keeps.
        group: The question's group, where the policy was calibrated by groups.
        min_score: The least a unit may score to be kept though it fits, in log-odds against the best unit of the
            question, 0 or less: -3 leaves out what has a twentieth of the best one's odds. Scores of unknown scale
            are taken by their spread. None keeps whatever fits. Read by the last stage.

    Raises:
        BudgetError: None or several of ``tokens``, ``ratio`` and ``policy`` are given (but for tokens with a
            policy), a policy stands with limits of passages, or a number is out of range.
    """

    tokens: int | None = None
    ratio: float | None = None
    tokenizer: TokenizerLike = BUNDLED
    per_passage_max: int | None = None
    per_passage_min: int | None = None
    policy: Policy | None = None
    group: str | None = None
    min_score: float | None = None

    def __post_init__(self) -> None:
        self._take_numbers()
        self._check_kind()
        if self.min_score is not None and not (_is_number(self.min_score) and -inf < self.min_score <= 0):
            message = (
                f"budget: min_score is in log-odds against the best unit, 0 or less; got {self.min_score!r}"
            )
            raise BudgetError(message)
        if self.ratio is not None and not (_is_number(self.ratio) and 0 < self.ratio <= 1):
            message = f"budget: ratio is the share that is kept, above 0 and at most 1; got {self.ratio!r}"
            raise BudgetError(message)
        for name in ("tokens", "per_passage_max", "per_passage_min"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
                message = f"budget: {name} must be a whole number of tokens, 0 or more; got {value!r}"
                raise BudgetError(message)
        low, high = self.per_passage_min, self.per_passage_max
        if low is not None and high is not None and low > high:
            message = f"budget: per_passage_min ({low}) is above per_passage_max ({high})"
            raise BudgetError(message)

    def _take_numbers(self) -> None:
        """Numbers of numpy and its kin become Python's; what is none is left for the checks."""
        if isinstance(self.ratio, np.floating):
            object.__setattr__(self, "ratio", float(self.ratio))
        for name in ("tokens", "per_passage_max", "per_passage_min"):
            value = getattr(self, name)
            if isinstance(value, Integral) and not isinstance(value, bool):
                object.__setattr__(self, name, int(value))

    def _check_kind(self) -> None:
        if self.policy is not None and not isinstance(self.policy, Policy):
            message = (
                f"budget: policy must be a Policy, got {self.policy!r}; Budget.calibrated(path) reads one"
            )
            raise BudgetError(message)
        if self.policy is None and (self.tokens is None) == (self.ratio is None):
            message = (
                f"budget: give either tokens or ratio, not {'both' if self.tokens is not None else 'neither'}"
            )
            raise BudgetError(message)
        passages = self.per_passage_max is not None or self.per_passage_min is not None
        if self.policy is not None and (self.ratio is not None or passages or self.min_score is not None):
            message = (
                "budget: a policy decides what is kept; beside it only a cap in tokens may stand, no ratio, "
                "no limits of passages and no min_score"
            )
            raise BudgetError(message)
        if self.policy is None and self.group is not None:
            message = f"budget: the group {self.group!r} is read by a policy, and there is none"
            raise BudgetError(message)

    @classmethod
    def calibrated(
        cls,
        policy: str | Path | Policy,
        *,
        group: str | None = None,
        tokens: int | None = None,
        tokenizer: TokenizerLike = BUNDLED,
    ) -> Self:
        """The budget of a policy that ``excerpt calibrate`` wrote (docs/guides/guarantee.md).

        Args:
            policy: The file, or what `Policy.load` made of it.
            group: The question's group, where the policy was calibrated by groups.
            tokens: A cap. Where it bites the promise does not hold, and the report says so.
            tokenizer: The one that was calibrated with.

        Raises:
            PolicyError: The file cannot be read, was changed, or promises nothing for the group.
        """
        loaded = policy if isinstance(policy, Policy) else Policy.load(policy)
        if group is not None or not loaded.group_by:
            loaded.group(group)
        return cls(tokens=tokens, tokenizer=tokenizer, policy=loaded, group=group)

    @classmethod
    def of(cls, value: "BudgetLike", tokenizer: TokenizerLike | None = None) -> Self | None:
        """Read an int as tokens, a float as a ratio, a text as a policy's path; None stays None.

        Args:
            value: A budget, an int (tokens), a float (ratio kept), ``"calibrated:POLICY.json"`` or None.
            tokenizer: Replaces the tokenizer where given.

        Raises:
            BudgetError: The value is of another kind.
            PolicyError: As `calibrated`.
        """
        if value is None:
            return None
        if isinstance(value, cls):
            return value if tokenizer is None else replace(value, tokenizer=tokenizer)
        chosen = BUNDLED if tokenizer is None else tokenizer
        if isinstance(value, Integral) and not isinstance(value, bool):
            return cls(tokens=int(value), tokenizer=chosen)
        if isinstance(value, float | np.floating):
            return cls(ratio=float(value), tokenizer=chosen)
        if isinstance(value, str) and value.startswith(CALIBRATED):
            return cls.calibrated(value.removeprefix(CALIBRATED), tokenizer=chosen)
        message = (
            f'budget: expected a Budget, an int (tokens), a float (ratio kept) or "{CALIBRATED}POLICY.json"; '
            f"got {value!r}"
        )
        raise BudgetError(message)

    @classmethod
    def counted(cls, value: "BudgetLike", tokenizer: TokenizerLike | None) -> Self | None:
        """`of`, with the tokenizer looked up: what is wrong with its name is known before any work.

        Raises:
            BudgetError: There is a tokenizer and no budget; or as `of`.
            NoModelError: There is no such tokenizer.
        """
        if value is None and tokenizer is not None:
            message = (
                "tokenizer: counts a budget, and there is none; give a budget, or leave the tokenizer out"
            )
            raise BudgetError(message)
        return cls.of(value, None if tokenizer is None else resolve_tokenizer(tokenizer))

    def for_record(self, keys: Mapping[str, Any]) -> Self:
        """The same with the group that a record names, where the policy has groups and none is given.

        Args:
            keys: The record's own keys.

        Raises:
            PolicyError: The record has no such key, or the policy promises nothing for its group.
        """
        if self.policy is None or not self.policy.group_by or self.group is not None:
            return self
        group = str(keys.get(self.policy.group_by, ""))
        self.policy.group(group)
        return replace(self, group=group)

    def limit(self, tokens_in: int) -> int | None:
        """The limit in tokens for an input of ``tokens_in`` tokens; None where scores alone decide.

        Raises:
            PolicyError: The policy promises nothing for the group.
        """
        share = self.share(tokens_in)
        known = [tokens for tokens in (self.tokens, share) if tokens is not None]
        return min(known, default=None)

    def share(self, tokens_in: int) -> int | None:
        """The tokens of the ratio, or of the ratio that the policy chose; None where there is neither.

        Raises:
            PolicyError: As `limit`.
        """
        ratio = self.ratio
        if self.policy is not None and self.policy.knob == "ratio":
            ratio = self.policy.group(self.group).value
        # Floats such as 0.29 * 100 = 28.999999999999996 must not cost a token that was granted.
        return None if ratio is None else int(ratio * tokens_in + 1e-9)


BudgetLike: TypeAlias = Budget | int | float | str | None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
