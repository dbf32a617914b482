"""Run chains over questions whose answers or evidence are known, and measure what they keep."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from winnow.budget import Budget
from winnow.compressed import Compressed
from winnow.errors import InputError
from winnow.eval.chains import Compresses
from winnow.eval.invariants import breaches
from winnow.eval.metrics import score
from winnow.eval.questions import Question
from winnow.eval.table import Cell, Table
from winnow.tokens import BUNDLED, TokenCounter, TokenizerLike, resolve_tokenizer

__all__ = ["evaluate"]


def evaluate(
    rows: Iterable[Mapping[str, Any]],
    chains: Mapping[str, Compresses],
    ratios: Sequence[float],
    *,
    tokenizer: TokenizerLike = BUNDLED,
    seed: int = 0,
    progress: Callable[[], None] | None = None,
) -> Table:
    """Compress every question with every chain at every ratio, and measure.

    Rows are read one at a time. A chain that fails on a question scores 0 there on every recall that
    applies, and the failure is counted.

    Args:
        rows: Questions in the JSONL input form, with ``answers`` or ``evidence``.
        chains: What to compare, by the name to show.
        ratios: Kept ratios, each above 0 and at most 1.
        tokenizer: The reader's tokenizer; `winnow.eval.count_words` counts words.
        seed: For the confidence intervals.
        progress: Called after each question.

    Raises:
        InputError: A row is wrong (the message has its number), or there are no rows, chains or ratios.
        BudgetError: A ratio or the tokenizer is wrong.
    """
    if not chains or not ratios:
        message = f"evaluate: needs at least one {'ratio' if chains else 'chain'}"
        raise InputError(message)
    counter = resolve_tokenizer(tokenizer)
    budgets = {ratio: Budget(ratio=ratio, tokenizer=counter) for ratio in ratios}
    cells = {(name, ratio): Cell() for name in chains for ratio in budgets}
    number = 0
    for number, row in enumerate(rows, start=1):
        question = Question.of(row, f"question {number}")
        for (name, ratio), cell in cells.items():
            _measure(question, chains[name], budgets[ratio], counter, cell)
        if progress is not None:
            progress()
    if number == 0:
        message = "evaluate: there are no questions"
        raise InputError(message)
    return Table(counter.name, cells, seed)


def _measure(
    question: Question, chain: Compresses, budget: Budget, counter: TokenCounter, cell: Cell
) -> None:
    result: Compressed | None = None
    try:
        result = chain.compress(question.query, question.passages, budget=budget)
    except Exception as error:  # noqa: BLE001 - a failure is a finding: it is counted and shown, and the run goes on
        cell.errors.append(f"{question.id}: {type(error).__name__}: {error}")
    else:
        cell.breaches += [f"{question.id}: {problem}" for problem in breaches(result, counter)]
    cell.scores.append(np.array(score(question, result, budget.ratio or 1.0).values()))
