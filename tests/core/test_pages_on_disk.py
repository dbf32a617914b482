"""``excerpt explain`` and ``excerpt demo``: where their pages go."""

import json

import pytest
from click.testing import CliRunner

from excerpt.cli.demo import command as demo
from excerpt.cli.explain import command as explain


@pytest.fixture
def source(tmp_path):
    """One record."""
    path = tmp_path / "in.jsonl"
    path.write_text(
        json.dumps({"id": "a", "question": "what grinds?", "passages": ["The mill grinds. It rains."]})
    )
    return path


def run(command, *arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_a_page_goes_to_standard_output_for_a_dash(source, tmp_path, monkeypatch):
    """As with every other command; and nothing else does."""
    monkeypatch.chdir(tmp_path)
    ran = run(explain, source, "-o", "-", "--chain", "fast")
    assert ran.stdout.startswith("<!doctype html>")
    assert ran.stdout.endswith("</html>\n")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_the_records_are_not_written_over_by_their_page(source):
    """A slip of the keyboard costs no data."""
    before = source.read_bytes()
    assert "is the input" in str(run(explain, source, "-o", source, "--chain", "fast").exception)
    assert source.read_bytes() == before


def test_a_demo_that_has_no_folder_says_so(source):
    """In one line."""
    ran = run(demo, "-o", source)
    assert "is no folder that can be written to" in str(ran.exception)


def test_a_demo_checks_its_budget_first(tmp_path):
    """Before it indexes anything."""
    assert run(demo, "-o", tmp_path / "d", "--budget", -1).exit_code == 2
    assert not (tmp_path / "d").exists()


def test_the_demo_leaves_files_for_the_other_commands(tmp_path):
    """Each question with its passages, which the command that it names takes."""
    ran = run(demo, "-o", tmp_path, "--budget", 40)
    assert ran.exit_code == 0, ran.output
    rows = [json.loads(line) for line in (tmp_path / "questions.jsonl").read_text().splitlines()]
    assert [(row["id"], len(row["passages"])) for row in rows] == [
        (f"q{number}", 20) for number in range(1, 6)
    ]
    for row in rows:
        assert row["answers"][0].lower() in " ".join(passage["text"] for passage in row["passages"]).lower()
    assert len((tmp_path / "corpus.jsonl").read_text().splitlines()) == 24
    assert "excerpt compress questions.jsonl -o compressed.jsonl --budget 500" in ran.output
