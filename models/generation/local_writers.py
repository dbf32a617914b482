"""Writers that run here, through transformers: an encoder-decoder such as RECOMP's T5, or any causal language model."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

from excerpt.cached import cached_property
from excerpt.errors import InputError
from excerpt.imports.extras import require
from excerpt.models.card import file_sha256
from excerpt.models.directories import find_directory
from excerpt.models.generation.chat import has_template, written
from excerpt.models.generation.generator import (
    Kind,
    check_generator,
    generator_kind,
    load_generator,
    require_generators,
)
from excerpt.models.generation.writers import RELEASED, SourceForm, Written, instruction

__all__ = ["CausalLMWriter", "Seq2SeqWriter", "local_writer"]


class _LocalWriter:
    """What both have: a source that fits, batches, and a network that is loaded on the first question.

    The source is never cut in the middle of its form: passages that do not fit are left out from the last on, and
    of a first one that is too long the front is read. The result says so.
    """

    kind: ClassVar[Kind]

    def __init__(  # noqa: PLR0913 - each a setting of its own, by keyword
        self,
        model: str | Path,
        *,
        form: SourceForm,
        beams: int,
        batch: int,
        source_tokens: int,
        target_tokens: int,
        device: str,
        dtype: str,
    ) -> None:
        if min(beams, batch, source_tokens, target_tokens) < 1:
            message = (
                f"writer: beams ({beams}), batch ({batch}), source_tokens ({source_tokens}) and target_tokens "
                f"({target_tokens}) must be 1 or more"
            )
            raise InputError(message)
        if not isinstance(form, SourceForm):
            message = (
                f"writer: form ({form!r:.80}) must be a SourceForm; names are of what a chat model is asked"
            )
            raise InputError(message)
        require_generators(f"writing with a {self.kind}")
        self.name = Path(model).name
        self.directory = find_directory(model, weights="torch")
        check_generator(self.directory, self.kind)
        self.form = form
        self.beams, self.batch = beams, batch
        self.source_tokens, self.target_tokens = source_tokens, target_tokens
        self.device, self.dtype = device, dtype
        self._lock = Lock()
        self._loaded: tuple[Any, Any] | None = None

    @cached_property
    def fingerprint(self) -> str:
        """Weights, tokenizer and every setting that changes a word."""
        kinds = {".safetensors", ".json", ".bin", ".model", ".jinja"}
        files = sorted(path for path in self.directory.iterdir() if path.suffix in kinds)
        weights = " ".join(f"{path.name} {file_sha256(path)}" for path in files)
        numbers = (
            f"{self.beams} {self.batch} {self.source_tokens} {self.target_tokens} {self.device} {self.dtype}"
        )
        return f"{self.kind} writer {weights} {numbers} {self.form!r}"

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
        sources = [
            self._source(question, passages)
            for question, passages in zip(questions, passage_lists, strict=True)
        ]
        texts: list[str] = []
        for start in range(0, len(sources), self.batch):
            texts += self._generate([source for source, *_ in sources[start : start + self.batch]])
        return [Written(text, read, cut) for text, (_, read, cut) in zip(texts, sources, strict=True)]

    def _source(self, question: str, passages: Sequence[str]) -> tuple[str, int, bool]:
        """The source, how many passages are in it, and whether the last of them is cut."""
        read = len(passages)
        while read > 1 and self._over(question, passages[:read]) > 0:
            read -= 1
        if (over := self._over(question, passages[:read])) <= 0:
            return self._filled(question, passages[:read]), read, False
        tokenizer, _ = self._load()
        offsets = tokenizer(passages[0], add_special_tokens=False, return_offsets_mapping=True)[
            "offset_mapping"
        ]
        if over >= len(offsets):
            message = f"{self.name} reads {self.source_tokens} tokens; the question alone has more: {question!r:.80}"
            raise InputError(message)
        front = passages[0][: offsets[-over - 1][1]]
        while front and self._over(question, [front]) > 0:  # the cut may have split a piece
            front = front[:-1]
        return self._filled(question, [front]), 1, True

    def _over(self, question: str, passages: Sequence[str]) -> int:
        ids = self._fed([self._filled(question, passages)])["input_ids"]
        return int(ids.shape[1]) - self.source_tokens

    def _filled(self, question: str, passages: Sequence[str]) -> str:
        """What is fed, as text."""
        return self.form.fill(question, passages)

    def _fed(self, sources: Sequence[str]) -> dict[str, Any]:
        tokenizer, _ = self._load()
        fed = tokenizer(
            list(sources), return_tensors="pt", padding=True, add_special_tokens=not self._templated()
        )
        return {name: fed[name].to(self.device) for name in ("input_ids", "attention_mask")}

    def _templated(self) -> bool:
        """Whether sources come through a chat template, which writes its own special tokens."""
        return False

    def _generate(self, sources: Sequence[str]) -> list[str]:
        torch = require("torch", extra="torch", purpose=f"writing with a {self.kind}")
        tokenizer, network = self._load()
        fed = self._fed(sources)
        with torch.inference_mode():
            rows = network.generate(
                **fed,
                max_new_tokens=self.target_tokens,
                num_beams=self.beams,
                do_sample=False,
                pad_token_id=tokenizer.pad_token_id,
            )
        own = rows[:, self._skipped(fed) :]
        return [text.strip() for text in tokenizer.batch_decode(own, skip_special_tokens=True)]

    def _skipped(self, fed: dict[str, Any]) -> int:  # noqa: ARG002 - a causal model repeats what it was fed
        """Tokens at the front of what comes out that were not written."""
        return 0

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = load_generator(self.directory, self.kind, dtype=self.dtype, device=self.device)
        return self._loaded


class Seq2SeqWriter(_LocalWriter):
    """An encoder-decoder such as ``fangyuan/nq_abstractive_compressor``, a T5.

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
        ModelError: The model cannot be found, or is no encoder-decoder.
        InputError: A number is not positive, or ``form`` is none.
    """

    kind: ClassVar[Kind] = "sequence-to-sequence model"

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
        super().__init__(
            model, form=form, beams=beams, batch=batch, source_tokens=source_tokens, target_tokens=target_tokens,
            device=device, dtype=dtype,
        )  # fmt: skip


class CausalLMWriter(_LocalWriter):
    """Any causal language model, asked as the paper asks its teacher; through its chat template where it has one.

    Args:
        model: A directory in Hugging Face layout, an imported name, or a hub name.
        form: What to ask: one of `excerpt.models.generation.writers.INSTRUCTIONS` by name, or a form of one's own.
        batch: Digests that are written together, padded on the left; 1 is exact.
        source_tokens: Of all that it reads, at most.
        target_tokens: Of the digest, at most.
        device: ``"cpu"``, ``"cuda"``, ...
        dtype: ``"float32"``, ``"bfloat16"`` or ``"float16"``.

    Raises:
        ModelError: The model cannot be found, or is no causal language model.
        InputError: A number is not positive, or there is no such instruction.
    """

    kind: ClassVar[Kind] = "causal language model"

    def __init__(  # noqa: PLR0913 - each a setting of its own, by keyword
        self,
        model: str | Path,
        *,
        form: SourceForm | str = "summary",
        batch: int = 1,
        source_tokens: int = 1536,
        target_tokens: int = 128,
        device: str = "cpu",
        dtype: str = "float32",
    ) -> None:
        super().__init__(
            model, form=instruction(form), beams=1, batch=batch, source_tokens=source_tokens,
            target_tokens=target_tokens, device=device, dtype=dtype,
        )  # fmt: skip

    def _filled(self, question: str, passages: Sequence[str]) -> str:
        source = self.form.fill(question, passages)
        return written(self._load()[0], [{"role": "user", "content": source}])

    def _templated(self) -> bool:
        return has_template(self._load()[0])

    def _skipped(self, fed: dict[str, Any]) -> int:
        return int(fed["input_ids"].shape[1])


def local_writer(model: str | Path, **options: Any) -> Seq2SeqWriter | CausalLMWriter:  # noqa: ANN401 - of the writer
    """The writer that a checkpoint asks for, by its ``config.json``.

    Args:
        model: A directory in Hugging Face layout, an imported name, or a hub name.
        options: Those of `Seq2SeqWriter` or of `CausalLMWriter`.

    Raises:
        ModelError: It cannot be found, or does not write.
        InputError: As the writer says.
    """
    directory = find_directory(model, weights="torch")
    if generator_kind(directory) == "causal language model":
        return CausalLMWriter(model, **options)
    return Seq2SeqWriter(model, **options)
