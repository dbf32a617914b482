"""Tests of excerpt.values.compressed: what a result says of itself."""

import excerpt

PASSAGES = [
    {
        "id": "mill",
        "title": "The <b>mill</b>",
        "text": "The mill was built in 1836 & burned twice. It has two wheels.",
    },
    {"id": "bees", "text": "Bees sleep in hives. " * 50},
]


def result():
    """The mill's sentence of a longer context."""
    return excerpt.compress("when was the mill built", PASSAGES, budget=14, chain="fast")


def test_a_result_is_one_line():
    """As text with the numbers; its representation begins like the text for the reader and stays short."""
    kept = result()
    assert (
        str(kept) == f"{kept.tokens_in} -> {kept.tokens_out} tokens ({kept.ratio:.1%} kept), 1 of 2 passages"
    )
    assert repr(kept) == f"Compressed({kept}: {kept.text!r})"
    whole = excerpt.compress("bees", PASSAGES, budget=1.0)
    assert "\n" not in repr(whole)
    assert len(repr(whole)) < 160


def test_a_notebook_shows_the_kept_text():
    """By passage, escaped, without the dropped ones; the page is another thing."""
    html = result()._repr_html_()
    assert "The &lt;b&gt;mill&lt;/b&gt;" in html
    assert "1836 &amp; burned" in html
    assert "hives" not in html
    assert "<html" not in html
