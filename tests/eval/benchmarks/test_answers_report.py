"""The rows of what a reader made of texts, counted by hand."""

from math import nan

import pytest


@pytest.fixture
def rows(script):
    """Of twelve questions of two sets; the whole context was timed on four, and one prompt did not fit the window."""
    report = script("answers_report")

    def found(likelihood, tokens, seconds=nan):
        return report.Found(likelihood, 0.5, tokens, tokens + 80, seconds, seconds / 10)

    keys = [(data, number) for number in range(6) for data in ("prose", "logs")]
    likely = {key: -3.0 - place / 10 for place, key in enumerate(keys)}
    full = {key: found(value, 1000, 4.0 if key[1] < 2 else nan) for key, value in likely.items()}
    full[keys[-1]] = found(nan, 9000)
    cells = {
        ("full", 0): full,
        ("default", 300): {
            key: found(value + 1, 290, 1.0 if key[1] < 2 else nan) for key, value in likely.items()
        },
        ("other", 300): {key: found(value - 1, 295) for key, value in likely.items()},
        ("other", 150): {key: found(likely[key], 140) for key in keys[:3]},
    }
    made = report.rows_of(cells, ("prose", "logs"))
    return {(row["data"], row["chain"], row["budget"], row["metric"]): row for row in made}


def test_a_gain_is_over_what_both_could_read(rows):
    """The prompt over the window is no question of the whole context, nor of what is compared with it."""
    gain = rows["all", "default", "300", "gain"]
    assert (float(gain["value"]), gain["questions"]) == (pytest.approx(1.0), "11")
    assert rows["all", "default", "300", "questions"]["value"] == "11.0000"
    assert float(rows["all", "default", "300", "better"]["value"]) == 1.0
    ahead = rows["all", "other", "300", "gain_of_default"]
    assert (float(ahead["value"]), ahead["questions"]) == (pytest.approx(2.0), "12")


def test_times_are_of_the_questions_that_were_timed(rows):
    """And a chain that was not timed has no row of them."""
    share = rows["all", "default", "300", "prefill_share"]
    assert (float(share["value"]), share["questions"]) == (pytest.approx(0.25), "4")
    assert rows["all", "full", "", "prefill_seconds"]["questions"] == "4"
    assert not [key for key in rows if key[1] == "other" and key[3] in ("prefill_seconds", "prefill_share")]


def test_few_questions_make_no_row(rows):
    """Three at 150 tokens say nothing."""
    assert not [key for key in rows if key[2] == "150"]
    assert rows["logs", "other", "300", "gain"]["questions"] == "5"


def test_the_picture_has_every_chain_that_has_a_gain(rows, script):
    """At the tokens that it left, with the best first in the legend."""
    drawn = script("answers_report").picture(list(rows.values()))
    assert drawn.startswith("<svg")
    assert "the whole context" in drawn
    assert 0 < drawn.index(">default</text>") < drawn.index(">other</text>")
    assert "11 questions" in drawn
