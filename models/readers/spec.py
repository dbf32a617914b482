"""How a model that reads is written on the command line: ``KIND:PLACE,option=value,...``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from excerpt.errors import ConfigError, InputError
from excerpt.models.generation.prompt import named_prompt

__all__ = ["ReaderSpec"]

_OPTION = re.compile(r",([a-z_]+)=([^,]*)$")
_DTYPES = ("float32", "bfloat16", "float16")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        message = "a whole number, 1 or more"
        raise ValueError(message)
    return int(text)


def _dtype(text: str) -> str:
    if text not in _DTYPES:
        message = f"one of {', '.join(_DTYPES)}"
        raise ValueError(message)
    return text


def _word(text: str) -> str:
    if not text:
        message = "a name"
        raise ValueError(message)
    return text


_READ: Mapping[str, Callable[[str], Any]] = {
    "answer_tokens": _positive,
    "batch": _positive,
    "device": _word,
    "dtype": _dtype,
    "model": _word,
    "prompt": named_prompt,
}
_TAKES: Mapping[str, tuple[str, ...]] = {
    "causal-lm": ("answer_tokens", "batch", "device", "dtype", "prompt"),
    "extractive": (),
    "http": ("answer_tokens", "model", "prompt"),
    "https": ("answer_tokens", "model", "prompt"),
}
"""The kinds, and the options of each."""


@dataclass(frozen=True, slots=True)
class ReaderSpec:
    """One model that reads, as it was written.

    Args:
        kind: ``"causal-lm"``, ``"extractive"``, ``"http"`` or ``"https"``.
        place: A directory or a name; of an endpoint the whole address.
        options: What stood behind it, read and checked: for ``causal-lm`` and endpoints ``answer_tokens`` (at most so
            many in an answer) and ``prompt`` (`excerpt.models.generation.prompt.named_prompt`); for ``causal-lm`` also
            ``dtype``, ``batch`` and ``device``; for endpoints also ``model``.
    """

    kind: str
    place: str
    options: Mapping[str, Any]

    @classmethod
    def of(cls, text: str) -> "ReaderSpec":
        """Read ``causal-lm:DIR,dtype=bfloat16,batch=8,prompt=plain`` and its like.

        Options are taken from the end: a place may have commas, but none that is followed by ``word=``.

        Raises:
            ConfigError: There is no such kind or option, or an option has a wrong value; the message names it.
            InputError: The file of a prompt is wrong.
        """
        rest, written = text, dict[str, str]()
        while found := _OPTION.search(rest):
            rest = rest[: found.start()]
            if found[1] in written:
                message = f"reader: {text!r} says {found[1]} twice"
                raise ConfigError(message)
            written[found[1]] = found[2]
        kind, _, place = rest.partition(":")
        if kind not in _TAKES or not place:
            message = (
                f"reader: {text!r} is neither extractive:DIR, causal-lm:DIR nor the address of an endpoint "
                "(http://...); `excerpt ask` also takes xrag:DIR, with a chain that has the stage xrag"
            )
            raise ConfigError(message)
        options = {name: _option(text, kind, name, value) for name, value in reversed(written.items())}
        return cls(kind, rest if kind.startswith("http") else place, options)


def _option(text: str, kind: str, name: str, value: str) -> Any:  # noqa: ANN401 - of the option's own type
    if name not in _TAKES[kind]:
        known = ", ".join(_TAKES[kind])
        there = f"there are {known}" if known else "it has none"
        message = f"reader: {text!r}: {kind} has no option {name!r}; {there}"
        raise ConfigError(message)
    try:
        return _READ[name](value)
    except InputError:
        raise  # says all of it
    except ValueError as error:
        message = f"reader: {text!r}: {name} is {error}; got {value!r}"
        raise ConfigError(message) from error
