"""Conformal risk control and Learn then Test: hand-computed cases, refusals, and the promise itself by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from excerpt import InputError
from excerpt.eval.calibration.conformal import (
    conformal_risk_control,
    envelope,
    hoeffding_bentkus,
    learn_then_test,
    questions_needed,
)

TABLES = st.integers(1, 12).flatmap(
    lambda columns: st.lists(
        st.lists(st.floats(0, 1), min_size=columns, max_size=columns), min_size=1, max_size=12
    ).map(np.array)
)


def steps(questions, lost):
    """A table whose columns lose ``lost`` questions whole."""
    return (np.arange(questions)[:, None] < np.array(lost)[None, :]).astype(float)


def test_the_adjusted_risk_is_what_the_paper_says():
    """n / (n + 1) of the mean and B / (n + 1): (2 + 1) / 20 for two losses of nineteen."""
    verdict = conformal_risk_control(steps(19, [0, 1, 2]), 0.1)
    assert verdict.tested.tolist() == pytest.approx([1 / 20, 2 / 20, 3 / 20])
    assert verdict.risk.tolist() == pytest.approx([0, 1 / 19, 2 / 19])


def test_equality_passes():
    """An adjusted risk of exactly alpha is allowed: the reference function takes it for a violation."""
    assert conformal_risk_control(steps(19, [0, 1, 2]), 0.1).column == 1
    assert conformal_risk_control(steps(49, [0, 1]), 0.02).column == 0


def test_when_all_columns_pass_the_last_is_chosen():
    """The reference function then returns the first."""
    assert conformal_risk_control(steps(19, [0, 0, 0]), 0.05).column == 2


def test_when_the_first_column_fails_nothing_is_chosen():
    """The reference function returns it anyway."""
    assert conformal_risk_control(steps(19, [2, 2]), 0.1).column is None


@pytest.mark.parametrize(("alpha", "needed"), [(0.1, 9), (0.05, 19), (0.02, 49), (0.01, 99), (1.0, 1)])
def test_feasibility_is_b_over_alpha_less_one(alpha, needed):
    """With one question fewer not even a table without losses passes."""
    assert questions_needed(alpha) == needed
    assert conformal_risk_control(np.zeros((needed, 1)), alpha).column == 0
    assert needed == 1 or conformal_risk_control(np.zeros((needed - 1, 1)), alpha).column is None


@pytest.mark.parametrize(("alpha", "delta"), [(0.1, 0.1), (0.05, 0.1), (0.02, 0.05)])
def test_feasibility_of_learn_then_test(alpha, delta):
    """The same for the p-value of a table without losses."""
    needed = questions_needed(alpha, delta=delta)
    assert learn_then_test(np.zeros((needed, 1)), alpha, delta=delta).column == 0
    assert learn_then_test(np.zeros((needed - 1, 1)), alpha, delta=delta).column is None


def test_all_losses_one_are_refused_and_all_zero_are_not():
    """The two ends."""
    for method in (conformal_risk_control, learn_then_test):
        assert method(np.ones((200, 5)), 0.1).column is None
        assert method(np.zeros((200, 5)), 0.1).column == 4


def test_ties_between_columns_take_the_harshest():
    """Columns that lose the same are alike for the promise, and the last keeps least."""
    assert conformal_risk_control(steps(99, [0, 3, 3, 3, 60]), 0.05).column == 3


def test_a_dip_after_a_violation_is_not_chosen():
    """Losses that are not monotone: a harsh column may look safe by chance, the milder one before it was not."""
    table = steps(99, [0, 30, 0])
    assert conformal_risk_control(table, 0.1).column == 0
    assert learn_then_test(table, 0.1).column == 0


@given(TABLES)
def test_the_envelope_never_falls_and_is_never_below(table):
    """It is the smallest monotone table above the losses."""
    worst = envelope(table)
    assert (np.diff(worst, axis=1) >= 0).all()
    assert (worst >= table).all()
    assert np.isin(worst, table).all()


@given(TABLES, st.sampled_from([0.05, 0.3, 0.6]))
def test_a_greater_risk_never_chooses_a_milder_column(table, alpha):
    """More may be lost, so at least as much may be dropped."""
    strict, lax = (conformal_risk_control(table, risk).column for risk in (alpha, alpha + 0.2))
    assert strict is None or (lax is not None and lax >= strict)


@given(st.integers(1, 60), st.floats(0.01, 0.9), st.floats(0, 1))
def test_p_values_against_a_public_implementation(questions, alpha, mean):
    """Bentkus' part is e times scipy's binomial CDF; the smaller of both parts counts."""
    found = hoeffding_bentkus(np.array([mean]), questions, alpha)[0]
    low = min(mean, alpha)
    divergence = stats.entropy([low, 1 - low], [alpha, 1 - alpha])
    bentkus = np.e * stats.binom.cdf(np.ceil(questions * mean - 1e-9), questions, alpha)
    assert found == pytest.approx(min(np.exp(-questions * divergence), bentkus, 1.0), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(
    "table", [np.zeros((0, 3)), np.zeros(3), np.full((2, 2), 1.1), np.full((2, 2), np.nan)]
)
def test_wrong_tables_are_refused(table):
    """Empty, flat, above the bound, or not numbers."""
    with pytest.raises(InputError, match="losses"):
        conformal_risk_control(table, 0.1)


@pytest.mark.parametrize(
    "levels", [{"alpha": 0.0}, {"alpha": -1}, {"alpha": 0.1, "bound": 0}, {"alpha": np.nan}]
)
def test_wrong_levels_are_refused(levels):
    """A risk of nothing cannot be promised."""
    with pytest.raises(InputError, match="above 0"):
        questions_needed(**levels)
    with pytest.raises(InputError, match="probability"):
        questions_needed(0.1, delta=1.0)


def exchangeable(generator, questions, hardness):
    """Losses of questions of many kinds: each is lost from a column of its own on, for a share of its own."""
    grid = np.linspace(0, 1, 41)
    breaks = generator.beta(hardness, 1.0, size=(questions, 1))
    shares = generator.choice([0.3, 1.0], size=(questions, 1))
    return np.where(grid[None, :] > breaks, shares, 0.0)


def chosen_risks(seed, questions, alpha, hardness, choose):
    """The true risk of the chosen column, for each of many calibrations; 0 where all is kept."""
    generator = np.random.default_rng(seed)
    truth = exchangeable(generator, 100_000, hardness).mean(axis=0)
    columns = [choose(exchangeable(generator, questions, hardness)) for _ in range(600)]
    return np.array([0.0 if column is None else truth[column] for column in columns])


@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.sampled_from([30, 80]), st.sampled_from([0.05, 0.1]), st.floats(1.0, 4.0))
def test_the_expected_loss_is_at_most_the_risk(seed, questions, alpha, hardness):
    """The promise of conformal risk control, within two standard errors of the simulation."""
    risks = chosen_risks(
        seed, questions, alpha, hardness, lambda table: conformal_risk_control(table, alpha).column
    )
    assert risks.mean() <= alpha + 2 * risks.std() / np.sqrt(len(risks))


def test_the_promise_is_not_kept_by_keeping_everything():
    """It is tight: a plain empirical choice breaks it on the same questions, and ours stays near the risk."""
    ours = chosen_risks(1, 30, 0.1, 2.0, lambda table: conformal_risk_control(table, 0.1).column)
    plain = chosen_risks(
        1, 30, 0.1, 2.0, lambda table: int(np.flatnonzero(table.mean(axis=0) <= 0.1).max(initial=0))
    )
    assert 0.06 < ours.mean() <= 0.1
    assert plain.mean() > ours.mean() + 0.02


@pytest.mark.parametrize("delta", [0.05, 0.2])
def test_learn_then_test_is_wrong_no_more_often_than_delta(delta):
    """The promise with high probability, within three standard errors of the simulation."""
    risks = chosen_risks(2, 80, 0.1, 2.0, lambda table: learn_then_test(table, 0.1, delta=delta).column)
    assert (risks > 0.1).mean() <= delta + 3 * np.sqrt(delta * (1 - delta) / len(risks))
    assert risks.max() > 0
