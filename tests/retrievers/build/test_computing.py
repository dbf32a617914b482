"""What a build computes, and in which order."""

import threading

import pytest

from excerpt.compressors.evidence import signals
from excerpt.retrievers import Index
from excerpt.retrievers.build.computing import read_ahead
from excerpt.retrievers.build.sources import TokenCounts
from excerpt.tokens import resolve_tokenizer
from excerpt.values.coerce import to_passages


def test_the_next_part_is_worked_on_while_one_is_used() -> None:
    """It has begun before the consumer asks for it, and results come in order."""
    begun = [threading.Event() for _ in range(3)]

    def work(number: int) -> int:
        begun[number].set()
        return number

    for number in read_ahead(work, range(3)):
        if number < 2:
            assert begun[number + 1].wait(10)
    assert list(read_ahead(str, [])) == []
    assert list(read_ahead(str, [1, 2, 3])) == ["1", "2", "3"]


def test_an_error_comes_where_its_result_would() -> None:
    """What was made before it is not lost."""

    def work(number: int) -> float:
        return 1 / (2 - number)

    found = read_ahead(work, range(4))
    assert [next(found), next(found)] == [0.5, 1.0]
    with pytest.raises(ZeroDivisionError):
        next(found)


TEXTS = [
    'The mill burned in 1859. It was rebuilt within 2 years.\n\nname,price\nrye,3\noats,"4,50"',
    "# Rivers\n\nThe Elbe is 1,094 km long.\n\n## Floods\n\nNot every spring brings one.",
    "",
    "磨坊在河边。很好。",
]


def _files(folder, features):
    Index.build(TEXTS, folder, encoder=None, features=features)
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.arrow"))}


def test_a_source_works_with_what_was_computed_beside_it(tmp_path, monkeypatch):
    """Records and guards that are stored too are found once, and what is made with them is the same bytes."""
    features = ["records", "guards", "tokens", "evidence"]
    alone = _files(tmp_path / "alone", features[::-1])
    monkeypatch.setattr(signals, "split_records", None)
    assert _files(tmp_path / "beside", features) == alone


class DoubledCounts(TokenCounts):
    """Twice the tokens: it overrides ``signals`` and inherits ``signals_beside``."""

    def signals(self, passages):
        return [{**one, "tokens": 2 * one["tokens"]} for one in super().signals(passages)]


def test_a_subclass_that_overrides_signals_alone_is_asked_for_them(tmp_path):
    """The inherited way beside other signals knows nothing of it."""
    counter = resolve_tokenizer("bundled")
    plain, doubled = TokenCounts(counter, "counts"), DoubledCounts(counter, "counts")
    for source, folder in ((plain, tmp_path / "plain"), (doubled, tmp_path / "doubled")):
        Index.build(TEXTS, folder, encoder=None, features=[source])
    passages = to_passages(TEXTS)
    (first, *_), (twice, *_) = (
        Index.open(tmp_path / name).features.find(plain.fingerprint, passages)
        for name in ("plain", "doubled")
    )
    assert twice["tokens"].tolist() == (2 * first["tokens"]).tolist()
