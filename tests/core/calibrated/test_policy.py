"""The policy file: what it says, and when it is refused."""

import json
from dataclasses import asdict, replace

import pytest

from excerpt import PolicyError
from excerpt.calibrated.policy import Calibrated, Point, Policy

CURVE = (Point(0.1, 0.0, 0.05, 0.8), Point(0.5, 0.02, 0.07, 0.3))
POLICY = Policy(
    loss="evidence",
    alpha=0.1,
    method="crc",
    delta=None,
    bound=1.0,
    knob="score",
    temperature=1.0,
    group_by="",
    groups={"": Calibrated(19, 0.5, "", CURVE, (0.1, 0.9), {"best score": (0.0, 1.0)})},
    left_out=3,
    fingerprint={"chain": "a", "models": "b", "tokenizer": "c"},
    chain="default",
    tokenizer="bundled",
    excerpt="0.1.0",
    date="2026-01-02",
)
BY_LANGUAGE = replace(
    POLICY,
    group_by="lang",
    groups={"de": Calibrated(30, 0.5, "", CURVE), "nl": Calibrated(3, None, "3 questions are too few")},
)


@pytest.fixture
def path(tmp_path):
    POLICY.save(tmp_path / "policy.json")
    return tmp_path / "policy.json"


def test_what_is_written_is_read(path):
    """Every field, in plain JSON."""
    assert asdict(Policy.load(path)) == asdict(POLICY)
    assert json.loads(path.read_text())["groups"][""]["questions"] == 19


def test_the_chosen_point_is_on_the_curve():
    """With the share that it keeps."""
    assert POLICY.group().chosen == CURVE[1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"alpha": 0.1', '"alpha": 0.05'),
        ('"value": 0.5,', '"value": 0.6,'),
        ('"models": "b"', '"models": "d"'),
        ('"questions": 19', '"questions": 190'),
        ('"left_out": 3', '"left_out": 0'),
    ],
)
def test_a_changed_policy_is_refused(path, old, new):
    """Whatever was changed: its promise is void."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(PolicyError, match="changed since it was written"):
        Policy.load(path)


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', "{", "\x00"])
def test_other_files_are_refused(tmp_path, text):
    """The message says what writes a policy."""
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(PolicyError, match=r"x\.json.*excerpt calibrate"):
        Policy.load(tmp_path / "x.json")


def test_a_missing_file_is_refused(tmp_path):
    """And named."""
    with pytest.raises(PolicyError, match=r"nothing\.json cannot be read"):
        Policy.load(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    "change", [{"knob": "colour"}, {"loss": "words"}, {"method": "luck"}, {"groups": {}}]
)
def test_a_kind_that_is_not_known_is_refused(tmp_path, change):
    """A later version's policy is whole, and still not ours."""
    replace(POLICY, **change).save(tmp_path / "p.json")
    with pytest.raises(PolicyError, match="does not know"):
        Policy.load(tmp_path / "p.json")


def test_the_promise_is_one_sentence_with_its_numbers():
    """Loss, risk and number of questions; on average, or with high probability."""
    assert POLICY.promise() == (
        "On average, the share of a question's evidence that is lost is at most 0.1 on a new question like the 19 it "
        "was calibrated on."
    )
    strict = replace(POLICY, method="ltt", delta=0.1).promise()
    assert strict.startswith("With probability 0.9 over the calibration questions, the share of")
    assert "30 with lang 'de'" in BY_LANGUAGE.promise("de")


def test_an_unknown_group_is_refused():
    """Not the strictest is taken: nobody checked the promise for that group."""
    with pytest.raises(PolicyError, match=r"by 'lang' for 'de', 'nl', and knows nothing of 'fr'"):
        BY_LANGUAGE.group("fr")
    with pytest.raises(PolicyError, match="knows nothing of None"):
        BY_LANGUAGE.group()
    with pytest.raises(PolicyError, match="without groups"):
        POLICY.group("de")


def test_a_group_without_a_promise_is_refused():
    """With the reason that the calibration gave."""
    with pytest.raises(PolicyError, match="nothing can be promised for 'nl': 3 questions are too few"):
        BY_LANGUAGE.group("nl")


def test_a_difference_is_named():
    """Each part that differs, and both chains."""
    with pytest.raises(
        PolicyError, match=r"'default'.*'bundled'.*'mine' with 'other': models and tokenizer differ"
    ):
        POLICY.check({"chain": "a", "models": "x", "tokenizer": "y"}, "mine", "other")
    POLICY.check(dict(POLICY.fingerprint), "renamed", "moved")


def test_nothing_half_written_is_left(tmp_path):
    """A policy that cannot be written says so."""
    with pytest.raises(PolicyError, match="cannot be written"):
        POLICY.save(tmp_path / "no" / "p.json")
    assert list(tmp_path.iterdir()) == []
