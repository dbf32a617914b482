"""Text to token ids with the characters each piece stands for."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.models.runtime.token_cache import TokenCache

__all__ = ["Family", "Pieces", "Tokenizer"]

Family = Literal["wordpiece", "sentencepiece", "bytelevel"]


class Pieces(NamedTuple):
    """One text in pieces, without special tokens.

    Attributes:
        ids: Token ids, ``n`` of them.
        tokens: The pieces as the vocabulary spells them (``##ing``, ``▁the``).
        offsets: Int64 ``(n, 2)``: the characters of the text each piece stands for; white space at
            either end is left out. A piece can be empty (a lone ``▁``).
    """

    ids: list[int]
    tokens: list[str]
    offsets: NDArray[np.int64]


class Tokenizer:
    """A fast tokenizer with truncation and padding off: nothing is lost without a word.

    Args:
        backend: A ``tokenizers.Tokenizer``; it is changed (truncation and padding off).
        source: Where it came from, for error messages.

    Attributes:
        family: How pieces mark words: ``"wordpiece"`` (``##`` continues a word), ``"sentencepiece"``
            (``▁`` begins one) or ``"bytelevel"`` (``Ġ`` begins one). Read from the tokenizer's own
            description, never from a name.
        prefix: Ids put before a sequence (``[CLS]`` or ``<s>``), from the post-processor; empty for some decoders.
        suffix: Ids put after it (``[SEP]`` or ``</s>``); likewise.
        special_ids: Every id that is a special token.
    """

    def __init__(self, backend: Any, *, source: str = "a tokenizer") -> None:  # noqa: ANN401 - untyped package
        backend.no_truncation()
        backend.no_padding()
        self.backend = backend
        self.source = source
        description = json.loads(backend.to_str())
        self.family: Family = _family(description, source)
        self.special_ids = frozenset(token["id"] for token in description["added_tokens"] if token["special"])
        frame = backend.encode("").ids
        if not 1 <= len(frame) <= 2:
            message = f"{source} puts {len(frame)} special tokens around a text; a prefix, a suffix or both are needed"
            raise ModelError(message)
        begins = len(frame) > 1 or backend.encode("a").ids[0] == frame[0]
        self.prefix: tuple[int, ...] = tuple(frame[:1]) if begins else ()
        self.suffix: tuple[int, ...] = tuple(frame[len(self.prefix) :])
        self._pieces: TokenCache[str, Pieces] = TokenCache()

    @classmethod
    def from_directory(cls, directory: str | Path) -> "Tokenizer":
        """The tokenizer of a model directory.

        ``tokenizer.json`` is read as it is. A directory with only ``vocab.txt`` or a SentencePiece
        model is converted through transformers.

        Raises:
            ModelError: There is no tokenizer there, or it cannot be read.
            MissingExtraError: It must be converted and the extra ``torch`` is not installed.
        """
        import tokenizers  # noqa: PLC0415 - loaded when a model is

        path = Path(directory) / "tokenizer.json"
        if not path.is_file():
            return cls(_converted(Path(directory)), source=str(directory))
        try:
            backend = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:
            message = f"{path} is not a tokenizer this version of tokenizers can read: {error}"
            raise ModelError(message) from error
        return cls(backend, source=str(path))

    def __len__(self) -> int:
        """Entries of the vocabulary, added tokens included."""
        return int(self.backend.get_vocab_size(with_added_tokens=True))

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text without special tokens: the quickest way when offsets do not matter."""
        return [
            encoding.ids for encoding in self.backend.encode_batch_fast(list(texts), add_special_tokens=False)
        ]

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """Ids, spelled pieces and offsets of each text, without special tokens.

        Those of the latest texts come from memory: a passage is looked at to cut it into windows, to read it, and
        once more for each kind of thing that an index keeps of it. Nobody writes into them.
        """
        known = self._pieces.find(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        encodings = self.backend.encode_batch(missing, add_special_tokens=False) if missing else ()
        fresh = {
            text: Pieces(encoding.ids, encoding.tokens, self._offsets(text, encoding.offsets))
            for text, encoding in zip(missing, encodings, strict=True)
        }
        self._pieces.add(fresh, [len(piece.ids) for piece in fresh.values()])
        known |= fresh
        return [known[text] for text in texts]

    def forget(self) -> None:
        """Drop all remembered pieces. For measurements."""
        self._pieces.clear()

    def count(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Tokens of each text, the special tokens around it included; int64 ``(n,)``."""
        around = len(self.prefix) + len(self.suffix)
        return np.array([len(ids) + around for ids in self.ids(texts)], dtype=np.int64)

    def frame(self, ids: Sequence[int]) -> list[int]:
        """One model input: prefix, pieces, suffix."""
        return [*self.prefix, *ids, *self.suffix]

    def token(self, index: int) -> str:
        """How the vocabulary spells an id."""
        spelled: str | None = self.backend.id_to_token(index)
        if spelled is None:
            message = f"{self.source} has no token {index}; its vocabulary has {len(self)} entries"
            raise ModelError(message)
        return spelled

    def add_placeholders(self, names: Sequence[str]) -> None:
        """Add special tokens that get the next free ids, in order; names that exist are left alone.

        Raises:
            ModelError: They did not land behind the vocabulary (one of them was there before).
        """
        import tokenizers  # noqa: PLC0415 - loaded when a model is

        before = len(self)
        self.backend.add_special_tokens(
            [tokenizers.AddedToken(name, special=True, normalized=False) for name in names]
        )
        ids = [self.backend.token_to_id(name) for name in names]
        if ids != list(range(before, before + len(names))) and ids != list(
            range(before - len(names), before)
        ):
            message = (
                f"the placeholders {names[0]} to {names[-1]} have ids {ids[0]} to {ids[-1]} in {self.source}"
            )
            raise ModelError(message)
        self.special_ids |= set(ids)

    def _offsets(self, text: str, offsets: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
        if self.family == "wordpiece":  # its pre-tokenizer has cut at white space already
            return np.array(offsets, dtype=np.int64).reshape(-1, 2)
        return np.array([_trimmed(text, *span) for span in offsets], dtype=np.int64).reshape(-1, 2)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _family(description: dict[str, Any], source: str) -> Family:
    kind = description["model"]["type"]
    if kind == "WordPiece":
        return "wordpiece"
    if kind == "Unigram":
        return "sentencepiece"
    if kind == "BPE":
        layers = json.dumps([description["pre_tokenizer"], description["normalizer"], description["decoder"]])
        return "bytelevel" if '"ByteLevel"' in layers else "sentencepiece"
    message = f"{source} is a {kind} tokenizer; excerpt reads WordPiece, Unigram (SentencePiece) and BPE"
    raise ModelError(message)


def _converted(directory: Path) -> Any:  # noqa: ANN401 - untyped package
    known = ("vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model", "tokenizer.model")
    if not any((directory / name).is_file() for name in known):
        message = f"{directory} has no tokenizer: neither tokenizer.json nor one of {', '.join(known)}"
        raise ModelError(message)
    transformers = require("transformers", extra="torch", purpose=f"converting the tokenizer of {directory}")
    try:
        slow = transformers.AutoTokenizer.from_pretrained(
            str(directory), use_fast=True, trust_remote_code=False, local_files_only=True
        )
        return slow.backend_tokenizer
    except Exception as error:
        message = f"transformers cannot convert the tokenizer of {directory}: {error}"
        raise ModelError(message) from error
