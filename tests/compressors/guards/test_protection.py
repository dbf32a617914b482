import pytest
from fakes.strategies import hostile_text
from hypothesis import given

from excerpt.compressors.guards.protection import Guards
from excerpt.errors import ConfigError
from excerpt.run.breaches import find_breaches
from excerpt.values.report import Breach
from excerpt.values.spans import Span
from excerpt.values.types import Context, Passage

NOTHING = {
    "numbers": False,
    "negations": False,
    "urls": False,
    "code": False,
    "tables": False,
    "quotes": False,
}


def protected(text, **only):
    guards = Guards(**{**NOTHING, **only})
    return [text[start:end] for start, end in guards.protected(text)]


@pytest.mark.parametrize(
    "number",
    [
        "12.5 kg",
        "$3 million",
        "50 %",
        "3,000 km/h",
        "−5 °C",
        "March 3, 1999",
        "5 May 2019",
        "10:30 a.m.",
        "1990–1995",
        "1990s",
        "No. 5",
        "COVID-19",
        "two million people",
        "€4.50",
        "1 000 000 euros",
        "3rd",
        "2024-01-31",
        "5-year-old",
        "1958年",
        "12 May",
        "300 BC",
        "10 to 12 days",
    ],
)
def test_numbers_are_whole(number):
    """A number is protected with its sign, currency, magnitude and unit."""
    assert protected(f"then {number}, so", numbers=True) == [number]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("they did not win it", ["did not win"]),
        ("and never again", ["never again"]),
        ("he couldn't really swim.", ["couldn't really swim"]),
        ("no longer open today", ["no longer open"]),
        ("came without the money.", ["without the money"]),
        ("Er ist nicht da.", ["nicht da"]),
        ("Il n'est pas venu.", ["n'est pas venu"]),
        ("Он не знает.", ["не знает"]),
        ("他不知道。", ["不知道"]),
        ("a notable knot, nowadays", []),
    ],
)
def test_negations_hold_what_they_negate(text, expected):
    """A negation and its word are one span; words that only contain one are none."""
    assert protected(text, negations=True) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/b_(c)?q=1&r=2",
        "www.example.org/x",
        "jo.h@mail.example.org",
        "example.org",
        "/usr/lib/x.so",
        "C:\\a\\b.txt",
        "doi:10.1000/xyz.12",
    ],
)
def test_urls_end_before_the_full_stop(url):
    """A URL, address or path is whole, and the stop of the sentence is not in it."""
    assert protected(f"See {url}. Then go", urls=True) == [url]


def test_code_and_table_rows_are_protected():
    """Fences, inline code and each table row are spans."""
    text = "Use `a. b`.\n\n```\nx\n\ny\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    assert protected(text, code=True) == ["`a. b`", "```\nx\n\ny\n```"]
    assert protected(text, tables=True) == ["| a | b |\n|---|---|", "| 1 | 2 |"]


def test_quotes_are_balanced_and_bounded():
    """Quoted strings up to 200 characters count, unbalanced or longer ones do not."""
    assert protected('He said "Go. Now." and “no”. 5" wide', quotes=True) == ['"Go. Now."', "“no”"]
    assert protected(f'"{"x" * 201}"', quotes=True) == []
    assert protected('"one\n\ntwo"', quotes=True) == []


def test_patterns_of_the_user_are_trimmed():
    """A user's match is protected without the white space at its ends."""
    guards = Guards(**NOTHING, patterns=(r"\s*Holt\w*\s*", "x*"))
    assert guards.protected("see Holton now") == [Span(4, 10)]


def test_a_bad_pattern_is_a_configuration_error():
    """The message holds the pattern."""
    with pytest.raises(ConfigError, match=r"guard pattern '\(a' is not a regular expression"):
        Guards(patterns=("(a",))


def test_a_pattern_that_takes_too_long_is_a_configuration_error(monkeypatch):
    """A pattern with nested repeats is stopped and named."""
    monkeypatch.setattr("excerpt.compressors.guards.protection._PATTERN_SECONDS", 0.05)
    with pytest.raises(ConfigError, match=r"took longer than 0\.05 s"):
        Guards(patterns=(r"(?:(?:\w|\w\w)+)+$",)).protected("a" * 5_000 + "!")


def test_guards_are_values():
    """Equal options make equal guards that can be used as keys."""
    assert Guards(patterns=["a"]) == Guards(patterns=("a",))
    assert len({Guards(), Guards(), Guards(urls=False)}) == 2


@given(text=hostile_text())
def test_protected_spans_are_sorted_and_trimmed(text):
    """Spans are apart, in order, and begin and end with a visible character."""
    last = -1
    for start, end in Guards().protected(text):
        assert last < start < end <= len(text)
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        last = end


@pytest.mark.parametrize(
    "piece",
    ["1", "1,", "a1", "1 ", "million ", "not ", "n'a", "a@", "a.com", "/a", '"', "“", "`", "不", "|a|\n"],
)
def test_hostile_repeats_take_linear_time(piece):
    """Five thousand repeats finish; a quadratic pattern would take minutes."""
    text = piece * 5_000
    assert all(end <= len(text) for _, end in Guards().protected(text))


def test_a_cut_number_is_a_breach():
    """A half-kept span is reported with passage, place and kind."""
    context = Context.start("q", [Passage("ok"), Passage("it is 12.5 kg now")]).narrow([[(0, 2)], [(0, 10)]])
    assert find_breaches(context, Guards()) == [Breach(1, Span(6, 13), "number")]


def test_lost_white_space_is_no_breach():
    """Spans whose visible characters are all kept are whole."""
    context = Context.start("q", [Passage("at 12.5 kg now")]).narrow([[(3, 7), (8, 10)]])
    assert find_breaches(context, Guards()) == []
