"""Training of tree rankers and their export."""

from dataclasses import replace

import numpy as np
import pytest

from excerpt.errors import InputError
from excerpt.models.tasks.ranker import TreeRanker
from excerpt.models.training.ranker.examples import RankingGroup, load_groups, save_groups
from excerpt.models.training.ranker.trees import TreeSettings, train_trees

NAMES = ("match", "noise", "length")
RECIPE = TreeSettings(rounds=12, leaves=5, learning_rate=0.3, min_rows=5, columns=1.0, rows=0.9)


def made_groups(count=40, seed=3):
    """Questions whose relevant candidate has the largest first feature."""
    chance = np.random.default_rng(seed)
    groups = []
    for _ in range(count):
        features = chance.normal(size=(int(chance.integers(3, 12)), 3)).astype(np.float32)
        relevance = np.zeros(len(features), dtype=np.int64)
        relevance[np.argmax(features[:, 0])] = 1
        groups.append(RankingGroup(features, relevance))
    return groups


def test_learns_the_order():
    """The relevant candidate comes first for nearly all unseen questions."""
    trees = train_trees(made_groups(), NAMES, RECIPE)
    right = [
        np.argmax(trees.score(group.features)) == np.argmax(group.relevance) for group in made_groups(seed=9)
    ]
    assert np.mean(right) > 0.8


def test_exported_scores_are_the_trained_ones(tmp_path):
    """ONNX Runtime gives bit for bit what walking the trained trees gives, at the thresholds too."""
    trees = train_trees(made_groups(), NAMES, RECIPE)
    trees.save(tmp_path / "ranker.onnx")
    cuts = [tree["tree_structure"].get("threshold", 0.0) for tree in trees.dump["tree_info"]]
    rows = np.array([[np.float32(cut)] * 3 for cut in cuts] + [[0.1, 0.2, 0.3]], dtype=np.float32)
    rows = np.concatenate([rows, np.nextafter(rows, np.float32(np.inf)), made_groups()[0].features])
    assert np.array_equal(TreeRanker(tmp_path / "ranker.onnx").score(rows), trees.score(rows))


def test_trees_that_add_to_a_ranker_are_exported_with_it(tmp_path):
    """One file gives the sum of both, bit for bit; the earlier one saw other columns in another order."""
    swapped = [group._replace(features=group.features[:, [2, 0]]) for group in made_groups(seed=5)]
    train_trees(swapped, (NAMES[2], NAMES[0]), RECIPE).save(tmp_path / "before.onnx")
    trees = train_trees(made_groups(), NAMES, RECIPE, before=tmp_path / "before.onnx")
    trees.save(tmp_path / "both.onnx")
    rows = made_groups(seed=7)[0].features
    earlier = TreeRanker(tmp_path / "before.onnx").score(rows[:, [2, 0]])
    both = TreeRanker(tmp_path / "both.onnx")
    assert both.feature_names == NAMES
    assert np.array_equal(both.score(rows), trees.score(rows))
    assert np.array_equal(both.score(rows), earlier + replace(trees, before=None).score(rows))
    assert not np.array_equal(both.score(rows), earlier)


def test_a_ranker_over_other_columns_cannot_be_added_to(tmp_path):
    """The message names the column."""
    train_trees(made_groups(), ("other", "noise", "length"), RECIPE).save(tmp_path / "before.onnx")
    with pytest.raises(InputError, match="'other'"):
        train_trees(made_groups(), NAMES, RECIPE, before=tmp_path / "before.onnx")


def test_same_seed_same_trees():
    """Training twice gives the same ensemble."""
    first, second = (train_trees(made_groups(), NAMES, RECIPE).dump["tree_info"] for _ in range(2))
    assert first == second


def test_bounded_columns_only_raise_the_score():
    """With a direction of 1 a larger value never lowers the score."""
    recipe = TreeSettings(rounds=12, leaves=5, min_rows=5, columns=1.0, directions=(1, 0, 0))
    trees = train_trees(made_groups(), NAMES, recipe)
    rows = np.zeros((50, 3), dtype=np.float32)
    rows[:, 0] = np.linspace(-3, 3, 50)
    assert (np.diff(trees.score(rows)) >= 0).all()


def test_nothing_relevant_is_refused():
    """Questions without any relevant candidate cannot be learnt from."""
    empty = RankingGroup(np.zeros((2, 3), np.float32), np.zeros(2, np.int64))
    with pytest.raises(InputError, match="nothing to learn"):
        train_trees([empty], NAMES, RECIPE)


def test_trees_without_a_split_are_refused():
    """They would score every sentence alike, and the first ones would be kept."""
    recipe = TreeSettings(rounds=3, min_rows=10_000)
    with pytest.raises(InputError, match=r"no tree found a split.* of 40 questions are too few"):
        train_trees(made_groups(), NAMES, recipe)


def test_progress_reports_what_was_measured():
    """After each tree the caller is told its number and the held-out measures."""
    seen = []
    groups = made_groups()
    train_trees(groups[5:], NAMES, RECIPE, held_out=groups[:5], progress=lambda *step: seen.append(step))
    assert [step for step, _ in seen] == list(range(1, 13))
    assert set(seen[-1][1]) == {"ndcg@5", "ndcg@20"}


def test_gains_are_shares():
    """Gains add up to 1 and the telling feature has most of them."""
    gains = train_trees(made_groups(), NAMES, RECIPE).gains()
    assert sum(gains.values()) == pytest.approx(1.0)
    assert max(gains, key=gains.get) == "match"


def test_saved_groups_come_back(tmp_path):
    """Features and relevance survive the file."""
    groups = made_groups(4)
    save_groups(groups, tmp_path / "a" / "groups.npz")
    for old, new in zip(groups, load_groups(tmp_path / "a" / "groups.npz"), strict=True):
        assert np.array_equal(old.features, new.features)
        assert np.array_equal(old.relevance, new.relevance)


def test_no_groups_can_be_saved(tmp_path):
    """A set of which nothing is left is a file too."""
    save_groups([], tmp_path / "groups.npz")
    assert load_groups(tmp_path / "groups.npz") == []


def test_damaged_groups_are_named(tmp_path):
    """The error names the file and what to do."""
    (tmp_path / "groups.npz").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(InputError, match="delete it"):
        load_groups(tmp_path / "groups.npz")
