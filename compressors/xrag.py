"""xRAG: passages as vectors among the reader's input embeddings, one token each (Cheng et al., 2405.13792)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.vectors.document_vectors import DocumentVectors, GivenVectors, VectorSource
from excerpt.compressors.vectors.soft_stage import Fallback, SoftStage
from excerpt.values.types import Context

if TYPE_CHECKING:
    from excerpt.models.xrag.bridge import Bridge

__all__ = ["XRAG"]


class XRAG(SoftStage):
    """Text for the best passages, a vector for each of the rest, under one budget.

    A vector comes from the index, where the passage was embedded when it was indexed, and goes through the bridge: one
    small matrix product, and one token of the reader's window. A vector stands for its whole passage. Which passages
    are the best is what the stages before say, else the order in which they came. Stages after it see only the text,
    and the budget less what the vectors take; while there is text to keep, vectors take at most half of it. Where not
    one sentence of the best passages fits beside the vectors, these are vectors too. Blank passages are dropped.

    Readers that take no embeddings (`Chain.for_reader`) get text, or nothing, as ``fallback`` says.

    Args:
        bridge: A trained bridge (`excerpt train xrag`), or a full checkpoint as xRAG was released: its folder or hub
            name, or loaded.
        text: How many passages stay text.
        fallback: What becomes of the other passages with a reader that takes no embeddings: ``"text"`` leaves them to
            the budget, ``"drop"`` drops them.
        vectors: Where vectors come from; by default from the index, or by the manifest's encoder. A text is the entry
            of ``passage.metadata`` that holds them (`GivenVectors`): a field of the rows that an index was built from.

    Raises:
        ConfigError: An option has an unknown value.
        ModelError: There is no such bridge, or its encoder is not what makes the vectors.
    """

    name = "xrag"
    bridge: "Bridge"

    def __init__(
        self,
        bridge: "str | Path | Bridge",
        *,
        text: int = 0,
        fallback: Fallback = "text",
        vectors: VectorSource | str | None = None,
    ) -> None:
        from excerpt.models.xrag.bridge import Bridge  # noqa: PLC0415 - torch, for those who use it
        from excerpt.models.xrag.loading import load_bridge  # noqa: PLC0415 - as above

        self.check_options(text, fallback)
        super().__init__(bridge if isinstance(bridge, Bridge) else load_bridge(bridge), text, fallback)
        encoder = self.bridge.manifest.encoder
        given = GivenVectors(encoder, vectors) if isinstance(vectors, str) else vectors
        self.vectors: VectorSource = given or DocumentVectors(encoder)
        self.bridge.manifest.check_encoder(self.vectors.traits)

    def _embedded(self, context: Context, chosen: Sequence[int]) -> Sequence[NDArray[np.float32]]:
        """One product for all; as a passage's own rows."""
        return list(self.bridge.project(self.vectors.of(context, chosen))[:, None])
