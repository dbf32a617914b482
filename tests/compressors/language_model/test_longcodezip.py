"""Functions, then blocks of them by knapsack; with BM25 and with a language model."""

import itertools

import numpy as np
import pytest
from fakes.real_models import DECODER, real_model
from fakes.word_likelihood import WordLikelihood

from excerpt import Budget, Chain
from excerpt.compressors import LongCodeZip
from excerpt.compressors.language_model.longcodezip import FunctionKnapsack, rates
from excerpt.errors import ConfigError
from excerpt.testing import room
from excerpt.tokens import count_words
from excerpt.values.types import Context, Passage, Ranking, Units

CODE = '''import os


def load_rye(path):
    """Read the rye."""
    with open(path) as file:
        rows = file.read()

    total = 0
    for row in rows:
        total += 1

    return total


def weigh_hive(hive):
    """Weigh one hive."""
    scale = Scale()
    scale.reset()

    weight = scale.weigh(hive)
    if weight > 12:
        raise ValueError(hive)

    return weight


def short(a):
    return a
'''
QUESTION = "how is a hive weighed on a scale"


def compressed(tokens, model=None, **options):
    budget = Budget(tokens=tokens, tokenizer=count_words)
    return Chain([LongCodeZip(model, **options)]).compress(QUESTION, [CODE], budget=budget).text


@pytest.mark.parametrize("model", [None, WordLikelihood()])
def test_the_function_that_is_asked_for_stays(model):
    """With its head, and nothing of the others where it fills the budget."""
    text = compressed(16, model, slack=0)
    assert "def weigh_hive(hive):" in text
    assert "def load_rye" not in text


def test_more_budget_brings_more():
    """All blocks of the function, then other functions."""
    assert "return weight" not in compressed(9, slack=0)
    assert "def load_rye" not in compressed(9, slack=0)
    assert {"return weight", "def load_rye(path):"} <= set(map(str.strip, compressed(60).splitlines()))


def test_the_papers_rates():
    """``share x (1 + beta x 2 x (s - 1/2))``, brought back to the share of all tokens."""
    sizes = np.array([10.0, 10.0, 10.0])
    assert np.allclose(rates(np.array([0.0, 0.5, 1.0]), sizes, 0.4, 0.5), [0.2, 0.4, 0.6])
    assert np.allclose(rates(np.array([3.0, 1.0, 2.0]), sizes, 0.4, 0.0), 0.4)
    assert rates(np.array([1.0, 2.0]), np.array([30.0, 10.0]), 0.4, 0.5) @ [30, 10] == pytest.approx(0.4 * 40)
    assert np.allclose(rates(np.array([7.0]), np.array([9.0]), 0.4, 0.5), 0.4)


def test_each_functions_knapsack_is_the_best_there_is():
    """Against every set of blocks that fits, beside the head."""
    numbers = np.random.default_rng(3)
    for _ in range(5):
        lengths = numbers.integers(1, 5, 7)
        lines = [" ".join(["w"] * length) for length in lengths]
        text = "\n".join(lines)
        starts = np.cumsum([0, *[len(line) + 1 for line in lines[:-1]]])
        units = Units.of(
            "block",
            [[(start, start + len(line)) for start, line in zip(starts.tolist(), lines, strict=True)]],
        )
        whole = Units.of("function", [[(0, len(text))]])
        context = Context.start("q", [Passage(text)])
        ranking = Ranking("coarse", whole, np.ones(1), np.ones(1, bool), np.ones(1, bool))
        context = Context(context.query, context.passages, context.kept, (ranking,))
        scores = numbers.random(7)
        limit = int(lengths.sum()) // 2
        order = FunctionKnapsack(0.5)(context, units, scores, room(limit)).tolist()
        assert sorted(order) == list(range(7))
        worth = (scores - scores.min()) / np.ptp(scores)
        left = limit - int(lengths[0])
        best = max(
            sum(worth[list(some)])
            for size in range(7)
            for some in itertools.combinations(range(1, 7), size)
            if sum(lengths[list(some)]) <= left
        )
        front = [order[1 : size + 1] for size in range(7)]  # what the knapsack chose stands first
        fitting = [some for some in front if sum(lengths[some]) <= left]
        assert order[0] == 0
        assert max(sum(worth[some]) for some in fitting) == pytest.approx(best)


def test_wrong_options():
    """A rate of another kind; a knapsack of functions without functions."""
    with pytest.raises(ConfigError, match="longcodezip: beta must be a number from 0 to 1"):
        LongCodeZip(beta=3)
    context = Context.start("q", [Passage("a")])
    with pytest.raises(ConfigError, match="follows a ranking of functions"):
        FunctionKnapsack()(context, Units.of("block", [[(0, 1)]]), np.ones(1), room(3))


@pytest.mark.slow
def test_the_real_model(request):
    """The function whose body speaks of the question makes it likelier."""
    assert "def weigh_hive(hive):" in compressed(20, real_model(DECODER, request), slack=0)
