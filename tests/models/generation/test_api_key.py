import pytest

from excerpt.errors import InputError
from excerpt.models.generation.api_key import read_api_key


@pytest.mark.parametrize("variable", [None, ""])
def test_without_a_named_variable_there_is_no_key(variable, monkeypatch):
    """Whatever is in the environment."""
    monkeypatch.setenv("OPENAI_API_KEY", "not-for-you")
    assert read_api_key(variable) == ""


def test_a_named_variable_holds_the_key(monkeypatch):
    """To the letter."""
    monkeypatch.setenv("TEACHER_KEY", " k ")
    assert read_api_key("TEACHER_KEY") == " k "


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_without_a_key_is_an_error(value, monkeypatch):
    """The message names it and says what to do."""
    monkeypatch.delenv("TEACHER_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("TEACHER_KEY", value)
    with pytest.raises(
        InputError, match="api_key_env: the environment variable TEACHER_KEY is not set; set it"
    ):
        read_api_key("TEACHER_KEY")
