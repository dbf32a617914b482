"""Parts of a set of questions that share nothing."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.errors import InputError
from excerpt.eval.tuning.parts import LEAST, split_questions


def rows(count, shared=1):
    """Questions of which so many share a passage with evidence each."""
    found = []
    for number in range(count):
        text = f"The mill of group {number // shared} stands at ford {number // shared}."
        passages = [{"text": text, "evidence": [[0, len(text)]]}, {"text": "Rain."}]
        found.append({"id": str(number), "question": f"Where is mill {number}?", "passages": passages})
    return found


@given(st.integers(0, 5), st.integers(1, 4), st.booleans())
def test_every_question_is_in_one_part_and_groups_stay_together(seed, shared, promise):
    """Whatever the seed; parts have about their shares."""
    parts = split_questions(rows(120, shared), promise=promise, seed=seed)
    ids = [[row["id"] for row in part] for part in parts]
    assert sorted(one for part in ids for one in part) == sorted(str(number) for number in range(120))
    assert bool(parts.promise) == promise
    shares = (0.5, 0.25, 0.25) if promise else (0.6, 0, 0.4)
    assert all(abs(len(part) - share * 120) <= shared for part, share in zip(parts, shares, strict=True))
    groups = [{int(one) // shared for one in part} for part in ids]
    assert len(groups[0] | groups[1] | groups[2]) == sum(map(len, groups))


def test_the_order_of_the_file_decides_nothing():
    """A question falls into the same part."""
    given_rows = rows(100)
    mixed = Random(3).sample(given_rows, 100)
    first, second = (split_questions(one, promise=True) for one in (given_rows, mixed))
    assert [{row["id"] for row in part} for part in first] == [{row["id"] for row in part} for part in second]
    assert split_questions(given_rows, promise=True, seed=1) != first


def test_too_few_questions_are_refused():
    """As are many that share one passage: there is nothing to judge them on."""
    with pytest.raises(InputError, match=f"each needs {LEAST}"):
        split_questions(rows(LEAST), promise=False)
    with pytest.raises(InputError, match="share no passage"):
        split_questions(rows(200, 200), promise=True)
