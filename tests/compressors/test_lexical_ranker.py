"""The lexical ranker and the chain `fast`."""

import numpy as np
import pytest

from excerpt import Chain, ConfigError, Passage, compress, load_chain
from excerpt.compressors import LexicalRanker
from excerpt.compressors.scorers.lexical_evidence import LexicalEvidence
from excerpt.compressors.units.splitting import split
from excerpt.values.types import Context

OTHER = "The town council met on Tuesday and spoke about the new park. Nothing was decided."
LOG = "\n".join(
    f"2026-03-0{day} 12:0{minute}:00 {level} worker-{minute} {what}"
    for day in (1, 2)
    for minute, (level, what) in enumerate(
        [
            ("INFO", "started"),
            ("ERROR", f"disk full on volume v{day}"),
            ("INFO", "job done in 3 s"),
            ("WARN", "slow reply"),
        ]
    )
)
CODE = '''
def load_users(path):
    """Read all users."""
    with open(path) as file:
        return [line.strip() for line in file]


def retry_delay(attempt, base=0.5):
    limit = 30.0
    return min(limit, base * 2**attempt)
'''
CSV = "name;city;born\n" + "\n".join(f"Person{number};Town{number};19{number:02d}" for number in range(30))


@pytest.mark.parametrize(
    ("query", "text", "wanted"),
    [
        ("Which volume was full on 2026-03-02?", LOG, "volume v2"),
        ("In which town does Person17 live?", CSV, "Person17;Town17;1917"),
        ("What is the limit in retryDelay?", CODE, "limit = 30.0"),
        (
            "¿Quién fundó la ciudad de Ulm?",
            "Es una ciudad antigua. Ulm fue fundada por Otón en 854. Llueve mucho.",
            "Otón",
        ),
        ("谁建立了乌尔姆市?", "这是一座古老的城市。乌尔姆市由奥托建立。这里经常下雨。", "奥托建立"),
    ],
    ids=["log", "csv", "code", "spanish", "chinese"],
)
def test_the_record_that_answers_is_kept(query, text, wanted):
    """Within less than half of the tokens, with another text beside it."""
    assert wanted in compress(query, [OTHER, text], budget=0.45, chain="fast").text


def test_a_kept_row_brings_its_header():
    """The parent of a record is read with it."""
    text = compress("When was Person17 born?", [OTHER, CSV], budget=40, chain="fast").text
    assert text.startswith("name;city;born")
    assert "Person17;Town17;1917" in text


def test_a_title_speaks_for_its_sentences():
    """The sentence itself has one word of the question."""
    passages = [
        Passage("He was born in 1802. He died in Bonn.", title="Otto Berg"),
        Passage("She was born in 1954. She died in Rome.", title="Ana Sol"),
    ]
    assert "1954" in compress("When was Ana Sol born?", passages, budget=8, chain="fast").text


def test_scores_do_not_depend_on_the_call_before():
    """What is kept of words between calls changes nothing."""
    context = Context.start("Which volume was full?", [Passage(LOG), Passage(OTHER)])
    units = split("record", context)
    first = LexicalEvidence().score(context, units)
    compress("Other words first", [CSV, CODE], budget=20, chain="fast")
    assert np.array_equal(first, LexicalEvidence().score(context, units))


def test_no_units_and_no_words():
    """Nothing to score is no error."""
    context = Context.start("q", [Passage("...")])
    assert LexicalEvidence().score(context, split("record", context)).shape == (1,)
    empty = Context.start("q", [Passage("")])
    assert LexicalEvidence().score(empty, split("record", empty)).shape == (0,)


def test_long_units_pay_for_their_length():
    """More so with a higher weight."""
    context = Context.start(
        "mills", [Passage("Mills turn. " + "Old mills turn the heavy stones slowly. " * 3)]
    )
    units = split("sentence", context)
    scores = [LexicalEvidence(weight).score(context, units) for weight in (0.0, 2.0)]
    assert np.allclose(scores[0] - scores[1], 2.0 * np.log(units.end - units.start))


@pytest.mark.parametrize("options", [{"length_weight": "much"}, {"headroom": -1}, {"unit": "paragraf"}])
def test_a_wrong_option_is_named(options):
    """With the compressor."""
    with pytest.raises(ConfigError, match=next(iter(options)).partition("_")[0]):
        LexicalRanker(**options)


def test_fast_is_the_lexical_ranker():
    """The preset is that one stage."""
    chain = load_chain("fast")
    assert [stage.name for stage in chain.stages] == ["lexical-ranker"]
    assert isinstance(Chain(["lexical-ranker"]).stages[0].scorer, LexicalEvidence)
