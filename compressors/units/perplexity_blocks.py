"""Lines that belong together, cut where a language model is surprised (LongCodeZip, 2510.00446)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.scorers.language_model.surprisal import unit_means
from excerpt.compressors.units.lines import lines_of
from excerpt.models.generation.likelihood import CausalLikelihood
from excerpt.values.spans import Span
from excerpt.values.types import Units

__all__ = ["PerplexityBlocks", "spikes"]


@dataclass(frozen=True)
class PerplexityBlocks:
    """A splitter: a block ends with a line that is much less expected than its neighbours.

    Args:
        model: Says how expected each token is, given the text before it.
        sensitivity: How many standard deviations over the mean a jump must be.

    Raises:
        ConfigError: The sensitivity is no number of at least 0.
    """

    model: CausalLikelihood
    sensitivity: float = 0.2
    kind: ClassVar[str] = "perplexity-block"

    def __post_init__(self) -> None:
        check_number(self.sensitivity, "perplexity-blocks: sensitivity", least=0)

    def __call__(self, text: str) -> list[Span]:
        """The blocks of one text."""
        lines = lines_of(text)
        if not lines:
            return []
        read = self.model.log_probabilities([("", text)])[0]
        units = Units.of("line", [[(line.start, line.end) for line in lines]])
        cut = spikes(-unit_means([read.logs], [read.offsets], units) / np.log(2), self.sensitivity)
        ends = [*(np.flatnonzero(cut) + 1).tolist(), len(lines)]
        blocks, first = [], 0
        for last in ends:
            if last > first:
                blocks.append(Span(lines[first].start, lines[last - 1].end))
            first = last
        return blocks


def spikes(values: NDArray[np.float64], sensitivity: float) -> NDArray[np.bool_]:
    """Places above both neighbours whose jump is at least the mean jump plus some standard deviations, bool ``(n,)``.

    The jump of a place is the larger of its differences to the two; first and last place are none.

    Args:
        values: ``(n,)``, bits a token of each line.
        sensitivity: How many standard deviations.
    """
    found = np.zeros(len(values), dtype=bool)
    if len(values) < 3:
        return found
    up, down = values[1:-1] - values[:-2], values[1:-1] - values[2:]
    jump = np.maximum(up, down)
    found[1:-1] = (up > 0) & (down > 0) & (jump >= jump.mean() + sensitivity * jump.std())
    return found
