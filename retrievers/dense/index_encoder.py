"""The encoder of an index: loaded when a search first needs it, and only the one that made its vectors."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from excerpt.contracts import CompressorContract, PrecomputedContract, ScorerContract, with_defaults
from excerpt.errors import ModelError, StoreError
from excerpt.parallel.forks import ForkLock
from excerpt.retrievers.dense.encoding import EncoderLike, TextEncoder, load_encoder
from excerpt.retrievers.store.manifest import Manifest
from excerpt.values.stored import Precomputed

__all__ = ["IndexEncoder", "encoder_for"]


class IndexEncoder:
    """Safe to use from several threads.

    Args:
        path: The index, for messages.
        manifest: What it was built with.
        encoder: The encoder, where it is there already; None to load it by its name when it is needed.

    Raises:
        StoreError: The index was built with another encoder.
        ModelError: The encoder cannot be had.
    """

    def __init__(self, path: Path, manifest: Manifest, encoder: EncoderLike | None = None) -> None:
        self._path = path
        self._loading = ForkLock()
        self._encoder: TextEncoder | None = None
        if encoder is not None:
            self._encoder = self._matching(load_encoder(encoder), manifest)

    def ready(self, manifest: Manifest) -> TextEncoder:
        """The encoder, loaded if it was not.

        Raises:
            StoreError: The index has no vectors, or they are another encoder's.
            ModelError: The encoder cannot be had.
        """
        if manifest.encoder is None:
            message = f"{self._path}: this index has no vectors; search it with mode='lexical'"
            raise StoreError(message)
        with self._loading:
            if self._encoder is None:
                self._encoder = self._loaded(manifest.encoder.name)
        return self._matching(self._encoder, manifest)

    def share(self, stages: Iterable[Any], manifest: Manifest) -> None:
        """Take the encoder of a chain's stage, where it is the one that the index was built with."""
        built = manifest.encoder
        for stage in stages:
            encoder = with_defaults(with_defaults(stage, CompressorContract).scorer, ScorerContract).encoder
            if built and isinstance(encoder, TextEncoder) and encoder.fingerprint == built.fingerprint:
                with self._loading:
                    self._encoder = encoder

    def _loaded(self, name: str) -> TextEncoder:
        try:
            return load_encoder(name)
        except ModelError as error:
            message = (
                f"{self._path}: was built with the encoder {name!r}, which cannot be loaded by that name ({error}); "
                "give it to Index.open(path, encoder=...)"
            )
            raise ModelError(message) from error

    def _matching(self, encoder: TextEncoder, manifest: Manifest) -> TextEncoder:
        built = manifest.encoder
        if built is not None and (encoder.fingerprint, encoder.dim) != (built.fingerprint, built.dim):
            message = (
                f"{self._path}: was built with the encoder {built.name!r} (fingerprint {built.fingerprint}), and "
                f"cannot be searched with {encoder.name!r} (fingerprint {encoder.fingerprint}); open it with the "
                "first, or rebuild it"
            )
            raise StoreError(message)
        return encoder


def encoder_for(encoder: EncoderLike, sources: Mapping[str, Precomputed]) -> TextEncoder:
    """The encoder, the same object that a source has where it is the same model: it then encodes each text once.

    Raises:
        ModelError: The encoder cannot be had.
    """
    loaded = load_encoder(encoder)
    for source in sources.values():
        own = with_defaults(source, PrecomputedContract).encoder
        if isinstance(own, TextEncoder) and own.fingerprint == loaded.fingerprint:
            return own
    return loaded
