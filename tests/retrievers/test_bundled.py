"""The index with the encoder that ships with the package, and the chain behind it."""

from pathlib import Path

import pytest

from excerpt import Budget
from excerpt.errors import StoreError
from excerpt.retrievers import Index

PASSAGES = [
    {
        "id": "mill",
        "title": "Watermills",
        "text": "A watermill uses the force of a stream to grind grain. It has a wheel.",
    },
    {"id": "bees", "title": "Bees", "text": "Honeybees live in colonies. A queen lays all of the eggs."},
    {"id": "tea", "title": "Tea", "text": "Green tea is steeped at a lower temperature than black tea."},
    {
        "id": "ice",
        "title": "Glaciers",
        "text": "A glacier is a slow river of ice. It carves valleys as it moves.",
    },
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index made with the bundled encoder."""
    made = tmp_path_factory.mktemp("bundled") / "a.excerpt"
    Index.build(PASSAGES, made)
    return made


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("which insects make honey", "bees"),
        ("frozen water shaping the land", "ice"),
        ("making flour", "mill"),
    ],
)
def test_meaning_finds_passages_without_the_words(path: Path, question: str, expected: str) -> None:
    """The encoder is loaded by its name when the first search needs it."""
    assert Index.open(path).search(question, 1, mode="dense")[0].passage.id == expected


def test_the_answer_fits_the_budget(path: Path) -> None:
    """Search and compression in one call."""
    result = Index.open(path).compress("who lays the eggs", k=3, budget=Budget(tokens=20))
    assert "queen lays all of the eggs" in result.text
    assert result.tokens_out <= 20


def test_one_text_or_many_give_the_same_vectors(path: Path, tmp_path: Path) -> None:
    """Encoding in other batches changes no byte."""
    Index.build(PASSAGES, tmp_path / "b.excerpt", batch=1)
    vectors = [next(root.rglob("vectors.npy")).read_bytes() for root in (path, tmp_path / "b.excerpt")]
    assert vectors[0] == vectors[1]


def test_a_stand_in_cannot_search_it(path: Path) -> None:
    """Vectors of another encoder would be nonsense."""
    from fakes.hash_encoder import HashEncoder

    with pytest.raises(StoreError, match="all-MiniLM-L6-v2"):
        Index.open(path, encoder=HashEncoder(384))
