"""What a text says of itself, without a question and without a model."""

from collections.abc import Mapping
from typing import Any

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.selectors.novelty import Novel

__all__ = ["Salience"]


class Salience(Extractive):
    """Records by place, trouble, figures and what the text is mostly about; what was said already comes last.

    For old turns, logs and tool output that is shortened before anyone asks. Where there is a question a chain that
    reads it keeps more of what answers.

    Args:
        weights: Replaces weights of `excerpt.compressors.scorers.salience.SalienceScore`, such as ``{"trouble": 2.0}``.
        unit: Another splitter.
        selector: Another selector.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
    """

    name = "salience"
    needs_query = False

    def __init__(
        self,
        weights: Mapping[str, Any] | None = None,
        *,
        unit: UnitLike = "record",
        selector: SelectorLike | None = None,
    ) -> None:
        scorer = {"use": "salience", **(weights or {})}
        super().__init__(self.name, unit, scorer, Novel() if selector is None else selector)
