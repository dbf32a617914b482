"""How far a sentence's vector moves when a word is left out (TCRA-LLM, 2310.15556)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_whole
from excerpt.compressors.units.sentences import split_sentences
from excerpt.compressors.vectors.encoders import encoder_of
from excerpt.values.types import Context, Units
from excerpt.values.vectors import unit_rows

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["EmbeddingShift", "embedding_shift"]


@dataclass(frozen=True)
class EmbeddingShift:
    """One minus the cosine of a sentence's vector with that of the sentence without the unit.

    The shifts of a sentence are ranked and the least go first, all at once or in several ``rounds``, each of which
    encodes what is left anew. A unit that was left out in an earlier round scores below all that stayed; in between the
    shift decides, so that sentences are comparable. Costs one encoding a unit and round.

    Question-blind. A unit that is a whole sentence or more, or reaches over several, scores 1.

    Args:
        encoder: A sentence encoder.
        rounds: In how many steps units are left out; 1 looks at each only once.
    """

    encoder: "Encoder"
    rounds: int = 1
    name: ClassVar[str] = "embedding-shift"

    def __post_init__(self) -> None:
        check_whole(self.rounds, "embedding-shift: rounds", least=1)

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Shifts, from 0 to 2, less 3 for each round that a unit did not outlast, float64 ``(n,)``."""
        scores = np.ones(len(units))
        sentences = _sentences(context, units)
        left = {number: own for number, own in enumerate(sentences) if len(own.units) > 1}
        for number in range(self.rounds):
            shifts = self._shifts(list(left.values()))
            for (key, own), shift in zip(list(left.items()), shifts, strict=True):
                scores[own.units] = shift
                last = number == self.rounds - 1
                gone = 0 if last else len(own.units) // (self.rounds - number)
                order = np.argsort(shift, kind="stable")
                out = {own.units[place] for place in order[:gone].tolist()}
                scores[sorted(out)] -= 3.0 * (self.rounds - number)
                rest = own.without(out)
                if len(rest.units) > 1:
                    left[key] = rest
                else:
                    del left[key]
        return scores

    def _shifts(self, sentences: Sequence["_Sentence"]) -> list[NDArray[np.float64]]:
        texts = [text for own in sentences for text in (own.text(), *map(own.text, range(len(own.units))))]
        distinct = list(dict.fromkeys(texts))
        if not distinct:
            return []
        rows = unit_rows(self.encoder.encode(distinct).astype(np.float64))
        place = {text: row for row, text in enumerate(distinct)}
        found, at = [], 0
        for own in sentences:
            whole, *others = (rows[place[text]] for text in texts[at : at + len(own.units) + 1])
            # Row by row: a matrix product may round otherwise with another number of rows.
            found.append(np.array([1 - float(np.sum(whole * other)) for other in others]))
            at += len(own.units) + 1
        return found


@dataclass(frozen=True)
class _Sentence:
    """The units of one sentence by number, and their texts."""

    units: list[int]
    texts: list[str]

    def text(self, gone: int | None = None) -> str:
        """What is left of it, without one of the units."""
        return " ".join(text for place, text in enumerate(self.texts) if place != gone)

    def without(self, out: set[int]) -> "_Sentence":
        kept = [place for place, unit in enumerate(self.units) if unit not in out]
        return _Sentence([self.units[place] for place in kept], [self.texts[place] for place in kept])


def _sentences(context: Context, units: Units) -> list[_Sentence]:
    """The units by the sentence that each lies in; one that lies in none is in no group."""
    texts = units.texts(context.passages)
    groups: dict[tuple[int, int], list[int]] = {}
    for passage in np.unique(units.passage).tolist():
        spans = split_sentences(context.passages[passage].text)
        begins = np.array([span[0] for span in spans], dtype=np.int64)
        for unit in np.flatnonzero(units.passage == passage).tolist():
            at = int(np.searchsorted(begins, units.start[unit], side="right")) - 1
            if at >= 0 and units.end[unit] <= spans[at][1]:
                groups.setdefault((passage, at), []).append(unit)
    return [_Sentence(own, [texts[unit] for unit in own]) for own in groups.values()]


def embedding_shift(model: "str | Path | Encoder" = "all-MiniLM-L6-v2", *, rounds: int = 1) -> EmbeddingShift:
    """How far a sentence's vector moves when a word is left out of it; question-blind.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        rounds: In how many steps words are left out.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read.
    """
    return EmbeddingShift(encoder_of(model), rounds)
