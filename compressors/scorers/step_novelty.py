"""What a step of a chain of thought adds to the steps before it, by its words alone."""

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.units.words import split_words
from excerpt.values.types import Context, Units

__all__ = ["StepNovelty"]

_DIGIT = re.compile(r"\d")
_RELATION = re.compile(r"[=≈≠≤≥<>→⇒]|\b(?:equals|implies|therefore|hence|thus)\b", re.IGNORECASE)
_DOUBT = re.compile(
    r"\b(?:wait|hmm+|actually|alternatively|let me (?:re-?)?(?:check|think|see|verify|double)|double[- ]check"
    r"|hold on|i(?:'m| am) not sure|maybe|going back)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class StepNovelty:
    """New words + new figures + a relation - doubt, each from 0 to 1 and times its weight; linear in the text.

    Stands in for step entropy where there is no language model: a step that repeats what was said, or doubts it, is one
    that a model could have guessed. New are the share of a step's words that no earlier unit of its passage has. New
    figures are 1 where a number comes up for the first time. A relation is an equation, an inequality or a conclusion.
    Doubt is 1 for "wait", "let me check" and their kind; English only.

    Args:
        words: Weight of new words.
        figures: Weight of new figures.
        relation: Weight of a relation.
        doubt: Weight of doubt, which is subtracted.

    Raises:
        ConfigError: A weight is no number of at least 0.
    """

    words: float = 1.0
    figures: float = 1.0
    relation: float = 1.0
    doubt: float = 1.0
    name: ClassVar[str] = "step-novelty"

    def __post_init__(self) -> None:
        for weight in ("words", "figures", "relation", "doubt"):
            check_number(getattr(self, weight), f"step-novelty: {weight}", least=0)

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Scores, float64 ``(n,)``; the question is not read."""
        scores = np.zeros(len(units))
        seen: set[str] = set()
        last = -1
        for index, (passage, text) in enumerate(
            zip(units.passage.tolist(), units.texts(context.passages), strict=True)
        ):
            if passage != last:
                seen, last = set(), passage
            words = [text[start:end].casefold() for start, end in split_words(text)]
            fresh = [word for word in words if word not in seen and any(map(str.isalnum, word))]
            seen.update(words)
            scores[index] = (
                self.words * len(fresh) / max(len(words), 1)
                + self.figures * any(map(_DIGIT.search, fresh))
                + self.relation * bool(_RELATION.search(text))
                - self.doubt * bool(_DOUBT.search(text))
            )
        return scores
