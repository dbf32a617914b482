"""LongLLMLingua: passages by how likely they make the question, then words by contrast (Jiang et al., 2310.06839)."""

from pathlib import Path

from excerpt.checks import check_number
from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.language_model.coarse_to_fine import CoarseToFine
from excerpt.compressors.scorers.language_model.contrastive_perplexity import contrastive_perplexity
from excerpt.compressors.scorers.language_model.question_likelihood import RESTRICTIVE, question_likelihood
from excerpt.compressors.scorers.language_model.surprisal import likelihood_of
from excerpt.compressors.selectors.dual_slope import DualSlope
from excerpt.errors import ConfigError
from excerpt.models.generation.likelihood import CausalLikelihood

__all__ = ["LongLLMLingua"]


class LongLLMLingua(CoarseToFine):
    """Passages behind which the question is likely, and of those the words that the question makes likely.

    Passages are taken best first until budget and ``slack`` are full. The share of its words that one keeps falls with
    its rank, by ``ratio_slope`` around the mean; the words are those whose log-probability gains most from
    the question. docs/methods/language-model-scorers.md lists the differences to the public package.

    Args:
        model: Any causal language model: a directory in Hugging Face layout, an imported name, a hub name, or a
            `CausalLikelihood`. The paper's is Llama-2-7B-Chat.
        rate: The share of tokens to keep where there is no budget.
        ratio_slope: How much more of its words the best passage keeps than the mean.
        slack: Tokens that the passages may have over the budget.
        suffix: The restrictive statement behind the question.
        coarse_unit: What is ranked first.
        unit: What is kept of it: ``"sentence"`` keeps whole ones, by the mean of their tokens.
        selector: Another rule in the place of ``ratio_slope``.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
        ModelError: The model cannot be found or read.
    """

    name = "longllmlingua"

    def __init__(  # noqa: PLR0913 - the paper's options, all but the first by keyword
        self,
        model: "str | Path | CausalLikelihood",
        *,
        rate: float = 0.5,
        ratio_slope: float = 0.3,
        slack: float = 100,
        suffix: str = RESTRICTIVE,
        coarse_unit: UnitLike = "passage",
        unit: UnitLike = "word",
        selector: SelectorLike | None = None,
    ) -> None:
        check_number(ratio_slope, "longllmlingua: ratio_slope", least=0, most=1)
        chosen = likelihood_of(model, self.name)
        if not isinstance(suffix, str):
            message = f"longllmlingua: suffix must be a text, got {suffix!r}"
            raise ConfigError(message)
        coarse = Extractive(self.name, coarse_unit, question_likelihood(chosen, suffix=suffix))
        rule = DualSlope(slope=ratio_slope, segment=0) if selector is None else selector
        scorer = contrastive_perplexity(chosen)
        super().__init__(self.name, coarse, unit=unit, scorer=scorer, selector=rule, slack=slack, rate=rate)
