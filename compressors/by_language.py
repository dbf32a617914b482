"""The chain that a text's language asks for: one for English, one for all others, and one that needs no model."""

from collections.abc import Mapping, Sequence
from typing import Any

from excerpt.contracts import CompressorContract, with_defaults
from excerpt.errors import ConfigError, NoModelError
from excerpt.languages.detect import languages_of, name_of
from excerpt.parallel.forks import ForkLock
from excerpt.protocols import Compressor
from excerpt.registry import COMPRESSORS, PRESETS
from excerpt.run.fit import Room
from excerpt.values.types import Context

__all__ = ["ByLanguage"]


class ByLanguage:
    """Hands each call to the stage of another preset, chosen by the languages of its question and passages.

    Text in no language (logs, code, tables) counts as English. Where the model of ``other`` is not on this machine
    ``without`` is taken, and a warning says how to get it; nothing is fetched. The report says what was chosen.

    Args:
        english: Preset of one stage for English questions on English text.
        other: Preset of one stage for all else.
        without: Preset of one stage for all else where the model of ``other`` is missing.

    Raises:
        ConfigError: There is no such preset, or it has several stages.
    """

    name = "by-language"
    headroom: float | None = 2.0

    def __init__(
        self, english: str = "default", *, other: str = "multilingual", without: str = "fast"
    ) -> None:
        self._tables = {preset: _table(preset) for preset in (english, other, without)}
        self.english, self.other, self.without = english, other, without
        self._stages: dict[str, Compressor] = {}
        self._lock = ForkLock()

    def __repr__(self) -> str:
        return f"ByLanguage({self.english!r}, other={self.other!r}, without={self.without!r})"

    def compress(self, context: Context, room: Room) -> Context:
        """What the chosen stage keeps."""
        spoken = languages_of(context.query, context.kept_texts())
        code = spoken.other_than(("en",))
        if not code:
            return self._chosen(context, room, self.english, "English, or no language")
        try:
            return self._chosen(context, room, self.other, name_of(code))
        except NoModelError as error:
            kept = self._chosen(context, room, self.without, f"{name_of(code)}, without the model for it")
            return kept.noted(f"{spoken.said(code)}, and the chain {self.other!r} cannot be used: {error}")

    def _chosen(self, context: Context, room: Room, preset: str, why: str) -> Context:
        kept = self._stage(preset).compress(context, room)
        return kept.chose(f"{preset}: {why}")

    def _stage(self, preset: str) -> Compressor:
        """The stage of a preset, made when it is first needed."""
        with self._lock:
            if preset not in self._stages:
                table = self._tables[preset]
                options = {key: value for key, value in table.items() if key != "use"}
                made: Compressor = COMPRESSORS.make(table["use"], options, f"{self.name}: {preset}")
                if with_defaults(made, CompressorContract).rewrites:
                    message = (
                        f"{self.name}: {preset} writes new text; give a preset that keeps the passages' own"
                    )
                    raise ConfigError(message)
                self._stages[preset] = made
            return self._stages[preset]


def _table(preset: str) -> Mapping[str, Any]:
    """The one stage of a preset."""
    stages: Sequence[Mapping[str, Any]] = PRESETS.get(preset, {}).get("stage", ())
    if len(stages) != 1 or "use" not in stages[0]:
        known = ", ".join(name for name, table in PRESETS.items() if len(table["stage"]) == 1)
        message = f"by-language: {preset!r} is no preset of one stage; there are {known}"
        raise ConfigError(message)
    return stages[0]
