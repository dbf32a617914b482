"""Counting tokens the way the reader will.

A budget is only exact under the reader's own tokenizer, so every way of naming one ends here:

=====================  =========================================================================
``"bundled"``          the WordPiece tokenizer that ships with the package (no download), which stands in for a
                       language model's; by bytes where it has no pieces
``"words"``            words between white space
``"o200k_base"`` ...   a tiktoken encoding (extra ``tiktoken``)
``"gpt-4o"`` ...       a model of OpenAI's: its encoding, by tiktoken's own table
``"path/x.json"``      a file in the format of the ``tokenizers`` library
``"Qwen/Qwen2.5-7B"``  a Hugging Face name (downloaded once, then cached by ``huggingface_hub``)
a callable             ``str -> int``
=====================  =========================================================================

Special tokens that a chat template adds are the caller's: they are not counted.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate
from numbers import Integral
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeAlias, runtime_checkable

from excerpt.cached import cached_property
from excerpt.errors import BudgetError, ModelError, NoModelError
from excerpt.imports.extras import require
from excerpt.registry import DEFAULTS
from excerpt.token_prices import count_blob, count_dropped, count_runs, count_unknown
from excerpt.tokenizer_names import BUNDLED, WORDS, check_hub_name, encoding_for
from excerpt.word_pieces import count_pieces

__all__ = ["BUNDLED", "WORDS", "TokenCounter", "TokenizerLike", "count_words", "resolve_tokenizer"]

_REMEMBERED, _WORD = 60_000, 160
"""Words that a counter remembers, about 10 MB, and the characters of the longest of them."""

_BATCH, _STRETCH = 4_096, 1_000_000  # words; characters
_BLOB = 1_000  # characters without a space, such as base64

# BERT's tokenizer takes each of these by itself.
_CHINESE = re.compile("[\u4e00-\u9fff]")
_CHINESE_OR_WORD = re.compile("[\u4e00-\u9fff]|[^\u4e00-\u9fff \n]+")
_BLOB_INSIDE = re.compile(rf"[^ \n\x80-\U0010ffff]{{{_BLOB}}}")  # counts otherwise by itself than in a word

_UNKNOWN = "[UNK]"
"""What WordPiece makes of a word that it has no pieces for."""


@runtime_checkable
class TokenCounter(Protocol):
    """Counts tokens of text. Implementations are pure and thread-safe."""

    @property
    def name(self) -> str:
        """What to show in a report."""

    def count(self, text: str) -> int:
        """Tokens of one text."""

    def count_many(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text alone."""


TokenizerLike: TypeAlias = str | Path | TokenCounter | Callable[[str], int]


@dataclass(frozen=True, slots=True)
class _CallableCounter:
    function: Callable[[str], int]
    name: str

    def count(self, text: str) -> int:
        tokens = self.function(text)
        if not isinstance(tokens, Integral) or isinstance(tokens, bool) or tokens < 0:
            message = f"the tokenizer {self.name} returned {tokens!r}; it must return an int >= 0"
            raise BudgetError(message)
        return int(tokens)  # numpy's whole numbers are no int

    def count_many(self, texts: Sequence[str]) -> list[int]:
        return [self.count(text) for text in texts]


@dataclass(frozen=True)
class _TokenizersCounter:
    tokenizer: Any  # tokenizers.Tokenizer, whose stubs do not cover everything used here
    name: str

    rule: ClassVar[str] = ""  # what of the counts the tokenizer does not say

    @cached_property
    def fingerprint(self) -> str:
        """Sha256 of all that makes the counts."""
        return sha256((self.tokenizer.to_str() + self.rule).encode()).hexdigest()

    def count(self, text: str) -> int:
        return len(self.tokenizer.encode(text, add_special_tokens=False))

    def count_many(self, texts: Sequence[str]) -> list[int]:
        return self._counted(texts)

    def _counted(self, texts: Sequence[str]) -> list[int]:
        return [
            len(encoding)
            for encoding in self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        ]


def _stretches(text: str) -> Iterator[str]:
    """A text in parts that end at white space, so that the words of ten megabytes are never there all at once."""
    start = 0
    while len(text) - start > _STRETCH:
        end = start + _STRETCH
        cut = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
        if cut <= start:  # one word without an end in sight
            after = [at for at in (text.find(" ", end), text.find("\n", end)) if at >= 0]
            cut = min(after, default=len(text))
        yield text[start:cut]
        start = cut
    yield text[start:]


class _WordCounter(_TokenizersCounter):
    """Counts word by word and remembers: a tokenizer that cuts at white space first adds up over it.

    A context is counted several times, mostly the same words each time, and a dictionary is twenty times faster
    than the tokenizer. Cut at line breaks and plain spaces only: about these there is no doubt.
    """

    adds_up: ClassVar[bool] = True  # counts of texts with a line break or a space between them may be added

    @cached_property
    def _known(self) -> dict[str, int]:
        return {"": 0}

    def count(self, text: str) -> int:
        return self._sum(text) if len(text) <= _STRETCH else sum(map(self._sum, _stretches(text)))

    def _sum(self, text: str) -> int:
        known, words = self._known, self._words(text)
        try:
            return sum(map(known.__getitem__, words))
        except KeyError:
            return self._learn(words)

    def count_many(self, texts: Sequence[str]) -> list[int]:
        words: set[str] = set()
        for text in texts:
            words.update(self._words(text))
        if not words <= self._known.keys():
            self._learn(list(words))  # in one call of the tokenizer
        return [self.count(text) for text in texts]

    def _words(self, text: str) -> list[str]:
        return text.replace("\n", " ").split(" ")

    def _learn(self, words: list[str]) -> int:
        known = self._known
        fresh = list(set(words).difference(known))
        counts: dict[str, int] = {}
        for first in range(0, len(fresh), _BATCH):  # an encoding takes a kilobyte while it lives
            some = fresh[first : first + _BATCH]
            counts.update(zip(some, self._counted(some), strict=True))
        if len(known) > _REMEMBERED:
            known = {word: known[word] for word in words if word in known} | {"": 0}
            self.__dict__["_known"] = known  # another thread may go on reading the old one
        long = {word: count for word, count in counts.items() if len(word) > _WORD}
        known.update((word, count) for word, count in counts.items() if word not in long)
        if long:
            return sum(long[word] if word in long else known[word] for word in words)
        return sum(map(known.__getitem__, words))


class _BundledCounter(_WordCounter):
    """Counts in the place of a language model's tokenizer, and not much below it.

    WordPiece drops what a language model reads as bytes: zero-width and control characters, marks that no letter takes
    in, private characters. Of a word that has a character it does not know (emoji, many scripts), and of any word of
    more than a hundred characters (base64), it makes one token. Neither counts runs of spaces. Here each of these has
    a price (`excerpt.token_prices`), near the most that o200k_base takes for it, so that no kind of text comes out more
    than 30 % below it (``eval/benchmarks/token_counts.py``). A line break has none: white space between texts is free,
    so that stored counts can be added; lines of one token each therefore count half.
    """

    rule = " dropped, unknown and rare characters by their bytes, runs of spaces as one; version 4"

    def count(self, text: str) -> int:
        runs = count_runs(text)
        return super().count(text) + runs

    def _words(self, text: str) -> list[str]:
        if text.isascii() or not _CHINESE.search(text) or _BLOB_INSIDE.search(text):
            return super()._words(text)
        words: list[str] = _CHINESE_OR_WORD.findall(text)
        return words

    def _counted(self, texts: Sequence[str]) -> list[int]:
        counts = [count_pieces(text, self.tokenizer.token_to_id) for text in texts]
        rest = [number for number, count in enumerate(counts) if not count]
        for number, count in zip(rest, self._asked([texts[number] for number in rest]), strict=True):
            counts[number] = count
        return counts

    def _asked(self, texts: Sequence[str]) -> list[int]:
        # A long run of letters and digits is no word that WordPiece knows, and it takes a second for every 200 kB.
        blobs = [len(text) > _BLOB and text.isascii() for text in texts]
        counts = self._encoded(["" if blob else text for text, blob in zip(texts, blobs, strict=True)])
        return [
            (count_blob(text) if blob else count) + count_dropped(text)
            for text, blob, count in zip(texts, blobs, counts, strict=True)
        ]

    def _encoded(self, words: Sequence[str]) -> list[int]:
        """Tokens of each word, those of unknown pieces by their bytes."""
        joined = " ".join(words)  # one call for all: a call takes longer than a word
        encoding = self.tokenizer.encode(joined, add_special_tokens=False)
        unknown = self.tokenizer.token_to_id(_UNKNOWN)
        ends = list(accumulate(len(word) + 1 for word in words))
        counts, number = [0] * len(words), 0
        for piece, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            while start >= ends[number]:
                number += 1
            counts[number] += count_unknown(joined[start:end]) if piece == unknown else 1
        return counts


@dataclass(frozen=True, slots=True)
class _TiktokenCounter:
    encoding: Any  # tiktoken.Encoding, an optional package
    name: str

    @property
    def fingerprint(self) -> str:
        """Encodings of tiktoken never change under a name."""
        return f"tiktoken {self.name}"

    def count(self, text: str) -> int:
        return len(self.encoding.encode_ordinary(text))

    def count_many(self, texts: Sequence[str]) -> list[int]:
        return [len(self.encoding.encode_ordinary(text)) for text in texts]


def count_words(text: str) -> int:
    """Words between white space: a tokenizer for budgets that are spoken of in words."""
    return len(text.split())


def resolve_tokenizer(tokenizer: TokenizerLike) -> TokenCounter:
    """The counter for any way of naming a tokenizer (see the module's table).

    Raises:
        BudgetError: The value is of a kind that cannot name a tokenizer.
        NoModelError: There is no tokenizer of that name; the message has the nearest names.
        ModelError: A named tokenizer cannot be read or downloaded; the message says what was tried.
        MissingExtraError: A tiktoken encoding or model was named and tiktoken is not installed.
    """
    if isinstance(tokenizer, str | Path):
        return _by_name(str(tokenizer))
    if isinstance(tokenizer, TokenCounter):
        return tokenizer
    if callable(tokenizer):
        return _CallableCounter(tokenizer, getattr(tokenizer, "__qualname__", type(tokenizer).__name__))
    message = (
        f"tokenizer: {tokenizer!r} is neither a name, a path, nor a callable str -> int; "
        f'use "{BUNDLED}", a model such as "gpt-4o", a tokenizer.json or a Hugging Face name'
    )
    raise BudgetError(message)


@lru_cache(maxsize=16)
def _by_name(name: str) -> TokenCounter:
    if name == BUNDLED:
        from tokenizers import Tokenizer  # noqa: PLC0415 - see _from_json

        read_bundled = DEFAULTS.find("tokenizer")
        return _BundledCounter(_without_padding(Tokenizer.from_str(read_bundled())), name)
    if name == WORDS:
        return _CallableCounter(count_words, name)
    if name.endswith(".json"):
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            message = (
                f"tokenizer: the file {name!r} cannot be read ({error}); give the path of a tokenizer.json"
            )
            raise NoModelError(message) from error
        return _from_json(text, name)
    folder_file = Path(name, "tokenizer.json")
    if folder_file.is_file():
        return _from_json(folder_file.read_text(encoding="utf-8"), name)
    if (encoding := encoding_for(name)) is not None:
        return _from_tiktoken(encoding)
    check_hub_name(name)
    return _from_hub(name)


def _prepared(tokenizer: Any, name: str) -> TokenCounter:  # noqa: ANN401 - see _TokenizersCounter
    return (_WordCounter if _adds_up(tokenizer) else _TokenizersCounter)(_without_padding(tokenizer), name)


def _without_padding(tokenizer: Any) -> Any:  # noqa: ANN401 - see _TokenizersCounter
    # A tokenizer.json may carry the padding and truncation of its training: both falsify counts.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _adds_up(tokenizer: Any) -> bool:  # noqa: ANN401 - see _TokenizersCounter
    """Whether the tokens of two texts with white space between are those of each: BERT's kind of tokenizer."""
    about = json.loads(tokenizer.to_str())
    kinds = tuple((about[part] or {}).get("type") for part in ("model", "pre_tokenizer", "normalizer"))
    words = all(not any(map(str.isspace, token["content"])) for token in about["added_tokens"])
    return words and kinds == ("WordPiece", "BertPreTokenizer", "BertNormalizer")


def _from_json(text: str, name: str) -> TokenCounter:
    from tokenizers import Tokenizer  # noqa: PLC0415 - 40 ms that `import excerpt` need not pay

    try:
        return _prepared(Tokenizer.from_str(text), name)
    except Exception as error:  # the library raises bare Exception
        message = f"tokenizer: {name!r} is not in the format of the tokenizers library ({error})"
        raise ModelError(message) from error


def _from_tiktoken(name: str) -> TokenCounter:
    tiktoken = require("tiktoken", extra="tiktoken", purpose=f"counting tokens with {name!r}")
    try:
        return _TiktokenCounter(tiktoken.get_encoding(name), name)
    except (OSError, ValueError) as error:  # requests' errors are OSErrors
        message = (
            f"tokenizer: tiktoken could not load the encoding {name!r} ({type(error).__name__}). It downloads it "
            "once; offline, set TIKTOKEN_CACHE_DIR to a folder that has it, or use another tokenizer"
        )
        raise ModelError(message) from error


def _from_hub(name: str) -> TokenCounter:
    """A tokenizer of the hub; where that cannot be asked, the one that was downloaded before."""
    from excerpt.hub import why_offline  # noqa: PLC0415 - brings sockets, which nothing else here needs

    if why := why_offline():
        hub = require("huggingface_hub", extra="hub", purpose=f"finding the tokenizer {name!r}")
        path = hub.try_to_load_from_cache(name, "tokenizer.json")
        if isinstance(path, str):  # else None, or a mark that the hub has no such file
            return _from_json(Path(path).read_text(encoding="utf-8"), name)
        message = (
            f"tokenizer: {name!r} was not downloaded before, and the Hugging Face hub cannot be asked ({why}); give "
            "the path of its tokenizer.json"
        )
        raise NoModelError(message)
    from tokenizers import Tokenizer  # noqa: PLC0415 - see _from_json

    try:
        return _prepared(Tokenizer.from_pretrained(name), name)
    except Exception as error:  # the library raises bare Exception for everything
        message = (
            f"tokenizer: {name!r} could not be had from the Hugging Face hub ({error}); see that it is spelled as "
            "there and has a tokenizer.json, or give the path of one"
        )
        raise NoModelError(message) from error
