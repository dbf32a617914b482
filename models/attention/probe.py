"""Sentinel's probe: a logistic regression from attention to the probability that a sentence is evidence.

A probe file is JSON, or safetensors with the same settings in its metadata. It names the proxy that it was trained
with and the fingerprint of everything a feature depends on. The number of features could not tell a wrong proxy:
Qwen2.5-0.5B (24 layers of 14 heads) and 1.5B (28 of 12) both have 336. Pickles are not read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.models.attention.protocols import AttentionProxy
from excerpt.models.card import read_json
from excerpt.models.directories import find_directory
from excerpt.models.runtime.tensors import read_tensors

__all__ = ["PROBE_FILE", "Columns", "Probe", "feature_columns"]

PROBE_FILE = "probe.json"
_FORM = "excerpt-sentinel-probe-1"
_FLOOR = 1e-3
_ARRAYS = ("coefficients", "mean", "scale")
_SETTINGS = {
    "columns": str,
    "titles": bool,
    "max_tokens": int,
    "proxy": str,
    "fingerprint": str,
    "settings": Mapping,
    "facts": Mapping,
}

Floats = NDArray[np.float64]
Columns = Literal["log-share", "mean"]
"""What a column holds. ``"log-share"``: the logarithm of the attention as a multiple of even attention, plus a
thousandth; it means the same in a short and in a long context. ``"mean"``: the mean attention itself, as published."""


@dataclass(frozen=True, eq=False)
class Probe:
    """Weights, and what they belong to.

    Args:
        coefficients: Float64 ``(width,)``.
        intercept: Added to the weighted sum.
        mean: Subtracted from each column first, ``(width,)``.
        scale: Each column is then divided by it, ``(width,)``, above 0.
        columns: What a column holds.
        titles: Whether passages are read with their titles.
        max_tokens: The window that it was trained with.
        proxy: Name of the proxy.
        fingerprint: Of the proxy; empty for a probe from elsewhere that was not adopted yet.
        settings: The proxy's settings, to say which of them differs.
        facts: What else is known: data, recipe, measurements.
    """

    coefficients: Floats
    intercept: float
    mean: Floats
    scale: Floats
    columns: Columns = "log-share"
    titles: bool = True
    max_tokens: int = 256
    proxy: str = ""
    fingerprint: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, name_or_path: str | Path) -> Self:
        """The probe of a ``.json`` or ``.safetensors`` file, a directory with a ``probe.json``, or a bundled name.

        Raises:
            ModelError: It is missing, is no probe, or something in it is wrong.
        """
        path = Path(name_or_path).expanduser()
        if not path.is_file():
            path = find_directory(name_or_path) / PROBE_FILE
        values = _from_safetensors(path) if path.suffix == ".safetensors" else read_json(path)
        if values.pop("form", None) != _FORM:
            message = f"{path} is not a probe of the form {_FORM}; `excerpt train sentinel` makes one"
            raise ModelError(message)
        try:
            weights, mean, scale = (np.array(values.pop(name), dtype=np.float64) for name in _ARRAYS)
            probe = cls(weights, float(values.pop("intercept")), mean, scale, **values)
        except (KeyError, TypeError, ValueError) as error:
            message = f"{path} is no whole probe: {error!r}"
            raise ModelError(message) from error
        probe._check(path)
        return probe

    def save(self, path: Path) -> None:
        """Write a ``.json`` or ``.safetensors`` file.

        Raises:
            MissingExtraError: The package safetensors is not installed (for that form).
        """
        settings = {
            "form": _FORM,
            "proxy": self.proxy,
            "fingerprint": self.fingerprint,
            "settings": dict(self.settings),
            "columns": self.columns,
            "titles": self.titles,
            "max_tokens": self.max_tokens,
            "facts": dict(self.facts),
            "intercept": self.intercept,
        }
        arrays = {name: np.asarray(getattr(self, name), dtype=np.float64) for name in _ARRAYS}
        if path.suffix == ".safetensors":
            numpy = require("safetensors.numpy", extra="torch", purpose=f"writing {path}")
            numpy.save_file(
                arrays, path, metadata={key: json.dumps(value) for key, value in settings.items()}
            )
            return
        lists = {name: values.tolist() for name, values in arrays.items()}
        path.write_text(json.dumps(settings | lists, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def adopted(self, proxy: AttentionProxy) -> Self:
        """A copy that belongs to ``proxy``: for a probe from elsewhere, on your own word that it was made with it.

        Raises:
            ModelError: The proxy has another number of features.
        """
        copy = replace(
            self,
            proxy=proxy.name,
            fingerprint=proxy.fingerprint,
            settings=dict(proxy.settings),
            max_tokens=proxy.max_tokens,
        )
        copy.check_proxy(proxy)
        return copy

    def check_proxy(self, proxy: AttentionProxy) -> None:
        """Refuse a proxy that the probe was not trained with.

        Raises:
            ModelError: The fingerprint is another, or the number of features.
        """
        width = len(proxy.queries) * proxy.layers * proxy.heads
        if self.fingerprint == proxy.fingerprint and width == len(self.coefficients):
            return
        if self.fingerprint == "":
            reason = "it does not say what it was trained with (see Probe.adopted)"
        elif width != len(self.coefficients):
            reason = f"it has {len(self.coefficients)} features, the proxy {width}"
        else:
            both = {*self.settings, *proxy.settings}
            differ = sorted(key for key in both if self.settings.get(key) != proxy.settings.get(key))
            reason = f"these differ: {', '.join(differ) or 'fingerprint'}"
        message = (
            f"this probe was trained with the proxy {self.proxy!r} and does not fit {proxy.name!r}: {reason}. Use "
            "that proxy, train a probe with `excerpt train sentinel`, or rank by raw attention with probe=None"
        )
        raise ModelError(message)

    def probability(self, shares: Floats, context_tokens: int) -> Floats:
        """P(evidence) of each sentence, float64 ``(sentences,)``.

        Args:
            shares: Attention as a multiple of even attention, ``(sentences, width)``.
            context_tokens: Of the whole context: its even attention is one part in so many.
        """
        rows = feature_columns(shares, context_tokens, self.columns)
        # Row by row, so that a sentence's number does not depend on how many there are.
        logits = ((rows - self.mean) / self.scale * self.coefficients).sum(axis=1) + self.intercept
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -500, 500))), dtype=np.float64)

    def _check(self, path: Path) -> None:
        arrays = [getattr(self, name) for name in _ARRAYS]
        whole = self.coefficients.ndim == 1 and len({values.shape for values in arrays}) == 1
        finite = np.isfinite(self.intercept) and all(np.isfinite(values).all() for values in arrays)
        if not whole or not finite or (self.scale <= 0).any():
            message = (
                f"{path}: coefficients, mean and scale need one length, finite numbers, and scales above 0"
            )
            raise ModelError(message)
        wrong = [name for name, kind in _SETTINGS.items() if not isinstance(getattr(self, name), kind)]
        if wrong or self.columns not in get_args(Columns):
            known = ", ".join(get_args(Columns))
            message = f"{path}: wrong type of {', '.join(wrong) or 'nothing'}, or columns none of {known}"
            raise ModelError(message)


def feature_columns(shares: Floats, context_tokens: int, columns: Columns) -> Floats:
    """What a probe reads, from attention as a multiple of even attention; ``(sentences, width)``."""
    if columns == "mean":
        return shares / max(context_tokens, 1)
    return np.asarray(np.log(shares + _FLOOR), dtype=np.float64)


def _from_safetensors(path: Path) -> dict[str, Any]:
    """Tensors and settings; the settings stand in the metadata, as JSON."""
    tensors, metadata = read_tensors(path, "numpy")
    try:
        return {key: json.loads(value) for key, value in metadata.items()} | tensors
    except ValueError as error:
        message = f"{path} has metadata that are not JSON: {error}"
        raise ModelError(message) from error
