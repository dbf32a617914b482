import click
import pytest

from winnow.cli.train import COMMANDS, command
from winnow.cli.train_progress import reporting


@pytest.mark.parametrize("name", COMMANDS)
def test_every_model_in_the_list_can_be_trained(name):
    """Its module is there and has a command that takes files and an output."""
    found = command.get_command(click.Context(command), name)
    assert any(isinstance(parameter, click.Argument) for parameter in found.params)
    assert "output" in {parameter.name for parameter in found.params}


def test_another_model_is_refused():
    """By click, with the list."""
    assert command.get_command(click.Context(command), "teacher") is None


def test_progress_shows_the_last_figures(monkeypatch, capsys):
    """A resumed training counts on from where it was; without a terminal there are plain lines."""
    monkeypatch.setattr("winnow.cli.progress._EVERY_S", 0.0)
    with reporting(quiet=False) as told:
        told(3, 5, {})
        told(4, 5, {"loss": 0.5, "epoch": 1.0})
        told(5, 5, {})
    lines = capsys.readouterr().err.splitlines()
    counts = [line.partition(",")[0] for line in lines]
    assert counts == ["steps: 3 of 5", "steps: 4 of 5", "steps: 5 of 5"]
    assert all(" left (" in line for line in lines)
    assert lines[-1].endswith("loss 0.500")
