"""Prompts as data."""

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
