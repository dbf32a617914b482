"""Prompts as data."""

import pytest

from excerpt.errors import InputError
from excerpt.models.generation.prompt import named_prompt
from excerpt.models.readers import Prompt

PROMPT = Prompt("Answer.", "{context}\nQ: {question}", "Only {question}")


def test_context_and_question_take_their_places():
    """The system message is the same for every question."""
    said = PROMPT.messages("Who?", "A mill.")
    assert [message["content"] for message in said] == ["Answer.", "A mill.\nQ: Who?"]


def test_braces_of_the_input_stay():
    """A context that holds a placeholder is not filled in."""
    assert PROMPT.messages("{context}", "{question}")[1]["content"] == "{question}\nQ: {context}"


def test_without_context_the_question_stands_alone():
    """White space is no context; an empty system message is left out."""
    assert Prompt("", "x{context}", "Only {question}").messages("Who?", " \n") == [
        {"role": "user", "content": "Only Who?"}
    ]


def test_a_prompt_may_stand_in_a_file(tmp_path):
    """What it leaves out is as usual."""
    path = tmp_path / "mine.toml"
    path.write_text('user = "Text: {context} {question}"\nraw = true\n')
    prompt = named_prompt(str(path))
    assert (prompt.system, prompt.raw) == ("", True)
    assert prompt.messages("q?", "rain")[0]["content"] == "Text: rain q?"
    assert prompt.messages("q?", "")[0]["content"] == "Question: q?\nAnswer:"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('user = "{context}"', "user needs {context} and {question}"),
        ('user = "{context} {question}"\nwithout_context = "x"', "and without_context {question}"),
        ('usr = "{context} {question}"', "usr is none of system, user"),
        ('user = "{context} {question}"\nraw = "yes"', "raw is none of"),
        ("user = ", "cannot be read"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, text, said):
    """With what is wrong in it."""
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=rf"prompt: .*mine\.toml.*{said}"):
        named_prompt(str(path))


def test_a_file_that_is_not_there_is_named():
    """As one that cannot be read."""
    with pytest.raises(InputError, match=r"none\.toml cannot be read"):
        named_prompt("none.toml")
