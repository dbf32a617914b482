import json
import os
import signal
import subprocess
import sys
import threading
import time

import click
import pytest
from click.testing import CliRunner

from excerpt.cli.distill import command
from excerpt.models.training.token_classifier.examples import read_labelled

TEXTS = [
    "The miller opened the gate of the mill. A sack of rye fell.",
    "The wind turned, and the sails of the mill stood still.",
    "Nobody counted the sacks of barley.",
]


def written(folder, texts=TEXTS):
    path = folder / "in.jsonl"
    path.write_text("".join(json.dumps({"id": f"t{n}", "text": text}) + "\n" for n, text in enumerate(texts)))
    return str(path)


def distill(endpoint, folder, *options):
    source = str(folder / "in.jsonl")
    fixed = [
        source,
        "-o",
        str(folder / "out.jsonl"),
        "--endpoint",
        endpoint.url,
        "--model",
        "teacher",
        "--yes",
    ]
    return CliRunner().invoke(command, [*fixed, *options], standalone_mode=False)


def rows(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_texts_become_rows_that_training_reads(endpoint, tmp_path):
    """Marks on the words of the text; what the teacher deleted is labelled 0."""
    written(tmp_path)
    result = distill(endpoint, tmp_path)
    assert result.exception is None, result.output
    labelled = list(read_labelled(tmp_path / "out.jsonl"))
    assert [text for text, _ in labelled] == TEXTS
    assert [TEXTS[2][start:end] for start, end, label in labelled[2].marks if not label] == ["the", "of"]
    assert json.loads((tmp_path / "out.jsonl.report.json").read_text())["written"] == 3


def test_a_reply_that_adds_words_is_filtered(endpoint, tmp_path):
    """By its variation rate; the report counts it."""
    written(tmp_path, [f"{text} Sack {number}." for number in range(7) for text in TEXTS])
    endpoint.answer = lambda text: endpoint.good(
        text if "Sack 4" not in text else f"Here you are, my friend: {text}"
    )
    distill(endpoint, tmp_path, "--drop-variation", "0.15")
    report = json.loads((tmp_path / "out.jsonl.report.json").read_text())
    assert (report["dropped_variation"], report["variation_rate"]) == (3, 0.0)


def test_what_failed_is_listed_and_asked_again_with_resume(endpoint, tmp_path):
    """Exit status 3 first; then only the failed chunk costs anything."""
    written(tmp_path)
    endpoint.answer = lambda text: endpoint.good(text) if "wind" not in text else (400, "no", {})
    assert distill(endpoint, tmp_path).exception.code == 3
    (error,) = rows(tmp_path / "out.jsonl.errors.jsonl")
    assert error == {"id": "t1:0", "error": "HTTP 400: 'no'"}
    endpoint.answer, before = endpoint.good, len(endpoint.asked)
    assert distill(endpoint, tmp_path, "--resume").exception is None
    assert len(endpoint.asked) == before + 1
    assert len(rows(tmp_path / "out.jsonl")) == 3
    assert not (tmp_path / "out.jsonl.errors.jsonl").exists()


def test_paid_answers_are_not_overwritten(endpoint, tmp_path):
    """A second run without --resume stops before it asks anything."""
    written(tmp_path)
    distill(endpoint, tmp_path)
    asked = len(endpoint.asked)
    assert "--resume" in str(distill(endpoint, tmp_path).exception)
    assert len(endpoint.asked) == asked


def test_nothing_is_sent_without_leave(endpoint, tmp_path):
    """The cost is shown and the question put; no is no."""
    source = written(tmp_path)
    (tmp_path / "prices.toml").write_text("[teacher]\ninput = 1e6\noutput = 0\n")
    options = ["-o", str(tmp_path / "o"), "--endpoint", endpoint.url, "--model", "teacher"]
    result = CliRunner().invoke(
        command, [source, *options, "--prices", str(tmp_path / "prices.toml")], input="n\n"
    )
    assert result.exit_code == 1
    assert "3 questions" in result.output
    assert "send them?" in result.output
    assert endpoint.asked == []


@pytest.mark.parametrize("option", ["--drop-variation", "--drop-gap"])
def test_a_share_out_of_range_costs_nothing(endpoint, tmp_path, option):
    """It is found before the teacher is asked, not when all is paid for."""
    written(tmp_path)
    result = distill(endpoint, tmp_path, option, "2")
    assert isinstance(result.exception, click.BadParameter)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_key_comes_from_the_named_variable_only(endpoint, tmp_path, monkeypatch):
    """A key that happens to be in the environment is not sent to a strange address."""
    written(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "not-for-you")
    monkeypatch.setenv("TEACHER_KEY", "for-you")
    distill(endpoint, tmp_path)
    assert set(endpoint.keys) == {None}
    (tmp_path / "out.jsonl.answers.jsonl").unlink()
    distill(endpoint, tmp_path, "--api-key-env", "TEACHER_KEY")
    assert endpoint.keys[-1] == "Bearer for-you"
    assert "is not set" in str(
        distill(endpoint, tmp_path, "--resume", "--api-key-env", "NO_SUCH_KEY").exception
    )


def test_a_killed_run_goes_on(endpoint, tmp_path):
    """Answers that came before the kill are not asked for again."""
    source = written(tmp_path, [f"The sack {number} of the mill." for number in range(12)])
    fourth, released = threading.Event(), threading.Event()

    def slow(text):
        if len(endpoint.asked) > 3:
            fourth.set()
            released.wait(60)
        return endpoint.good(text)

    endpoint.answer = slow
    run = [sys.executable, "-P", "-m", "excerpt", "distill", source, "-o", str(tmp_path / "out.jsonl")]
    run += ["--endpoint", endpoint.url, "--model", "teacher", "--yes", "--workers", "1", "-q"]
    process = subprocess.Popen(run, env=os.environ | {"NO_PROXY": "127.0.0.1"})
    assert fourth.wait(60)
    written_down = tmp_path / "out.jsonl.answers.jsonl"
    latest = time.monotonic() + 60
    while (
        written_down.read_text().count("\n") < 3 and time.monotonic() < latest
    ):  # asked for before it is written down
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    released.set()
    known = len(rows(written_down))
    endpoint.answer, before = endpoint.good, len(endpoint.asked)
    assert distill(endpoint, tmp_path, "--resume").exception is None
    assert known >= 3
    assert len(endpoint.asked) - before == 12 - known
