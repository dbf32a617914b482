"""Tests of excerpt.values.stored."""

from collections.abc import Sequence

import numpy as np

from excerpt.tokens import resolve_tokenizer
from excerpt.values.stored import Columns, Precomputed, Recall, count_fingerprint
from excerpt.values.types import Context, Passage, Units

PASSAGES = [Passage("a mill"), Passage("a long river"), Passage("bees")]


class Lengths:
    """A source that remembers what it computed."""

    name, fingerprint = "lengths", "lengths-1"

    def __init__(self) -> None:
        self.computed: list[str] = []

    def signals(self, passages: Sequence[Passage]) -> list[int]:
        """Characters."""
        self.computed += [passage.text for passage in passages]
        return [len(passage.text) for passage in passages]

    def columns(self, signals: int) -> Columns:
        """One number."""
        return {"length": np.array([signals])}

    def restored(self, columns: Columns) -> int:
        """The number."""
        return int(columns["length"][0])


class Shelf:
    """A store that knows some texts under one fingerprint, and counts how often it is asked."""

    def __init__(self, known: dict[str, Columns], fingerprint: str = "lengths-1") -> None:
        self.known, self.fingerprint, self.asked = known, fingerprint, 0

    def find(self, fingerprint: str, passages: Sequence[Passage]) -> list[Columns | None]:
        """What is on the shelf."""
        self.asked += 1
        return [self.known.get(p.text) if fingerprint == self.fingerprint else None for p in passages]


def test_stored_signals_are_taken_and_the_rest_computed() -> None:
    """In the order asked for."""
    source, shelf = Lengths(), Shelf({"a long river": {"length": np.array([77])}})
    context = Context.start("q", PASSAGES, Recall(shelf))
    assert context.signals(source, [2, 1, 0]) == [4, 77, 6]
    assert source.computed == ["bees", "a mill"]
    assert context.recall is not None
    assert context.recall.counted() == {"lengths": (1, 3)}
    assert context.recall.counted() == {}


def test_another_fingerprint_finds_nothing() -> None:
    """Signals of another model are not mistaken for this one's."""
    shelf = Shelf({"bees": {"length": np.array([77])}}, fingerprint="lengths-0")
    assert Context.start("q", PASSAGES, Recall(shelf)).signals(Lengths(), [2]) == [4]


def test_a_passage_is_looked_for_once_a_call() -> None:
    """Splitting and the check after the fact ask for the same."""
    shelf = Shelf({})
    recall = Recall(shelf)
    recall.stored(Lengths(), PASSAGES)
    recall.stored(Lengths(), PASSAGES[:2])
    assert shelf.asked == 1
    assert recall.counted() == {"lengths": (0, 3)}


def test_without_a_store_all_is_computed() -> None:
    """A context of its own accord knows nothing."""
    assert Context.start("q", PASSAGES).signals(Lengths(), [0]) == [6]


def test_counts_are_found_by_their_very_characters() -> None:
    """A unit that ends elsewhere was not counted."""
    columns = {"start": np.array([0, 7]), "end": np.array([6, 12]), "tokens": np.array([3, 9])}
    recall = Recall(Shelf({"a long river": columns}, fingerprint="c"))
    units = Units.of("sentence", [[(0, 2)], [(0, 6), (7, 11), (7, 12)], []])
    assert recall.token_counts("c", PASSAGES, units).tolist() == [-1, 3, -1, 9]


def test_a_function_has_no_fingerprint() -> None:
    """Its counts cannot be told from those of another."""
    assert count_fingerprint(resolve_tokenizer(len)) is None
    assert count_fingerprint(resolve_tokenizer("bundled")) is not None


def test_the_contract_is_a_shape() -> None:
    """No base class."""
    assert isinstance(Lengths(), Precomputed)


def test_whole_texts_are_known_only_together() -> None:
    """One passage that was not counted, and the text has to be counted as it is."""
    shelf = Shelf({text: {"whole": np.array([len(text)])} for text in ("a mill", "bees")}, "c")
    assert Recall(shelf).text_tokens("c", [PASSAGES[0], PASSAGES[2]]) == [6, 4]
    assert Recall(shelf).text_tokens("c", PASSAGES) is None
