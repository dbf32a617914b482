"""Perception Compressor: guiding questions rank passages, two slopes share out the tokens (Tang et al., 2409.19272)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from excerpt.checks import check_flag
from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.language_model.coarse_to_fine import CoarseToFine
from excerpt.compressors.scorers.language_model.contrastive_perplexity import contrastive_perplexity
from excerpt.compressors.scorers.language_model.guiding_questions import guiding_questions
from excerpt.compressors.scorers.language_model.surprisal import likelihood_of, surprisal
from excerpt.compressors.selectors.dual_slope import DualSlope
from excerpt.models.generation.likelihood import CausalLikelihood

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["PerceptionCompressor"]


class PerceptionCompressor(CoarseToFine):
    """Passages behind which the question and its guiding questions are likely; of those, more of the first.

    What is joined in that order is cut into segments of 200 tokens, and the dual-slope allocator says how much of each
    stays: a fifth of it the words that gain most from the question, the rest those that the text itself foretold, since
    what is unlikely without a question is taken for a distractor. docs/methods/language-model-scorers.md lists the
    differences to the authors' code.

    Args:
        model: Any causal language model: a directory in Hugging Face layout, an imported name, a hub name, or a
            `CausalLikelihood`. The paper's is Llama-2-7B.
        encoder: Sentence encoder that weighs guiding questions.
        questions: As for the scorer ``guiding-questions``: a function, a list, or None for the clauses of the question.
        rate: The share of tokens to keep where there is no budget.
        slope: ``k1`` of the paper: how much more the first segment keeps than the mean.
        guided: ``tau_o``: the share of what stays that the contrast chooses.
        guided_slope: ``k2``: how much less of it is the first segment's.
        lowest: Fill the rest with the likeliest words; False takes the unlikeliest, which the authors' code can do too.
        unit: What is kept: ``"sentence"`` keeps whole ones.
        selector: Another rule in the place of the dual slope.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
        ModelError: A model cannot be found or read.
    """

    name = "perception-compressor"

    def __init__(  # noqa: PLR0913 - the paper's options, all but the first by keyword
        self,
        model: "str | Path | CausalLikelihood",
        *,
        encoder: "str | Path | Encoder" = "all-MiniLM-L6-v2",
        questions: Callable[[str], Sequence[str]] | Sequence[str] | None = None,
        rate: float = 0.5,
        slope: float = 0.4,
        guided: float = 0.2,
        guided_slope: float = 0.1,
        lowest: bool = True,
        unit: UnitLike = "word",
        selector: SelectorLike | None = None,
    ) -> None:
        check_flag(lowest, "perception-compressor: lowest")
        chosen = likelihood_of(model, self.name)
        ranker = guiding_questions(chosen, encoder=encoder, questions=questions)
        rest = surprisal(chosen, reverse=lowest)
        rule = DualSlope(slope, guided, guided_slope, rest) if selector is None else selector
        super().__init__(
            self.name,
            Extractive(self.name, "passage", ranker),
            unit=unit,
            scorer=contrastive_perplexity(chosen),
            selector=rule,
            slack=0,
            rate=rate,
        )
