"""The command on the demo's words, one line of the table."""

import json

import pytest
from click.testing import CliRunner

from excerpt.cli.bench import command
from excerpt.errors import InputError
from excerpt.eval.speed.measures import bundled_texts, own_texts


def run(*options):
    return CliRunner().invoke(
        command, [*options, "--seconds", "0", "--rounds", "1", "-q"], catch_exceptions=False
    )


def test_a_line_is_timed_kept_and_compared(tmp_path):
    """A run is no slower than itself by a tenth only if timed so: a row that says less is named."""
    rows = tmp_path / "rows.csv"
    assert run("--only", "fast", "--rows", str(rows)).exit_code == 0
    header, line = rows.read_text().splitlines()
    assert line.startswith('"fast, 20 passages",encoder pass,')
    fields = dict(zip(header.split(","), ["fast", *line.split('",')[1].split(",")], strict=False))
    rows.write_text(f"{header}\n" + line.replace(f",{fields['value']},", ",0.000001,", 1) + "\n")
    result = run("--only", "fast", "--against", str(rows))
    assert result.exit_code == 1
    assert "times as slow as before" in result.output


def test_no_such_line():
    """Named with what was asked for."""
    with pytest.raises(InputError, match="no line's name contains 'slow'"):
        run("--only", "slow")


def test_own_texts_need_a_hundred_passages(tmp_path):
    """All different; the question file is as `excerpt eval` reads it."""
    path = tmp_path / "own.jsonl"
    rows = [
        {"question": f"q{at}", "passages": [f"The mill {at} has {place} stones." for place in range(10)]}
        for at in range(10)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    texts = own_texts(path)
    assert (len(texts.passages), texts.questions[0]) == (100, "q0")
    path.write_text(json.dumps(rows[0]) + "\n")
    with pytest.raises(InputError, match="has 10 different passages"):
        own_texts(path)


def test_bundled_texts_are_all_different():
    """So that nothing comes from memory."""
    texts = bundled_texts()
    for passages in (texts.passages, texts.short):
        assert len({passage.text for passage in passages}) == len(passages)
    assert len(set(texts.questions)) == len(texts.questions)
