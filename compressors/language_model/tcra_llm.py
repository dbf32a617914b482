"""TCRA-LLM's semantic compression: the words that a sentence's vector misses least go (Liu et al., 2310.15556)."""

from pathlib import Path
from typing import TYPE_CHECKING

from excerpt.checks import check_number
from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.embedding_shift import embedding_shift
from excerpt.compressors.selectors.greedy import Greedy
from excerpt.compressors.selectors.share import TopShare
from excerpt.errors import ConfigError

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["TcraLLM"]

_SMALLEST = 1e-9


class TcraLLM(Extractive):
    """The words whose removal moves the vector of their sentence most.

    Not question-aware, and a mild last squeeze: the paper keeps four fifths. Its other compressor, a fine-tuned T5 that
    summarises, is ``recomp-abstractive`` with such a checkpoint.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        rate: Share of the tokens to keep where there is no budget; None for 0.8.
        rounds: In how many steps words are left out; the paper has one for each word, which costs as many encodings
            again.
        unit: ``"word"``, or another splitter.
        selector: Another rule in the place of ``rate``.

    Raises:
        ConfigError: An option is of the wrong kind or out of range, or both ``rate`` and ``selector`` are given.
        ModelError: The model cannot be found or read.
    """

    name = "tcra-llm"
    needs_query = False

    def __init__(
        self,
        model: "str | Path | Encoder" = "all-MiniLM-L6-v2",
        *,
        rate: float | None = None,
        rounds: int = 1,
        unit: UnitLike = "word",
        selector: SelectorLike | None = None,
    ) -> None:
        if rate is not None and selector is not None:
            message = "tcra-llm: give rate or selector, not both"
            raise ConfigError(message)
        share = 0.8 if rate is None else rate
        check_number(share, "tcra-llm: rate", least=_SMALLEST, most=1)
        rule = Greedy(without_budget=TopShare(share)) if selector is None else selector
        super().__init__(self.name, unit, embedding_shift(model, rounds=rounds), rule)
