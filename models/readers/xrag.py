"""A reader that takes passages as text and as vectors among its input embeddings (xRAG, arXiv:2405.13792)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from excerpt.cached import cached_property
from excerpt.errors import InputError, ModelError
from excerpt.imports.extras import require
from excerpt.models.generation.prompt import Prompt
from excerpt.models.readers.causal_lm import CausalLMReader
from excerpt.models.readers.protocols import Answer
from excerpt.models.xrag.injection import injected, marking
from excerpt.models.xrag.manifest import ReaderTraits, reader_traits
from excerpt.models.xrag.prompts import XragPrompts, prompts_for
from excerpt.values.soft import SoftContext

__all__ = ["XragReader"]

_PURPOSE = "reading vectors with a causal language model"


class XragReader(CausalLMReader):
    """A causal language model that also reads vectors: in the prompt a mark stands for each, in its input an embedding.

    The mark is known to this reader's copy of the tokenizer only; a checkpoint needs no row for it, and a released one
    that has it is used as it is.

    Args:
        model: A directory in Hugging Face layout, or a hub name.
        prompts: What is said around text and vectors; those of the bridge's manifest. By default those that a bridge
            for this model is trained among: what its chat template makes of them, plain ones where it has none, and
            the paper's for a released checkpoint.
        answer_tokens: At most so many tokens in an answer; the paper's number.
        batch: Questions generated together; see `CausalLMReader`.
        device: ``"cpu"``, ``"cuda"``, ...
        dtype: ``"float32"``, ``"bfloat16"`` or ``"float16"``.

    Raises:
        ModelError: The model cannot be found.
        InputError: ``batch`` or ``answer_tokens`` is not positive.
    """

    def __init__(
        self,
        model: str | Path,
        prompts: XragPrompts | None = None,
        *,
        answer_tokens: int = 100,
        batch: int = 1,
        device: str = "cpu",
        dtype: str = "float32",
    ) -> None:
        super().__init__(model, answer_tokens=answer_tokens, batch=batch, device=device, dtype=dtype)
        self._given = prompts

    @cached_property
    def prompts(self) -> XragPrompts:
        """What is said around text and vectors; where none were given the model is loaded to see its template."""
        return self._given or prompts_for("auto", self._load()[0])

    @property
    def prompt(self) -> Prompt:
        """What is said with a question."""
        return self.prompts.ask

    @cached_property
    def traits(self) -> ReaderTraits:
        """What a bridge is checked against.

        Raises:
            ModelError: The folder has no settings or weights.
        """
        return reader_traits(self.directory)

    def read_soft(self, question: str, context: str, soft: SoftContext) -> Answer:
        """Answer one question from text and vectors.

        Args:
            question: The question.
            context: The passages that stand as text; may be empty.
            soft: Those that stand as vectors.

        Raises:
            ModelError: The vectors were made for another reader.
            InputError: A text contains the mark, or the prompt is too long for the model's window.
        """
        return self.read_soft_many([question], [context], [soft])[0]

    def read_soft_many(
        self, questions: Sequence[str], contexts: Sequence[str], softs: Sequence[SoftContext]
    ) -> list[Answer]:
        """Answer many, ``batch`` at a time; questions may have different numbers of vectors.

        Raises:
            ModelError: As `read_soft`.
            InputError: As `read_soft`.
        """
        asked = list(zip(questions, contexts, softs, strict=True))
        answers: list[Answer] = []
        for start in range(0, len(asked), self.batch):
            answers += self._answers(self._embedded(asked[start : start + self.batch]))
        return answers

    def stream_soft(self, question: str, context: str, soft: SoftContext) -> Iterator[str]:
        """One answer as it is written, piece by piece.

        Raises:
            ModelError: As `read_soft`.
            InputError: As `read_soft`.
        """
        return self._streamed(self._embedded([(question, context, soft)]))

    def _embedded(self, asked: Sequence[tuple[str, str, SoftContext]]) -> dict[str, Any]:
        """Input embeddings and mask of prompts, padded on the left."""
        torch = require("torch", extra="torch", purpose=_PURPOSE)
        prompts = [self._marked(question, context, soft) for question, context, soft in asked]
        tokenizer, mark = self._marking
        fed = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=self._special)
        fed = fed.to(self.device)
        vectors = torch.cat([torch.from_numpy(soft.embeddings) for _, _, soft in asked]).to(self.device)
        _, network = self._load()
        with torch.no_grad():
            embeddings = injected(network.get_input_embeddings(), fed["input_ids"], mark, vectors)
        return {"inputs_embeds": embeddings, "attention_mask": fed["attention_mask"]}

    def _marked(self, question: str, context: str, soft: SoftContext) -> str:
        """The prompt with marks; checked before anything is run."""
        if soft.reader and soft.reader != self.traits.fingerprint:
            message = (
                f"xrag: the vectors were made for a reader with the fingerprint {soft.reader[:12]}, and {self.name} "
                f"has {self.traits.fingerprint[:12]}; use the bridge of this reader"
            )
            raise ModelError(message)
        mark = self.prompts.mark
        for what, text in (("question", question), ("context", context)):
            if mark in text:
                message = f"xrag: the {what} contains {mark!r}, which stands for a vector; take it out"
                raise InputError(message)
        return self._written(question, self.prompts.background(len(soft), context))

    @cached_property
    def _marking(self) -> tuple[Any, int]:
        return marking(self._load()[0], self.prompts.mark)
