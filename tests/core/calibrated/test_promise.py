"""Calibrated budgets at work: what the report promises, and where it takes the promise back."""

from dataclasses import dataclass, replace

import pytest
from fakes.calibration_questions import questions
from fakes.hash_encoder import HashEncoder

from excerpt import Budget, BudgetError, Chain, PolicyError, __version__, compress
from excerpt.calibrated.policy import Calibrated, Point, Policy
from excerpt.compressors import Bm25Sentences, RecompExtractive
from excerpt.errors import InputError
from excerpt.tokens import resolve_tokenizer

FAST = Chain([Bm25Sentences()], name="fast")
ROWS = questions(40)
WIDE = {"best score": (-9.0, *[0.0] * 19, 99.0), "number of units": (1.0, *[5.0] * 19, 99.0)}


def policy(chain=FAST, knob="score", value=0.5, usual=None, **changes):
    """A policy for a chain, with a value of our choice."""
    found = Calibrated(19, value, "", (Point(value, 0.0, 0.05, 0.5),), (), usual)
    made = Policy(
        loss="evidence",
        alpha=0.1,
        method="crc",
        delta=None,
        bound=1.0,
        knob=knob,
        temperature=None,
        group_by="",
        groups={"": found},
        left_out=0,
        fingerprint=dict(chain.fingerprint(resolve_tokenizer("bundled"))),
        chain=chain.name,
        tokenizer="bundled",
        excerpt=__version__,
        date="2026-01-02",
    )
    return replace(made, **changes)


def ask(budget, row=ROWS[7], chain=FAST):
    return chain.compress(row["question"], row["passages"], budget=budget)


@pytest.mark.parametrize("knob", ["score", "ratio"])
def test_the_report_states_the_promise(knob):
    """One sentence with the numbers; and the row of the batch command has it."""
    result = ask(Budget.calibrated(policy(knob=knob)))
    assert result.report.promise.text.startswith(
        "On average, the share of a question's evidence that is lost is at"
    )
    assert result.report.promise.holds
    assert result.report.promise.text.split("'")[0] in result.explain()
    assert result.to_dict()["promise"] == {"text": result.report.promise.text, "holds": True}
    assert 0 < result.tokens_out < result.tokens_in


def test_a_plain_budget_promises_nothing():
    """And its rows have no such key."""
    result = ask(0.5)
    assert result.report.promise is None
    assert "promise" not in result.to_dict()


def test_a_lower_threshold_keeps_more():
    """The knob turns."""
    kept = [ask(Budget.calibrated(policy(value=value))).tokens_out for value in (2.0, 0.5, 0.2, 0.0)]
    assert kept == sorted(kept)
    assert kept[0] < kept[-1]


def test_the_same_bytes_alone_and_in_a_batch():
    """Drift is watched from outside: a result depends on nothing but its question."""
    budget = Budget.calibrated(policy(usual=WIDE))
    batch = FAST.compress_batch(
        [row["question"] for row in ROWS], [row["passages"] for row in ROWS], budget=budget
    )
    assert [result.to_dict() for result in batch] == [ask(budget, row).to_dict() for row in ROWS]


@pytest.mark.parametrize("knob", ["score", "ratio"])
def test_a_cap_that_bites_takes_the_promise_back(knob):
    """The cap holds, and the report says at whose cost."""
    free = ask(Budget.calibrated(policy(knob=knob)))
    capped = ask(Budget.calibrated(policy(knob=knob), tokens=free.tokens_out - 3))
    assert capped.tokens_out <= free.tokens_out - 3
    assert not capped.report.promise.holds
    assert "the promise does not hold here: the cap of" in capped.report.warnings[-1]


@pytest.mark.parametrize("knob", ["score", "ratio"])
def test_a_cap_that_does_not_bite_changes_nothing(knob):
    """The same text under the same promise."""
    free = ask(Budget.calibrated(policy(knob=knob)))
    capped = ask(Budget.calibrated(policy(knob=knob), tokens=free.tokens_in - 1))
    assert (capped.text, capped.report.promise) == (free.text, free.report.promise)


@dataclass(frozen=True)
class _Failing:
    name: str = "failing"

    def compress(self, context, room):
        message = "broken"
        raise InputError(message)


def test_a_stage_that_failed_takes_the_promise_back():
    """What its undoing leaves was not calibrated."""
    chain = Chain([Bm25Sentences(), _Failing()], on_error="keep")
    result = ask(Budget.calibrated(policy(chain, "ratio")), chain=chain)
    assert not result.report.promise.holds
    assert "the promise does not hold here: stage failing failed" in result.report.warnings


@pytest.mark.parametrize(
    ("chain", "part"),
    [
        (Chain([Bm25Sentences(k1=2.0)]), "chain differs"),
        (Chain([Bm25Sentences()], template="xml"), "template differs"),
        (Chain([Bm25Sentences()], guards=None), "guards differs"),
        (Chain([RecompExtractive(HashEncoder())]), "chain and models differ"),
    ],
)
def test_another_chain_is_refused(chain, part):
    """Before any work, naming what differs."""
    with pytest.raises(PolicyError, match=part):
        ask(Budget.calibrated(policy()), chain=chain)


def test_another_tokenizer_is_refused():
    """A ratio under another tokenizer is another ratio."""
    with pytest.raises(PolicyError, match="tokenizer differs"):
        ask(Budget.calibrated(policy(), tokenizer=lambda text: len(text.split())))


def test_a_black_box_has_no_scores_for_the_rule():
    """A stage that ranks nothing cannot be turned by the score knob."""

    @dataclass(frozen=True)
    class Black:
        name: str = "black"

        def compress(self, context, room):
            return context.narrow(
                [spans[:1] if index == 0 else () for index, spans in enumerate(context.kept)]
            )

    chain = Chain([Black()])
    with pytest.raises(PolicyError, match="black ranked nothing"):
        ask(Budget.calibrated(policy(chain)), chain=chain)


def test_a_policy_of_another_version_says_so():
    """Code that scores otherwise shows in no fingerprint."""
    (warning,) = ask(Budget.calibrated(policy(excerpt="0.0.1"))).report.warnings
    assert "made by excerpt 0.0.1" in warning


@pytest.mark.parametrize("usual", [{"best score": (90.0,) * 21}, {"number of units": (1.0,) * 21}])
def test_a_question_beyond_the_calibration_raises_a_warning(usual):
    """The number, and the range that was seen; the promise itself is about questions, not refuted by one."""
    result = ask(Budget.calibrated(policy(usual=usual)))
    (name,) = usual
    assert [place.name for place in result.report.promise.places] == [name]
    assert f"the {name} of this question" in result.report.warnings[0]


def test_a_question_within_the_calibration_raises_none():
    """The rule is about the ends."""
    result = ask(Budget.calibrated(policy(usual=WIDE)))
    assert result.report.warnings == ()


@pytest.mark.parametrize("options", [{"ratio": 0.5}, {"per_passage_max": 5}, {"per_passage_min": 5}])
def test_other_limits_do_not_go_with_a_policy(options):
    """They would keep less than was calibrated, or something else."""
    with pytest.raises(BudgetError, match="only a cap"):
        Budget(policy=policy(), **options)


def test_a_group_needs_a_policy_with_groups():
    """Given to the right budget, checked at once."""
    with pytest.raises(BudgetError, match="there is none"):
        Budget(ratio=0.5, group="de")
    with pytest.raises(PolicyError, match="without groups"):
        Budget.calibrated(policy(), group="de")


def test_the_text_form_is_read_everywhere(tmp_path):
    """`calibrated:` and a path."""
    policy().save(tmp_path / "p.json")
    text = f"calibrated:{tmp_path / 'p.json'}"
    row = ROWS[0]
    assert compress(row["question"], row["passages"], budget=text, chain=FAST).report.promise.holds


def test_a_record_names_its_group():
    """And one without the key, or of a group that nobody calibrated, is refused."""
    found = policy().group()
    grouped = replace(policy(), group_by="lang", groups={"de": found})
    budget = Budget.calibrated(grouped)
    assert budget.for_record({"lang": "de"}).group == "de"
    for keys in ({}, {"lang": "fr"}):
        with pytest.raises(PolicyError, match="knows nothing of"):
            budget.for_record(keys)
    with pytest.raises(PolicyError, match="knows nothing of None"):
        ask(budget)


def test_pledges_hold_for_empty_input():
    """Nothing in, nothing lost."""
    result = FAST.compress("q?", ["  "], budget=Budget.calibrated(policy()))
    assert result.report.promise.holds
