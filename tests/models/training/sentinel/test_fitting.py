import numpy as np
import pytest

from excerpt.errors import InputError
from excerpt.models.training.sentinel.examples import Pairs, load_pairs, save_pairs
from excerpt.models.training.sentinel.fitting import fit_probe, learning_curve


def questions(count, signal=2.0, seed=0):
    """Two rows each; the first column tells them apart, the other three are noise, the last is constant."""
    chance = np.random.default_rng(seed)
    relevant = np.array([1, 0])
    found = []
    for _ in range(count):
        columns = chance.normal(size=(2, 4))
        columns[:, 0] += signal * relevant
        columns[:, 3] = 7.0
        found.append(Pairs(columns, relevant))
    return found


def test_a_probe_finds_the_column_that_tells():
    """It weighs most, noise little, and a constant column not at all."""
    fitted = fit_probe(questions(120))
    weights = np.abs(fitted.coefficients)
    assert weights[0] > 3 * weights[1:].max()
    assert weights[3] == pytest.approx(0, abs=1e-9)
    assert fitted.figures["auc"] > 0.85


def test_noise_has_no_auc():
    """Cross-validation over questions is not fooled by what training rows look like."""
    fitted = fit_probe(questions(120, signal=0.0))
    assert 0.35 < fitted.figures["auc"] < 0.65
    assert fitted.figures["auc_on_training"] >= fitted.figures["auc"]


def test_rows_of_a_question_stay_on_one_side():
    """Copies of a row in one question do not leak: with a name column a question a fold, AUC stays at chance."""
    chance = np.random.default_rng(3)
    found = []
    for _ in range(60):
        name = chance.normal(size=8)
        label = chance.integers(2)
        found.append(Pairs(np.tile(name, (4, 1)), np.array([label] * 4)))
    assert fit_probe(found).figures["auc"] < 0.75


def test_the_same_rows_give_the_same_probe():
    """No chance is left in the fit."""
    first, second = (fit_probe(questions(40)) for _ in range(2))
    assert first.coefficients.tobytes() == second.coefficients.tobytes()
    assert first.intercept == second.intercept


def test_too_few_questions_are_refused():
    """The message says how many there are and are needed."""
    with pytest.raises(InputError, match=r"9 questions have .* 10 is the least"):
        fit_probe(questions(9))


def test_a_learning_curve_goes_up_to_all_questions():
    """Sizes below what there is, then all of it; a fifth is held out."""
    points = learning_curve(questions(300))
    assert [point["questions"] for point in points] == [100, 200, 240]
    assert points[-1]["auc"] > 0.8


def test_a_short_run_has_no_learning_curve():
    """Fewer than a hundred questions to learn from say nothing."""
    assert learning_curve(questions(60)) == []


def test_rows_come_back_as_they_were_saved(tmp_path):
    """Question by question."""
    given = questions(5)
    save_pairs(given, tmp_path / "new" / "rows.npz")
    found = load_pairs(tmp_path / "new" / "rows.npz")
    assert [pairs.relevant.tolist() for pairs in found] == [pairs.relevant.tolist() for pairs in given]
    assert found[3].columns == pytest.approx(given[3].columns, rel=1e-6)


def test_no_rows_can_be_saved_too(tmp_path):
    """A file without any useful question is remembered as such."""
    save_pairs([], tmp_path / "rows.npz")
    assert load_pairs(tmp_path / "rows.npz") == []


def test_damaged_rows_are_named(tmp_path):
    """Half a file is an error with the path, not a short training."""
    save_pairs(questions(5), tmp_path / "rows.npz")
    content = (tmp_path / "rows.npz").read_bytes()
    (tmp_path / "rows.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=r"rows\.npz is damaged"):
        load_pairs(tmp_path / "rows.npz")
