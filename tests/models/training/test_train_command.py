import click
import pytest
from click.testing import CliRunner

from excerpt.cli.train import COMMANDS, command
from excerpt.cli.train.progress import reporting


@pytest.mark.parametrize("name", COMMANDS)
def test_every_model_in_the_list_can_be_trained(name):
    """Its module is there and has a command that takes files and an output."""
    found = command.get_command(click.Context(command), name)
    assert any(isinstance(parameter, click.Argument) for parameter in found.params)
    assert "output" in {parameter.name for parameter in found.params}


def test_another_model_is_refused():
    """By click, with the list."""
    assert command.get_command(click.Context(command), "teacher") is None


@pytest.mark.parametrize("name", ["late-interaction", "pruner", "recomp", "recomp-head", "token-classifier"])
@pytest.mark.parametrize("words", [("--held-out", "1"), ("--held-out", "-0.1"), ("--learning-rate", "-1")])
def test_numbers_out_of_range_are_refused(name, words, tmp_path):
    """By click, with the range, before a file is opened."""
    found = command.get_command(click.Context(command), name)
    rest = [] if name.endswith(("head", "interaction")) else ["--base", "none"]
    done = CliRunner().invoke(found, ["missing.jsonl", "-o", str(tmp_path / "out"), *rest, *words])
    assert done.exit_code == 2
    assert f"Invalid value for '{words[0]}'" in done.stderr


def test_progress_shows_the_last_figures(monkeypatch, capsys):
    """A resumed training counts on from where it was; without a terminal there are plain lines."""
    monkeypatch.setattr("excerpt.cli.progress._EVERY_S", 0.0)
    with reporting("steps", quiet=False) as progress:
        progress("training", 3, 5, {})
        progress("training", 4, 5, {})
        progress("training", 4, 5, {"loss": 0.5, "epoch": 1.0})
        progress("training", 5, 5, {})
    lines = capsys.readouterr().err.splitlines()
    counts = [line.partition(",")[0] for line in lines]
    assert counts == ["steps: 3 of 5", "steps: 4 of 5", "steps: 4 of 5", "steps: 5 of 5"]
    assert all(" left (" in line for line in lines)
    assert lines[-1].endswith("loss 0.500")


def test_counts_of_several_steps_add_up(monkeypatch, capsys):
    """What is being done stands beside the sum; a second file of the same name counts from its start."""
    monkeypatch.setattr("excerpt.cli.progress._EVERY_S", 0.0)
    with reporting("questions", quiet=False) as progress:
        for what, done in (("a.jsonl", 2), ("a.jsonl", 5), ("a.jsonl", 1), ("training", 4)):
            progress(what, done, None, {})
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[1] for line in lines] == ["2", "5", "6", "10"]
    assert lines[-1].endswith("training")
