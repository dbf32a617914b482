"""The projector of xRAG: two linear layers with a GELU between, from the encoder's space to the reader's."""

from typing import Any

from excerpt.imports.extras import require

__all__ = ["TENSORS", "make_projector"]

TENSORS = ("0.weight", "0.bias", "2.weight", "2.bias")
"""The four tensors, as torch names those of a sequence of three modules."""


def make_projector(encoder_dim: int, reader_dim: int) -> Any:  # noqa: ANN401 - untyped package
    """The network, with torch's own initial weights (``mlp2x_gelu`` in the released settings).

    Args:
        encoder_dim: Length of a passage's vector.
        reader_dim: Length of an input embedding of the reader.
    """
    nn = require("torch", extra="torch", purpose="projecting vectors for a reader").nn
    return nn.Sequential(nn.Linear(encoder_dim, reader_dim), nn.GELU(), nn.Linear(reader_dim, reader_dim))
