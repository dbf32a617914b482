"""Calibration: what is measured is what use does, and nothing is promised that cannot be."""

from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import pytest
from fakes.calibration_questions import questions
from fakes.hash_encoder import HashEncoder

from excerpt import Budget, Chain, InputError, PolicyError
from excerpt.compressors import AdaptiveK, Bm25Sentences, Guards, RecompExtractive, Truncate
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.eval.calibration.calibrate import RiskTarget, calibrate, policy_of
from excerpt.eval.calibration.knob_settings import GRIDS, LOSSES, Measured, measure
from excerpt.eval.data.questions import Question
from excerpt.values.types import Context

FAST = Chain([Bm25Sentences()], name="fast")
ROWS = questions(60)
by_score = partial(RiskTarget, knob="score")


@cache
def measured_once(knob):
    """Two dozen questions at every setting."""
    return measure(ROWS[:24], FAST, knob)


def lost(question, result):
    """The share of the evidence that a result lacks, counted in another way than the code does."""
    gold = [
        (index, place)
        for index, spans in enumerate(question.evidence)
        for start, end in spans
        for place in range(start, end)
        if not question.passages[index].text[place].isspace()
    ]
    kept = {
        (kept.index, place)
        for kept in result.passages
        for start, end in kept.spans
        for place in range(start, end)
    }
    return 1 - len(kept.intersection(gold)) / len(gold)


@pytest.mark.parametrize("knob", ["score", "ratio"])
@pytest.mark.parametrize(
    "chain",
    [
        FAST,
        Chain(
            [AdaptiveK(HashEncoder()), Bm25Sentences()],
            template="numbered",
            order="best_first",
            guards=Guards(),
        ),
    ],
    ids=["one stage", "two stages"],
)
def test_what_was_measured_is_what_use_does(chain, knob):
    """Loss and kept share of each question at the chosen setting, by a call with the calibrated budget."""
    measured = measure(ROWS[:6], chain, knob)
    policy = policy_of(measured, chain, RiskTarget(alpha=0.3, knob=knob))
    column = measured.grid.index(policy.group().value)
    for number, row in enumerate(ROWS[:6]):
        result = chain.compress(row["question"], row["passages"], budget=Budget.calibrated(policy))
        assert result.ratio == pytest.approx(measured.kept[number][column])
        assert lost(Question.of(row, ""), result) == pytest.approx(
            measured.losses["evidence"][number][column]
        )


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("method", ["crc", "ltt"])
def test_every_loss_and_method_gives_a_policy(loss, method):
    """With as many questions as it says, and a curve that the chosen setting is on."""
    policy = calibrate(ROWS, FAST, by_score(loss=loss, alpha=0.2, method=method))
    found = policy.group()
    assert (found.questions, found.refused, policy.left_out) == (60, "", 0)
    assert found.chosen.tested <= (0.2 if method == "crc" else 0.1)
    assert len(found.curve) == len(GRIDS["score"])


def test_the_knob_follows_from_the_scores():
    """Log-odds are comparable between questions; other scores are not taken for it."""
    assert calibrate(ROWS[:9], FAST, RiskTarget(alpha=0.5)).knob == "ratio"
    stage = RecompExtractive(HashEncoder())
    stage.scorer = Recording(stage.scorer.encoder)
    policy = calibrate(ROWS[:9], Chain([stage]), RiskTarget(alpha=0.9))
    assert (policy.knob, policy.temperature) == ("score", 2.0)


class Recording(EmbeddingSimilarity):
    """A scorer that says what its scores are measured in."""

    temperature = 2.0


def test_the_kept_amount_differs_between_questions():
    """The score knob is adaptive; the ratio is the same for all but for rounding."""
    targets = {knob: RiskTarget(alpha=0.2, knob=knob) for knob in ("score", "ratio")}
    policies = {knob: policy_of(measured_once(knob), FAST, target) for knob, target in targets.items()}
    spread = {knob: policy.group().kept[9] - policy.group().kept[1] for knob, policy in policies.items()}
    assert spread["score"] > 2 * spread["ratio"]


def table(losses, knob="score"):
    """Measured losses made up: questions by settings."""
    losses = np.asarray(losses, dtype=float)
    grid = tuple(float(n) for n in range(losses.shape[1]))
    found = Measured(knob, grid, None, {name: losses.tolist() for name in LOSSES})
    found.kept = np.linspace(1, 0.1, losses.shape[1])[None, :].repeat(len(losses), 0).tolist()
    found.numbers = np.zeros((*losses.shape, 3)).tolist()
    found.groups = [""] * len(losses)
    return found


def test_too_few_questions_are_refused_with_the_number_needed():
    """Not a silent fallback, and not a policy that keeps everything."""
    with pytest.raises(PolicyError, match=r"0\.05 needs at least 19 questions .* there are 18"):
        policy_of(table(np.zeros((18, 3))), FAST, by_score(alpha=0.05))
    assert policy_of(table(np.zeros((19, 3))), FAST, by_score(alpha=0.05)).group().value == 2.0


def test_a_risk_that_no_setting_meets_is_refused():
    """With what the mildest setting loses."""
    with pytest.raises(
        PolicyError, match=r"mildest setting already loses 1 \(adjusted risk 1, limit 0\.05\)"
    ):
        policy_of(table(np.ones((50, 3))), FAST, by_score(alpha=0.05))


def test_all_zero_losses_choose_the_harshest_setting():
    """And all ones under a risk of one."""
    assert policy_of(table(np.zeros((50, 3))), FAST, by_score()).group().value == 2.0
    assert policy_of(table(np.ones((50, 3))), FAST, by_score(alpha=1.0)).group().value == 2.0


def test_questions_without_anything_to_lose_do_not_count():
    """They are counted out, and cannot make up the number."""
    rows = [{**row, "passages": ["No evidence here."], "answers": []} for row in ROWS[:10]]
    policy = calibrate([*rows, *ROWS[:30]], FAST, by_score(alpha=0.2))
    assert (policy.group().questions, policy.left_out) == (30, 10)
    with pytest.raises(PolicyError, match="there are 0"):
        calibrate(rows, FAST, by_score(alpha=0.2))


def test_an_answer_that_is_not_in_the_passages_cannot_be_lost():
    """Only what was retrieved can be promised."""
    rows = [{**row, "answers": ["nowhere at all"]} for row in ROWS[:5]] + ROWS[5:40]
    assert calibrate(rows, FAST, by_score("answer", 0.2)).left_out == 5


@dataclass(frozen=True)
class Moody:
    """A black box that keeps one passage, and which one depends on the budget without any order."""

    name: str = "moody"

    def compress(self, context: Context, room) -> Context:
        chosen = (room.tokens or 0) * 7 % len(context.passages)
        kept = [spans if index == chosen else () for index, spans in enumerate(context.kept)]
        return context.narrow(kept)


def test_a_selector_that_is_not_monotone_is_held_by_the_envelope():
    """Its losses rise and fall with the ratio; the risks of the curve only rise, and are never below the losses."""
    chain = Chain([Moody()])
    measured = measure(ROWS[:10], chain, "ratio")
    losses = np.array(measured.losses["evidence"])
    assert (np.diff(losses, axis=1) < 0).any()
    found = policy_of(measured, chain, RiskTarget(alpha=0.9, knob="ratio")).group()
    risks = np.array([point.risk for point in found.curve])
    assert (np.diff(risks) >= 0).all()
    assert (risks >= losses.mean(axis=0) - 1e-12).all()


def test_the_score_knob_needs_a_ranking():
    """A black box has none: the message names the other knob."""
    with pytest.raises(PolicyError, match=r"moody ranks nothing; use the knob `ratio`"):
        measure(ROWS[:1], Chain([Moody()]), "score")


@pytest.mark.parametrize("scores", [Truncate("passage"), Bm25Sentences()], ids=lambda stage: stage.name)
def test_ties_in_the_scores_stay_together(scores):
    """A question that shares no word with its passages: all units are equal, and all are kept."""
    row = {**ROWS[0], "question": "Zzz?"}
    measured = measure([row], Chain([scores]), "score")
    if isinstance(scores, Bm25Sentences):
        assert set(measured.kept[0]) == {1.0}
    assert np.array(measured.losses["evidence"])[0, 0] == 0


def test_losses_of_the_score_knob_never_fall():
    """Its choices are nested, so the envelope changes nothing."""
    losses = np.array(measure(ROWS, FAST, "score").losses["evidence"])
    assert (np.diff(losses, axis=1) >= -1e-12).all()


def test_groups_are_calibrated_each_for_itself():
    """Mondrian: each with its own questions, its own feasibility and its own setting."""
    policy = calibrate(ROWS, FAST, by_score(alpha=0.04, group_by="lang"))
    assert {name: group.questions for name, group in policy.groups.items()} == {"de": 40, "nl": 20}
    assert "needs at least 24" in policy.groups["nl"].refused
    alone = calibrate([row for row in ROWS if row["lang"] == "de"], FAST, by_score(alpha=0.04))
    assert policy.group("de").value == alone.group().value


def test_when_every_group_is_refused_there_is_no_policy():
    """With the reason of each."""
    with pytest.raises(PolicyError, match=r"de: .*are 40.*nl: .*are 20"):
        calibrate(ROWS, FAST, by_score(alpha=0.01, group_by="lang"))


@pytest.mark.parametrize("row", [{}, {"lang": ""}, {"lang": ["de"]}, {"lang": None}])
def test_a_question_without_its_group_is_named(row):
    """Its number and the key."""
    with pytest.raises(InputError, match="question 2: lang"):
        calibrate(
            [ROWS[0], {**{k: v for k, v in ROWS[1].items() if k != "lang"}, **row}],
            FAST,
            by_score(group_by="lang"),
        )


def test_a_wrong_risk_is_found_before_the_work():
    """No question is read."""
    with pytest.raises(InputError, match="risk"):
        calibrate(iter([{"broken": 1}]), FAST, by_score(alpha=0.0))


@pytest.mark.parametrize("name", ["loss", "method", "knob"])
def test_an_unknown_word_is_found_before_the_work(name):
    """An unknown method must not pass for the default one."""
    with pytest.raises(InputError, match=rf"{name}: must be one of .*; got 'LTT'"):
        calibrate(iter([{"broken": 1}]), FAST, RiskTarget(**{name: "LTT"}))


@pytest.mark.parametrize("knob", ["score", "ratio"])
@pytest.mark.parametrize("alpha", [0.1, 0.2])
def test_held_out_questions_lose_at_most_the_risk_on_average(knob, alpha):
    """The promise on real compressions: over 200 random halves, within two standard errors."""
    measured = measured_once(knob)
    losses = np.array(measured.losses["evidence"])
    generator = np.random.default_rng(5)
    means = []
    for _ in range(200):
        order = generator.permutation(len(losses))
        half, rest = order[:12], order[12:]
        value = policy_of(_part(measured, half), FAST, RiskTarget(alpha=alpha, knob=knob)).group().value
        means.append(losses[rest, measured.grid.index(value)].mean())
    assert 0 < np.mean(means) <= alpha + 2 * np.std(means) / np.sqrt(200)


def _part(measured, rows):
    """Some of the questions."""
    pick = lambda values: [values[index] for index in rows]  # noqa: E731 - said once
    losses = {name: pick(values) for name, values in measured.losses.items()}
    return Measured(
        measured.knob,
        measured.grid,
        None,
        losses,
        pick(measured.kept),
        pick(measured.numbers),
        pick(measured.groups),
    )


@pytest.mark.parametrize("alpha", [1.0, 1.5, 0.0, -0.1, float("nan")])
def test_a_risk_that_promises_nothing_is_refused(alpha):
    """One as large as the largest loss is kept by an empty text; none at all cannot be promised."""
    with pytest.raises(InputError, match="risk: must be"):
        calibrate(ROWS, FAST, RiskTarget("evidence", alpha))
