"""What is done with text in a language that a model was not made for: it is said, and another script is not read."""

from collections.abc import Sequence
from typing import NamedTuple

from excerpt.languages.detect import LATIN, languages_of, name_of
from excerpt.observe.logs import get_logger
from excerpt.values.types import Context

__all__ = ["Foreign", "foreign_language"]

_LOGGER = get_logger(__name__)
_SAID: set[str] = set()


class Foreign(NamedTuple):
    """A language that a model is not for.

    Attributes:
        code: Its ISO 639-1 code.
        readable: Whether a model of an English vocabulary makes something of it: it is written in Latin letters. Of
            other scripts such a vocabulary has single characters at best, and words alone find more
            (``eval/results/languages.csv``).
        note: What the report is to say.
    """

    code: str
    readable: bool
    note: str


def foreign_language(context: Context, served: Sequence[str]) -> Foreign | None:
    """The language of a call, if it is none of those that a model is for.

    The first time in a process that a language is met it is logged as a warning too.

    Args:
        context: The question, and what is kept of the passages.
        served: ISO 639-1 codes of the languages that the model is for.
    """
    spoken = languages_of(context.query, context.kept_texts())
    code = spoken.other_than(served)
    if not code:
        return None
    readable = code in LATIN
    done = "what is kept may be poorly chosen" if readable else "it was ranked by its words alone"
    own = " and ".join(map(name_of, served))
    note = (
        f"{spoken.said(code)}, and the model is for {own}: {done}; "
        'use the chain "auto" (docs/guides/languages.md)'
    )
    if code not in _SAID:
        _SAID.add(code)
        _LOGGER.warning("excerpt: %s; said once", note)
    return Foreign(code, readable, note)
