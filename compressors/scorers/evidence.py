"""A learned fusion of lexical, embedding, late-interaction and link signals: boosted trees."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number, check_text, check_whole
from excerpt.compressors.cascade.partly_read import SignalReader, Windows
from excerpt.compressors.cascade.rounds import Cascade, Rounds
from excerpt.compressors.cascade.whether import read_what_matters
from excerpt.compressors.evidence.candidates import Candidates
from excerpt.compressors.evidence.encoder_sample import is_like
from excerpt.compressors.evidence.links import FEATURES, evidence_features
from excerpt.compressors.evidence.question import QuestionSignals
from excerpt.compressors.evidence.signals import (
    RULES,
    PassageSignals,
    TokenHead,
    models_fingerprint,
    passage_signals,
)
from excerpt.compressors.reading import READ_AT_MOST
from excerpt.compressors.units.offsets import Offsets
from excerpt.compressors.vectors.encoders import of_queries
from excerpt.errors import ConfigError, ModelError, NoModelError
from excerpt.models import load_encoder
from excerpt.models.card import read_json
from excerpt.models.directories import find_directory
from excerpt.models.registry import load_head
from excerpt.models.tasks.ranker import TreeRanker
from excerpt.values.stored import Columns, Recall
from excerpt.values.types import Context, Passage, Units, UnitVectors

if TYPE_CHECKING:
    from excerpt.models import SentenceEncoder

__all__ = [
    "EvidenceScore",
    "candidates_of",
    "evidence_score",
    "load_ranker",
    "load_ranker_head",
    "ranker_card",
]

RANKER_FILE, CARD_FILE = "ranker.onnx", "ranker.json"


@dataclass(frozen=True)
class EvidenceScore:
    """How much each unit looks like evidence, as boosted trees over ``FEATURES`` see it.

    Everything that costs time, the encoder's pass over a passage, does not depend on the question:
    ``signals`` can be called when a corpus is indexed, ``rank`` when a question comes.

    Args:
        encoder: Sentence encoder; the trees expect the one they were trained with.
        ranker: Trees over some of ``excerpt.compressors.evidence.links.FEATURES``.
        head: Makes short token vectors of the encoder's states, for trees that were trained with it; None: MaxSim
            compares the states.
        token_cost_weight: How much the logarithm of a candidate's tokens counts against it; 0.4 was best, by little,
            on sets left out of training.
        most_tokens: What is read of one call at most, about (`excerpt.compressors.reading`); None for no limit.
        cascade: What can be expected in what has not been read, so that no more is read than may matter
            (`excerpt.compressors.cascade.rounds`); None to read everything.
    """

    encoder: "SentenceEncoder"
    ranker: TreeRanker
    head: TokenHead | None = None
    token_cost_weight: float = 0.4
    most_tokens: int | None = READ_AT_MOST
    cascade: Cascade | None = None
    name: ClassVar[str] = "evidence"
    temperature: ClassVar[float] = 1.0  # LambdaMART's pairwise loss makes differences of scores log-odds

    def __post_init__(self) -> None:
        check_number(self.token_cost_weight, "evidence: token_cost_weight")

    @property
    def fingerprint(self) -> str:
        """Versions of the rules, and the models: stored signals of others do not fit."""
        return f"{RULES} {models_fingerprint(self.encoder, self.head)}"

    @property
    def made_with(self) -> dict[str, str]:
        """What the manifest of an index says of stored signals."""
        return {
            "encoder": self.encoder.name,
            "encoder_fingerprint": self.encoder.fingerprint,
            "token_vectors": self.head.fingerprint if self.head else "the encoder's states",
            "quantization": "vectors int8 with one float32 scale each, as in every other use",
        }

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Scores on an arbitrary scale, float64 ``(n,)``."""
        if len(units) == 0:
            return np.zeros(0)
        return self.score_with_vectors(context, units)[0]

    def score_with_vectors(
        self, context: Context, units: Units
    ) -> tuple[NDArray[np.float64], Callable[[], UnitVectors]]:
        """The scores, and what gives the mean state of each unit's tokens."""
        present, own = units.by_present()
        return self.score_candidates(self._candidates(context.query, context.signals(self, present), own))

    def score_candidates(
        self, candidates: Candidates
    ) -> tuple[NDArray[np.float64], Callable[[], UnitVectors]]:
        """The scores of candidates, and what gives their vectors."""
        return self._score(candidates), lambda: _vectors(candidates)

    def question(self, query: str) -> QuestionSignals:
        """A question as the signals of passages are compared with it."""
        return QuestionSignals(query, of_queries(self.encoder).encode_tokens([query])[0], self.head)

    def read_partly(
        self, context: Context, units: Units, tokens: int, check: Callable[[], None]
    ) -> Rounds | None:
        """What it says of all units after it has read what may matter (`excerpt.contracts.ScorerContract`)."""
        if self.cascade is None:
            return None
        return read_what_matters(self.cascade, self, context, units, tokens=tokens, check=check)

    def columns(self, signals: PassageSignals) -> Columns:
        """One passage's signals as arrays, for storing."""
        return signals.columns()

    def restored(self, columns: Columns) -> PassageSignals:
        """The signals that ``columns`` were made of."""
        return PassageSignals.restored(columns)

    def signals(self, passages: Sequence[Passage]) -> list[PassageSignals]:
        """What can be known of passages without a question, one after the other."""
        return passage_signals(self.encoder, passages, head=self.head)

    def signals_beside(self, passages: Sequence[Passage], recall: Recall) -> list[PassageSignals]:
        """As `signals`; records that are stored beside it are not looked for again."""
        records = recall.stored(Offsets("record"), passages)
        return passage_signals(self.encoder, passages, head=self.head, records=records)

    def reader(self, passages: Sequence[Passage]) -> Windows:
        """What makes the signals of passages window by window."""
        return SignalReader(self.encoder, self.head, passages)

    def rank(self, query: str, signals: Sequence[PassageSignals], units: Units) -> NDArray[np.float64]:
        """The scores of ``score`` from signals that are there already, float64 ``(n,)``.

        Args:
            query: The question.
            signals: One for each passage that ``units.passage`` counts.
            units: The candidates.
        """
        if len(units) == 0:
            return np.zeros(0)
        return self._score(self._candidates(query, signals, units))

    def _candidates(self, query: str, signals: Sequence[PassageSignals], units: Units) -> Candidates:
        return Candidates(self.question(query), signals, units)

    def _score(self, candidates: Candidates) -> NDArray[np.float64]:
        """What the trees say, less for longer candidates: the budget they are bought from is in tokens."""
        worth = self.ranker.score(evidence_features(candidates, self.ranker.feature_names)).astype(np.float64)
        return worth - self.token_cost_weight * np.log(candidates.tokens.astype(np.float64))


def _vectors(candidates: Candidates) -> UnitVectors:
    whole, scale = candidates.vectors
    return UnitVectors(whole * scale[:, None], candidates.question.vector)


def candidates_of(
    encoder: "SentenceEncoder", context: Context, units: Units, *, head: TokenHead | None = None
) -> Candidates:
    """The candidates of a context, with signals of the passages that have any.

    Args:
        encoder: Makes the signals.
        context: The question and its passages.
        units: The candidates, at least one.
        head: As for `EvidenceScore`.
    """
    present, own = units.by_present()
    signals = passage_signals(encoder, [context.passages[index] for index in present], head=head)
    question = QuestionSignals(context.query, of_queries(encoder).encode_tokens([context.query])[0], head)
    return Candidates(question, signals, own)


def load_ranker(directory: str | Path) -> TreeRanker:
    """The ranker of a directory that ``excerpt train ranker`` wrote, or of a bundled name.

    Raises:
        ModelError: It is missing, or was trained on a feature that this version does not make.
    """
    ranker = TreeRanker(find_directory(directory) / RANKER_FILE)
    if unknown := [name for name in ranker.feature_names if name not in FEATURES]:
        message = (
            f"{ranker.path} was trained on {unknown[0]!r}, which this version does not make; train it again"
        )
        raise ModelError(message)
    return ranker


def load_ranker_head(directory: str | Path, encoder: "SentenceEncoder") -> TokenHead | None:
    """The head that the ranker of a directory was trained with, as its ``ranker.json`` says; None for none.

    Raises:
        ModelError: It cannot be had, or it or the ranker does not fit the encoder.
    """
    card = ranker_card(directory)
    same = card.get("encoder_fingerprint", encoder.fingerprint) == encoder.fingerprint
    sample = card.get("encoder_sample")
    if not same and not (sample and is_like(encoder, sample)):
        message = (
            f"the ranker {directory} was trained on what the encoder {card.get('encoder')} makes, and this is "
            f"{encoder.name}; name that one with the option encoder, or train a ranker for this one"
        )
        raise ModelError(message)
    name = card.get("late_interaction", "")
    return load_head(name, encoder) if name else None


def ranker_card(directory: str | Path) -> dict[str, Any]:
    """What ``ranker.json`` says of a ranker; nothing where there is none.

    Raises:
        ModelError: The ranker cannot be found, or its card is broken.
    """
    path = find_directory(directory) / CARD_FILE
    return read_json(path) if path.is_file() else {}


def ranker_languages(directory: str | Path) -> tuple[str, ...] | None:
    """The languages that a ranker is for, as its ``ranker.json`` says; None for any.

    Raises:
        ModelError: As `ranker_card`.
    """
    return tuple(ranker_card(directory).get("languages", ("en",))) or None


def _encoder_for(name: str, card: Mapping[str, Any]) -> "SentenceEncoder":
    """The encoder of a name; behind the prefixes that the ranker was trained with, where its own files name none."""
    try:
        encoder = load_encoder(name)
    except NoModelError as error:
        how = card.get("encoder_from", "")
        if not how or name != card.get("encoder"):
            raise
        message = f"the encoder {name} is not here, and it is too large to come with the package; {how}"
        raise NoModelError(message) from error
    prefixes = (card.get("query_prefix", ""), card.get("passage_prefix", ""))
    return encoder.with_prefixes(*prefixes) if any(prefixes) else encoder


def evidence_score(
    model: str = "evidence-ranker",
    *,
    encoder: str = "all-MiniLM-L6-v2",
    most_tokens: int | None = READ_AT_MOST,
    least_gain: float | None = None,
) -> EvidenceScore:
    """The trained fusion of signals; options as for `excerpt.compressors.EvidenceRanker`.

    Raises:
        ConfigError: A name is no text.
        ModelError: A model cannot be found or read, or they do not belong together.
    """
    check_text(model, "evidence: model")
    check_text(encoder, "evidence: encoder")
    if most_tokens is not None:
        check_whole(most_tokens, "evidence: most_tokens", least=1)
    loaded = _encoder_for(encoder, ranker_card(model))
    cascade = _cascade(model, least_gain)
    return EvidenceScore(
        loaded,
        load_ranker(model),
        load_ranker_head(model, loaded),
        most_tokens=most_tokens,
        cascade=cascade,
    )


def _cascade(model: str, least_gain: float | None) -> Cascade | None:
    """The cascade of a ranker at a setting, its own where None is given; None to read everything."""
    if least_gain is not None:
        check_number(least_gain, "evidence: least_gain", least=0)
    cascade = None if least_gain == 0 else Cascade.load(find_directory(model))
    if least_gain is None or least_gain == 0:
        return cascade
    if cascade is None:
        message = f"evidence: least_gain: the ranker {model} has no cascade: it reads everything; leave the option out"
        raise ConfigError(message)
    return replace(cascade, least_gain=float(least_gain))
