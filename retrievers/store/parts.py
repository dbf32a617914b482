"""The parts of an index: what each is, and in which file it lies. The one place that makes and reads these names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from excerpt.errors import ConfigError

__all__ = [
    "APPROXIMATE",
    "APPROXIMATE_ROWS_FILE",
    "KEYS",
    "LEXICAL",
    "PASSAGES",
    "VECTORS",
    "Part",
    "check_features",
]

KEYS = "keys"
"""The table of keys of a segment, which is stored like a feature."""

_FILES = {"passages": "passages.arrow", "vectors": "vectors.npy", "approximate": "approximate.faiss"}


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """Which part of an index.

    Args:
        feature: ``"passages"``, ``"vectors"``, ``"approximate"`` or ``"lexical"`` where the part is of the whole
            index; else the name of a stored feature, or `KEYS`.
        segment: The segment of stored features that it belongs to, from 1; 0 for a part of the whole index.
    """

    feature: str
    segment: int = 0

    def __post_init__(self) -> None:
        if self.segment < 0 or not self.feature:
            message = f"part {self.feature!r} of segment {self.segment}: needs a name, and a segment from 0"
            raise ValueError(message)

    @property
    def is_stored_feature(self) -> bool:
        """Whether it is a stored feature, or the keys of one: covers distinct texts, in a segment."""
        return self.segment > 0

    @property
    def file(self) -> str:
        """The name of its file, ``"sentences-0001.arrow"``; of the first where it has several.

        Raises:
            KeyError: It is the part ``lexical``, whose files `excerpt.retrievers.lexical.bm25` names.
        """
        if not self.segment:
            return _FILES[self.feature]
        return f"{_stem(self.feature)}-{self.segment:04d}.{'npy' if self.feature == KEYS else 'arrow'}"

    def to_dict(self) -> dict[str, Any]:
        """As JSON goes."""
        return {"feature": self.feature, "segment": self.segment}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """From what `to_dict` gave.

        Raises:
            ValueError: It is no part.
        """
        feature, segment = values["feature"], values["segment"]
        if not isinstance(feature, str) or not isinstance(segment, int) or isinstance(segment, bool):
            message = f"{values!r} names no part"
            raise ValueError(message)
        return cls(feature, segment)


PASSAGES, VECTORS, APPROXIMATE, LEXICAL = map(Part, ("passages", "vectors", "approximate", "lexical"))

APPROXIMATE_ROWS_FILE = "approximate_rows.npy"
"""The second file of `APPROXIMATE`: the row of each of its nodes, where these are not the same."""


def _stem(feature: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", feature).strip("-")


def check_features(features: Iterable[str]) -> None:
    """See that each feature of an index has a file of its own.

    Raises:
        ConfigError: Two would share one, or one is named like the table of keys.
    """
    taken = {KEYS: "the table of keys"}
    for feature in features:
        other = taken.setdefault(_stem(feature), feature)
        if other != feature:
            message = f"features: {feature!r} would have the same file as {other}; give it another name"
            raise ConfigError(message)
