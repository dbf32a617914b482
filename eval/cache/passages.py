"""What needs no question is computed once a passage, however many questions share it."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from excerpt.chain import Chain
from excerpt.contracts import CompressorContract, with_defaults
from excerpt.values.stored import Columns, Precomputed
from excerpt.values.types import Passage

__all__ = ["PassageMemory"]


@dataclass(slots=True)
class PassageMemory:
    """An `excerpt.values.stored.Store` in memory that forgets what was asked for the longest ago.

    Args:
        chain: The chain whose stages and guards will ask.
        passages: Remember at most so many; token states of a passage take some 50 KB.
    """

    chain: Chain
    passages: int = 4000
    _known: OrderedDict[tuple[str, str, str], Columns] = field(default_factory=OrderedDict)

    def find(self, fingerprint: str, passages: Sequence[Passage]) -> list[Columns | None]:
        """The columns of each passage; None where they are not known."""
        return [self._known.get((fingerprint, passage.title, passage.text)) for passage in passages]

    def learn(self, passages: Sequence[Passage]) -> None:
        """Compute what is not known yet of some passages."""
        asked = [with_defaults(stage, CompressorContract).scorer for stage in self.chain.stages]
        sources = [source for source in (self.chain.guards, *asked) if isinstance(source, Precomputed)]
        for source in sources:
            keys = {(source.fingerprint, passage.title, passage.text): passage for passage in passages}
            missing = {key: passage for key, passage in keys.items() if key not in self._known}
            for key in keys.keys() - missing.keys():
                self._known.move_to_end(key)
            found = source.signals(list(missing.values())) if missing else ()
            self._known.update(
                (key, source.columns(signals)) for key, signals in zip(missing, found, strict=True)
            )
        while len(self._known) > max(self.passages, len(passages)) * max(len(sources), 1):
            self._known.popitem(last=False)
