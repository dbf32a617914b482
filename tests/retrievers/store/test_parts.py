"""Tests of excerpt.retrievers.store.parts."""

import pytest

from excerpt.errors import ConfigError
from excerpt.retrievers.store.parts import APPROXIMATE, KEYS, PASSAGES, Part, check_features


@pytest.mark.parametrize(
    ("part", "file"),
    [
        (PASSAGES, "passages.arrow"),
        (APPROXIMATE, "approximate.faiss"),
        (Part(KEYS, 1), "keys-0001.npy"),
        (Part("tokens:o200k_base", 12), "tokens-o200k-base-0012.arrow"),
    ],
)
def test_a_part_has_a_file(part: Part, file: str) -> None:
    """A plain name, whatever the feature is called."""
    assert part.file == file


def test_a_part_reads_back() -> None:
    """From what a manifest holds; a feature may be called like a part of the whole index."""
    part = Part("passages", 3)
    assert Part.from_dict(part.to_dict()) == part != PASSAGES


@pytest.mark.parametrize("values", [{"feature": "", "segment": 1}, {"feature": "words", "segment": True}])
def test_what_is_no_part_is_refused(values: dict[str, object]) -> None:
    """Names are not empty, segments are numbers."""
    with pytest.raises(ValueError, match="part"):
        Part.from_dict(values)


def test_two_features_cannot_share_a_file() -> None:
    """Nor may one take the place of the keys."""
    check_features(["tokens", "tokens:a"])
    for features in (["keep:a", "keep-a"], ["keys"], ["key/s", "key.s"]):
        if features != ["keys"]:
            with pytest.raises(ConfigError, match="same file"):
                check_features(features)
    with pytest.raises(ConfigError, match="table of keys"):
        check_features([":keys"])
