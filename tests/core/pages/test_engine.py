"""The engine of HTML pages."""

import jinja2
import pytest

from excerpt.pages.engine import page_engine, visible


def test_a_value_cannot_become_markup():
    """Neither in text nor in an attribute, whatever quotes it brings."""
    template = page_engine().from_string('<a title="{{ x }}">{{ x }}</a>')
    assert template.render(x="\"'><script>&") == (
        '<a title="&#34;&#39;&gt;&lt;script&gt;&amp;">&#34;&#39;&gt;&lt;script&gt;&amp;</a>'
    )


def test_the_outcome_of_a_macro_is_not_escaped_twice():
    """It was escaped when it was written."""
    template = page_engine().from_string("{% macro m(x) %}<b>{{ x }}</b>{% endmacro %}{{ m('<') }}")
    assert template.render() == "<b>&lt;</b>"


def test_control_characters_are_shown():
    """HTML has no place for them; white space and what is not ASCII stay."""
    assert visible("a\x00b\x1b\n\t\r \u202e\u00e9") == "a\u2400b\u241b\n\t\r \u202e\u00e9"
    assert page_engine().from_string("{{ x }}{{ n }}").render(x="\x00", n=3) == "\u24003"


def test_a_name_that_is_not_given_is_an_error():
    """An empty place in a page would go unseen."""
    with pytest.raises(jinja2.UndefinedError, match="missing"):
        page_engine().from_string("{{ missing }}").render()


def test_a_room_adds_templates_of_its_own(tmp_path):
    """In front of the shared ones, which stay at hand."""
    (tmp_path / "own.html").write_text('{% include "style.css" %}')
    assert ":root" in page_engine(tmp_path).get_template("own.html").render()
