"""Tests of excerpt.eval.report.pairs: which chain is better."""

import numpy as np
import pytest

from excerpt.eval.cells import Cell
from excerpt.eval.metrics.bootstrap import questions_needed
from excerpt.eval.metrics.scores import Scores
from excerpt.eval.report.pairs import frontier_of, headline, pairs_of
from excerpt.eval.report.study import Study
from excerpt.eval.report.text import text
from excerpt.eval.table import Table


def study(chains, *, focus=None, reference=""):
    """Chains by their evidence recall of each question and what they kept, at the ratio 0.25."""
    cells = {
        (name, 0.25): Cell(
            [np.array(Scores(evidence_recall=one, kept_tokens=kept).values()) for one in recalls]
        )
        for name, (recalls, kept) in chains.items()
    }
    asked = tuple(chains) if focus is None else focus
    return Study({"dev": Table("words", cells)}, "excerpt eval", {}, reference=reference, focus=asked)


GOOD, BAD = [1.0] * 18 + [0.0] * 2, [0.0] * 10 + [1.0] * 10
NEAR = [1.0] * 17 + [0.0] * 3


def test_the_better_one_is_named():
    """At the same size, with the interval, and nothing more to ask."""
    [pair] = pairs_of(study({"a": (BAD, 0.25), "b": (GOOD, 0.245)}), 0.25)
    assert (pair.winner, pair.verdict, pair.more) == ("b", "b is better", None)
    assert pair.found.high < 0


def test_no_difference_says_how_many_more_would_do():
    """The number is that of a paired test."""
    [pair] = pairs_of(study({"a": (GOOD, 0.25), "b": (NEAR, 0.25)}), 0.25)
    assert pair.winner == ""
    assert (
        pair.verdict == f"no difference seen; about {pair.more} more questions would settle one of this size"
    )
    assert pair.more == questions_needed(np.array(GOOD), np.array(NEAR)) == 129  # (2.8 * 0.218 / 0.05)^2 - 20


def test_alike_in_every_question_needs_no_number():
    """None would be enough."""
    [pair] = pairs_of(study({"a": (GOOD, 0.25), "b": (GOOD, 0.1)}), 0.25)
    assert pair.verdict == "no difference seen, and b keeps less"


def test_better_and_larger_is_a_trade():
    """Better and smaller is not."""
    one, other = (pairs_of(study({"a": (BAD, kept), "b": (GOOD, 0.25)}), 0.25)[0] for kept in (0.1, 0.4))
    assert (one.winner, one.verdict) == ("", "b is better, and keeps more: a trade")
    assert (other.winner, other.verdict) == ("b", "b is better, and keeps less")


def test_every_pair_is_there_and_a_chain_alone_meets_the_reference():
    """Baselines that nobody asked for are no pairs."""
    many = {"a": (GOOD, 0.25), "b": (NEAR, 0.25), "c": (BAD, 0.25), "floor": (BAD, 0.25)}
    pairs = pairs_of(study(many, focus=("a", "b", "c"), reference="floor"), 0.25)
    assert [(pair.left, pair.right) for pair in pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    [alone] = pairs_of(study(many, focus=("a",), reference="floor"), 0.25)
    assert (alone.left, alone.right) == ("a", "floor")


@pytest.mark.parametrize(
    ("chains", "said"),
    [
        ({"a": (GOOD, 0.25), "b": (BAD, 0.25)}, "at 0.25 of the tokens a is better (a against b: +0.4"),
        ({"a": (GOOD, 0.25), "b": (BAD, 0.25), "c": (BAD, 0.25)}, "a is better than all others."),
        (
            {"a": (NEAR, 0.25), "b": (BAD, 0.25), "c": (GOOD, 0.25)},
            "c leads, better than b, but is not told apart",
        ),
        ({"a": (GOOD, 0.25)}, "a keeps 0.90 (0.75 to 1.00) with nothing to compare."),
    ],
)
def test_one_sentence_says_it(chains, said):
    """On top of the report."""
    made = study(chains)
    assert headline(made).startswith("By evidence recall over 20 questions, ")
    assert said in headline(made)
    assert f"**{headline(made)}**" in text(made)
    assert "against nothing" not in text(made)


def test_without_gold_the_sentence_says_what_to_do():
    """A reader's agreement."""
    nan = float("nan")
    assert "with --reader" in headline(study({"a": ([nan] * 3, 0.2), "b": ([nan] * 3, 0.2)}))


def test_the_frontier_is_by_what_was_kept():
    """Whatever was asked for; what is larger and worse is not on it, nor are bounds."""
    made = study({"small": (BAD, 0.1), "large": (GOOD, 0.4), "beaten": (NEAR, 0.45), "oracle": (GOOD, 0.01)})
    assert [name for name, *_ in frontier_of(made)] == ["small", "large"]
    assert "- large at 0.25: 0.400 of the tokens, 0.90" in text(made)
