"""Tests of excerpt.compressors.units.offsets, and of the units that are made of stored offsets."""

from collections.abc import Sequence

import pytest
from fakes.strategies import hostile_text
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.offsets import STORED_KINDS, Offsets
from excerpt.compressors.units.splitting import split
from excerpt.values.stored import Columns, Recall
from excerpt.values.types import Context, Passage

TEXT = "It ran for 3.5 km. It did not stop. See https://example.org/a. Then: “no, never”. 東京です。はい。"


class Everything:
    """A store that knows all of some sources."""

    def __init__(self, *sources: Offsets | Guards) -> None:
        self.sources = {source.fingerprint: source for source in sources}

    def find(self, fingerprint: str, passages: Sequence[Passage]) -> list[Columns | None]:
        """Computed on the spot, as it would have been when a corpus was indexed."""
        source = self.sources.get(fingerprint)
        if source is None:
            return [None] * len(passages)
        return [source.columns(signals) for signals in source.signals(passages)]  # type: ignore[arg-type]


def units(context: Context, kind: str, guards: Guards | None) -> list[tuple[int, int, int]]:
    """Passage, start and end of every unit."""
    found = split(kind, context, guards)
    return list(zip(found.passage.tolist(), found.start.tolist(), found.end.tolist(), strict=True))


@pytest.mark.parametrize("kind", STORED_KINDS)
@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(st.one_of(hostile_text(), st.just(TEXT)), min_size=1, max_size=4), guarded=st.booleans()
)
def test_units_of_stored_offsets_are_those_of_the_text(kind: str, texts: list[str], guarded: bool) -> None:
    """Whatever the text, with guards and without."""
    guards = Guards() if guarded else None
    passages = [Passage(text) for text in texts]
    store = Everything(Offsets(kind), Guards())
    expected = units(Context.start("q", passages), kind, guards)
    assert units(Context.start("q", passages, Recall(store)), kind, guards) == expected


def test_units_of_what_an_earlier_stage_left() -> None:
    """Stored offsets are cut to what is kept, as computed ones are."""
    for kept in ([[(3, 30)], [(0, 5), (8, 40)]], [[], [(0, len(TEXT))]]):
        expected = units(Context.start("q", [Passage(TEXT)] * 2).narrow(kept), "sentence", Guards())
        recall = Recall(Everything(Offsets("sentence"), Guards()))
        context = Context.start("q", [Passage(TEXT)] * 2, recall).narrow(kept)
        assert units(context, "sentence", Guards()) == expected


def test_guards_come_back_with_their_kinds() -> None:
    """In the order they were found."""
    guards = Guards(patterns=("stop",))
    (signals,) = guards.signals([Passage(TEXT)])
    restored = guards.restored(guards.columns(signals))
    assert restored.found == list(guards.found(TEXT))
    assert restored.protected == guards.protected(TEXT)


def test_other_guards_have_another_fingerprint() -> None:
    """Every switch and every pattern counts."""
    options = [{}, {"numbers": False}, {"quotes": False}, {"patterns": ("a",)}, {"patterns": ("b",)}]
    assert len({Guards(**choice).fingerprint for choice in options}) == 5  # type: ignore[arg-type]


def test_the_fingerprint_has_the_versions_of_the_rules() -> None:
    """Sentences depend on blocks; words on themselves alone."""
    assert Offsets("sentence").fingerprint.split()[1:] == ["sentences-2", "blocks-1"]
    assert Offsets("word").fingerprint.split()[1:] == ["words-2"]
