"""How far a tuning is, counted in runs of one chain over one question."""

from collections.abc import Callable

from excerpt.eval.tuning.parts import Parts

__all__ = ["JUDGED", "Progress", "Steps"]

JUDGED = 3
"""Chains that are judged: the chosen one and its two rivals, which it may be one of."""

Progress = Callable[[int, int, str], None]
"""Told how many runs were done since the last call, how many there will be in all, and for what."""


class Steps:
    """Tells of runs as they are done.

    Args:
        progress: Who is told; None for nobody.
        parts: The questions.
        chains: How many are compared.
    """

    def __init__(self, progress: Progress | None, parts: Parts, chains: int) -> None:
        self._progress = progress
        promised = len(parts.promise) + len(parts.judge) if parts.promise else 0
        self._total = len(parts.choose) * (chains + 1) + len(parts.judge) * JUDGED + promised

    def each(self, what: str, runs: int = 1) -> Callable[[], None]:
        """What a part of the work calls after each question.

        Args:
            what: The part.
            runs: Chains that have seen the question.
        """

        def step() -> None:
            if self._progress is not None:
                self._progress(runs, self._total, what)

        return step
