"""The prompt of a generative reader, as data: what is said before, around and after the context."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ANSWER_SHORTLY", "CITE", "Prompt"]


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
    without_context: str = "Question: {question}\nAnswer:"
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
