import numpy as np
import pytest
from fakes.tiny_token_cross_encoders import make_token_cross_encoder

from excerpt import Budget, Chain, ConfigError
from excerpt.compressors.pruner import Pruner
from excerpt.compressors.scorers.needed_tokens import KeepScore, unit_means
from excerpt.compressors.units.splitting import split
from excerpt.models.tasks.pair_windows import PairWindow
from excerpt.models.tasks.token_cross_encoder import PairScores
from excerpt.values.types import Context, Passage

QUESTION = "Who sold 1,250 sacks?"
PASSAGES = (
    Passage(
        "The miller sold barley. Dr. Okafor measured 1,250 sacks. She lost the old sluice.", title="Mill"
    ),
    Passage("", title="Nothing"),
    Passage("Our café painted 3.5 kg of rye. A river pilot shipped it. " * 6, title="Café"),
)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(make_token_cross_encoder(tmp_path_factory.mktemp("pruner") / "tiny"))


@pytest.fixture(scope="module")
def pruner(model):
    return Pruner(model)


def scored(pruner, passages=PASSAGES, query=QUESTION):
    context = Context.start(query, passages)
    units = split("sentence", context)
    return units, pruner.scorer.score(context, units)


def test_scores_are_probabilities(pruner):
    """One for each sentence, of passages that are longer than a window too."""
    units, scores = scored(pruner)
    assert scores.shape == (len(units),)
    assert ((scores > 0) & (scores < 1)).all()


def test_scores_do_not_depend_on_other_passages(pruner):
    """Alone or among others, the same bytes."""
    units, among = scored(pruner)
    _, alone = scored(pruner, PASSAGES[2:])
    assert among[units.passage == 2].tobytes() == alone.tobytes()


def test_scores_depend_on_the_question(pruner):
    """The passage is not read without it."""
    assert (scored(pruner)[1] != scored(pruner, query="What did the pilot paint?")[1]).all()


def test_relevance_scales_a_passage(pruner):
    """Its sentences keep their order, and without it they keep their own probability."""
    context = Context.start(QUESTION, PASSAGES[:1])
    units = split("sentence", context)
    bare = KeepScore(pruner.scorer.cross_encoder, relevance=0).score(context, units)
    ratio = KeepScore(pruner.scorer.cross_encoder).score(context, units) / bare
    assert ratio == pytest.approx(np.full(3, ratio[0]))
    assert 0 < ratio[0] < 1


def test_units_have_the_mean_of_their_tokens():
    """A unit without a token has none."""
    logits = np.zeros((5, 4), np.float32)
    logits[1:4, 0] = (-60, 60, 60)
    offsets = np.array([(0, 3), (4, 6), (7, 9)])
    read = PairScores([PairWindow([0] * 5, [0] * 5, 1, 0, 3)], [logits], offsets)
    means = unit_means(read, np.array([0, 7, 20]), np.array([6, 9, 30]))
    assert means == pytest.approx([0.5, 1.0, 0.0])


def test_a_budget_holds(pruner):
    """The kept sentences are whole."""
    result = Chain([pruner]).compress(QUESTION, PASSAGES, budget=Budget(ratio=0.4))
    assert 0 < result.ratio <= 0.4
    assert all(passage.text.startswith(("The", "Dr.", "She", "Our", "A", "")) for passage in result.passages)


def test_a_threshold_drops_what_is_below(pruner, model):
    """With a budget or without."""
    _, scores = scored(pruner)
    middle = float(np.median(scores))
    kept = Chain([Pruner(model, threshold=middle)]).compress(QUESTION, PASSAGES)
    assert 0 < sum(len(passage.text) for passage in kept.passages) < sum(len(one.text) for one in PASSAGES)
    none = Chain([Pruner(model, threshold=1.0)]).compress(QUESTION, PASSAGES)
    assert none.text == ""


def test_dropped_passages_are_not_read(pruner):
    """What an earlier stage dropped costs nothing, and changes nothing."""
    context = Context.start(QUESTION, PASSAGES)
    narrowed = context.narrow([(), (), context.kept[2]])
    scores = pruner.scorer.score(narrowed, split("sentence", narrowed))
    units, among = scored(pruner)
    assert scores.tobytes() == among[units.passage == 2].tobytes()


@pytest.mark.parametrize(
    "options", [{"threshold": 2.0}, {"threshold": -0.1}, {"threshold": "a"}, {"relevance": -1.0}]
)
def test_options_out_of_range_are_refused(model, options):
    """A threshold above 1 would drop everything."""
    with pytest.raises(ConfigError, match=r"pruner: (threshold|relevance)"):
        Pruner(model, **options)
