"""What the evidence ranker knows of a passage before it knows the question.

One pass of the sentence encoder over a passage gives the states of its tokens; one scan over its
words gives hashed terms and what they look like. Both are plain columns of numbers, so they can be
stored when a corpus is indexed, and nothing else of a passage is needed to rank its records: sentences of
prose, rows of a table, entries of a log, settings. Each record knows its parent, what it must be read with
(`excerpt.compressors.units.structure`).

Token states are kept as int8 with one scale a token (`excerpt.compressors.evidence.quantized`).
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.quantized import mean_states, quantize_vectors
from excerpt.compressors.evidence.scan import Terms, scan_terms
from excerpt.compressors.units.offsets import STORED_KINDS
from excerpt.compressors.units.structure import split_records
from excerpt.compressors.vectors.passage_states import RULES as STATE_RULES
from excerpt.compressors.vectors.passage_states import PassageStates, passage_states
from excerpt.values.stored import Columns
from excerpt.values.types import Passage

if TYPE_CHECKING:
    from excerpt.models import SentenceEncoder

__all__ = [
    "RULES",
    "RULES_VERSION",
    "PassageSignals",
    "TokenHead",
    "models_fingerprint",
    "passage_signals",
    "signals_of",
    "token_vectors",
]

RULES_VERSION = 2
"""Raise it with every change of the signals: terms, stems, looks, quantized vectors; stored ones of another number are
not used (tests/golden)."""

RULES = f"evidence-{RULES_VERSION} {STATE_RULES} {STORED_KINDS['word'].rules}"
"""Versions of all rules that signals depend on."""


class TokenHead(Protocol):
    """Makes short token vectors of an encoder's states (`excerpt.models.tasks.head.StateHead`)."""

    @property
    def fingerprint(self) -> str:
        """Changes with its weights."""

    def read(self, states: NDArray[np.float32], /) -> NDArray[np.float32]:
        """From states ``(t, h)`` to vectors ``(t, dim)``, the same dim for none."""


def models_fingerprint(encoder: "SentenceEncoder", head: TokenHead | None) -> str:
    """What signals depend on beside the passage and the rules: an encoder, and perhaps a head."""
    return encoder.fingerprint if head is None else f"{encoder.fingerprint} {head.fingerprint}"


def token_vectors(head: TokenHead | None, states: NDArray[np.float32]) -> NDArray[np.float32]:
    """What MaxSim compares, ``(t, dim)``: the states themselves, or what a head makes of them."""
    return states if head is None else head.read(states)


class PassageSignals(NamedTuple):
    """Everything question-independent about one passage.

    Attributes:
        tokens: Int8 ``(t, d)``: the direction of each token's vector (`token_vectors`), divided by ``scale``.
        scale: Float32 ``(t,)``: the direction, of length 1, is ``tokens * scale``.
        norm: Float32 ``(t,)``: the length of each token's state; ``(0,)`` where ``tokens`` are a head's vectors.
        start: Int32 ``(t,)``: each token's first character in the passage's text, ascending.
        vector: Int8 ``(1, dim)``: direction of the passage's mean state, title and special tokens included.
        vector_scale: Float32 ``(1,)``.
        records: Int32 ``(s, 2)``: first and last characters of the records.
        parent: Int32 ``(s,)``: the record that each must be read with; -1 for none.
        means: Int8 ``(s, dim)``: direction of each record's mean state, divided by its scale.
        mean_scale: Float32 ``(s,)``.
        terms: The text's words.
        title: The title's words.
    """

    tokens: NDArray[np.int8]
    scale: NDArray[np.float32]
    norm: NDArray[np.float32]
    start: NDArray[np.int32]
    vector: NDArray[np.int8]
    vector_scale: NDArray[np.float32]
    records: NDArray[np.int32]
    parent: NDArray[np.int32]
    means: NDArray[np.int8]
    mean_scale: NDArray[np.float32]
    terms: Terms
    title: Terms

    def columns(self) -> dict[str, NDArray[Any]]:
        """Every array under a name of its own."""
        own = {name: value for name, value in self._asdict().items() if not isinstance(value, Terms)}
        texts = {"terms": self.terms, "title": self.title}
        return own | {
            f"{text}.{name}": value
            for text, terms in texts.items()
            for name, value in terms._asdict().items()
        }

    @classmethod
    def restored(cls, columns: Mapping[str, NDArray[Any]]) -> Self:
        """From what `columns` gave."""
        # Hundreds of these make an answer, so all columns are taken by one call.
        taken = _TAKEN(columns)
        texts = (Terms(*taken[_PLAIN : _PLAIN + 3]), Terms(*taken[_PLAIN + 3 :]))
        return cls._make((*taken[:_PLAIN], *texts))


_PLAIN = len(PassageSignals._fields) - 2  # the fields that are columns themselves
_TAKEN = itemgetter(
    *PassageSignals._fields[:_PLAIN],
    *(f"{text}.{name}" for text in PassageSignals._fields[_PLAIN:] for name in Terms._fields),
)


def passage_signals(
    encoder: "SentenceEncoder",
    passages: Sequence[Passage],
    *,
    head: TokenHead | None = None,
    records: Sequence[Columns | None] = (),
) -> list[PassageSignals]:
    """The signals of each passage: one encoder pass over title and text (`passage_states`).

    Args:
        encoder: Gives the token states.
        passages: In any order; a passage's signals do not depend on the others.
        head: Makes the token vectors; None: they are the states.
        records: What `excerpt.compressors.units.offsets.Offsets` knows of the records of each passage, None where it is
            to be found; empty where all are.
    """
    states = passage_states(encoder, passages)
    records = records or [None] * len(passages)
    return [
        signals_of(passage, own, head, records=found)
        for passage, own, found in zip(passages, states, records, strict=True)
    ]


def signals_of(
    passage: Passage,
    states: PassageStates,
    head: TokenHead | None,
    known: PassageSignals | None = None,
    records: Columns | None = None,
) -> PassageSignals:
    """The signals of one passage from its states, or from those of a part of it.

    Args:
        passage: The passage.
        states: All its states, some or none.
        head: As for `passage_signals`.
        known: Signals of the same passage from fewer states, whose records and words are taken.
        records: The records' places, where they are known without such signals.
    """
    tokens, scale, norm = quantize_vectors(states.hidden)
    first = states.offsets[:, 0].astype(np.int32)
    if known is None:
        spans, parent = _records(passage.text) if records is None else _stored_records(records)
        terms, title = scan_terms(passage.text), scan_terms(passage.title)
    else:
        spans, parent, terms, title = known.records, known.parent, known.terms, known.title
    means, mean_scale = mean_states(tokens, scale * norm, first, spans)
    whole, whole_scale, _ = quantize_vectors(states.mean[None, :])
    if head is not None:
        tokens, scale, _ = quantize_vectors(head.read(states.hidden))
        norm = norm[:0]
    return PassageSignals(
        tokens, scale, norm, first, whole, whole_scale, spans, parent, means, mean_scale, terms, title
    )


def _records(text: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """First and last characters of the records of a text, ``(s, 2)``, and their parents, ``(s,)``."""
    pieces = np.array(split_records(text), dtype=np.int32).reshape(-1, 3)
    return pieces[:, :2].copy(), pieces[:, 2].copy()


def _stored_records(columns: Columns) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    return np.stack([columns["start"], columns["end"]], axis=1), columns["parent"].copy()
