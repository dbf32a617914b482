"""The pictures of a report."""

from xml.etree import ElementTree as ET

from excerpt.eval.report.html.page import FOLDER
from excerpt.eval.report.html.svg import NARROW, WIDE, Frontier, Line, Point, bars, frontier
from excerpt.pages.engine import page_engine

NAN = float("nan")


def drawn(picture):
    """As the template draws it."""
    charts = page_engine(FOLDER).get_template("charts.html").module
    return (charts.frontier if isinstance(picture, Frontier) else charts.bars)(picture)


def parsed(picture):
    return ET.fromstring(drawn(picture))  # noqa: S314 - our own text


def test_points_stand_where_their_numbers_are():
    """Left and low for little, right and high for much; intervals as whiskers."""
    line = Line("c <1>", "k0", [Point(0.25, 1.0, 0.9, 1.0), Point(0.1, 0.5, 0.4, 0.6)])
    circles = [node for node in parsed(frontier("t", "recall", [line], 0.25)).iter() if node.tag == "circle"]
    assert [node.find("title").text for node in circles] == [
        "c <1>: 0.500 (0.400 to 0.600) at 0.100 of the tokens",
        "c <1>: 1.000 (0.900 to 1.000) at 0.250 of the tokens",
    ]
    assert float(circles[0].get("cx")) < float(circles[1].get("cx"))
    assert float(circles[0].get("cy")) > float(circles[1].get("cy"))


def test_what_kept_more_than_was_asked_stands_at_the_end():
    """As an arrow with its number, so that one such chain does not squeeze the others."""
    line = Line("greedy", "k0", [Point(2.5, 1.0, 1.0, 1.0)])
    nodes = list(parsed(frontier("t", "recall", [line], 0.25)).iter())
    assert not [node for node in nodes if node.tag == "circle"]
    [arrow] = [node for node in nodes if node.get("class") == "beyond"]
    assert "at 2.500 of the tokens" in arrow.find("title").text


def test_what_is_not_a_number_is_left_out():
    """A chain without a point has no line."""
    svg = drawn(frontier("t", "recall", [Line("none", "k0", [Point(0.1, NAN, NAN, NAN)])], 0.25))
    assert "circle" not in svg
    assert "nan" not in svg


def test_a_wide_picture_has_the_same_points():
    """Further apart: its letters stay as large on a wide screen."""
    line = Line("c", "k0", [Point(0.25, 1.0, 0.9, 1.0), Point(0.1, 0.5, 0.4, 0.6)])
    small, large = (frontier("t", "recall", [line], 0.25, size).curves[0].dots for size in (NARROW, WIDE))
    assert [dot.hint for dot in small] == [dot.hint for dot in large]
    assert large[1].x - large[0].x > 2 * (small[1].x - small[0].x)


def test_bars_are_as_long_as_their_parts():
    """The longest row fills the width; a part says what it is."""
    first, second = bars({"a": {"x": 30.0, "other": 10.0}, "b": {"y": 20.0}}, "ms")
    assert [part.length for part in first.parts] == [75.0, 25.0]
    assert [part.length for part in second.parts] == [50.0]
    assert (first.parts[0].hint, first.parts[1].style, first.total) == ("a, x: 30.0 ms", "other", "40 ms")
    assert drawn([first, second]).count("<i ") == 3


def test_no_rows_make_an_empty_picture():
    """Rather than a division by zero."""
    assert bars({}, "ms") == []
    assert bars({"a": {"x": 0.0}}, "ms")[0].parts[0].length == 0.0


def test_likelihoods_below_zero_have_room():
    """The axis goes as far as the intervals do."""
    line = Line("c", "k0", [Point(0.1, -2.5, -2.9, -2.1), Point(0.2, -0.5, -0.6, -0.4)])
    picture = frontier("t", "likelihood", [line], 0.25)
    assert [mark.label for mark in picture.heights] == ["-3.0", "-2.4", "-1.8", "-1.2", "-0.6", "0.0"]
    low, high = picture.curves[0].dots
    assert picture.heights[0].place > low.y > high.y > picture.heights[-1].place
