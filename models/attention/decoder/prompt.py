"""A decoder's prompt: question and context in a template, as token ids with the place of every sentence."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError, ModelError
from excerpt.models.attention.protocols import ProbeRequest
from excerpt.models.attention.tokens import check_spans, token_ranges

__all__ = ["SENTINEL_TEMPLATE", "DecoderPrompt", "PromptTemplate", "TokenisedPrompt"]

SENTINEL_TEMPLATE = (
    "Given the following information: {context}\n"
    "Answer the following question based on the given information with one or few words: {question}\n"
    "Answer:"
)
"""The prompt of Sentinel's authors, to the letter (arXiv 2505.23277): plain text, no chat template."""
_PLACES = re.compile(r"(\{context\}|\{question\})")
# Tokens of a text need not be the sum of its parts': a little room at each of the four seams.
_SEAMS = 4


class TokenisedPrompt(NamedTuple):
    """One prompt.

    Attributes:
        ids: Token ids; the last is what the probe asks.
        context: First token of the context, and one past its last.
        bins: Int64 ``(n, 2)``: the same of each sentence.
    """

    ids: list[int]
    context: tuple[int, int]
    bins: NDArray[np.int64]


class PromptTemplate:
    """A text with ``{context}`` and ``{question}`` in it, once each; any other brace is a brace.

    Raises:
        InputError: One of the two is missing or there twice.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts = _PLACES.split(text)
        if any(self._parts.count(place) != 1 for place in ("{context}", "{question}")):
            message = f"the template {text!r} must have {{context}} and {{question}} in it, once each"
            raise InputError(message)

    def write(self, question: str, context: str) -> tuple[str, int]:
        """The prompt, and the character where the context begins in it."""
        values = {"{context}": context, "{question}": question}
        parts = [values.get(part, part) for part in self._parts]
        before = parts[: self._parts.index("{context}")]
        return "".join(parts), sum(map(len, before))


class DecoderPrompt:
    """Writes prompts and cuts them into tokens; nothing is ever truncated.

    Args:
        directory: Of the checkpoint; its ``tokenizer.json`` is read.
        template: What the prompt looks like.

    Raises:
        ModelError: There is no tokenizer file, or it cannot be read.
    """

    def __init__(self, directory: Path, template: PromptTemplate) -> None:
        self.template = template
        self.path = directory / "tokenizer.json"
        self._backend = _backend(self.path)

    def room(self, question: str, max_tokens: int) -> int:
        """Tokens left for a context beside this question."""
        return max_tokens - _SEAMS - len(self._ids(self.template.write(question, "")[0]))

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones."""
        return [
            len(encoding.ids)
            for encoding in self._backend.encode_batch(list(texts), add_special_tokens=False)
        ]

    def tokenise(self, request: ProbeRequest, where: str) -> TokenisedPrompt:
        """One request as a prompt.

        Args:
            request: What is asked.
            where: Named in errors, such as ``"request 3"``.

        Raises:
            InputError: The spans are wrong.
        """
        check_spans(request, where)
        text, begin = self.template.write(request.question, request.text)
        encoding = self._backend.encode(text)
        ids = self._without_end(encoding)
        offsets = np.array(encoding.offsets[: len(ids)], dtype=np.int64).reshape(-1, 2)
        spans = [(begin + start, begin + end) for start, end in request.spans]
        whole = [(begin, begin + len(request.text))] if request.text else []
        context = token_ranges(offsets, whole).reshape(-1, 2).tolist() or [[0, 0]]
        return TokenisedPrompt(ids, (context[0][0], context[0][1]), token_ranges(offsets, spans))

    def _ids(self, text: str) -> list[int]:
        return self._without_end(self._backend.encode(text))

    @staticmethod
    def _without_end(encoding: Any) -> list[int]:  # noqa: ANN401 - untyped package
        """Ids with the tokens that the tokenizer puts before a text, without those it puts after: the cue is last."""
        ids: list[int] = encoding.ids
        end = len(ids)
        while end > 0 and encoding.special_tokens_mask[end - 1]:
            end -= 1
        return ids[:end]


def _backend(path: Path) -> Any:  # noqa: ANN401 - untyped package
    import tokenizers  # noqa: PLC0415 - loaded when a model is

    try:
        backend = tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # the package raises plain Exceptions
        message = f"{path} is missing or is not a tokenizer this version of tokenizers can read: {error}"
        raise ModelError(message) from error
    backend.no_truncation()
    backend.no_padding()
    return backend
