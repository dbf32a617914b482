"""A reader from any causal language model that transformers can load: greedy, in batches, on the CPU or a GPU."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event, Lock, Thread, main_thread
from typing import Any

from excerpt.cached import cached_property
from excerpt.errors import InputError
from excerpt.imports.extras import require
from excerpt.models.card import file_sha256
from excerpt.models.directories import find_directory
from excerpt.models.generation.chat import has_template, written
from excerpt.models.generation.generator import load_generator, require_generators
from excerpt.models.generation.lora import checkpoint_folders
from excerpt.models.generation.prompt import ANSWER_SHORTLY, Prompt
from excerpt.models.readers.likelihoods import AnswerLikelihoods
from excerpt.models.readers.protocols import Answer, Likelihood

__all__ = ["CausalLMReader"]

_PURPOSE = "reading with a causal language model"


class CausalLMReader:
    """Answers by greedy generation; loaded on the first question.

    The prompt goes through the checkpoint's chat template where it has one, else it is written as plain text. A
    batch is padded on the left and masked; as floating point goes, a batch may still round a close call another way
    than a question alone. ``batch=1``, the default, is exact.

    Args:
        model: A directory in Hugging Face layout, or a hub name.
        prompt: What to say.
        answer_tokens: At most so many tokens in an answer.
        batch: Questions generated together.
        device: ``"cpu"``, ``"cuda"``, ...
        dtype: ``"float32"``, ``"bfloat16"`` or ``"float16"``.

    Raises:
        ModelError: The model cannot be found.
        InputError: ``batch`` or ``answer_tokens`` is not positive.
        MissingExtraError: The extra ``torch`` is not installed.
    """

    def __init__(
        self,
        model: str | Path,
        prompt: Prompt = ANSWER_SHORTLY,
        *,
        answer_tokens: int = 32,
        batch: int = 1,
        device: str = "cpu",
        dtype: str = "float32",
    ) -> None:
        if batch < 1 or answer_tokens < 1:
            message = (
                f"causal LM reader: batch ({batch}) and answer_tokens ({answer_tokens}) must be 1 or more"
            )
            raise InputError(message)
        require_generators(_PURPOSE)
        self.name = Path(model).name
        self.directory = find_directory(model, weights="torch")
        self._prompt = prompt
        self.answer_tokens = answer_tokens
        self.batch = batch
        self.device = device
        self.dtype = dtype
        self._lock = Lock()
        self._loaded: tuple[Any, Any] | None = None

    @property
    def prompt(self) -> Prompt:
        """What is said."""
        return self._prompt

    @cached_property
    def fingerprint(self) -> str:
        """Weights, tokenizer and every setting that changes an answer, in words."""
        files = [
            path
            for folder in checkpoint_folders(self.directory)
            for path in sorted(folder.iterdir())
            if path.suffix in {".safetensors", ".json", ".bin", ".jinja"}
        ]
        weights = " ".join(f"{path.name} {file_sha256(path)}" for path in files)
        settings = f"{self.answer_tokens} {self.batch} {self.device} {self.dtype} {self.prompt!r}"
        return f"causal-lm {weights} {settings}{' raw' if self.prompt.raw else ''}"

    def read(self, question: str, context: str) -> Answer:
        """Answer one question."""
        return self.read_many([question], [context])[0]

    def read_many(self, questions: Sequence[str], contexts: Sequence[str]) -> list[Answer]:
        """Answer many questions, ``batch`` at a time.

        Raises:
            InputError: A prompt leaves no room for an answer in the model's window.
        """
        answers: list[Answer] = []
        asked = list(zip(questions, contexts, strict=True))
        for start in range(0, len(asked), self.batch):
            answers += self._generate(asked[start : start + self.batch])
        return answers

    def likelihoods(
        self, questions: Sequence[str], contexts: Sequence[str], answers: Sequence[Sequence[str]]
    ) -> list[Likelihood]:
        """How likely accepted answers are, and what reading takes; see `AnswerLikelihoods`.

        Of several accepted answers the likeliest counts, by its mean log-probability a token (of the first
        `excerpt.models.readers.likelihoods.MOST_ANSWERS` different ones). Nothing is cut: a prompt over the window has
        no likelihood.

        Args:
            questions: The questions.
            contexts: The text to answer from; empty for what the model knows by itself.
            answers: For each question at least one accepted answer.

        Raises:
            InputError: A question has no accepted answer.
            ModelError: The model cannot be loaded, or keeps no key-value cache.
        """
        return self._measuring.measure(questions, contexts, answers)

    @cached_property
    def _measuring(self) -> AnswerLikelihoods:
        tokenizer, network = self._load()
        return AnswerLikelihoods(tokenizer, network, self._written, special=self._special, batch=self.batch)

    def stream(self, question: str, context: str) -> Iterator[str]:
        """One answer as it is written, piece by piece; all of it, not only its first line.

        Who has read enough closes it, or lets go of it, and no more is written.

        Raises:
            InputError: The prompt leaves no room for an answer in the model's window.
        """
        return self._streamed(self._fed([self._written(question, context)]))

    def _generate(self, asked: Sequence[tuple[str, str]]) -> list[Answer]:
        return self._answers(self._fed([self._written(*pair) for pair in asked]))

    def _answers(self, fed: dict[str, Any]) -> list[Answer]:
        """Greedy answers to tokenised prompts, or to their embeddings."""
        torch = require("torch", extra="torch", purpose=_PURPOSE)
        tokenizer, network = self._load()
        skip = fed["input_ids"].shape[1] if "input_ids" in fed else 0  # of embeddings nothing is repeated
        with torch.inference_mode():
            rows = network.generate(**self._settings(fed))
        texts = tokenizer.batch_decode(rows[:, skip:], skip_special_tokens=True)
        return [Answer(text.strip().partition("\n")[0].strip()) for text in texts]

    def _streamed(self, fed: dict[str, Any]) -> Iterator[str]:
        transformers = require("transformers", extra="torch", purpose=_PURPOSE)
        tokenizer, network = self._load()
        pieces = transformers.TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
        failed: list[BaseException] = []
        enough = Event()

        def stop(*_: Any, **__: Any) -> bool:  # noqa: ANN401 - token ids and scores
            return enough.is_set() or not main_thread().is_alive()

        def generate() -> None:
            try:
                network.generate(
                    **self._settings(fed),
                    streamer=pieces,
                    stopping_criteria=[stop],
                )
            except BaseException as error:  # noqa: BLE001 - raised where the answer is read
                failed.append(error)
                pieces.end()

        # No daemon: a process that ended under a running network would be aborted. It ends after one more token.
        thread = Thread(target=generate, name="reader")
        thread.start()
        try:
            yield from (piece for piece in pieces if piece)
        finally:
            enough.set()
            thread.join()
        if failed:
            raise failed[0]

    def _settings(self, fed: dict[str, Any]) -> dict[str, Any]:
        tokenizer, network = self._load()
        length = next(iter(fed.values())).shape[1]
        self._check_room(network, length)
        return {
            **fed,
            "max_new_tokens": self.answer_tokens,
            "do_sample": False,
            "pad_token_id": tokenizer.pad_token_id,
        }

    def _fed(self, prompts: Sequence[str]) -> dict[str, Any]:
        """Token ids and mask of prompts, padded on the left."""
        tokenizer, _ = self._load()
        fed = tokenizer(list(prompts), return_tensors="pt", padding=True, add_special_tokens=self._special)
        return {name: fed[name].to(self.device) for name in ("input_ids", "attention_mask")}

    def _written(self, question: str, context: str) -> str:
        tokenizer, _ = self._load()
        return written(tokenizer, self.prompt.messages(question, context), raw=self.prompt.raw)

    @property
    def _special(self) -> bool:
        """Whether the tokenizer adds special tokens: a chat template writes its own."""
        return self.prompt.raw or not has_template(self._load()[0])

    def _check_room(self, network: Any, length: int) -> None:  # noqa: ANN401 - untyped package
        window = getattr(network.config, "max_position_embeddings", None)
        if window is not None and length + self.answer_tokens > window:
            message = (
                f"{self.name} sees {window} tokens; the prompt has {length} and the answer may have "
                f"{self.answer_tokens}: give a smaller budget, or another reader"
            )
            raise InputError(message)

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = load_generator(
                    self.directory, "causal language model", dtype=self.dtype, device=self.device
                )
        return self._loaded
