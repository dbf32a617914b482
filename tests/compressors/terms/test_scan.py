"""Words of texts as columns."""

import numpy as np
import pytest

from excerpt.compressors.terms.scan import CAPITAL, DIGIT, STOP, YEAR, Vocabulary
from excerpt.compressors.terms.stems import stem


def scanned(*texts):
    """The texts' words, and how many stems there are."""
    vocabulary = Vocabulary()
    return vocabulary.scan(texts), vocabulary


def test_columns_line_up_with_texts():
    """Every word has its text; an empty text has none."""
    words, vocabulary = scanned("The mill turns", "", "mills")
    assert words.text.tolist() == [0, 0, 0, 2]
    assert words.size.tolist() == [3, 0, 1]
    assert words.stem.tolist() == [0, 1, 2, 1]
    assert vocabulary.stems == 3


@pytest.mark.parametrize(
    "written", ["getUserName", "get_user_name", "GET-USER-NAME", "get user name", "getUSERName"]
)
def test_an_identifier_is_its_parts(written):
    """However its parts are joined."""
    words, _ = scanned("get user name", written)
    assert words.stem[words.text == 1].tolist() == words.stem[words.text == 0].tolist()


def test_scripts_without_spaces_give_neighbouring_characters():
    """So a word of two characters is found inside a run; Latin words beside them stay whole."""
    words, _ = scanned("首都", "中国的首都是Beijing", "字")
    assert words.size.tolist() == [1, 6, 1]
    assert words.stem[0] in words.stem[words.text == 1]


@pytest.mark.parametrize(
    ("one", "other"), [("café", "CAFE"), ("naïve", "naive"), ("ﬁre", "fire"), ("１２", "12")]
)
def test_accents_width_and_case_do_not_tell_words_apart(one, other):
    """Nor do ligatures."""
    words, _ = scanned(one, other)
    assert words.stem[0] == words.stem[1]


def test_words_of_indic_scripts_are_not_cut_at_vowel_signs():
    """A vowel sign is a mark, not a letter."""
    words, _ = scanned("हिन्दी भाषा")
    assert words.size.tolist() == [2]


def test_looks():
    """Capitals, digits, years and function words."""
    words, _ = scanned("The Nobel of 1901, A4")
    assert words.look.tolist() == [CAPITAL | STOP, CAPITAL, STOP, DIGIT | YEAR, CAPITAL | DIGIT]


def test_cells_end_at_dividers():
    """A field, a key and a value are cells of their own; a comma inside a number divides nothing."""
    words, _ = scanned("| Trade payables | 3,486 |", "max_size: 4")
    cells = [words.stem[words.cell == cell].tolist() for cell in np.unique(words.cell)]
    assert [len(cell) for cell in cells] == [2, 2, 2, 1]


@pytest.mark.parametrize(
    "family",
    [
        "move moves moved moving",
        "shop shops shopped shopping shopper",
        "class classes",
        "study studies studied studying",
        "act acts acted action",
        "plan planned planning planner",
    ],
)
def test_forms_of_a_word_have_one_stem(family):
    """Endings go, a doubled letter with them."""
    assert len({stem(word) for word in family.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("news", "new"), ("status", "statue"), ("need", "nee"), ("a4s", "a4")]
)
def test_what_only_looks_like_an_ending_stays(one, other):
    """Short words and words with digits stay as they are."""
    assert stem(one) != stem(other) or one == "news"


def test_the_arabic_article_goes():
    """Also behind a joined preposition."""
    assert stem("الكتاب") == stem("بالكتاب") == stem("كتاب")
