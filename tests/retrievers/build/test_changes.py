"""Tests of excerpt.retrievers.build.changes: what may be asked of an index that is there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from excerpt.errors import ConfigError, InputError, StoreError
from excerpt.retrievers import Index
from excerpt.values.stored import Columns
from excerpt.values.types import Passage

TEXTS = [{"id": str(number), "text": f"mill {number}"} for number in range(4)]


@dataclass(frozen=True)
class Length:
    """A feature of one's own: how long a text is."""

    name: str = "my-length"
    fingerprint: str = "length-1"
    dtype: str = "<i4"

    def signals(self, passages: Sequence[Passage]) -> list[Columns]:
        """One number each."""
        return [{"n": np.array([len(passage.text)]).astype(self.dtype)} for passage in passages]

    def columns(self, signals: Columns) -> Columns:
        """They are columns."""
        return signals

    restored = columns


def build(path: Path, *features: object) -> Index:
    """An index of words."""
    return Index.build(TEXTS, path, encoder=None, features=features)  # type: ignore[arg-type]  # wrong ones are tried


def test_two_features_never_share_a_file(tmp_path: Path) -> None:
    """Names that a file name cannot tell apart are refused, and what is stored stays as it is."""
    with pytest.raises(ConfigError, match="'my-length' would have the same file as my/length"):
        build(tmp_path / "a", Length("my/length"), Length())
    index = build(tmp_path / "a", Length())
    with pytest.raises(ConfigError, match="'my/length' would have the same file as my-length"):
        index.add_features([Length("my/length")])
    Index.open(tmp_path / "a").verify()


def test_no_feature_is_named_like_the_keys(tmp_path: Path) -> None:
    """Its file would be theirs."""
    with pytest.raises(ConfigError, match="the table of keys"):
        build(tmp_path / "a", Length("keys"))


def test_what_is_no_source_is_refused(tmp_path: Path) -> None:
    """The message says what one is."""
    with pytest.raises(ConfigError, match=r"excerpt\.values\.stored\.Precomputed, got object"):
        build(tmp_path / "a", object())


@pytest.mark.parametrize("dtype", ["bool", "O", "U3", ">i4", "c8"])
def test_what_cannot_be_stored_is_refused(tmp_path: Path, dtype: str) -> None:
    """The message names the column."""
    with pytest.raises(InputError, match="column 'my-length/n': integers and floats"):
        build(tmp_path / "a", Length(dtype=dtype))


def test_a_source_that_leaves_passages_out_is_refused(tmp_path: Path) -> None:
    """The message has both numbers."""

    class Forgetful(Length):
        def signals(self, passages: Sequence[Passage]) -> list[Columns]:
            return super().signals(passages[1:])

    with pytest.raises(InputError, match="'my-length': gave signals of 3 passages for 4"):
        build(tmp_path / "a", Forgetful())


def test_adding_asks_for_a_source_of_ones_own(tmp_path: Path) -> None:
    """Its name alone does not make it."""
    index = build(tmp_path / "a", Length())
    with pytest.raises(
        ConfigError, match=r"the feature 'my-length' is not excerpt's; give what makes it to Index\.add"
    ):
        index.add(["a text"])
    index.add(["a text"], features=[Length()])
    assert len(index) == 5


def test_adding_passages_adds_no_feature(tmp_path: Path) -> None:
    """One that is not stored is not passed over in silence."""
    index = build(tmp_path / "a", "records")
    with pytest.raises(
        ConfigError, match=r"my-length are not stored here; store them with Index\.add_features"
    ):
        index.add(["a text"], features=[Length()])


def test_an_older_feature_is_computed_anew(tmp_path: Path) -> None:
    """As the message says."""
    index = build(tmp_path / "a", Length())
    newer = Length(fingerprint="length-2")
    second = Length("second")
    index.add_features([second])
    with pytest.raises(StoreError, match=r"computed anew, `excerpt index add-features .* my-length`"):
        index.add(["a text"], features=[newer, second])
    index.add_features([newer]).add(["a text"], features=[newer, second])
    assert len(index) == 5


@pytest.mark.parametrize(("ids", "why"), [("12", "wrap it in a list"), ([1], "got 1"), (["1", 2], "got 2")])
def test_what_are_no_ids_deletes_nothing(tmp_path: Path, ids: object, why: str) -> None:
    """One string is not taken for its letters, nor a number for an id."""
    index = build(tmp_path / "a")
    with pytest.raises(InputError, match=why):
        index.delete(ids)  # type: ignore[arg-type]  # that is the mistake
    assert len(Index.open(tmp_path / "a")) == 4


def test_deleting_everything_says_what_to_do(tmp_path: Path) -> None:
    """There is no index of nothing."""
    with pytest.raises(InputError, match=r"no passage would be left.*remove the folder"):
        build(tmp_path / "a").delete({"0", "1", "2", "3"})


@pytest.mark.parametrize(
    ("change", "steps"),
    [
        (lambda index, progress: index.add(["one", "two"], progress=progress), (6, 6)),
        (lambda index, progress: index.delete(["3"], progress=progress), (3, 3)),
        (lambda index, progress: index.compact(progress=progress), (4, 4)),
        (lambda index, progress: index.add_features(["records"], progress=progress), (4, 4)),
    ],
)
def test_progress_says_of_how_many(
    tmp_path: Path, change: Callable[..., object], steps: tuple[int, int]
) -> None:
    """So that the time that is left can be shown."""
    calls: list[tuple[str, int, int | None]] = []
    change(build(tmp_path / "a"), lambda *step: calls.append(step))
    assert [step[1:] for step in calls if step[0] == "passages"][-1] == steps


@pytest.mark.parametrize(
    "name", ["current.json", "generation-000001/manifest.json", "generation-000001/terms.utf8"]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    """For want of a right, or here, because it is a link to itself."""
    build(tmp_path / "a")
    path = tmp_path / "a" / name
    path.unlink()
    path.symlink_to(path)
    with pytest.raises(StoreError, match=f"{path.name}: cannot be read"):
        Index.open(tmp_path / "a")
