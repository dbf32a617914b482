"""Tests of excerpt.compressors.terms.stems."""

import pytest

from excerpt.compressors.terms.scan import Vocabulary
from excerpt.compressors.terms.stems import stem


@pytest.mark.parametrize(
    "forms",
    [
        ("moves", "moved", "moving"),
        ("гарантия", "гарантии", "гарантию", "гарантией"),
        ("давление", "давления", "давлению"),
        ("новый", "новая", "новые", "новому"),
        ("монета", "монети", "монету"),
        ("الجسر", "جسر", "والجسر"),
    ],
)
def test_forms_of_a_word_meet(forms):
    """In English, Russian and Ukrainian by their endings, in Arabic without the article."""
    assert len({stem(form) for form in forms}) == 1


def test_a_short_word_keeps_its_ending():
    """Nothing would be left to tell it by."""
    assert [stem(word) for word in ("дом", "мост", "мая")] == ["дом", "мост", "мая"]


def test_a_korean_word_meets_itself_with_another_particle():
    """Every two neighbouring syllables are a word, as in scripts without spaces."""
    words = Vocabulary().scan(["열쇠의 교체", "열쇠를 교체하다"])
    first, second = (set(words.stem[words.text == number].tolist()) for number in (0, 1))
    assert len(first & second) == 2
