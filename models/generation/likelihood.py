"""How likely a causal language model finds a text behind another: the log-probability of each of its tokens."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.errors import InputError, ModelError
from excerpt.imports.extras import require
from excerpt.models.card import file_sha256
from excerpt.models.directories import find_directory
from excerpt.models.generation.chat import has_template, written
from excerpt.models.generation.generator import load_generator, require_generators
from excerpt.models.generation.lora import checkpoint_folders
from excerpt.models.protocols import Check

__all__ = ["CausalLikelihood", "TokenLogs"]

_PURPOSE = "reading probabilities of a causal language model"
_LOGIT_ROWS = 256  # logits that exist at once: a row has as many as the vocabulary
_BATCH_TOKENS = 8192
_LEAST_WINDOW = 8
_NO_TOKEN = 1 << 62
_BETWEEN = "<|endoftext|>"  # stands between documents in the training of GPT-2's kin, chat models among them


class TokenLogs(NamedTuple):
    """What a model said of one continuation.

    Attributes:
        logs: Natural log-probability of each token given all before it, float64 ``(t,)``.
        offsets: The characters of the continuation that each token stands for, int64 ``(t, 2)``.
    """

    logs: NDArray[np.float64]
    offsets: NDArray[np.int64]

    @property
    def mean(self) -> float:
        """The mean over the tokens; 0 for a continuation without any."""
        return float(self.logs.mean()) if len(self.logs) else 0.0


class _Row(NamedTuple):
    """One sequence, and what is asked of it: ``wanted[i]`` are tokens that may stand at the place ``first + i``."""

    ids: list[int]
    first: int
    wanted: NDArray[np.int64]


class CausalLikelihood:
    """Log-probabilities of texts under any causal language model that transformers can load; loaded on first use.

    Context and continuation are made into tokens apart, so that a continuation has the same tokens behind every
    context. One without any token before it is read behind ``<|endoftext|>``, where the vocabulary has it, else behind
    the token that begins texts, or the one that ends them. Sequences are padded on the right, where causal attention
    never looks; as floating point goes, the last bits of a number may depend on what shares its batch. ``batch=1`` is
    exact.

    Args:
        model: A directory in Hugging Face layout, an imported name or a hub name.
        batch: Sequences in one forward pass.
        max_tokens: Tokens of a sequence; default: as many as the model has positions for.
        device: ``"cpu"``, ``"cuda"``, ...
        dtype: ``"float32"``, ``"bfloat16"`` or ``"float16"``.

    Raises:
        InputError: ``batch`` or ``max_tokens`` is out of range.
        ModelError: The model cannot be found.
        MissingExtraError: The extra ``torch`` is not installed.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        batch: int = 8,
        max_tokens: int | None = None,
        device: str = "cpu",
        dtype: str = "float32",
    ) -> None:
        if batch < 1 or (max_tokens is not None and max_tokens < _LEAST_WINDOW):
            message = f"likelihood: batch is {batch}, at least 1; max_tokens is {max_tokens}, at least {_LEAST_WINDOW}"
            raise InputError(message)
        require_generators(_PURPOSE)
        self.name = Path(model).name
        self.directory = find_directory(model, weights="torch")
        self.batch, self.device, self.dtype = batch, device, dtype
        self._asked_tokens = max_tokens
        self._lock = Lock()
        self._loaded: tuple[Any, Any] | None = None

    @cached_property
    def fingerprint(self) -> str:
        """Weights, tokenizer and every setting that changes a number beyond rounding, in words."""
        kinds = {".safetensors", ".json", ".bin", ".model"}
        folders = checkpoint_folders(self.directory)
        files = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in kinds]
        weights = " ".join(f"{path.name} {file_sha256(path)}" for path in files)
        return f"likelihood {weights} {self.max_tokens} {self.dtype}"

    @property
    def max_tokens(self) -> int:
        """Tokens of one sequence."""
        positions = int(getattr(self._load()[1].config, "max_position_embeddings", 0) or 2048)
        return min(self._asked_tokens or positions, positions)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones."""
        return [len(ids) for ids, _ in self._tokens(texts)]

    def log_probabilities(self, pairs: Sequence[tuple[str, str]], *, check: Check = None) -> list[TokenLogs]:
        """The log-probability of every token of each continuation behind its context.

        A continuation that does not fit is read in pieces: each sees the whole context and, of what goes before it in
        the continuation, as much as half of the room that is left.

        Args:
            pairs: ``(context, continuation)``; either may be empty.
            check: Called before each forward pass; what it raises ends the call.

        Raises:
            InputError: A context takes more than half of the model's window.
            ModelError: The model cannot be loaded.
        """
        contexts = [ids for ids, _ in self._tokens([context for context, _ in pairs])]
        continuations = self._tokens([continuation for _, continuation in pairs])
        rows: list[_Row] = []
        count = []
        for number, (context, (ids, _)) in enumerate(zip(contexts, continuations, strict=True)):
            own = list(self._rows(self._beginning(context, f"pair {number}"), ids))
            rows += own
            count.append(len(own))
        read = self._read(rows, check)
        bounds = np.cumsum([0, *count]).tolist()
        return [
            TokenLogs(np.concatenate([np.zeros(0), *(part[:, 0] for part in read[first:last])]), offsets)
            for (first, last), (_, offsets) in zip(pairwise(bounds), continuations, strict=True)
        ]

    def next_token(
        self, contexts: Sequence[str], words: Sequence[str], *, check: Check = None
    ) -> NDArray[np.float64]:
        """The log-probability of each word as what comes next, float64 ``(contexts, words)``.

        Args:
            contexts: What was said so far. Special tokens in it, such as a chat template's, count as such.
            words: Each is one token, or stands for its first one.
            check: As for `log_probabilities`.

        Raises:
            InputError: A context does not fit, or a word has no token.
            ModelError: The model cannot be loaded.
        """
        firsts = [ids[:1] for ids, _ in self._tokens(words)]
        if not all(firsts):
            message = f"likelihood: {words[firsts.index([])]!r} has no token in the vocabulary of {self.name}"
            raise InputError(message)
        wanted = np.array(firsts, dtype=np.int64).reshape(1, -1)
        rows = []
        for number, (ids, _) in enumerate(self._tokens(contexts)):
            begun = self._beginning(ids, f"context {number}", most=self.max_tokens)
            rows.append(_Row(begun, len(begun), wanted))
        return np.concatenate([np.zeros((0, len(words))), *self._read(rows, check)])

    def plain(self, text: str) -> str:
        """A text in which nothing is a special token: a passage cannot end a message and speak for someone else."""
        for token in self._load()[0].all_special_tokens:
            text = text.replace(token, f"{token[0]}\u200b{token[1:]}")
        return text

    def chat(self, text: str) -> str:
        """A text as a user's message with the beginning of the answer, where the checkpoint has a chat template.

        Args:
            text: The message.
        """
        tokenizer, _ = self._load()
        if not has_template(tokenizer):
            return text
        return written(tokenizer, [{"role": "user", "content": self.plain(text)}])

    def _tokens(self, texts: Sequence[str]) -> list[tuple[list[int], NDArray[np.int64]]]:
        """Ids and offsets of each text, without special tokens around it."""
        if not texts:
            return []
        tokenizer, _ = self._load()
        made = tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return [
            (list(ids), np.array(offsets, dtype=np.int64).reshape(-1, 2))
            for ids, offsets in zip(made["input_ids"], made["offset_mapping"], strict=True)
        ]

    def _beginning(self, ids: list[int], where: str, *, most: int | None = None) -> list[int]:
        """What stands before a continuation: what the tokenizer begins texts with, and the context; never nothing."""
        tokenizer, network = self._load()
        most = self.max_tokens // 2 if most is None else most
        between = tokenizer.added_tokens_encoder.get(_BETWEEN, _NO_TOKEN)
        known = between < network.get_input_embeddings().num_embeddings
        begin = [between if known else None, tokenizer.bos_token_id, tokenizer.eos_token_id]
        added = [tokenizer.bos_token_id] if self._begins() else []
        begun = [*added, *ids] or [next((one for one in begin if one is not None), 0)]
        if len(begun) > most:
            message = (
                f"likelihood: {where} has a context of {len(begun)} tokens; {self.name} takes {most} there: give "
                "shorter texts, or a model with a longer window"
            )
            raise InputError(message)
        return begun

    def _rows(self, context: list[int], ids: list[int]) -> Iterator[_Row]:
        """A continuation in sequences that fit, each token asked for once."""
        room = self.max_tokens - len(context)
        done = 0
        while done < len(ids):
            back = min(done, room // 2)
            until = min(len(ids), done + room - back)
            own = [*context, *ids[done - back : until]]
            wanted = np.array(ids[done:until], dtype=np.int64).reshape(-1, 1)
            yield _Row(own, len(context) + back, wanted)
            done = until

    def _read(self, rows: Sequence[_Row], check: Check) -> list[NDArray[np.float64]]:
        """The log-probabilities that each row asks for, float64 ``(places, wanted)``."""
        torch = require("torch", extra="torch", purpose=_PURPOSE)
        _, network = self._load()
        read: list[NDArray[np.float64]] = [np.zeros((0, 0))] * len(rows)
        for batch in self._batches(rows):
            if check is not None:
                check()
            longest = max(len(rows[index].ids) for index in batch)
            padded = [[*rows[index].ids, *[0] * (longest - len(rows[index].ids))] for index in batch]
            with torch.inference_mode():
                fed = torch.tensor(padded, device=self.device)
                states = network.base_model(input_ids=fed, use_cache=False).last_hidden_state
                for place, index in enumerate(batch):
                    row = rows[index]
                    own = states[place, row.first - 1 : row.first - 1 + len(row.wanted)]
                    read[index] = self._logs(network, own, row.wanted)
        return read

    def _logs(self, network: Any, states: Any, wanted: NDArray[np.int64]) -> NDArray[np.float64]:  # noqa: ANN401 - untyped package
        torch = require("torch", extra="torch", purpose=_PURPOSE)
        parts = []
        for start in range(0, len(wanted), _LOGIT_ROWS):
            logits = network.get_output_embeddings()(states[start : start + _LOGIT_ROWS]).float()
            chosen = torch.from_numpy(wanted[start : start + _LOGIT_ROWS]).to(logits.device)
            logs = logits.gather(1, chosen.expand(len(logits), -1)) - logits.logsumexp(1, keepdim=True)
            parts.append(logs.double().cpu().numpy())
        return np.concatenate(parts)

    def _batches(self, rows: Sequence[_Row]) -> Iterator[list[int]]:
        """Rows of about one length together, so that little is padded."""
        batch: list[int] = []
        for index in sorted(range(len(rows)), key=lambda number: len(rows[number].ids)):
            full = len(batch) == self.batch or (len(batch) + 1) * len(rows[index].ids) > _BATCH_TOKENS
            if batch and full:
                yield batch
                batch = []
            batch.append(index)
        if batch:
            yield batch

    def _begins(self) -> bool:
        """Whether the tokenizer itself puts a token before texts, as Llama's does."""
        tokenizer, _ = self._load()
        ids = tokenizer("a")["input_ids"]
        return bool(ids) and ids[0] == tokenizer.bos_token_id

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                loaded = load_generator(
                    self.directory, "causal language model", dtype=self.dtype, device=self.device
                )
                _check_head(loaded[1], self.name)
                self._loaded = loaded
        return self._loaded


def _check_head(network: Any, name: str) -> None:  # noqa: ANN401 - untyped package
    """Only the states that are asked for go through the head; that must give what the model itself gives.

    Raises:
        ModelError: It does not.
    """
    torch = require("torch", extra="torch", purpose=_PURPOSE)
    with torch.inference_mode():
        fed = torch.tensor([[0, 1, 2]], device=network.device)
        states = network.base_model(input_ids=fed, use_cache=False).last_hidden_state
        own, whole = network.get_output_embeddings()(states), network(input_ids=fed, use_cache=False).logits
        same = own.shape == whole.shape and torch.allclose(own.float(), whole.float(), rtol=1e-2, atol=1e-2)
    if not same:
        message = (
            f"{name} changes its logits behind the last matrix (a cap or a scale), which is not known here: "
            "use a model of another family, such as Qwen, Llama, Mistral or SmolLM"
        )
        raise ModelError(message)
