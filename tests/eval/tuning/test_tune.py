"""What is chosen, on questions whose answer stands in one of many sentences."""

import tomllib

import pytest

from excerpt import Budget, load_chain
from excerpt.errors import InputError
from excerpt.eval.calibration.calibrate import RiskTarget
from excerpt.eval.tuning.tune import Goal, tune
from excerpt.eval.tuning.writing import as_toml

LEXICAL = {"stage": [{"use": "lexical"}]}
TRUNCATE = {"stage": [{"use": "truncate"}]}


def rows(count=80):
    found = []
    for number in range(count):
        gold = f"The ferry {number} lands at quay {number * 7}."
        fill = " ".join(f"A gull rests on post {place}." for place in range(number, number + 8))
        text = f"{fill} {gold}"
        start = text.index(gold)
        passages = [{"text": text, "evidence": [[start, start + len(gold)]]}]
        found.append(
            {"id": str(number), "question": f"Where does the ferry {number} land?", "passages": passages}
        )
    return found


@pytest.fixture(scope="module")
def steps():
    """What progress was told."""
    return []


@pytest.fixture(scope="module")
def tuned(steps):
    """Two chains, of which one reads the question, and a promise."""
    goal = Goal(0.4, risk=RiskTarget(alpha=0.2))
    return tune(
        rows(), {"front": TRUNCATE, "words": LEXICAL}, goal, progress=lambda *step: steps.append(step)
    )


def test_the_better_chain_at_the_smallest_amount_that_is_as_good(tuned):
    """The front never has the answer; a quarter of the budget is too little for the sentence."""
    assert tuned.chain == "words"
    assert [one.name for one in tuned.tried] == ["words", "front"]
    assert tuned.tried[0].wins == 1.0
    assert tuned.limit < 0.4
    assert tuned.amounts[0].name == "0.4"
    assert tuned.judged.value.value == 1.0
    assert set(tuned.over) == {"default", "rerank-and-truncate"}


def test_progress_comes_to_what_was_expected(tuned, steps):
    """Every run of a chain over a question is told of, part by part, and their number is known from the first."""
    assert {total for _, total, _ in steps} == {sum(runs for runs, _, _ in steps)}
    parts = ["chains", "amounts", "judging", "promise", "judging the promise"]
    assert list(dict.fromkeys(what for _, _, what in steps)) == parts
    assert len(steps) == tuned.questions[0] * 2 + tuned.questions[1] + tuned.questions[2] * 2


def test_equals_share_a_draw():
    """No chain is called the best for being named first."""
    again = tune(rows(60), {"words": LEXICAL, "again": LEXICAL}, Goal(0.4))
    assert [one.wins for one in again.tried] == [0.5, 0.5]


def test_the_promise_is_judged_on_questions_of_its_own(tuned):
    """Calibrated on one part, checked on another."""
    choose, promise, judge = tuned.questions
    assert (choose, promise + judge) == (40, 40)
    assert tuned.policy.groups[""].questions == promise
    assert tuned.holds
    assert tuned.loss.questions == judge


def test_what_is_written_is_the_chain(tuned, tmp_path):
    """A TOML file that loads, with where it comes from and how to use it; the policy serves it."""
    path, policy = tmp_path / "tuned.toml", tmp_path / "policy.json"
    path.write_text(as_toml(tuned, source="a\nb.jsonl", policy=str(policy)))
    assert tomllib.loads(path.read_text()) == LEXICAL
    assert "# Chosen by `excerpt tune` on 40 questions of a b.jsonl." in path.read_text()
    assert f"--budget calibrated:{policy}" in path.read_text()
    tuned.policy.save(policy)
    one = rows(1)[0]
    result = load_chain(str(path)).compress(
        one["question"], one["passages"], budget=Budget.calibrated(str(policy))
    )
    assert "ferry 0 lands" in result.text


def test_options_are_written_as_toml(tuned):
    """Texts with quotes, tables, lists, numbers, booleans."""
    from dataclasses import replace

    config = {"name": 'a "b"\\', "order": "best_last", "preserve_slots": True,
              "guards": {"numbers": False, "patterns": ["RFC \\d+"]},
              "stage": [{"use": "adaptive-k", "gap": {"buffer": 5, "odd key": 1.5}}]}  # fmt: skip
    assert tomllib.loads(as_toml(replace(tuned, config=config), source="x")) == config


def test_wrong_goals_are_refused():
    """Before any work."""
    with pytest.raises(InputError, match="metric must be"):
        Goal(metric="f1")
    with pytest.raises(InputError, match="tolerance"):
        Goal(tolerance=1)
    with pytest.raises(InputError, match="at least one chain"):
        tune(rows(), {}, Goal())
    with pytest.raises(InputError, match="the fastest, front, took"):
        tune(rows(60), {"front": TRUNCATE}, Goal(milliseconds=1e-6))
    with pytest.raises(InputError, match="no question says what answer_recall needs"):
        tune(rows(60), {"front": TRUNCATE}, Goal(metric="answer_recall"))
