"""What is kept without a question."""

import numpy as np
import pytest

from excerpt import ConfigError, Context, Passage, load_chain
from excerpt.compressors import Salience
from excerpt.compressors.scorers.salience import SalienceScore
from excerpt.compressors.units.splitting import split

LOG = "\n".join(
    ["2030-01-01 10:00:00 INFO job: start of run 7"]
    + [f"2030-01-01 10:0{i % 6}:00 INFO web: served a page to a visitor" for i in range(40)]
    + ["2030-01-01 10:07:00 ERROR db: deadlock on table invoices"]
    + [f"2030-01-01 10:0{i % 6}:00 INFO web: served a page to a visitor" for i in range(40)]
    + ["2030-01-01 10:09:00 INFO job: end of run 7"]
)


def scores(scorer, *texts):
    context = Context.start("(no question)", [Passage(text) for text in texts])
    return scorer.score(context, split("sentence", context))


def test_head_end_and_error_of_a_log_stay():
    """And what a hundred lines repeat does not crowd them out."""
    text = load_chain("query-free").compress("(no question)", [LOG], budget=80).text
    assert "start of run 7" in text
    assert "end of run 7" in text
    assert "deadlock on table invoices" in text


def test_the_question_is_not_read():
    """Whatever is asked, the same is kept."""
    chain = load_chain("query-free")
    assert not chain.needs_query
    assert chain.compress("deadlock", [LOG], budget=60).text == chain.compress("page", [LOG], budget=60).text


def test_place_counts_from_both_ends_of_each_passage():
    """The first unit most, the last half as much."""
    only = SalienceScore(centrality=0, trouble=0, figures=0)
    assert scores(only, "The mill burned. Bees sleep here. Cats sleep there. The weir broke.").tolist() == [
        1.0,
        0.5,
        pytest.approx(1 / 3),
        0.5,
    ]


def test_figures_that_every_line_has_count_nothing():
    """A date before each line says nothing of the line."""
    only = SalienceScore(centrality=0, trouble=0, place=0)
    assert scores(only, "In 1859 it burned 40 days.", "In 1859 it stood.", "In 1859 it fell.")[
        1:
    ].tolist() == [0, 0]


def test_weights_are_checked():
    """Named, with the value."""
    with pytest.raises(ConfigError, match="salience: trouble must be a number of at least 0, got -1"):
        Salience({"trouble": -1})
    with pytest.raises(ConfigError, match="unknown option colour"):
        Salience({"colour": 1})


def test_scores_of_nothing():
    """An empty context has none."""
    assert scores(SalienceScore(), "").shape == np.zeros(0).shape
