"""An encoder as a proxy, through ONNX: what its question tokens and ``[CLS]`` attend to, pooled inside the graph."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.errors import InputError, ModelError
from excerpt.models.attention.graph import ATTENTION_NAME, FORM
from excerpt.models.attention.protocols import AttentionFeatures, ProbeRequest
from excerpt.models.attention.tokens import check_spans, token_ranges
from excerpt.models.card import ModelCard, file_sha256, read_card
from excerpt.models.directories import find_directory
from excerpt.models.protocols import Check
from excerpt.models.runtime.session import Session
from excerpt.models.runtime.tokenizer import Tokenizer
from excerpt.parallel.cores import checked_threads
from excerpt.parallel.pool import PASSES

__all__ = ["EncoderProxy"]

_TEMPLATE = "[CLS] {question} [SEP] {context} [SEP]"


class EncoderProxy:
    """Attention of an encoder's question tokens (``question``) and of its first token (``cls``); no torch.

    Every request is a call of its own, unpadded and on one thread, as in :mod:`excerpt.models.runtime.onnx`, so no
    request can change another's numbers. A question without tokens has the first token's attention for both.

    Args:
        name_or_path: An exported encoder with an ``attention.onnx`` (`excerpt models attention` makes one): a bundled
            name, a directory or a hub name.
        max_tokens: Tokens of a window, special ones included; default and most: the card's.
        threads: Requests read at once; default: every core.

    Raises:
        InputError: ``max_tokens`` is out of range.
        ModelError: The encoder or its attention graph is missing, or the two do not belong together.
    """

    queries = ("question", "cls")

    def __init__(
        self, name_or_path: str | Path, *, max_tokens: int | None = None, threads: int | None = None
    ) -> None:
        self.name = str(name_or_path)
        self.directory = find_directory(name_or_path)
        self.card: ModelCard = read_card(self.directory, "encoder")
        if max_tokens is not None and not 8 <= max_tokens <= self.card.max_tokens:
            message = f"max_tokens is {max_tokens}; {self.name} takes 8 to {self.card.max_tokens}"
            raise InputError(message)
        self.max_tokens = max_tokens or self.card.max_tokens
        self.tokenizer = Tokenizer.from_directory(self.directory)
        self._path = self.directory / ATTENTION_NAME
        if not self._path.is_file():
            message = (
                f"{self.directory} has no {ATTENTION_NAME}: make it with `excerpt models attention {self.name}` "
                "(of an encoder that `excerpt models export` wrote)"
            )
            raise ModelError(message)
        self._threads = checked_threads(threads)
        self._session = Session(self._path, check=self._check_origin)

    @property
    def layers(self) -> int:
        """Layers of the encoder."""
        return self._shape[0]

    @property
    def heads(self) -> int:
        """Heads of a layer."""
        return self._shape[1]

    @cached_property
    def settings(self) -> dict[str, str]:
        """What a feature depends on."""
        return {
            "form": FORM,
            "weights": file_sha256(self.directory / "model.onnx"),
            "tokenizer": file_sha256(self.directory / "tokenizer.json"),
            "template": _TEMPLATE,
            "queries": ", ".join(self.queries),
            "pooling": "mean",
        }

    @cached_property
    def fingerprint(self) -> str:
        """Sha256 over ``settings``."""
        return sha256(repr(sorted(self.settings.items())).encode()).hexdigest()

    def room(self, question: str) -> int:
        """Tokens left for the context beside this question."""
        return self.max_tokens - 3 - len(self.tokenizer.ids([question])[0])

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones."""
        return [len(ids) for ids in self.tokenizer.ids(texts)]

    def features(self, question: str, text: str, spans: Sequence[tuple[int, int]]) -> AttentionFeatures:
        """``features_many`` of one request."""
        return self.features_many([ProbeRequest(question, text, tuple(spans))])[0]

    def features_many(
        self, requests: Sequence[ProbeRequest], *, check: Check = None
    ) -> list[AttentionFeatures]:
        """The features of each request, in order.

        Args:
            requests: Questions with contexts that fit in the window.
            check: Called between requests; what it raises ends the call.

        Raises:
            InputError: A request does not fit in the window, or its spans are wrong.
            ModelError: The graph cannot be opened or run.
        """
        inputs = self._inputs(requests)
        self._session.opened()
        longest_first = sorted(range(len(inputs)), key=lambda index: -len(inputs[index].ids))
        return PASSES.map(self._run, inputs, order=longest_first, check=check, threads=self._threads)

    def _inputs(self, requests: Sequence[ProbeRequest]) -> list["_Input"]:
        questions = self.tokenizer.ids([request.question for request in requests])
        contexts = self.tokenizer.pieces([request.text for request in requests])
        inputs = []
        for index, (request, question, context) in enumerate(zip(requests, questions, contexts, strict=True)):
            check_spans(request, f"request {index}")
            length = len(question) + len(context.ids) + 3
            if length > self.max_tokens:
                message = (
                    f"request {index}: question and context have {length} tokens, the window of {self.name} "
                    f"is {self.max_tokens}; cut the context first"
                )
                raise InputError(message)
            separator = self.tokenizer.suffix
            ids = [*self.tokenizer.prefix, *question, *separator, *context.ids, *separator]
            inputs.append(_Input(ids, len(question), token_ranges(context.offsets, request.spans)))
        return inputs

    def _run(self, one: "_Input") -> AttentionFeatures:
        tokens = one.ranges[:, 1] - one.ranges[:, 0]
        context = len(one.ids) - one.question - 3
        if context == 0:  # no token to look at
            width = len(self.queries) * self.layers * self.heads
            return AttentionFeatures(
                np.zeros((len(tokens), width), np.float32), np.zeros(width, np.float32), tokens, 0
            )
        feed = {
            "input_ids": np.array([one.ids], dtype=np.int64),
            "weights": _weights(one.question),
            "bins": _bins(one, context),
        }
        pooled = self._session.run(["attention"], feed, f"{len(one.ids)} tokens")[0]
        rows = np.moveaxis(pooled, (3, 2), (0, 1))  # columns, queries, layers, heads
        flat = np.ascontiguousarray(rows, dtype=np.float32).reshape(rows.shape[0], -1)
        return AttentionFeatures(flat[1:], flat[0], tokens, context)

    @cached_property
    def _shape(self) -> tuple[int, int]:
        probe = _Input([*self.tokenizer.prefix, *self.tokenizer.suffix * 2], 0, np.zeros((0, 2), np.int64))
        feed = {
            "input_ids": np.array([probe.ids], dtype=np.int64),
            "weights": _weights(0),
            "bins": np.ones((3, 1), np.float32),
        }
        layers, heads = self._session.run(["attention"], feed, "no text")[0].shape[:2]
        return int(layers), int(heads)

    def _check_origin(self, session: Any) -> None:  # noqa: ANN401 - untyped package
        named = session.get_modelmeta().custom_metadata_map
        if named.get("form") != FORM or named.get("weights_sha256") != self.settings["weights"]:
            message = (
                f"{self._path} was not made from the model.onnx beside it by this version of excerpt: "
                f"make it again with `excerpt models attention {self.name}`"
            )
            raise ModelError(message)


class _Input(NamedTuple):
    """One sequence: its ids, the question's tokens, the context's token range of each sentence."""

    ids: list[int]
    question: int
    ranges: NDArray[np.int64]


def _weights(question: int) -> NDArray[np.float32]:
    """What each of the first tokens counts for: the question's evenly, and the first one alone; ``(2, q)``."""
    weights = np.zeros((2, 1 + question), dtype=np.float32)
    weights[0, 1:] = 1 / max(question, 1)
    weights[0, 0] = question == 0
    weights[1, 0] = 1
    return weights


def _bins(one: _Input, context: int) -> NDArray[np.float32]:
    """The context's tokens, then each sentence's share of each token; ``(t, 1 + sentences)``."""
    bins = np.zeros((len(one.ids), 1 + len(one.ranges)), dtype=np.float32)
    begin = one.question + 2
    bins[begin : begin + context, 0] = 1
    for column, (first, last) in enumerate(one.ranges.tolist(), start=1):
        bins[begin + first : begin + last, column] = 1 / max(last - first, 1)
    return bins
