"""Evaluate several sets with the same chains, for one report."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from excerpt.eval.cache.scorers import ScoreCache
from excerpt.eval.chains import Compresses
from excerpt.eval.data.sources import QuestionSet
from excerpt.eval.evaluation import evaluate
from excerpt.eval.limits import Limit
from excerpt.eval.report.study import Example, WorstQuestions
from excerpt.eval.table import Table
from excerpt.models.generation.bottleneck import BottleneckMeter
from excerpt.models.readers import Reader, TellsLikelihood
from excerpt.tokens import BUNDLED, TokenizerLike

__all__ = ["Plan", "run"]


class Advancing(Protocol):
    """Something that shows progress."""

    def advance(self, steps: int, note: str = "") -> None:
        """So many questions more are done."""


Shows = Callable[[QuestionSet], AbstractContextManager[Advancing]]


@dataclass(frozen=True)
class Plan:
    """What to do with every set.

    Args:
        chains: What to compare, by the name to show.
        limits: Kept ratios as floats, tokens as whole numbers.
        cache: Scores that were worked out before.
        tokenizer: The reader's tokenizer.
        reader: Answers, where there is one.
        likelihood: Says how likely answers are, where there is one.
        bottleneck: Measures it, where there is one.
        focus: The chains that the report is about.
        look_at: How many questions of each set the report shows whole.
        seed: For the confidence intervals.
    """

    chains: Mapping[str, Compresses]
    limits: Sequence[Limit]
    cache: ScoreCache
    tokenizer: TokenizerLike = BUNDLED
    reader: Reader | None = None
    likelihood: TellsLikelihood | None = None
    bottleneck: BottleneckMeter | None = None
    focus: tuple[str, ...] = ()
    look_at: int = 8
    seed: int = 0


def run(
    sets: Sequence[QuestionSet], plan: Plan, shows: Shows
) -> tuple[dict[str, Table], dict[str, list[Example]]]:
    """A table and the worst questions of each set, by its name.

    Args:
        sets: What to go over.
        plan: With what.
        shows: Makes something to show the progress of one set.

    Raises:
        InputError: A set is empty or wrong.
    """
    tables: dict[str, Table] = {}
    examples: dict[str, list[Example]] = {}
    for one in sets:
        worst = WorstQuestions(plan.focus, min(plan.limits), plan.look_at)
        with shows(one) as bar:
            tables[one.name] = evaluate(
                one.rows(),
                plan.chains,
                plan.limits,
                tokenizer=plan.tokenizer,
                reader=plan.reader,
                likelihood=plan.likelihood,
                bottleneck=plan.bottleneck,
                cache=plan.cache,
                seed=plan.seed,
                progress=lambda bar=bar: bar.advance(1),  # type: ignore[misc]  # a default that binds the loop's variable
                watch=worst.see,
            )
        examples[one.name] = worst.examples
        plan.cache.vectors.clear()
    return tables, examples
