from dataclasses import replace

import pytest

from excerpt.errors import InputError, StoreError
from excerpt.models.generation.endpoint import Endpoint
from excerpt.models.training.distill.answers import Answers

ASKED = Endpoint("http://127.0.0.1:1/v1", "teacher")


def test_answers_are_there_again(tmp_path):
    """Under the content of the chunk, whatever the address was."""
    with Answers(tmp_path / "a", ASKED) as answers:
        answers.add("the mill", "mill")
    with Answers(tmp_path / "a", Endpoint("http://elsewhere/v1", "teacher")) as answers:
        assert (answers.get("the mill"), answers.get("a mill")) == ("mill", None)


@pytest.mark.parametrize("other", [replace(ASKED, model="another"), replace(ASKED, temperature=0.0)])
def test_another_teacher_or_sampling_is_another_question(tmp_path, other):
    """Its answers are not mixed in."""
    with Answers(tmp_path / "a", ASKED) as answers:
        answers.add("the mill", "mill")
    with Answers(tmp_path / "a", other) as answers:
        assert answers.get("the mill") is None


def test_a_line_that_a_kill_cut_short_is_dropped(tmp_path):
    """What stood before it is kept, and the next answer begins a fresh line."""
    with Answers(tmp_path / "a", ASKED) as answers:
        answers.add("one", "1")
    whole = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(whole + b'{"key": "x", "compr')
    with Answers(tmp_path / "a", ASKED) as answers:
        answers.add("two", "2")
    with Answers(tmp_path / "a", ASKED) as answers:
        assert (answers.get("one"), answers.get("two")) == ("1", "2")


def test_a_damaged_line_is_named(tmp_path):
    """With what to do about it."""
    (tmp_path / "a").write_text('{"key": 1}\n')
    with pytest.raises(StoreError, match=r"line 1: damaged .* asked again"):
        Answers(tmp_path / "a", ASKED)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    """Before anything is asked."""
    with pytest.raises(InputError, match="cannot be written"):
        Answers(tmp_path / "no" / "a", ASKED)
