"""Small models through ONNX Runtime, the same bytes whatever else is in the batch.

Every sequence is a call of its own, unpadded, on one thread, and several calls run side by side
(ONNX Runtime lets go of the interpreter lock). So no time goes into padding, and no sequence can
change another's numbers: not through padding, not through the order of a threaded sum, and not
through dynamic quantization, which scales activations over everything in one call.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError, ModelError
from excerpt.models.protocols import Check
from excerpt.models.runtime.session import Session
from excerpt.parallel.cores import available_cores, checked_threads
from excerpt.parallel.pool import PASSES

__all__ = ["OnnxModel"]

_TYPES = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
_OUTPUTS = ("hidden", "last_hidden_state", "token_embeddings", "logits")


class OnnxModel:
    """One ``.onnx`` file, opened on the first run; safe to share between threads and with forked children.

    Args:
        path: The file. It takes ``input_ids`` ``(1, t)`` and may take ``attention_mask``,
            ``token_type_ids`` and ``position_ids``.
        threads: Sequences run at once; default: every core.
        providers: ONNX Runtime's execution providers in order of preference; default: the CPU.
    """

    def __init__(
        self, path: str | Path, *, threads: int | None = None, providers: Sequence[str] | None = None
    ) -> None:
        self.path = Path(path)
        self.providers = tuple(providers or ("CPUExecutionProvider",))
        self._threads = checked_threads(threads)
        self._session = Session(self.path, providers=self.providers, check=self._read_signature)
        self._inputs: dict[str, Any] = {}
        self._output = ""

    @property
    def threads(self) -> int:
        """Sequences run at once."""
        return self._threads or available_cores()

    def run(
        self,
        ids: Sequence[Sequence[int]],
        *,
        types: Sequence[Sequence[int]] | None = None,
        check: Check = None,
    ) -> list[NDArray[np.float32]]:
        """One float32 array for each sequence, in the order given.

        Args:
            ids: Token ids, special tokens included; no sequence empty.
            types: Segment of each token, for models that read pairs; default: all 0.
            check: Called between sequences; what it raises ends the run.

        Returns:
            For each sequence the model's output without its batch axis: ``(t, h)`` for encoders and
            token classifiers, ``(labels,)`` for sequence classifiers.

        Raises:
            InputError: A sequence is empty.
            ModelError: The file cannot be opened or run.
        """
        lengths = [len(sequence) for sequence in ids]
        if 0 in lengths:
            message = f"sequence {lengths.index(0)} has no tokens; special tokens must be there already"
            raise InputError(message)
        self._session.opened()
        pairs = [(sequence, types[index] if types else None) for index, sequence in enumerate(ids)]
        longest_first = sorted(range(len(pairs)), key=lambda index: -lengths[index])
        return PASSES.map(
            lambda pair: self._run_one(*pair), pairs, order=longest_first, check=check, threads=self._threads
        )

    def _run_one(self, ids: Sequence[int], types: Sequence[int] | None) -> NDArray[np.float32]:
        row = np.asarray(ids, dtype=np.int64)[None, :]
        values = {
            "input_ids": row,
            "attention_mask": np.ones_like(row),
            "token_type_ids": np.zeros_like(row) if types is None else np.asarray(types, np.int64)[None, :],
            "position_ids": np.arange(row.shape[1], dtype=np.int64)[None, :],
        }
        feed = {name: values[name].astype(dtype, copy=False) for name, dtype in self._inputs.items()}
        output = self._session.run([self._output], feed, f"a sequence of {row.shape[1]} tokens")[0]
        return np.ascontiguousarray(output[0], dtype=np.float32)

    def _read_signature(self, session: Any) -> None:  # noqa: ANN401 - untyped package
        self._inputs = _inputs(session, self.path)
        names = [output.name for output in session.get_outputs()]
        self._output = next((name for name in _OUTPUTS if name in names), names[0])


def _inputs(session: Any, path: Path) -> dict[str, Any]:  # noqa: ANN401 - untyped package
    known = ("input_ids", "attention_mask", "token_type_ids", "position_ids")
    inputs = {item.name: _TYPES.get(item.type) for item in session.get_inputs()}
    unknown = sorted(name for name, dtype in inputs.items() if name not in known or dtype is None)
    if unknown or "input_ids" not in inputs:
        message = (
            f"{path} wants the inputs {sorted(inputs)}; excerpt gives integers for {list(known)}: "
            "export the checkpoint again with `excerpt models export`"
        )
        raise ModelError(message)
    return inputs
