import json
import subprocess
import sys

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
        "45 €",
        "61.50 €",
        "EUR 300",
        "US$ 1.2 million",
        "50 zł",
        "₹ 500",
        "¥3,000",
        "R$ 40",
        "Rs. 500",
        "<= 7",
        "≥ 3",
        "< 5 %",
        "±2 mm",
        "10 ± 0.5 kg",
        "24. 12. 2023",
        "12. V. 1931",
        "2023. 12. 24.",
        "24 décembre 2023",
        "24 de diciembre de 2023",
        "24. Dezember 2023",
        "24 декабря 2023 года",
        "24 grudnia 2023",
        "500 рублей",
        "24 ديسمبر 2023",
        "٢٤ ديسمبر ٢٠٢٣",
        "٥٠٠ ريال",
        "24 كانون الأول 2023",
        "۲۴ آذر ۱۴۰۲",
        "२४ दिसंबर २०२३",
        "₹ 500 करोड़",
        "5 लाख रुपये",
        "২৪ ডিসেম্বর ২০২৩",
        "2023年12月24日",
        "令和5年12月24日",
        "一九二三年",
        "三百米",
        "午前10時30分",
        "2023년 12월 24일",
        "오후 3시 30분",
        "5만 원",
        "24 ธันวาคม พ.ศ. 2566",
        "๒๔ ธันวาคม ๒๕๖๖",
        "พ.ศ. ๒๕๖๖",
        "500 บาท",
        "3 triệu",
    ],
)
def test_numbers_are_whole(number):
    """A number is protected with its sign, currency, magnitude and unit."""
    assert protected(f"then {number}, so", numbers=True) == [number]


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
    """Each line of code, inline code and each table row are spans, and the rule under a header is one too."""
    text = "Use `a. b`.\n\n```\nx\n\ny\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    assert protected(text, code=True) == ["`a. b`", "```", "x", "y", "```"]
    assert protected(text, tables=True) == ["| a | b |", "|---|---|", "| 1 | 2 |"]


JSON = json.dumps(
    [{"name": f"kiln-{n}", "note": 'It said "hot". ' + "x" * 230 + "."} for n in range(3)], indent=2
)
CSV = '"kiln","Ash, ""grey""",3\n"oven","Salt ""cold",5\n"kiln","Ash"" glaze",7'
CODE = 'name = "kiln\nother = "ash"\nprint(\'it is\', "not\nhot")'
CHAT = 'ada: he said "come\nbo: and then "go\ncy: no"'


@pytest.mark.parametrize(
    "text", [JSON, CSV, CODE, CHAT, JSON.replace("\n", "\r\n"), "a 5\nmin 7\nmax not\nfound 3\nkg"]
)
def test_no_guard_joins_two_lines_of_machine_text(text):
    """Neither quotation marks out of step nor a number or a negation at the end of a line."""
    assert not [
        found for found in protected(text, quotes=True, numbers=True, negations=True) if "\n" in found
    ]


def test_one_line_of_json_is_not_glued_by_its_quotes():
    """The end of a long string does not open a quotation."""
    assert protected('{"a": "' + "x" * 300 + '."},{"b": "ash"}', quotes=True) == ['"a"', '"b"', '"ash"']


def test_a_wrapped_quotation_in_prose_is_whole():
    """Where a paragraph was wrapped in a quotation, a number or a negated clause, both lines belong together."""
    text = 'The miller of the old town was heard to say "nobody\nshall pass" and it was so.'
    assert protected(text, quotes=True) == ['"nobody\nshall pass"']
    text = "The sack that stood behind the old door weighed 30\nkilograms and more."
    assert protected(text, numbers=True) == ["30\nkilograms"]


def test_no_span_is_longer_than_its_cap():
    """Digits, ranges, addresses and clauses without an end."""
    for text in (
        "1" * 5_000,
        "1-" * 3_000 + "1",
        "https://a.example/" + "x" * 5_000,
        "not " + "a " * 3_000,
        "不" + "能" * 999,
    ):
        assert all(end - start <= 2_000 for start, end in Guards().protected(text))


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
    [
        "1",
        "1,",
        "a1",
        "1 ",
        "million ",
        "not ",
        "n'a",
        "a@",
        "a.com",
        "/a",
        '"',
        "“",
        "`",
        "不",
        "|a|\n",
        "nicht a ",
        "नहीं ",
        "年",
        "1年",
        "一",
        "<",
        "< 1",
        "a=1",
        "1. 2. ",
        "a\t\n",
        "\t",
        '" :',
        "’",
        "않 ",
        "ない",
        "ไม่",
    ],
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


def test_patterns_are_compiled_when_text_is_looked_at():
    """A question to an index, whose passages bring what is protected with them, compiles none."""
    code = (
        "from excerpt.compressors.guards.protection import NUMBERS, Guards; guards, known = Guards(), NUMBERS.pattern; "
        "print('compiled' in vars(known)); guards.protected('5 km'); print('compiled' in vars(known))"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]
