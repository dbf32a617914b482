"""A language model asked whether a unit answers the question: the log-odds of yes against no, nothing generated."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_text, check_whole
from excerpt.compressors.reading import READ_AT_MOST
from excerpt.compressors.scorers.cross_encoder import best_pieces
from excerpt.compressors.scorers.language_model.question_likelihood import titled
from excerpt.compressors.scorers.language_model.surprisal import likelihood_of
from excerpt.errors import ConfigError, InputError
from excerpt.models.generation.likelihood import CausalLikelihood
from excerpt.values.types import Context, Units

__all__ = ["PLAIN", "QWEN3_RERANKER", "YesNo", "yes_no"]

PLAIN = "{passage}\n\nQuestion: {question}\nDoes this text help to answer the question? Say Yes or No."
"""Asked as a user's message where the model has a chat template, else with ``Answer:`` behind it."""

QWEN3_RERANKER = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct "
    'provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n<Instruct>: Given a web '
    "search query, retrieve relevant passages that answer the query\n<Query>: {question}\n<Document>: {passage}"
    "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
)
"""What Qwen3-Reranker and models trained like it expect, with ``yes`` and ``no`` in lower case."""

_SEAMS = 8


@dataclass(frozen=True)
class YesNo:
    """``log p(yes) - log p(no)`` as the next token of a prompt that holds unit and question.

    A unit that does not fit in the window is read in pieces, and its best piece counts. Whatever a passage says,
    nothing in it is a special token of the model.

    Args:
        model: The language model.
        template: The prompt, with ``{passage}`` and ``{question}`` in it once each.
        words: Yes and no; each is one token, or stands for its first one.
        chat: Ask as a user's message in the model's chat template; False takes the template as the whole prompt.
        most_tokens: What is read of one call at most, about (`excerpt.compressors.reading`); None for no limit.
    """

    model: CausalLikelihood
    template: str = PLAIN
    words: tuple[str, str] = ("Yes", "No")
    chat: bool = True
    most_tokens: int | None = READ_AT_MOST
    name: ClassVar[str] = "yes-no"
    temperature: ClassVar[float] = 1.0  # they are log-odds

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Log-odds, float64 ``(n,)``.

        Raises:
            InputError: The question leaves no room for a text.
        """
        question = self.model.plain(context.query)
        room = self.model.max_tokens - _SEAMS - self.model.count([self._prompt(question, "")])[0]
        if room < 1:
            message = (
                f"yes-no: question and template leave no room for a text; {self.model.name} sees "
                f"{self.model.max_tokens} tokens: ask a shorter question"
            )
            raise InputError(message)

        def odds(pieces: list[str]) -> NDArray[np.float64]:
            said = self.model.next_token([self._prompt(question, piece) for piece in pieces], self.words)
            return np.asarray(said[:, 0] - said[:, 1])

        return best_pieces(titled(context, units), lambda text: self.model.count([text])[0], room, odds)

    def _prompt(self, question: str, passage: str) -> str:
        before, _, after = self.template.partition("{passage}")
        parts = (part.replace("{question}", question) for part in (before, after))
        written = self.model.plain(passage).join(parts)
        if not self.chat:
            return written
        asked = self.model.chat(written)
        return asked if asked != written else f"{written}\nAnswer: "


def yes_no(
    model: "str | Path | CausalLikelihood",
    *,
    template: str = PLAIN,
    yes: str = "Yes",
    no: str = "No",
    chat: bool | None = None,
    most_tokens: int | None = READ_AT_MOST,
) -> YesNo:
    """The log-odds that a language model says yes when asked whether a unit helps: a pointwise reranker.

    Args:
        model: A directory in Hugging Face layout, an imported name, a hub name, or a `CausalLikelihood`.
        template: The prompt, with ``{passage}`` and ``{question}`` in it once each; or ``"qwen3-reranker"``.
        yes: The word for it; ``"true"`` for models that judge so.
        no: The word against it.
        chat: Ask as a user's message in the model's chat template; None: unless the template has turns of its own.
        most_tokens: What is read of one call at most, about.

    Raises:
        ConfigError: An option is of the wrong kind, or the template lacks one of the two.
        ModelError: The model cannot be found or read.
    """
    for option, value in (("template", template), ("yes", yes), ("no", no)):
        check_text(value, f"yes-no: {option}")
    if chat is not None and not isinstance(chat, bool):
        message = f"yes-no: chat must be true or false, got {chat!r}"
        raise ConfigError(message)
    words = (yes, no)
    if template == "qwen3-reranker":
        template, words, chat = QWEN3_RERANKER, ("yes", "no"), False
    if any(template.count(place) != 1 for place in ("{passage}", "{question}")):
        message = (
            f"yes-no: template must have {{passage}} and {{question}} in it, once each, got {template!r:.80}"
        )
        raise ConfigError(message)
    if most_tokens is not None:
        check_whole(most_tokens, "yes-no: most_tokens", least=1)
    turns = "<|" in template or "[INST]" in template
    return YesNo(
        likelihood_of(model, "yes-no"), template, words, not turns if chat is None else chat, most_tokens
    )
