"""How much likelier text becomes once the question is known (LongLLMLingua, 2310.06839; Perception Compressor)."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.reading import READ_AT_MOST
from excerpt.compressors.scorers.language_model.surprisal import StoredLogs, likelihood_of, unit_means
from excerpt.models.generation.likelihood import CausalLikelihood
from excerpt.values.types import Context, Units

__all__ = ["ContrastivePerplexity", "contrastive_perplexity"]


@dataclass(frozen=True)
class ContrastivePerplexity(StoredLogs):
    """The mean over a unit's tokens of ``log p(token | question, text before) - log p(token | text before)``, in nats.

    LongLLMLingua calls the two sides perplexities, and means their logarithms. Each passage that has units left is read
    twice, whole; what does not depend on the question can come from an index.

    Args:
        model: As for `StoredLogs`.
        most_tokens: As for `StoredLogs`.
    """

    name: ClassVar[str] = "contrastive-perplexity"

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Means, float64 ``(n,)``."""
        present, own = units.by_present()
        alone = context.signals(self, present)
        asked = self.model.log_probabilities(
            [(f"{context.query}\n\n", context.passages[index].text) for index in present]
        )
        gains = [told.logs - one.logs for told, one in zip(asked, alone, strict=True)]
        return unit_means(gains, [one.offsets for one in alone], own)


def contrastive_perplexity(
    model: "str | Path | CausalLikelihood", *, most_tokens: int | None = READ_AT_MOST
) -> ContrastivePerplexity:
    """How much likelier a unit is when the question stands before its passage than when it does not.

    Args:
        model: A directory in Hugging Face layout, an imported name, a hub name, or a `CausalLikelihood`.
        most_tokens: What is read of one call at most, about.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read.
    """
    return ContrastivePerplexity(likelihood_of(model, "contrastive-perplexity"), most_tokens)
