"""Writers: models that write a digest of passages for a question (RECOMP's abstractive compressor, 2310.04408)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

from excerpt.cached import cached_property
from excerpt.errors import InputError, ModelError
from excerpt.imports.extras import require
from excerpt.models.card import file_sha256
from excerpt.models.directories import find_directory
from excerpt.models.generation.endpoint import ChatClient, Endpoint, NoAnswer
from excerpt.models.generation.generator import load_generator

__all__ = ["INSTRUCTIONS", "RELEASED", "EndpointWriter", "Seq2SeqWriter", "SourceForm", "Writer", "Written"]


@dataclass(frozen=True, slots=True)
class Written:
    """What a writer wrote.

    Args:
        text: The digest; empty where the writer found nothing of use.
        read: How many of the passages, from the first, it read: the rest did not fit.
        cut: Whether the last of them was cut to fit.
    """

    text: str
    read: int
    cut: bool = False


@runtime_checkable
class Writer(Protocol):
    """Writes what passages say to a question, in words of its own.

    A writer that is faster in batches may have ``write_many(questions, passage_lists)``.
    """

    @property
    def name(self) -> str:
        """What reports call it."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever what it writes may."""

    def write(self, question: str, passages: Sequence[str]) -> Written:
        """Write one digest.

        Args:
            question: The question.
            passages: Texts, the best first.
        """


@dataclass(frozen=True, slots=True)
class SourceForm:
    """How question and passages are written down for a writer; data.

    Args:
        text: With ``{question}`` and ``{passages}``.
        joiner: Between passages.
    """

    text: str
    joiner: str = "\n"

    def fill(self, question: str, passages: Sequence[str]) -> str:
        """The source. Braces in question and passages are left as they are."""
        before, _, after = self.text.partition("{passages}")
        parts = (part.replace("{question}", question) for part in (before, after))
        return self.joiner.join(passages).join(parts)


RELEASED = SourceForm("Question: {question}\n Document: {passages}\n Summary: ")
"""What RECOMP's released checkpoints were trained on, to the letter. What joined the passages is not published."""

INSTRUCTIONS: Mapping[str, SourceForm] = MappingProxyType(
    {
        "summary": SourceForm(
            "Compress the information in the retrieved documents into a 2-sentence summary that could be used to "
            "answer the question: Question: {question} Retrieved documents: {passages} Compressed documents:"
        ),
        "reasoning": SourceForm(
            "Source documents: {passages} Question: {question} Generate a reasoning chain to answer the question:"
        ),
    }
)
"""What the paper asks a large model: a digest (Natural Questions, TriviaQA), or the steps to the answer (HotpotQA)."""


class Seq2SeqWriter:
    """An encoder-decoder such as ``fangyuan/nq_abstractive_compressor``, a T5; loaded on the first question.

    The source is never cut in the middle of its form: passages that do not fit are left out from the last on, and
    of a first one that is too long the front is read. The result says so.

    Args:
        model: A directory in Hugging Face layout, or a hub name.
        form: How the source is written down.
        beams: 1 for greedy decoding, as published; more for beam search.
        batch: Digests that are written together. As floating point goes, a batch may round a close call another
            way than a source alone; 1 is exact.
        source_tokens: Of the source, at most.
        target_tokens: Of the digest, at most.
        device: ``"cpu"``, ``"cuda"``, ...
        dtype: ``"float32"``, ``"bfloat16"`` or ``"float16"``.

    Raises:
        ModelError: The model cannot be found.
        InputError: A number is not positive, or ``form`` is none.
    """

    def __init__(  # noqa: PLR0913 - each a setting of its own, by keyword
        self,
        model: str | Path,
        *,
        form: SourceForm = RELEASED,
        beams: int = 1,
        batch: int = 1,
        source_tokens: int = 1024,
        target_tokens: int = 512,
        device: str = "cpu",
        dtype: str = "float32",
    ) -> None:
        if min(beams, batch, source_tokens, target_tokens) < 1:
            message = (
                f"writer: beams ({beams}), batch ({batch}), source_tokens ({source_tokens}) and target_tokens "
                f"({target_tokens}) must be 1 or more"
            )
            raise InputError(message)
        if not isinstance(form, SourceForm):
            message = f"writer: form ({form!r:.80}) must be a SourceForm; the names of instructions are for endpoints"
            raise InputError(message)
        self.name = Path(model).name
        self.directory = find_directory(model, weights="torch")
        self.form = form
        self.beams, self.batch = beams, batch
        self.source_tokens, self.target_tokens = source_tokens, target_tokens
        self.device, self.dtype = device, dtype
        self._lock = Lock()
        self._loaded: tuple[Any, Any] | None = None

    @cached_property
    def fingerprint(self) -> str:
        """Weights, tokenizer and every setting that changes a word."""
        kinds = {".safetensors", ".json", ".bin", ".model"}
        files = sorted(path for path in self.directory.iterdir() if path.suffix in kinds)
        weights = " ".join(f"{path.name} {file_sha256(path)}" for path in files)
        numbers = (
            f"{self.beams} {self.batch} {self.source_tokens} {self.target_tokens} {self.device} {self.dtype}"
        )
        return f"seq2seq-writer {weights} {numbers} {self.form!r}"

    def write(self, question: str, passages: Sequence[str]) -> Written:
        """Write one digest.

        Raises:
            InputError: The question alone does not fit.
        """
        return self.write_many([question], [passages])[0]

    def write_many(self, questions: Sequence[str], passage_lists: Sequence[Sequence[str]]) -> list[Written]:
        """Write several, ``batch`` at a time.

        Raises:
            InputError: A question alone does not fit.
        """
        tokenizer, _ = self._load()
        sources = [
            self._source(tokenizer, question, passages)
            for question, passages in zip(questions, passage_lists, strict=True)
        ]
        texts: list[str] = []
        for start in range(0, len(sources), self.batch):
            texts += self._generate([source for source, *_ in sources[start : start + self.batch]])
        return [Written(text, read, cut) for text, (_, read, cut) in zip(texts, sources, strict=True)]

    def _source(self, tokenizer: Any, question: str, passages: Sequence[str]) -> tuple[str, int, bool]:  # noqa: ANN401 - untyped package
        """The source, how many passages are in it, and whether the last of them is cut."""
        read = len(passages)
        while read > 1 and self._over(tokenizer, question, passages[:read]) > 0:
            read -= 1
        if (over := self._over(tokenizer, question, passages[:read])) <= 0:
            return self.form.fill(question, passages[:read]), read, False
        offsets = tokenizer(passages[0], add_special_tokens=False, return_offsets_mapping=True)[
            "offset_mapping"
        ]
        if over >= len(offsets):
            message = f"{self.name} reads {self.source_tokens} tokens; the question alone has more: {question!r:.80}"
            raise InputError(message)
        front = passages[0][: offsets[-over - 1][1]]
        while front and self._over(tokenizer, question, [front]) > 0:  # the cut may have split a piece
            front = front[:-1]
        return self.form.fill(question, [front]), 1, True

    def _over(self, tokenizer: Any, question: str, passages: Sequence[str]) -> int:  # noqa: ANN401 - untyped package
        return len(tokenizer(self.form.fill(question, passages))["input_ids"]) - self.source_tokens

    def _generate(self, sources: Sequence[str]) -> list[str]:
        torch = require("torch", extra="torch", purpose="writing with a sequence-to-sequence model")
        tokenizer, network = self._load()
        fed = tokenizer(list(sources), return_tensors="pt", padding=True).to(self.device)
        with torch.inference_mode():
            rows = network.generate(
                input_ids=fed["input_ids"],
                attention_mask=fed["attention_mask"],
                max_new_tokens=self.target_tokens,
                num_beams=self.beams,
                do_sample=False,
            )
        return [text.strip() for text in tokenizer.batch_decode(rows, skip_special_tokens=True)]

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = load_generator(
                    self.directory, "sequence-to-sequence model", dtype=self.dtype, device=self.device
                )
        return self._loaded


class EndpointWriter:
    """Any model behind an endpoint that speaks OpenAI's chat completions, asked as the paper asks its teacher.

    Args:
        endpoint: Where and how to ask. The temperature is 0, so that the same passages give the same digest (the
            paper samples at 0.7).
        form: What to ask: one of `INSTRUCTIONS` by name, or a form of one's own.

    Raises:
        InputError: There is no such instruction.
        MissingExtraError: The extra ``endpoint`` is not installed.
    """

    def __init__(self, endpoint: Endpoint, form: SourceForm | str = "summary") -> None:
        if isinstance(form, str) and form not in INSTRUCTIONS:
            message = f"writer: there is no instruction {form!r}; there are {', '.join(INSTRUCTIONS)}"
            raise InputError(message)
        self.endpoint = replace(endpoint, temperature=0.0)
        self.form = INSTRUCTIONS[form] if isinstance(form, str) else form
        self._client = ChatClient(self.endpoint)

    @property
    def name(self) -> str:
        """The model's name at the endpoint."""
        return self.endpoint.model

    @property
    def fingerprint(self) -> str:
        """Whatever changes a digest, in words; the address does not."""
        asked = self.endpoint
        return (
            f"chat-writer {asked.model} {asked.temperature} {asked.top_p} {asked.answer_tokens} {self.form!r}"
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def write(self, question: str, passages: Sequence[str]) -> Written:
        """Ask for one digest. All passages are sent.

        Raises:
            ModelError: The endpoint refuses, or gave no usable answer in as many tries as it may have.
        """
        asked = [{"role": "user", "content": self.form.fill(question, passages)}]
        try:
            return Written(self._client.complete(asked, empty=True), len(passages))
        except NoAnswer as error:
            message = f"endpoint: {self.endpoint.url} wrote nothing for {question!r:.80}: {error}"
            raise ModelError(message) from error
