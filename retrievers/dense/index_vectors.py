"""An index's own vectors, given out like any stored feature.

The counterpart of `excerpt.compressors.vectors.document_vectors`, which asks for them and computes those that are
missing.
"""

from collections.abc import Sequence

from excerpt.compressors.vectors.document_vectors import VECTOR, vectors_fingerprint
from excerpt.retrievers.hits import INDEX_ROW
from excerpt.retrievers.store.generation import Generation
from excerpt.retrievers.store.parts import VECTORS
from excerpt.values.stored import Columns, Store
from excerpt.values.types import Passage

__all__ = ["IndexVectors"]


class IndexVectors:
    """Stored features of an index, and among them the vector of each passage that a search found in it.

    A passage is found by the row that `Hit.scored` notes, and only if that row holds its very title and text.

    Args:
        generation: The open index.
    """

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._features: Store = generation.features
        encoder, files = generation.manifest.encoder, generation.manifest.parts.get(VECTORS)
        self._own: str | None = None
        if encoder is not None and files is not None:
            rules = str(files.settings.get("rules"))
            self._own = vectors_fingerprint(encoder.fingerprint, normalized=True, rules=rules)

    def find(self, fingerprint: str, passages: Sequence[Passage]) -> Sequence[Columns | None]:
        """As `excerpt.values.stored.Store.find`."""
        if self._own is None or fingerprint != self._own:
            return self._features.find(fingerprint, passages)
        return [self._vector(passage) for passage in passages]

    def _vector(self, passage: Passage) -> Columns | None:
        row = passage.metadata.get(INDEX_ROW)
        table, vectors = self._generation.passages, self._generation.vectors
        if vectors is None or not isinstance(row, int) or not 0 <= row < len(table):
            return None
        stored = table.passage(row)
        if (stored.title, stored.text) != (passage.title, passage.text):
            return None
        return {VECTOR: vectors[row][None]}
