"""LingoEDU: a text as a tree of clauses, of which the best of each level stay (2512.14244)."""

from excerpt.compressors.extractive import Extractive, ScorerLike, SelectorLike, UnitLike
from excerpt.compressors.selectors.top_per_level import TopPerLevel

__all__ = ["LingoEdu"]


class LingoEdu(Extractive):
    """Clauses, each with the headings, list items and first clauses above it, the best of each level.

    The paper has a trained 4B model draw the tree and a large reranker judge its nodes. Here rules draw it
    (`excerpt.compressors.units.clauses`), and any scorer judges: late interaction by default, the bundled model that is
    nearest to a reranker.

    Args:
        k: How many nodes a level; the paper's is 3. With a budget more follow (`TopPerLevel`).
        unit: Another splitter; one that gives parents.
        scorer: Another scorer.
        selector: Another rule in the place of ``k``.
        parents: How many parents a kept unit brings, the nearest first; None for all, as the paper does.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
    """

    name = "lingoedu"

    def __init__(
        self,
        *,
        k: int = 3,
        unit: UnitLike = "clause",
        scorer: ScorerLike = "late-interaction",
        selector: SelectorLike | None = None,
        parents: int | None = None,
    ) -> None:
        rule = TopPerLevel(k)
        super().__init__(
            self.name, unit, scorer, rule if selector is None else selector, None, parents=parents
        )
