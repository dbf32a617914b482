"""Names of tokenizers: OpenAI's models, tiktoken's encodings, and what a wrong name was meant to be."""

import re
from difflib import get_close_matches
from importlib.util import find_spec

from excerpt.errors import NoModelError
from excerpt.imports.extras import require

__all__ = ["BUNDLED", "WORDS", "check_hub_name", "encoding_for"]

BUNDLED = "bundled"
WORDS = "words"
_ENCODINGS = ("gpt2", "r50k_base", "p50k_base", "p50k_edit", "cl100k_base", "o200k_base", "o200k_harmony")
_OPENAI = re.compile(r"(ft:)?(gpt-|chatgpt-|o[1-9](-|$)|text-(embedding|davinci)-|davinci|babbage)")
_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")


def encoding_for(name: str) -> str | None:
    """The tiktoken encoding of a name: its own, or that of a model in tiktoken's table; None for any other name.

    Raises:
        MissingExtraError: It is named as OpenAI's models are, and tiktoken, which has their table, is not installed.
    """
    if name in _ENCODINGS:
        return name
    if find_spec("tiktoken") is None:
        if not _OPENAI.match(name):
            return None
        require("tiktoken", extra="tiktoken", purpose=f"counting tokens as {name!r} does")
    from tiktoken.model import encoding_name_for_model  # noqa: PLC0415 - an optional package

    try:
        return encoding_name_for_model(name)
    except KeyError:
        return None


def check_hub_name(name: str) -> None:
    """See that a name could be one of the Hugging Face hub, ``OWNER/NAME``.

    Raises:
        NoModelError: It could not; the message has the names that it may have been meant for.
    """
    if _HUB_NAME.fullmatch(name):
        return
    near = get_close_matches(name, _known(), n=3, cutoff=0.6)
    meant = f"; did you mean {' or '.join(map(repr, near))}?" if near else "."
    message = (
        f"tokenizer: there is no {name!r}{meant} Known are {BUNDLED!r}, {WORDS!r}, tiktoken's encodings "
        f"({', '.join(_ENCODINGS)}), OpenAI's models (gpt-4o, ...), a .json file, a folder with a tokenizer.json, "
        "and OWNER/NAME of the Hugging Face hub"
    )
    raise NoModelError(message)


def _known() -> list[str]:
    models: list[str] = []
    if find_spec("tiktoken") is not None:
        from tiktoken.model import MODEL_TO_ENCODING  # noqa: PLC0415 - an optional package

        models = list(MODEL_TO_ENCODING)
    return [BUNDLED, WORDS, *_ENCODINGS, *models]
