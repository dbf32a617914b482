"""The warning that a text is in a language which a model was not made for."""

import logging
from collections.abc import Sequence

from excerpt.languages.detect import languages_of, name_of
from excerpt.values.types import Context

__all__ = ["language_notes"]

_LOGGER = logging.getLogger(__name__)
_SAID: set[str] = set()


def language_notes(context: Context, served: Sequence[str]) -> list[str]:
    """What the report is to say of the languages of a call, one sentence or none.

    The first time in a process that a language is met it is logged as a warning too.

    Args:
        context: The question, and what is kept of the passages.
        served: ISO 639-1 codes of the languages that the model is for.
    """
    code = languages_of(context.query, context.kept_texts()).other_than(served)
    if not code:
        return []
    own = " and ".join(map(name_of, served))
    note = (
        f"the text is in {name_of(code)}, and the model is for {own}: what is kept may be poorly chosen; "
        'use the chain "auto" (docs/guides/languages.md)'
    )
    if code not in _SAID:
        _SAID.add(code)
        _LOGGER.warning("excerpt: %s; said once", note)
    return [note]
