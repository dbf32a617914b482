"""What a result loses without each kept unit; on the page, by the command, and as a scorer."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from excerpt import Chain, ConfigError, InputError
from excerpt.cli.explain import command
from excerpt.compressors import LooComp, Truncate
from excerpt.compressors.scorers.leave_one_out import LeaveOneOut
from excerpt.leave_one_out import leave_one_out, without_each
from excerpt.values.types import Context, Passage, Units

MILL = "The mill burned in 1859. Bees sleep. It was built again in 1861."


class Distinct:
    """How many different words of the question a text has."""

    name = "distinct"

    def score(self, context, units):
        asked = set(context.query.split())
        return np.array(
            [float(len(asked & set(text.replace(".", "").split()))) for text in units.texts(context.passages)]
        )


def test_a_unit_is_worth_what_goes_with_it():
    """By hand: "1861" stands in one unit; "mill" in two, so neither is missed."""
    passages = [MILL, "Another mill stands there."]
    result = Chain([Truncate()]).compress("mill 1861 rye", passages, budget=100)
    assert result.report.passed_through
    kept = Chain(["bm25-sentences"]).compress(
        "mill burned 1861 rye", [*passages, "Oats and barley. " * 9], budget=30
    )
    losses = {
        kept.context.passages[each.passage].text[each.start : each.end]: each.loss
        for each in leave_one_out(kept.context, Distinct())
    }
    assert losses["It was built again in 1861."] == 1
    assert losses["The mill burned in 1859."] == 1
    assert losses["Another mill stands there."] == 0


def test_what_was_passed_through_is_left_out_span_by_span():
    """There is no ranking then."""
    result = Chain([Truncate()]).compress("mill 1861", [MILL, "rye"], budget=100)
    assert [each.loss for each in leave_one_out(result.context, Distinct())] == [2, 0]


def test_the_page_lists_what_each_part_brings(tmp_path):
    """Best first, escaped; not there unless it is asked for."""
    result = Chain(["bm25-sentences"]).compress("mill 1861", [MILL, "<b>mill</b> " * 30], budget=14)
    assert "What each kept part brings" not in result.explain()
    html = result.explain(leave_one_out=Distinct())
    assert "What each kept part brings" in html
    assert "It was built again in 1861.</td>" in html
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"question": "mill 1861", "passages": [MILL]}) + "\n")
    page = tmp_path / "page.html"
    done = CliRunner().invoke(
        command, [str(source), "-o", str(page), "--ratio", "0.5", "--leave-one-out", "bm25"]
    )
    assert done.exit_code == 0, done.output
    assert "What each kept part brings" in page.read_text()
    wrong = CliRunner().invoke(command, [str(source), "-o", str(page), "--leave-one-out", "bm26"])
    assert isinstance(wrong.exception, ConfigError)
    assert "--leave-one-out: scorer: there is no 'bm26'" in str(wrong.exception)


def test_too_many_units_are_refused():
    """Each would be a text as long as the result."""
    result = Chain(["llmlingua2"]).compress("q", ["rye oats " * 700], budget=1300)
    with pytest.raises(InputError, match="units were kept, and each is left out in turn: at most 500"):
        leave_one_out(result.context, Distinct())


def test_as_a_scorer_it_is_the_drop_inside_a_passage():
    """What another sentence says too is worth nothing; other passages do not matter."""
    text = "A mill. The mill burned. It burned."
    units = Units.of("sentence", [[(0, 7), (8, 24), (25, 35)], [(0, 4)]])
    context = Context.start("mill burned", [Passage(text), Passage("mill")])
    assert LeaveOneOut(Distinct()).score(context, units).tolist() == [0, 0, 0, 0]
    single = Units.of("sentence", [[(8, 24)], [(0, 4)]])  # nothing is as good as the least of all: "mill"
    assert LeaveOneOut(Distinct()).score(context, single).tolist() == [1, 0]
    apart = Units.of("sentence", [[(0, 7), (25, 35)], [(0, 4)]])
    assert LeaveOneOut(Distinct()).score(context, apart).tolist() == [1, 1, 0]


def test_loocomp_keeps_what_is_missed():
    """With the bundled scorer; without a budget what has a loss above 0."""
    passages = [MILL, "The weather was fine."]
    result = Chain([LooComp()]).compress("when was the mill built again", passages, budget=10)
    ranking = result.context.rankings[-1]
    assert (
        ranking.units.texts(result.context.passages)[int(ranking.scores.argmax())]
        == "It was built again in 1861."
    )
    assert "It was built again in 1861." in result.text
    assert (
        Chain([LooComp(scorer=Distinct())]).compress("1861", passages).text == "It was built again in 1861."
    )
    with pytest.raises(ConfigError, match="leave-one-out: scorer: there is no 'nothing'"):
        LooComp(scorer="nothing")


@given(st.lists(st.text("ab", min_size=1, max_size=5), max_size=6))
def test_each_text_lacks_one_piece(pieces):
    """By joining the others."""
    text, spans = "|".join(pieces), []
    at = 0
    for piece in pieces:
        spans.append((at, at + len(piece)))
        at += len(piece) + 1
    whole, *without = without_each(text, spans)
    assert whole == "".join(pieces)
    assert without == ["".join(pieces[:n] + pieces[n + 1 :]) for n in range(len(pieces))]
