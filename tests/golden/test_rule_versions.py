"""What a stored signal is made by has a version: its output cannot change without the number changing.

``texts.json`` has texts of many kinds; ``digests.json`` has, for each rule set, the digest of what it made of them
under each version that there was. An index keeps the version beside what it stores, so a change without a new number
would mix old and new signals in silence.
"""

import hashlib
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fakes.hash_encoder import HashEncoder
from fakes.token_hash_encoder import TokenHashEncoder

from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.scorers.centrality_order import CentralityOrder
from excerpt.compressors.scorers.evidence import EvidenceScore
from excerpt.compressors.scorers.keep_probability import KeepProbability
from excerpt.compressors.scorers.late_interaction import MaxSim
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.compressors.units import abbreviations, blocks
from excerpt.compressors.units.offsets import Offsets
from excerpt.compressors.vectors import passage_states
from excerpt.eval.cache.versions import RULE_VERSIONS
from excerpt.retrievers.lexical import terms
from excerpt.values.types import Passage

HERE = Path(__file__).parent
DIGESTS = HERE / "digests.json"


def passages() -> list[Passage]:
    """The texts of the file; all of them as one; a piece without any stop; one sentence for each abbreviation."""
    rows = json.loads((HERE / "texts.json").read_text(encoding="utf-8"))
    given = [Passage(row["text"], title=row["title"]) for row in rows]
    whole = "\n\n".join(passage.text for passage in given)
    return [*given, Passage(whole, title="all"), Passage("corn, oats " * 400), Passage(_abbreviated())]


def _abbreviated() -> str:
    words = sorted({word for name in abbreviations.__all__ for word in getattr(abbreviations, name)})
    texts = (
        f"See {word}. Mill. See {word}. 5 of {word.title()}. Kay {word}! 3. {word} and." for word in words
    )
    return "\n\n".join(texts)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=True).encode()).hexdigest()


def _of_arrays(columns: list[dict[str, np.ndarray]]) -> str:
    named = [
        (name, array.dtype.str, array.shape, hashlib.sha256(array.tobytes()).hexdigest())
        for row in columns
        for name, array in sorted(row.items())
    ]
    return _digest(named)


def _stored(source) -> str:
    return _of_arrays([dict(source.columns(signals)) for signals in source.signals(passages())])


class _Backend:
    """Pieces of at most four characters."""

    def encode_batch(self, texts, *, add_special_tokens):
        assert not add_special_tokens
        spans = [[match.span() for match in re.finditer(r"\w{1,4}|[^\w\s]", text)] for text in texts]
        return [
            SimpleNamespace(ids=[end - start for start, end in tokens], offsets=tokens) for tokens in spans
        ]


class _Classifier:
    """A piece is worth its place in its window."""

    name = fingerprint = "fake"
    max_tokens = 64
    tokenizer = SimpleNamespace(backend=_Backend())

    def frame(self, ids):
        return [0, *ids, 0]

    def keep_probabilities(self, windows, *, check=None):
        assert check is None
        return [np.arange(len(window), dtype=np.float32) / len(window) for window in windows]


class _Head:
    """The first dimensions of a state."""

    fingerprint = "head"

    def read(self, states):
        return states[:, :4]


def _states() -> str:
    rows = passage_states.passage_states(TokenHashEncoder(), passages())
    return _of_arrays([row._asdict() for row in rows])


EVIDENCE = EvidenceScore(TokenHashEncoder(), None)
EVIDENCE_WITH_HEAD = EvidenceScore(TokenHashEncoder(), None, _Head())
SOURCES = {
    "sentences": Offsets("sentence"),
    "records": Offsets("record"),
    "words": Offsets("word"),
    "guards": Guards(),
    "evidence": EVIDENCE,
    "evidence, vectors of a head": EVIDENCE_WITH_HEAD,
    "keep probabilities": KeepProbability(_Classifier()),
    "sentence vectors": EmbeddingSimilarity(HashEncoder()),
    "centrality order": CentralityOrder(HashEncoder()),
    "late interaction": MaxSim(TokenHashEncoder()),
}
RULE_SETS = {
    "blocks": (
        f"blocks-{blocks.RULES_VERSION}",
        lambda: _digest([list(blocks.split_blocks(passage.text)) for passage in passages()]),
    ),
    "states": (passage_states.RULES, _states),
    "search terms": (
        f"terms-{terms.RULES_VERSION}",
        lambda: _digest([terms.terms(passage.text) for passage in passages()]),
    ),
    **{name: (source.fingerprint, lambda source=source: _stored(source)) for name, source in SOURCES.items()},
}


def _complaint(name: str, version: str, digest: str, known: dict[str, str]) -> str:
    where = f"add {json.dumps(version)}: {json.dumps(digest)} under {json.dumps(name)} in {DIGESTS.name}"
    if version in known:
        return (
            f"the output of the rule set {name!r} changed, and its version did not ({version!r}). If it was meant "
            "to: raise RULES_VERSION in the module whose rules changed, run this test again, and it says what to add "
            f"to {DIGESTS.name}. What indexes have stored by the old rules is then computed anew. If it was not: undo "
            "the change."
        )
    return f"the rule set {name!r} has the new version {version!r}: {where}"


@pytest.mark.parametrize("name", RULE_SETS)
def test_output_does_not_change_without_its_version(name):
    """Neither by a change of the rules nor by one of those that they stand on."""
    version, output = RULE_SETS[name]
    known = json.loads(DIGESTS.read_text(encoding="utf-8")).get(name, {})
    digest = output()
    assert known.get(version) == digest, _complaint(name, version, digest, known)


def test_every_version_is_under_this_test():
    """A module with a version that the caches of evaluation do not know would change unseen."""
    versioned = [
        path
        for room in ("compressors", "retrievers", "models", "core")
        for path in sorted((HERE.parents[1] / room).rglob("*.py"))
        if re.search(r"^RULES_VERSION\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    seen = {name.removeprefix("excerpt.") for name in RULE_VERSIONS}
    assert {".".join(path.relative_to(HERE.parents[1]).with_suffix("").parts) for path in versioned} == seen


def test_a_changed_rule_is_noticed(monkeypatch):
    """One word fewer in a list of abbreviations, under the same version."""
    version, output = RULE_SETS["sentences"]
    before = output()
    monkeypatch.setattr(
        "excerpt.compressors.units.full_stops.ALWAYS_OPEN", abbreviations.ALWAYS_OPEN - {"viz"}
    )
    assert output() != before
    assert "raise RULES_VERSION" in _complaint("sentences", version, output(), {version: before})
