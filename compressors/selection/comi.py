"""COMI on text: passages share the budget by what they add, then sentences are bought by what they add (2602.01719)."""

from typing import TYPE_CHECKING

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.similarity import embedding_similarity
from excerpt.compressors.selectors.marginal_gain import MarginalGain

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["COMI"]


class COMI(Extractive):
    """Passages get shares of the budget by their marginal information gain; their sentences are bought by theirs.

    Coarse, then fine, with the defaults of the paper (alpha = beta = 1, a softmax of temperature 1). The paper makes
    vectors of a trained reader; here text is kept, and gain is measured against what is chosen already.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        alpha: What the cosine with the question counts for.
        beta: What the largest cosine with a chosen sentence counts for.
        temperature: Of the passages' shares; the smaller, the more goes to the best passage.
        unit: Another splitter.
        selector: Another rule in the place of `excerpt.compressors.selectors.marginal_gain.MarginalGain` with the
            three numbers.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
        ModelError: The model cannot be found or read.
    """

    name = "comi"

    def __init__(
        self,
        model: "str | Encoder" = "all-MiniLM-L6-v2",
        *,
        alpha: float = 1.0,
        beta: float = 1.0,
        temperature: float = 1.0,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        gain = MarginalGain(alpha, beta, temperature, rescale=False)
        chosen = gain if selector is None else selector
        super().__init__(self.name, unit, embedding_similarity(model), chosen)
