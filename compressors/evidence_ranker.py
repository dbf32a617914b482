"""The evidence ranker: records by a learned fusion of lexical, embedding, late-interaction and link signals."""

from excerpt.checks import check_headroom
from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.reading import READ_AT_MOST
from excerpt.compressors.scorers.evidence import evidence_score, ranker_languages
from excerpt.compressors.scorers.lexical_evidence import LexicalEvidence
from excerpt.compressors.served_languages import foreign_language
from excerpt.run.fit import Room
from excerpt.values.types import Context

__all__ = ["EvidenceRanker"]


class EvidenceRanker(Extractive):
    """Keep the sentences, rows, entries and other records that look most like evidence, best first.

    Args:
        model: The ranker: a bundled name or a directory that ``excerpt train ranker`` wrote. With
            ``"evidence-ranker-compact"`` a token's vector has 64 bytes, not 384, for indexes a quarter of the size.
        encoder: Sentence encoder: a bundled name, a directory or a hub name; the one that the ranker was trained with.
        headroom: How many times the budget it leaves to finer stages that follow.
        unit: Another splitter.
        selector: Another selector.
        parents: How many parents a kept record brings, the nearest first; None for all, 0 for none.
        most_tokens: What the encoder reads of one call, about (`excerpt.compressors.reading`); None for no limit.
        least_gain: The encoder reads on while 1,000 more tokens can be expected to bring so much of the evidence
            (`excerpt.compressors.cascade.rounds`); 0 to read everything; None for what the ranker was calibrated for,
            which is 0 for one that was not.

    Attributes:
        languages: ISO 639-1 codes of the languages that the ranker is for; None for any.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: A model cannot be found or read, or they do not belong together.
    """

    name = "evidence-ranker"

    def __init__(  # noqa: PLR0913 - the options of TOML
        self,
        model: str = "evidence-ranker",
        *,
        encoder: str = "all-MiniLM-L6-v2",
        headroom: float | None = 2.0,
        unit: UnitLike = "record",
        selector: SelectorLike | None = None,
        parents: int | None = None,
        most_tokens: int | None = READ_AT_MOST,
        least_gain: float | None = None,
    ) -> None:
        check_headroom(headroom, self.name)
        self.languages = ranker_languages(model)
        scorer = evidence_score(model, encoder=encoder, most_tokens=most_tokens, least_gain=least_gain)
        super().__init__(self.name, unit, scorer, selector, headroom, parents=parents)
        self._by_words = Extractive(self.name, unit, LexicalEvidence(), selector, headroom, parents=parents)

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the records that look most like evidence.

        A warning says where the text is in another language; in another script than Latin words alone decide.
        """
        foreign = None if self.languages is None else foreign_language(context, self.languages)
        if foreign is None:
            return super().compress(context, room)
        kept = super().compress(context, room) if foreign.readable else self._by_words.compress(context, room)
        return kept.noted(foreign.note)
