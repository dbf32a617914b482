"""``winnow eval`` as a user runs it."""

import csv
import json

import pytest
from click.testing import CliRunner

from winnow import ConfigError, InputError
from winnow.cli.eval import command
from winnow.eval.chains import BASELINES

ROW = {
    "id": "mill",
    "question": "What turns the stones?",
    "answers": ["sails"],
    "passages": [
        "Rain fell all day.",
        {"text": "Mills are old. Sails turn the stones.", "evidence": [[15, 37]]},
    ],
}


@pytest.fixture
def source(tmp_path):
    """Three questions."""
    path = tmp_path / "dev.jsonl"
    path.write_text("".join(json.dumps({**ROW, "id": n}) + "\n" for n in range(3)))
    return path


def run(*words):
    return CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)


def test_table_and_csv(source, tmp_path):
    """Both say the same; baselines are there without asking."""
    done = run(source, "--chain", "fast", "--ratio", 0.5, "--tokenizer", "words", "-o", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = {row["chain"]: row for row in csv.DictReader(file)}
    assert done.exit_code == 0
    assert list(rows) == [*BASELINES, "fast"]
    assert (rows["fast"]["evidence_recall"], rows["fast"]["tokenizer"]) == ("1.0000", "count_words")
    assert "1.00 ±.00" in done.stdout


def test_only_what_was_asked_for(source):
    """Baselines can be left out, and questions limited."""
    done = run(source, "--chain", "truncate", "--ratio", 0.5, "--no-baselines", "--limit", 2)
    assert "2 questions" in done.stdout
    assert "oracle" not in done.stdout


def test_failing_chain_is_told_by_the_exit_status(source, tmp_path):
    """3, with the first failure named."""
    chain = tmp_path / "scores.toml"
    chain.write_text('[[stage]]\nuse = "bm25-sentences"\nk1 = "high"\n')
    done = run(source, "--chain", chain, "--ratio", 0.5, "--no-baselines")
    assert done.exit_code == 3
    assert "failed 3 times; the first: 0:" in done.stderr


def test_wrong_input_is_named(source):
    """Unknown chain, wrong line."""
    with pytest.raises(ConfigError, match="'quick' is not a chain"):
        run(source, "--chain", "quick")
    source.write_text('{"question": "q", "passages": ["p"], "answers": "sails"}\n')
    with pytest.raises(InputError, match="question 1: answers"):
        run(source, "--chain", "fast")
