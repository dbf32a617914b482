"""Training a band from logs and from questions with evidence."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from fakes.hash_encoder import HashEncoder

from excerpt.cli.train.band import command
from excerpt.compressors import LDAR
from excerpt.errors import InputError
from excerpt.models.tasks.band_regressor import BandRegressor
from excerpt.models.training.band.examples import needed_bands
from excerpt.models.training.band.recipe import fit_band


def write(path, rows):
    """JSONL."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def logs(count):
    """Lists with few high similarities need the first two ranks, flat ones need the last two of five."""
    numbers = np.random.default_rng(7)
    for number in range(count):
        steep = number % 2 == 0
        scores = sorted(
            (numbers.random(5) * 0.1 + (np.array([0.8, 0.7, 0, 0, 0]) if steep else 0.3)).tolist()
        )
        for first, last in ((1, 2), (1, 5), (4, 5)):
            right = (first, last) != ((4, 5) if steep else (1, 2))
            yield {"scores": scores, "first": first, "last": last, "correct": right}


def test_the_narrowest_right_band_counts(tmp_path):
    """Of three that were tried; a question that none answers teaches nothing."""
    rows = [
        {"scores": [0.5, 0.9], "first": 1, "last": 2, "correct": True},
        {"scores": [0.9, 0.5], "first": 2, "last": 2, "correct": True},
        {"scores": [0.7, 0.6, 0.1], "first": 1, "last": 3, "correct": False},
    ]
    (found,) = needed_bands(write(tmp_path / "logs.jsonl", rows), HashEncoder)
    assert (found.scores.tolist(), found.low, found.high) == ([0.9, 0.5], 1.0, 1.0)


def test_evidence_names_a_band(tmp_path):
    """The passage of the question's words is first; what holds the evidence comes behind it."""
    passages = [{"text": "mill rye"}, {"text": "bees sleep", "evidence": [[0, 4]]}, {"text": "mill"}]
    rows = [{"question": "mill rye", "passages": passages}, {"question": "q", "passages": passages[:1]}]
    (found,) = needed_bands(write(tmp_path / "questions.jsonl", rows), HashEncoder)
    assert found.low == found.high > 0
    assert found.scores[0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scores": []}, "line 1: scores: must be a list of finite numbers"),
        ({"scores": ["a"]}, "line 1: scores: must be a list"),
        ({"first": 0}, "first and last: must be ranks from 1 to 2"),
        ({"last": 3}, "first and last: must be ranks from 1 to 2"),
        ({"correct": 1}, "correct: must be true or false"),
    ],
)
def test_wrong_rows_are_named(tmp_path, change, message):
    """With their line."""
    row = {"scores": [0.5, 0.9], "first": 1, "last": 2, "correct": True} | change
    with pytest.raises(InputError, match=message):
        needed_bands(write(tmp_path / "logs.jsonl", [row]), HashEncoder)


def test_both_kinds_of_question_are_learnt(tmp_path):
    """The regression tells steep lists from flat ones."""
    questions = needed_bands(write(tmp_path / "logs.jsonl", logs(40)), HashEncoder)
    found = fit_band(questions, penalty=1.0)
    steep, flat = found.predict(np.array([0.9, 0.8, 0.1, 0.05, 0])), found.predict(np.full(5, 0.35))
    assert steep == pytest.approx((0.0, 0.25), abs=0.1)
    assert flat == pytest.approx((0.75, 1.0), abs=0.1)


def test_the_command_leaves_a_band_that_ldar_reads(tmp_path):
    """And its card, log and curve."""
    source, output = write(tmp_path / "logs.jsonl", logs(40)), tmp_path / "band"
    done = CliRunner().invoke(command, [str(source), "-o", str(output), "--base", "my-reranker"])
    assert done.exit_code == 0, done.output
    assert {path.name for path in output.iterdir()} == {
        "README.md",
        "band.json",
        "curve.png",
        "training.json",
    }
    found = BandRegressor.load(output)
    assert found.base == "my-reranker"  # logs need no encoder
    assert set(found.facts["figures"]) == {"error", "inside", "kept", "margin"}
    assert LDAR(HashEncoder(), band=str(output)).name == "ldar"
    again = CliRunner().invoke(command, [str(source), "-o", str(output)])
    assert isinstance(again.exception, InputError)


def test_too_few_questions_are_refused(tmp_path):
    """Ten are needed."""
    source = write(tmp_path / "logs.jsonl", logs(9))
    done = CliRunner().invoke(command, [str(source), "-o", str(tmp_path / "band")])
    assert "9 questions have a band that was right" in str(done.exception)
