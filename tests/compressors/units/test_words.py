import pytest
import regex
from fakes.strategies import hostile_text
from hypothesis import given

from excerpt.compressors.units.words import split_words


def words(text):
    return [text[start:end] for start, end in split_words(text)]


@given(text=hostile_text())
def test_no_grapheme_cluster_is_cut(text):
    """A unit begins and ends where a cluster does; white space with a mark is the one exception."""
    bounds = {end for match in regex.finditer(r"\X", text) for end in match.span()}
    for start, end in split_words(text):
        assert start in bounds or text[start - 1].isspace()
        assert end in bounds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He didn't go, did he?", ["He", "didn't", "go", ",", "did", "he", "?"]),
        ("3,000.50 well-known a.b@c.org", ["3,000.50", "well-known", "a.b@c.org"]),
        (
            "K7,35 1,2,3 3,486 1,00,000 3,5kg",
            ["K7", ",", "35", "1", ",", "2", ",", "3", "3,486", "1,00,000", "3,5kg"],
        ),
        ("7,Ada7,Lyon7,70", ["7", ",", "Ada7", ",", "Lyon7", ",", "70"]),
        ("窯は3,486円、K7,35", ["窯", "は", "3,486", "円", "、", "K7", ",", "35"]),
        ("one,two (three)...", ["one", ",", "two", "(", "three", ")", "..."]),
        ("東京タワーは高い。", ["東", "京", "タワー", "は", "高", "い", "。"]),
        ("สวัสดี ครับ", ["ส", "วั", "ส", "ดี", "ค", "รั", "บ"]),
        ("한국어 단어", ["한국어", "단어"]),
        ("नमस्ते दुनिया।", ["नमस्ते", "दुनिया", "।"]),
        (
            "go \U0001f469\u200d\U0001f469\u200d\U0001f467!",
            ["go", "\U0001f469\u200d\U0001f469\u200d\U0001f467", "!"],
        ),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", ["\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7"]),
        ("cafe\u0301 x", ["cafe\u0301", "x"]),
        ("", []),
        (" \n\t", []),
    ],
)
def test_words_of_many_kinds(text, expected):
    """Words, marks, numbers, spaceless scripts and emoji are cut as documented."""
    assert words(text) == expected


@pytest.mark.parametrize("piece", ["漢字", "ไทย", "かな", "カタカナ", "ភាសា"])
def test_a_spaceless_script_never_is_one_giant_unit(piece):
    """Long text without spaces comes in short units."""
    assert max(map(len, words(piece * 500))) <= 16


@pytest.mark.parametrize("piece", ["1,", "1,22,", "a1,", "1,222", "1,a", "٣،", "1-"])
def test_hostile_numbers_take_linear_time(piece):
    """A hundred thousand repeats finish; a quadratic rule would take minutes."""
    assert "".join(words(piece * 100_000)) == piece * 100_000
