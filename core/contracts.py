"""The optional members of every kind of part, each with its default.

A compressor needs a name and ``compress``, a scorer a name and ``score``: any object of that shape will do. What else
a chain or an index can make use of stands here, with what holds where a part does not have it, and is read through
`with_defaults` and nowhere else. A class may inherit from the contract of its kind; one that only has the members that
it wants does as well.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType, MappingProxyType
from typing import Any, TypeVar, cast

__all__ = [
    "CompressorContract",
    "CounterContract",
    "EncoderContract",
    "GuardsContract",
    "PrecomputedContract",
    "ReaderContract",
    "ScorerContract",
    "SelectorContract",
    "with_defaults",
]

T = TypeVar("T")

_ABSENT = object()


class CompressorContract:
    """Of a stage of a chain."""

    headroom: float | None = 1.0
    """When other stages follow, it is given so many times the budget, so that these have something to choose from;
    None for no limit."""

    needs_query: bool = True
    """False for one that reads no question, so that documents can be compressed before anyone asks."""

    rewrites: bool = False
    """True for one that writes new text (`excerpt.values.types.Context.rewrite`), which may stand last only."""

    judges: bool = False
    """True for one that asks a gate whether what it keeps is enough (`excerpt.protocols.Gate`): it runs even where the
    whole input would fit the budget."""

    scorer: Any = None
    """The `excerpt.protocols.Scorer` whose scores it ranks units by; None where there is none."""

    bridge: Any = None
    """What turns passages into vectors of a reader (`excerpt.models.xrag`); None for one that keeps text."""

    def for_reader(self, reader: object) -> Any:  # noqa: ANN401 - a stage, with or without these members
        """The stage for one reader, where it matters who reads; else itself.

        Args:
            reader: An `excerpt.models.Reader`; None for one that takes text only.
        """
        del reader
        return self


class ScorerContract:
    """Of a scorer."""

    temperature: float | None = None
    """Differences of its scores divided by it are log-odds. Where it is None a calibrated threshold takes scores by
    their spread in each question (`excerpt.calibrated.knob`)."""

    encoder: Any = None
    """The text encoder it works with, so that an index embeds the question once; None for none."""

    most_tokens: int | None = None
    """What it reads of one call at most, about; what is over that ranks by its words (`excerpt.compressors.reading`).
    None for no limit."""

    read_partly: Callable[..., Any] | None = None
    """``(context, units, tokens, check)``: what it says of all units after it has read what may matter for a budget of
    so many tokens (`excerpt.compressors.cascade.rounds.Rounds`), or None where it is to read all; ``check`` is called
    between rounds. None for one that always reads all."""


class SelectorContract:
    """Of a selector."""

    compares: bool = False
    """True for one that compares units by their vectors (`excerpt.values.types.Context.unit_vectors`): a scorer that
    reads in rounds reads all for it, since a unit that was not read has no vector."""


class CounterContract:
    """Of a token counter."""

    adds_up: bool = False
    """Whether the tokens of two texts with white space between are those of each, so that stored counts can be
    added."""

    fingerprint: str | None = None
    """Tells it from every counter that counts otherwise; None for one of which nothing can be stored."""


class GuardsContract:
    """Of what finds protected text (`excerpt.run.fit.Protector`)."""

    def crossing(self, text: str, gaps: Sequence[tuple[int, int]]) -> Iterable[Any]:
        """Of what ``found`` gives, at least that which reaches across one of the gaps; found faster than all of it.

        Args:
            text: The text.
            gaps: Where one piece ends and where the next begins: white space is between, or nothing.
        """
        del gaps
        found: Iterable[Any] = cast("Any", self).found(text)
        return found


class PrecomputedContract:
    """Of what computes signals of passages before a question comes."""

    encoder: Any = None
    """The text encoder it works with; None for none."""

    made_with: Mapping[str, Any] = MappingProxyType({})
    """What an index notes of how its signals were made, for people to read."""

    def signals_beside(self, passages: Sequence[Any], recall: Any) -> Sequence[Any]:  # noqa: ANN401 - see below
        """The same as ``signals``, made with the help of other signals of the same passages.

        It is not asked of a subclass that overrides ``signals`` alone: that one's ``signals`` is.

        Args:
            passages: As for ``signals``.
            recall: Gives what other sources computed of them (`excerpt.values.stored.Recall`), which may be nothing.
        """
        del recall
        signals: Sequence[Any] = cast("Any", self).signals(passages)
        return signals


class EncoderContract:
    """Of a text encoder."""

    card: Any = None
    """Its `excerpt.models.ModelCard`; None for one without."""

    max_tokens: int = 0
    """How many tokens of a text it reads; 0 where that is not known."""

    def of_queries(self) -> Any:  # noqa: ANN401 - an encoder, with or without these members
        """The encoder as it reads questions, where it reads them otherwise than passages; else itself."""
        return self


class ReaderContract:
    """Of a reader."""

    name: str = ""
    """What reports call it."""

    fingerprint: str | None = None
    """Whatever changes an answer changes it; None for a reader whose answers cannot be kept on disk."""

    read_soft: Callable[..., Any] | None = None
    """``(question, text, soft) -> Answer``, from text with vectors in it; None for one that takes text only."""

    read_many: Callable[..., Any] | None = None
    """``(questions, contexts) -> list[Answer]``, what ``read`` gives one by one; None for one that is no faster so."""


class _WithDefaults:
    """A part with what it lacks of its contract."""

    __slots__ = ("_contract", "_part")

    def __init__(self, part: object, contract: type) -> None:
        self._part = part
        self._contract = contract

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the attribute's own type
        own = getattr(self._part, name, _ABSENT)
        if own is not _ABSENT:
            return own
        default = getattr(self._contract, name)
        return default.__get__(self._part) if isinstance(default, FunctionType) else default


def with_defaults(part: object, contract: type[T]) -> T:
    """A part's own members, and the defaults for those that it does not have.

    Args:
        part: A compressor, scorer, counter, ...
        contract: The class of this module that belongs to its kind.
    """
    return cast("T", part if contract in type(part).__mro__ else _WithDefaults(part, contract))
