"""How likely a model that has read the whole passage says that a sentence of it is of use (EXIT, 2412.12559)."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_whole
from excerpt.errors import ConfigError
from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from excerpt.models.generation.likelihood import CausalLikelihood

__all__ = ["ExitScore", "exit_score"]

_PROMPT = (
    "<start_of_turn>user\nQuery:\n{query}\nFull context:\n{context}\nSentence:\n{sentence}\n"
    'Is this sentence useful in answering the query? Answer only "Yes" or "No".<end_of_turn>\n<start_of_turn>model\n'
)
_ANSWERS = ("Yes", "No")
_SEAM = 8  # tokens of a prompt need not be the sum of its parts'


@dataclass(frozen=True)
class ExitScore:
    """P(Yes) against P(No) as the next token behind the prompt of the paper's table 6: question, passage, sentence.

    One forward pass a unit over question and whole passage, so it is for a GPU. Of a passage that does not fit, its
    beginning and its end are shown.

    Args:
        likelihood: The model.
        max_tokens: Of one prompt, at most; the paper's is 4,096.
    """

    likelihood: "CausalLikelihood"
    max_tokens: int = 4096
    name: ClassVar[str] = "exit"

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Probabilities, float64 ``(n,)``.

        Raises:
            InputError: Question and sentence alone do not fit.
        """
        texts = units.texts(context.passages)
        shown: dict[tuple[int, int], str] = {}
        prompts = []
        for passage, sentence in zip(units.passage.tolist(), texts, strict=True):
            room = min(self.max_tokens, self.likelihood.max_tokens) - self._frame(context.query, sentence)
            if (passage, room) not in shown:
                shown[passage, room] = self._cut(context.passages[passage].titled_text.strip(), room)
            prompts.append(_written(context.query, shown[passage, room], sentence))
        logs = self.likelihood.next_token(prompts, _ANSWERS)
        return np.asarray(1.0 / (1.0 + np.exp(logs[:, 1] - logs[:, 0])))

    def _frame(self, query: str, sentence: str) -> int:
        return self.likelihood.count([_written(query, "", sentence)])[0] + _SEAM

    def _cut(self, text: str, room: int) -> str:
        """A text, or as much of its beginning and end as ``room`` tokens hold."""
        if self.likelihood.count([text])[0] <= room:
            return text
        low, high = 0, len(text)  # characters that fit, and that do not
        while high - low > 1:
            middle = (low + high) // 2
            fits = self.likelihood.count([_ends(text, middle)])[0] <= room
            low, high = (middle, high) if fits else (low, middle)
        return _ends(text, low)


def _written(query: str, context: str, sentence: str) -> str:
    # In one pass: a question may contain "{context}".
    parts = (
        _PROMPT.replace("{query}", "\0").replace("{context}", "\0").replace("{sentence}", "\0").split("\0")
    )
    return "".join(part + value for part, value in zip(parts, (query, context, sentence, ""), strict=True))


def _ends(text: str, characters: int) -> str:
    tail = characters // 2
    return text[: characters - tail] + (text[-tail:] if tail else "")


def exit_score(model: "str | Path | CausalLikelihood", *, max_tokens: int = 4096) -> ExitScore:
    """P(Yes) of each unit with its passage in view; options as for `excerpt.compressors.Exit`.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found.
    """
    check_whole(max_tokens, "exit: max_tokens", least=64)
    if isinstance(model, str | Path):
        from excerpt.models.generation.likelihood import CausalLikelihood  # noqa: PLC0415 - of an extra

        return ExitScore(CausalLikelihood(model, batch=1), max_tokens)
    if not callable(getattr(model, "next_token", None)):
        message = f"exit: model must be a name, a directory or a CausalLikelihood, got {model!r}"
        raise ConfigError(message)
    return ExitScore(model, max_tokens)
