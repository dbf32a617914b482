"""Tests of excerpt.retrievers.dense.index_encoder."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes.hash_encoder import HashEncoder

from excerpt.errors import StoreError
from excerpt.retrievers.dense.index_encoder import IndexEncoder, encoder_for
from excerpt.retrievers.store.manifest import EncoderIdentity, Manifest


def manifest(encoder: HashEncoder | None) -> Manifest:
    """Of an index that was built with an encoder."""
    built = None if encoder is None else EncoderIdentity(encoder.name, encoder.fingerprint, encoder.dim)
    return Manifest(1, built, "auto", "float32", {})


def test_the_encoder_of_a_chain_is_shared_where_it_is_the_same() -> None:
    """Another one is left alone."""
    built = manifest(HashEncoder())
    shared, other = HashEncoder(), HashEncoder(8)
    holder = IndexEncoder(Path("i"), built, HashEncoder())
    holder.share(
        [SimpleNamespace(scorer=SimpleNamespace(encoder=encoder)) for encoder in (shared, other)], built
    )
    assert holder.ready(built) is shared


def test_another_encoder_is_refused() -> None:
    """When it is given, and when the index was written again with another meanwhile."""
    with pytest.raises(StoreError, match="cannot be searched with 'hash'"):
        IndexEncoder(Path("i"), manifest(HashEncoder()), HashEncoder(8))
    holder = IndexEncoder(Path("i"), manifest(HashEncoder()), HashEncoder())
    with pytest.raises(StoreError, match="open it with the first"):
        holder.ready(manifest(HashEncoder(8)))
    with pytest.raises(StoreError, match="has no vectors"):
        holder.ready(manifest(None))


def test_a_sources_own_encoder_is_taken() -> None:
    """It then encodes each text once."""
    own = HashEncoder()
    assert encoder_for(HashEncoder(), {"evidence": SimpleNamespace(encoder=own)}) is own  # type: ignore[dict-item]
    given = HashEncoder(8)
    assert encoder_for(given, {"evidence": SimpleNamespace(encoder=own)}) is given  # type: ignore[dict-item]
