"""Reading in rounds: what is read, in which order, and what is said of the rest."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from fakes.token_hash_encoder import TokenHashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt import Budget, Chain, Passage
from excerpt.compressors.cascade.rounds import CASCADE_FILES, Cascade
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.scorers.evidence import (
    CARD_FILE,
    RANKER_FILE,
    EvidenceScore,
    evidence_score,
    load_ranker,
)
from excerpt.compressors.units.splitting import split
from excerpt.errors import ConfigError, ModelError
from excerpt.models.directories import find_directory
from excerpt.values.stored import Recall
from excerpt.values.types import Context

QUESTION = "Where was the builder of the Karsk mill born?"
MILL = Passage(
    "The Karsk mill stands on a hill. It was built by Ada Brenn in a wet year.", title="Karsk mill"
)
BRENN = Passage(
    "She came from Torvik, a town of fishermen. She painted boats all her life.", title="Ada Brenn"
)
EVERYTHING = ("cut", [0.0], [0.0, 0.0])


def fillers(count):
    return [
        Passage(
            f"Cargo number {number} waits in the northern shed. It is dry and heavy there.",
            title=f"Shed {number}",
        )
        for number in range(count)
    ]


class Steps:
    """A step function of one feature in the place of trees."""

    def __init__(self, name, edges, values):
        self.feature_names = (name,)
        self.edges, self.values = edges, np.array(values, dtype=np.float32)

    def score(self, features):
        return self.values[np.searchsorted(self.edges, features[:, 0])]


def cascade(before, after=None, gain=0.001):
    return Cascade(Steps(*before), Steps(*(after or before)), gain)


def scorer(before=EVERYTHING, after=None, gain=0.001):
    return EvidenceScore(
        TokenHashEncoder(), load_ranker("evidence-ranker"), cascade=cascade(before, after, gain)
    )


@pytest.fixture(autouse=True)
def _small_inputs_too(monkeypatch):
    """Rounds for inputs of a few sentences."""
    monkeypatch.setattr("excerpt.compressors.cascade.whether._WORTH_A_ROUND", 0)


def read(score, passages, tokens=30, question=QUESTION):
    context = Context.start(question, passages)
    units = split("record", context)
    return score.read_partly(context, units, tokens, lambda: None), units, context


def test_reading_everything_in_rounds_is_the_full_pass():
    """Bit for bit, and the report says that all was read."""
    score = scorer()
    found, units, context = read(score, [*fillers(20), MILL, BRENN])
    assert np.array_equal(found.scores, score.score(context, units))
    assert found.share.tokens == found.share.of
    assert found.share.rounds == 3
    assert "the rest" not in str(found.share)


def test_the_switch_gives_the_full_pass():
    """A least gain of 0 reads everything at once, as a ranker without a cascade does."""
    assert evidence_score().cascade is not None
    assert evidence_score(least_gain=0.2).cascade.least_gain == 0.2
    assert evidence_score(least_gain=0).cascade is None
    off = replace(scorer(), cascade=None)
    result = Chain([Extractive("ranker", "record", off)]).compress(
        QUESTION, [MILL, *fillers(20), BRENN], budget=30
    )
    assert result.report.stages[0].read is None
    assert len(off.encoder.seen) == 23  # the question too


def test_a_setting_without_a_cascade_is_refused(tmp_path):
    """It could not be kept."""
    for name in (RANKER_FILE, CARD_FILE):
        shutil.copy(find_directory("evidence-ranker") / name, tmp_path)
    with pytest.raises(ConfigError, match="has no cascade"):
        evidence_score(str(tmp_path), least_gain=0.1)
    with pytest.raises(ConfigError, match="at least 0"):
        evidence_score(least_gain=-1)


@pytest.mark.parametrize(("name", "gain"), [("evidence-ranker", 0.05), ("evidence-ranker-compact", 0.02)])
def test_bundled_rankers_read_in_rounds(name, gain):
    """At the setting that was measured with each."""
    found = Cascade.load(find_directory(name))
    assert found is not None
    assert found.least_gain == gain


def test_the_report_counts_what_the_encoder_read():
    """Special tokens and titles included; it says how much there is, and what the rest may hold."""
    score = scorer(("cut", [-1.0], [-12.0, 0.0]))
    chain = Chain([Extractive("ranker", "record", score)])
    report = chain.compress(QUESTION, [*fillers(30), MILL, BRENN], budget=30).report.stages[0]
    read_tokens = sum(len(text.split()) + 2 for text in score.encoder.seen if text != QUESTION)
    assert report.read.tokens == read_tokens < report.read.of
    row = report.to_dict()
    assert (row["tokens_read"], row["tokens_there"]) == (report.read.tokens, report.read.of)
    assert f"read {read_tokens:,} of {report.read.of:,} tokens" in report.why
    assert "of the evidence" in report.why


def test_the_second_hop_is_read_because_the_first_names_it():
    """Nothing in the passage about her has a word of the question; the passage about the mill has her name."""
    before = ("behind", [0.5], [0.0, -12.0])
    after = ("named", [0.9], [-12.0, 3.0])
    score = scorer(before, after)
    found, units, context = read(score, [*fillers(30), BRENN, MILL])
    texts = " ".join(score.encoder.seen)
    assert "Karsk mill stands" in texts
    assert "She came from Torvik" in texts
    assert found.share.rounds == 2
    assert sum("Cargo" in text for text in score.encoder.seen) == 0
    assert len(units.texts(context.passages)) == len(found.scores)


def test_what_is_unread_keeps_its_place_by_words():
    """One passage about cargo is read, and of the others the one with the question's words comes first."""
    nothing = ("behind", [-1.0], [0.0, -12.0])
    score = scorer(nothing)
    found, units, context = read(score, [*fillers(10), MILL])
    texts = units.texts(context.passages)
    read_units = np.abs(found.vectors().vectors).sum(axis=1) > 0
    assert found.share.rounds == 1
    assert np.unique(units.passage[read_units]).tolist() == [0]
    assert np.isfinite(found.scores).all()
    assert "Karsk mill" in texts[int(np.argmax(np.where(read_units, -np.inf, found.scores)))]


def test_stored_passages_are_read_from_the_start():
    """They cost nothing, and what they name is read next."""
    after = ("named", [0.9], [-12.0, 3.0])
    score = scorer(("cut", [0.0], [-12.0, -12.0]), after)
    signals = score.signals([MILL])[0]
    score.encoder.seen.clear()

    class Known:
        def find(self, fingerprint, passages):
            there = fingerprint == score.fingerprint
            return [score.columns(signals) if there and passage == MILL else None for passage in passages]

    context = Context.start(QUESTION, [*fillers(10), BRENN, MILL], Recall(Known()))
    found = score.read_partly(context, split("record", context), 30, lambda: None)
    assert [text for text in score.encoder.seen if text != QUESTION] == [f"{BRENN.title}\n{BRENN.text}"]
    assert found.share.of == sum(len(each.titled_text.split()) + 2 for each in [*fillers(10), BRENN])


def test_when_all_is_stored_there_is_nothing_to_read_in_rounds():
    """The scores are those of the full pass then, as they were."""
    score = scorer()
    columns = {passage: score.columns(score.signals([passage])[0]) for passage in (MILL, BRENN)}

    class Known:
        def find(self, fingerprint, passages):
            return [columns.get(passage) for passage in passages]

    context = Context.start(QUESTION, [MILL, BRENN], Recall(Known()))
    units = split("record", Context.start(QUESTION, [MILL, BRENN]))
    assert score.read_partly(context, units, 30, lambda: None) is None


def test_long_passages_are_read_window_by_window():
    """Only the part that matches, with its place in the whole."""
    cargo = " ".join(f"Cargo number {number} waits in the shed over there." for number in range(120))
    long = Passage(f"{cargo} {MILL.text}")
    score = scorer(("behind", [0.5], [0.0, -12.0]))
    found, units, context = read(score, [long])
    seen = [text for text in score.encoder.seen if text != QUESTION]
    assert len(seen) == 1
    assert MILL.text in seen[0]
    assert len(found.scores) == len(units)
    assert units.texts(context.passages)[int(np.argmax(found.scores))] in MILL.text


def test_a_unit_over_two_windows_is_read_whole():
    """A whole passage as a unit: then everything is read at once."""
    long = Passage(" ".join(f"Cargo number {number} waits in the shed over there." for number in range(120)))
    context = Context.start(QUESTION, [long, MILL])
    assert scorer().read_partly(context, split("passage", context), 30, lambda: None) is None


def test_a_thousand_passages_are_read_up_to_the_cap():
    """However much could be expected of them; the chain says so too."""
    score = scorer()
    result = Chain([Extractive("ranker", "record", score)]).compress(
        QUESTION, [*fillers(1000), MILL], budget=60
    )
    read_tokens = result.report.stages[0].read.tokens
    assert 5_000 < read_tokens <= 6_000 + 40
    assert "Karsk mill" in result.text
    assert "the model read at most" in result.report.warnings[0]


def test_a_broken_cascade_is_refused(tmp_path):
    """And none at all is no error."""
    card, before, after = CASCADE_FILES
    assert Cascade.load(tmp_path) is None
    (tmp_path / card).write_text('{"least_gain": "much"}')
    with pytest.raises(ModelError, match="least_gain must be a number"):
        Cascade.load(tmp_path)
    (tmp_path / card).write_text('{"least_gain": 0.1}')
    for name in (before, after):
        shutil.copy(find_directory("evidence-ranker") / "ranker.onnx", tmp_path / name)
    with pytest.raises(ModelError, match="which this version does not make"):
        Cascade.load(tmp_path)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.text("ab \n.,1|", max_size=60), min_size=1, max_size=8), st.integers(1, 60), st.floats(-4, 4)
)
def test_every_unit_has_a_score_whatever_is_read(texts, tokens, logit):
    """The same each time; the share is what was read; what is read holds the best window."""
    passages = [Passage(text) for text in texts]
    context = Context.start("a b", passages)
    units = split("record", context)
    if not len(units):
        return
    table = ("rank", [1.0], [logit, -8.0])
    first, again = (
        scorer(table, gain=5.0).read_partly(context, units, tokens, lambda: None) for _ in range(2)
    )
    assert np.isfinite(first.scores).all()
    assert np.array_equal(first.scores, again.scores)
    assert 0 < first.share.tokens <= first.share.of
    assert 1 <= first.share.rounds <= 3


def test_a_budget_ratio_and_a_batch_read_the_same(monkeypatch):
    """Alone and beside others."""
    score = scorer(("cut", [-1.0], [-12.0, 0.0]))
    chain = Chain([Extractive("ranker", "record", score)])
    passages = [*fillers(20), MILL, BRENN]
    alone = chain.compress(QUESTION, passages, budget=Budget(ratio=0.2))
    others = [passages, passages[:5], passages]
    batch = chain.compress_batch([QUESTION, "Who?", QUESTION], others, budget=Budget(ratio=0.2))
    assert batch[0] == alone == batch[2]


def test_a_ranker_with_a_head_ranks_pieces_of_what_nobody_has_read():
    """Its tokens are of other dimensions than the means of records; of a passage without any read there are none."""
    compact = replace(evidence_score("evidence-ranker-compact"), cascade=cascade(("z", [0.5], [-9.0, 0.0])))
    context = Context.start(QUESTION, [MILL, BRENN, *fillers(2)])
    sentences = split("sentence", context, Guards())
    pieces = replace(sentences, end=sentences.end - 1)
    found = compact.read_partly(context, pieces, 30, lambda: None)
    assert found.share.tokens < found.share.of
    assert np.isfinite(found.scores).all()
