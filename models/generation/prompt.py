"""The prompt of a generative reader, as data: what is said before, around and after the context."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from excerpt.errors import InputError

__all__ = ["ANSWER_SHORTLY", "CITE", "PLAIN", "PROMPTS", "Prompt", "named_prompt"]


_ALONE = "Question: {question}\nAnswer:"


@dataclass(frozen=True, slots=True)
class Prompt:
    """Two messages with places for ``{context}`` and ``{question}``.

    Args:
        system: The system message; the same for every question, so a provider can cache it.
        user: With a context.
        without_context: With none, when the reader is asked what it knows by itself.
        raw: Written as it stands, whatever chat template a local reader has: the marks of its turns are in it.
    """

    system: str
    user: str = "{context}\n\nQuestion: {question}\nAnswer:"
    without_context: str = _ALONE
    raw: bool = field(default=False, repr=False)

    def messages(self, question: str, context: str) -> list[Mapping[str, str]]:
        """The messages for one question. Braces in the question or the context are left as they are."""
        template = self.user if context.strip() else self.without_context
        before, _, after = template.partition("{context}")
        parts = [part.replace("{question}", question) for part in (before, after)]
        written = parts[0] + context + parts[1] if "{context}" in template else parts[0]
        messages = [{"role": "system", "content": self.system}] if self.system else []
        return [*messages, {"role": "user", "content": written}]


ANSWER_SHORTLY = Prompt(
    "Answer the question from the text you are given, in as few words as possible: a name, a number, a date, yes "
    "or no. Say nothing else. If the text does not answer it, answer: unknown."
)
"""For exact match and F1."""

CITE = Prompt(
    "Answer the question from the numbered passages you are given, in as few words as possible. After the answer "
    "write the numbers of the passages it is taken from in square brackets, such as [2]. If they do not answer it, "
    "answer: unknown."
)
"""For faithfulness to citations; use it with the template ``numbered``."""

PLAIN = Prompt("")
"""Context, question, ``Answer:``, and no instruction: for models that know none."""

PROMPTS: Mapping[str, Prompt] = MappingProxyType({"short": ANSWER_SHORTLY, "cite": CITE, "plain": PLAIN})
"""Prompts by name."""


def named_prompt(name: str) -> Prompt:
    """A prompt by name, or from a TOML file: ``user`` and, where wanted, ``system``, ``without_context``, ``raw``.

    Args:
        name: One of `PROMPTS`, or the path of a file that ends in ``.toml``.

    Raises:
        InputError: There is no such prompt or file, or the file is wrong; the message says where.
    """
    if name in PROMPTS:
        return PROMPTS[name]
    if not name.endswith(".toml"):
        message = (
            f"prompt: there is no {name!r}; give one of {', '.join(PROMPTS)}, or a file that ends in .toml"
        )
        raise InputError(message)
    try:
        values = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"prompt: {name} cannot be read: {error}"
        raise InputError(message) from error
    return _checked(name, values)


def _checked(name: str, values: Mapping[str, object]) -> Prompt:
    kinds = {"system": str, "user": str, "without_context": str, "raw": bool}
    wrong = [key for key, value in values.items() if key not in kinds or not isinstance(value, kinds[key])]
    if wrong:
        message = f"prompt: {name}: {wrong[0]} is none of system, user, without_context (texts) and raw (true, false)"
        raise InputError(message)
    user, alone = str(values.get("user", "")), str(values.get("without_context", _ALONE))
    if "{context}" not in user or "{question}" not in user or "{question}" not in alone:
        message = f"prompt: {name}: user needs {{context}} and {{question}}, and without_context {{question}}"
        raise InputError(message)
    return Prompt(str(values.get("system", "")), user, alone, raw=bool(values.get("raw", False)))
