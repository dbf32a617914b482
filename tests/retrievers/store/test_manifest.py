"""Tests of excerpt.retrievers.store.manifest."""

import json
from pathlib import Path

import pytest

from excerpt.errors import StoreError
from excerpt.retrievers.store import manifest
from excerpt.retrievers.store.manifest import EncoderIdentity, Manifest, PartFiles, Seal
from excerpt.retrievers.store.parts import PASSAGES, Part

SEAL = Seal(3, "ab", "cd")
WHOLE = Manifest(
    rows=5,
    encoder=EncoderIdentity("hash", "hash-16", 16),
    dense="auto",
    precision="float32",
    parts={
        PASSAGES: PartFiles(5, {"passages.arrow": SEAL}),
        Part("colours"): PartFiles(5, {}, {"model": "ab"}),
        Part("keys", 1): PartFiles(9, {}),
        Part("words", 1): PartFiles(9, {}, {"fingerprint": "words-1"}),
    },
)

LISTED = {"feature": "passages", "segment": 0, "rows": 5, "files": {}, "settings": {}}


def test_stored_features_are_told_from_other_parts() -> None:
    """By their segment; the keys of a segment are no feature."""
    assert WHOLE.features == {"words": {"fingerprint": "words-1"}}
    assert {number: sorted(features) for number, features in WHOLE.segments.items()} == {1: ["keys", "words"]}


def test_a_manifest_reads_back() -> None:
    """Parts that this version does not know are kept."""
    assert Manifest.of(WHOLE.to_json().encode(), Path("m")) == WHOLE


@pytest.mark.parametrize(
    "change",
    [
        {"rows": None},
        {"encoder": {"name": "x"}},
        {"dense": "ivf"},
        {"parts": []},
        {"parts": {"passages": {}}},
        {"parts": [{**LISTED, "rows": 6}]},
        {"parts": [LISTED, LISTED]},
        {"parts": [{**LISTED, "feature": 3}]},
        {"parts": [LISTED, {**LISTED, "segment": -1}]},
        {"parts": [{**LISTED, "files": {"../x": {"bytes": 1, "sha256": "", "sample": ""}}}]},
    ],
)
def test_a_manifest_that_lacks_something_is_refused(change: dict[str, object]) -> None:
    """Missing, contradicting or outward-pointing values are errors that name the file."""
    text = json.dumps({**json.loads(WHOLE.to_json()), **change}).encode()
    with pytest.raises(StoreError, match=r"^m\.json: "):
        Manifest.of(text, Path("m.json"))


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b"{", b"[" * 100_000])
def test_what_is_no_manifest_is_refused(text: bytes) -> None:
    """Nothing that is not ours is read."""
    with pytest.raises(StoreError, match=r"^m\.json: "):
        Manifest.of(text, Path("m.json"))


def test_a_seal_fits_its_file_only(tmp_path: Path) -> None:
    """Another content, another size and a missing file are told apart."""
    path = tmp_path / "f"
    path.write_bytes(b"grain")
    seal = Seal.of(path)
    seal.check(path, whole=False)
    for content, why in ((b"chaff", "checksum differs"), (b"grains", "has 6 bytes, the manifest says 5")):
        path.write_bytes(content)
        with pytest.raises(StoreError, match=why):
            seal.check(path, whole=False)
    path.unlink()
    with pytest.raises(StoreError, match="is missing"):
        seal.check(path, whole=False)


def test_large_files_are_sampled_at_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another large file is told at once; a single flipped byte by hashing all of it."""
    monkeypatch.setattr(manifest, "ALWAYS_HASHED_BYTES", 1000)
    path = tmp_path / "f"
    path.write_bytes(bytes(2_000_000))
    seal = Seal.of(path)
    path.write_bytes(b"\x01" * 2_000_000)
    with pytest.raises(StoreError):
        seal.check(path, whole=False)
    path.write_bytes(bytes(10_000) + b"\x01" + bytes(1_989_999))
    seal.check(path, whole=False)
    with pytest.raises(StoreError):
        seal.check(path, whole=True)
