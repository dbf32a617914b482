"""What the batch command does with every record, by names: it travels to other processes, which load the rest."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Self

from excerpt.budget import CALIBRATED, Budget
from excerpt.chain import Chain
from excerpt.errors import InputError
from excerpt.presets import load_chain
from excerpt.tokens import TokenizerLike, resolve_tokenizer

__all__ = ["Job", "prepare", "tools"]


@dataclass(frozen=True, slots=True)
class Job:
    """What to do with every record. Travels to worker processes, so it holds names only.

    Args:
        chain: A preset's name or a TOML file's path.
        tokens: Budget in tokens, or a cap beside a policy; None for none.
        ratio: Budget as the share kept.
        tokenizer: The reader's tokenizer, by name.
        template: Replaces the chain's template where given.
        policy: Path of a calibrated policy, which then is the budget.
        group: Of a policy calibrated by groups; None for what each record says.
        min_score: As for `excerpt.Budget`.
    """

    chain: str = "default"
    tokens: int | None = None
    ratio: float | None = None
    tokenizer: TokenizerLike = "bundled"
    template: str | None = None
    policy: str | None = None
    group: str | None = None
    min_score: float | None = None

    @classmethod
    def of(
        cls,
        budget: float | str,
        *,
        chain: str = "default",
        tokenizer: TokenizerLike = "bundled",
        template: str | None = None,
        group: str | None = None,
    ) -> Self:
        """A job, checked, in the words of `excerpt.compress`.

        Args:
            budget: An int (tokens), a float (ratio kept) or ``"calibrated:POLICY.json"``.
            chain: A preset's name or a TOML file's path.
            tokenizer: The reader's tokenizer, by name.
            template: Replaces the chain's template where given.
            group: Of a policy calibrated by groups.

        Raises:
            ExcerptError: As `prepare`.
        """
        read = Budget.of(budget, tokenizer)
        if read is None or not isinstance(chain, str) or not isinstance(tokenizer, str | Path):
            message = "job: give a budget, and chain and tokenizer by name: other processes load them for themselves"
            raise InputError(message)
        policy = budget.removeprefix(CALIBRATED) if isinstance(budget, str) else None
        job = cls(chain, read.tokens, read.ratio, tokenizer, template, policy, group)
        prepare(job)
        return job

    def budget(self) -> Budget | None:
        """The budget; None when neither tokens nor ratio nor a policy is given.

        Raises:
            BudgetError: Tokens and a ratio are given, a group without a policy, or a number is out of range.
            PolicyError: The policy cannot be read, was changed, or promises nothing for the group.
        """
        if self.policy is not None:
            return replace(
                Budget.calibrated(
                    self.policy, group=self.group, tokens=self.tokens, tokenizer=self.tokenizer
                ),
                ratio=self.ratio,
                min_score=self.min_score,
            )
        if self.tokens is None and self.ratio is None:
            return None
        return Budget(
            tokens=self.tokens,
            ratio=self.ratio,
            tokenizer=self.tokenizer,
            group=self.group,
            min_score=self.min_score,
        )


@lru_cache(maxsize=2)
def tools(job: Job) -> tuple[Chain, Budget | None]:
    """The chain and the budget of a job; made once for all its records.

    Raises:
        BudgetError: The budget is wrong.
        ConfigError: The chain is wrong.
        ModelError: The chain's model cannot be had.
    """
    chain = load_chain(job.chain).for_reader(None)  # rows are text
    return (chain.with_template(job.template) if job.template else chain), job.budget()


def prepare(job: Job) -> None:
    """Load what every record needs: what is wrong with it is wrong for all of them.

    Raises:
        BudgetError: The budget is wrong.
        ConfigError: The chain is wrong.
        ModelError: The chain's model or the tokenizer cannot be had.
        PolicyError: The budget was calibrated, and not with this chain and tokenizer.
    """
    chain, budget = tools(job)
    if budget is not None:
        chain.check(budget, resolve_tokenizer(budget.tokenizer))
