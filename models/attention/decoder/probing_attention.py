"""An attention function for transformers that answers as ``sdpa`` does and probes a few query rows on the way.

It is registered by name in transformers' own tables of attention and mask functions. What is probed comes with each
call, as a keyword argument of the model's ``forward`` that transformers hands down to the attention function; so there
is no state between calls, and models and threads do not know of each other. Without that argument it is ``sdpa``.
"""

from typing import Any

from torch import Tensor

from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.kernels.attention_probe import attention_probe
from excerpt.kernels.backend import Backend
from excerpt.kernels.probe_plan import Pooled, ProbePlan

__all__ = ["ATTENTION", "Enough", "LayerProbe", "register"]

ATTENTION = "excerpt_probe"
"""The name under which transformers knows it."""
_UNKNOWN = ("softcap", "s_aux", "position_bias")
"""What some layers do to their logits, and the probe does not."""


class Enough(Exception):  # noqa: N818 - not an error: the rest of the network is not wanted
    """Raised in the last probed layer, once its keys are there: ends the forward pass."""


class LayerProbe:
    """Collects what one forward pass shows, layer by layer.

    Args:
        layers: After how many layers to stop.
        plan: What to look at; None looks at nothing (a pass that only fills a cache).
        backend: Of the kernel; default: Triton on CUDA, torch elsewhere.
    """

    def __init__(self, layers: int, plan: ProbePlan | None = None, *, backend: Backend = "auto") -> None:
        self.layers = layers
        self.plan = plan
        self.backend: Backend = backend
        self._seen = 0
        self._sums: list[Tensor] = []

    def see(self, query: Tensor, key: Tensor, scale: float, window: int | None) -> None:
        """Look at one layer; layers come in their order.

        Raises:
            Enough: It was the last one.
        """
        if self.plan is not None:
            layout, backend = self.plan.layout, self.backend
            self._sums.append(
                attention_probe(query, key, layout, scale=scale, window=window, backend=backend)
            )
        self._seen += 1
        if self._seen == self.layers:
            raise Enough

    def features(self) -> list[Pooled]:
        """What was seen of each sequence; the columns are layer-major.

        Raises:
            ModelError: Fewer layers were seen than there are.
        """
        torch = require("torch", extra="torch", purpose="probing a decoder")
        if self.plan is None or len(self._sums) != self.layers:
            message = (
                f"{len(self._sums)} of {self.layers} layers asked for their attention through transformers' interface: "
                "this architecture cannot be probed"
            )
            raise ModelError(message)
        return self.plan.pool(torch.cat(self._sums, dim=-1))


def register() -> None:
    """Make the function known to transformers; doing it again changes nothing."""
    transformers = require("transformers", extra="torch", purpose="probing a decoder")
    masks = require("transformers.masking_utils", extra="torch", purpose="probing a decoder")
    transformers.AttentionInterface.register(ATTENTION, _probing_attention)
    transformers.AttentionMaskInterface.register(ATTENTION, masks.sdpa_mask)


def _probing_attention(
    module: Any,  # noqa: ANN401 - untyped package
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **settings: Any,  # noqa: ANN401 - whatever the layer passes on
) -> tuple[Tensor, None]:
    from transformers.integrations.sdpa_attention import sdpa_attention_forward  # noqa: PLC0415 - heavy

    probe: LayerProbe | None = settings.pop("excerpt_probe", None)
    if probe is not None:
        _check_layer(module, settings)
        scale = settings.get("scaling")
        probe.see(
            query, key, query.shape[-1] ** -0.5 if scale is None else scale, settings.get("sliding_window")
        )
    result: tuple[Tensor, None] = sdpa_attention_forward(
        module, query, key, value, attention_mask, **settings
    )
    return result


def _check_layer(module: Any, settings: dict[str, Any]) -> None:  # noqa: ANN401 - untyped package
    unknown = [name for name in _UNKNOWN if settings.get(name) is not None]
    if unknown or not getattr(module, "is_causal", True):
        what = f"uses {', '.join(unknown)}" if unknown else "is not causal"
        message = f"{type(module).__name__} {what}, which the probe cannot follow: take another decoder"
        raise ModelError(message)
