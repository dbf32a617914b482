"""What an encoder made of texts, kept on the disk: a training that was stopped does not compute it again."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import StoreError
from excerpt.files.atomic import replacing

__all__ = ["Arrays", "StateCache", "Tokens", "quantized", "states_of"]

Arrays: TypeAlias = Mapping[str, NDArray[Any]]
"""What is known of one text: arrays of any lengths by name, the same names for every text of a cache."""


class Tokens(NamedTuple):
    """Token states at one byte a number.

    Attributes:
        whole: Int8 ``(t, h)``.
        length: Float32 ``(t,)``; a state is about ``whole * length``.
    """

    whole: NDArray[np.int8]
    length: NDArray[np.float32]


def quantized(hidden: NDArray[np.float32]) -> Tokens:
    """States ``(t, h)`` at one byte a number, each scaled by its largest."""
    length = (np.abs(hidden).max(axis=1, initial=0.0) / 127).astype(np.float32)
    # Near the smallest float a 127th is rounded so far that quotients leave the byte.
    whole = np.rint(np.clip(hidden / np.where(length > 0, length, 1)[:, None], -127, 127)).astype(np.int8)
    return Tokens(whole, length)


def states_of(tokens: Sequence[Tokens]) -> NDArray[np.float32]:
    """The states of several texts behind each other, float32 ``(t, h)``."""
    whole = np.concatenate([text.whole for text in tokens]).astype(np.float32)
    states: NDArray[np.float32] = whole * np.concatenate([text.length for text in tokens])[:, None]
    return states


class StateCache:
    """Arrays by text, in memory and in a folder of ``.npz`` files, each written whole or not at all.

    Args:
        folder: Where the files are; made when the first is written.
        fingerprint: Of the encoder and of what is kept; entries of another are not found.

    Raises:
        StoreError: A file in the folder is damaged.
    """

    def __init__(self, folder: str | Path, fingerprint: str) -> None:
        self.folder = Path(folder)
        self.fingerprint = fingerprint
        self._known: dict[str, Arrays] = {}
        for path in sorted(self.folder.glob("*.npz")):
            self._known |= _read(path)

    def __contains__(self, text: str) -> bool:
        return self._key(text) in self._known

    def __getitem__(self, text: str) -> Arrays:
        return self._known[self._key(text)]

    def add(self, found: Mapping[str, Arrays]) -> None:
        """Remember what was made of some texts, and write it to one file."""
        if not found:
            return
        entries = {self._key(text): arrays for text, arrays in found.items()}
        self._known |= entries
        self.folder.mkdir(parents=True, exist_ok=True)
        name = sha256("".join(sorted(entries)).encode()).hexdigest()[:16]
        with replacing(self.folder / f"{name}.npz", durable=False) as draft, draft.open("wb") as file:
            np.savez(file, **_packed(entries))

    def _key(self, text: str) -> str:
        return sha256(f"{self.fingerprint}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _packed(entries: Mapping[str, Arrays]) -> dict[str, Any]:
    """The arrays of each name behind each other, and their lengths."""
    table: dict[str, Any] = {"keys": np.array(list(entries))}
    for name in next(iter(entries.values())):
        columns = [arrays[name] for arrays in entries.values()]
        table[f"{name}.values"] = np.concatenate(columns)
        table[f"{name}.lengths"] = np.array([len(column) for column in columns])
    return table


def _read(path: Path) -> dict[str, Arrays]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as table:
            names = [name.removesuffix(".values") for name in table.files if name.endswith(".values")]
            split = {
                name: np.split(table[f"{name}.values"], np.cumsum(table[f"{name}.lengths"])[:-1])
                for name in names
            }
            return {
                key: {name: split[name][index] for name in names}
                for index, key in enumerate(table["keys"].tolist())
            }
    except (OSError, ValueError, KeyError, IndexError, BadZipFile) as error:
        message = f"{path} is damaged ({error}); delete it to have it made again"
        raise StoreError(message) from error
