"""Asking the retriever for more."""

import pytest

from excerpt import Chain, ConfigError, InputError
from excerpt.compressors import ECoRAG
from excerpt.until_sufficient import compress_until_sufficient

CHAIN = Chain([ECoRAG(lambda question, text, mass: "1861" in text, scorer="bm25")])
TEXTS = ["The mill burned.", "Bees sleep.", "The mill was built in 1861.", "Oats grow."]


class Retrieving:
    """Gives the texts one by one."""

    def __init__(self, texts):
        self.texts, self.calls = list(texts), []

    def __call__(self, question, have):
        self.calls.append((question, [passage.text for passage in have]))
        return [self.texts.pop(0)] if self.texts else []


def test_it_asks_until_it_is_enough():
    """The third text has the year: two are asked for, and the last result is of all three."""
    more = Retrieving(TEXTS[1:])
    result = compress_until_sufficient("when was the mill built", TEXTS[:1], more, chain=CHAIN)
    assert [have for _, have in more.calls] == [TEXTS[:1], TEXTS[:2]]
    assert more.calls[0][0] == "when was the mill built"
    assert result.text == TEXTS[2]
    assert (result.sufficient, len(result.passages)) == (True, 3)
    assert result.report.warnings[-1] == "the retriever was asked for more 2 times"


def test_it_begins_with_nothing():
    """No passage is not enough."""
    result = compress_until_sufficient("when was the mill built", [], Retrieving(TEXTS[2:]), chain=CHAIN)
    assert result.sufficient is True


def test_it_gives_up():
    """After so many times, or when there are no more; what there is is kept, and the result says so."""
    more = Retrieving(TEXTS[1:])
    result = compress_until_sufficient("q mill", TEXTS[:1], more, chain=CHAIN, times=1)
    assert (result.sufficient, len(more.calls), len(result.passages)) == (False, 1, 2)
    dry = compress_until_sufficient("q mill", TEXTS[:1], Retrieving([]), chain=CHAIN, budget=None)
    assert dry.sufficient is False
    assert dry.report.warnings[-1] == "the retriever was asked for more 1 time, and had none"


def test_what_is_enough_is_left_alone():
    """Nobody is asked."""
    more = Retrieving([])
    assert compress_until_sufficient("mill", TEXTS, more, chain=CHAIN, budget=None).sufficient is True
    assert more.calls == []


def test_wrong_use_is_named():
    """A chain without a gate, what cannot be called, and what gives no passages."""
    with pytest.raises(ConfigError, match="no stage has a gate"):
        compress_until_sufficient("q", TEXTS, Retrieving([]), chain="fast")
    with pytest.raises(ConfigError, match="more: must be called"):
        compress_until_sufficient("q", TEXTS, 3, chain=CHAIN)
    for given in (None, "a text"):
        with pytest.raises(InputError, match="what more gave: expected a list of passages, got"):
            compress_until_sufficient("q", TEXTS[:1], lambda question, have, it=given: it, chain=CHAIN)
