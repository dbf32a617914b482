"""Gates: what they say, of a mass, of a reader's answer, of a model's yes."""

import pytest
from fakes.fake_endpoint import FakeEndpoint, completion

from excerpt import ConfigError, InputError
from excerpt.compressors.gates.judging import gate_of
from excerpt.compressors.gates.reader_confidence import ReaderConfidence
from excerpt.compressors.gates.score_mass import ScoreMass
from excerpt.compressors.gates.yes_no import ENOUGH, YesNo
from excerpt.models.readers import Answer


class Saying:
    """A reader that says one thing."""

    name = "saying"

    def __init__(self, text, score=0.0):
        self.answer = Answer(text, score)

    def read(self, question, context):
        return self.answer


@pytest.mark.parametrize(("mass", "enough"), [(0.0, False), (0.89, False), (0.9, True), (1.0, True)])
def test_score_mass(mass, enough):
    """From its least on."""
    assert ScoreMass()("q", "text", mass) is enough


@pytest.mark.parametrize(
    ("text", "score", "enough"),
    [("1861", 2.0, True), ("1861", 0.9, False), ("", 2.0, False), (" ", 2.0, False)],
)
def test_a_reader_is_confident(text, score, enough):
    """An answer, and a score of at least one."""
    assert ReaderConfidence(Saying(text, score), least=1.0)("q", "text", 0.0) is enough
    assert not ReaderConfidence(Saying(text, score))("q", "  ", 1.0)  # nothing is read of nothing


@pytest.mark.parametrize(
    ("text", "enough"),
    [("Yes", True), ('"yes."', True), ("No", False), ("", False), ("The text says yes", False)],
)
def test_a_model_says_yes(text, enough):
    """A missing tag is a no, as CompAct has it."""
    assert YesNo(Saying(text))("q", "text", 0.0) is enough


def test_an_endpoint_is_asked_with_the_question_and_the_text():
    """By its address and the model's name there, as TOML has them."""
    endpoint = FakeEndpoint()
    endpoint.answer = lambda text: completion("yes" if "1861" in text else "no")
    try:
        gate = gate_of({"use": "yes-no", "reader": endpoint.url, "model": "judge"}, "ecorag")
        assert gate("When?", "It was built in 1861.", 0.0)
        assert not gate("When?", "It was built.", 0.0)
        sent = endpoint.asked[0]["messages"]
        assert sent == ENOUGH.messages("When?", "It was built in 1861.")
    finally:
        endpoint.close()


@pytest.mark.parametrize(
    ("gate", "error", "message"),
    [
        ("score-mas", ConfigError, "there is no 'score-mas'"),
        ({"use": "score-mass", "least": 0}, ConfigError, "least must be a number"),
        ({"use": "score-mass", "temperature": 0}, ConfigError, "temperature must be a number"),
        ({"use": "yes-no"}, ConfigError, "needs reader"),
        ({"use": "yes-no", "reader": 3}, ConfigError, "reader must be extractive:DIR"),
        ({"use": "yes-no", "reader": "http://127.0.0.1:9/v1"}, ConfigError, "say which model to ask for"),
        ({"use": "reader-confidence", "reader": "x", "api_key_env": "NO_SUCH_KEY"}, InputError, "is not set"),
        (3, ConfigError, "gate must be a gate"),
    ],
)
def test_wrong_gates_are_named(gate, error, message):
    """With what they may be."""
    with pytest.raises(error, match=message):
        gate_of(gate, "ecorag")
