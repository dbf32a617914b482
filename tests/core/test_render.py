"""Rendering, and the way back from each character to its source."""

import pytest

from excerpt import ConfigError, Passage, Span
from excerpt.layouts import layout
from excerpt.render import TEMPLATES, Layout, Template

PASSAGES = [
    Passage("One. Two.\n\nThree.", id="a", title="A"),
    Passage("四。五。六。", id="b"),
    Passage("x", id="c", title="{id}"),
]
KEPT = [(Span(0, 4), Span(11, 17)), (Span(0, 2), Span(4, 6)), (Span(0, 1),)]


def text(name="plain", kept=KEPT, order="document", *, slots=False, scores=(0.1, 0.3, 0.2)):
    return layout(name, order, preserve_slots=slots).render(PASSAGES, kept, scores).text


def test_dropped_text_leaves_the_white_space_it_had():
    """A line break for a line break, nothing between sentences that had nothing."""
    assert text() == "One.\nThree.\n\n四。六。\n\nx"


def test_neighbours_read_like_the_source():
    """White space between two kept units stays as it was."""
    assert text(kept=[(Span(0, 9), Span(11, 17)), (), ()]) == "One. Two.\n\nThree."


def test_a_space_stands_for_dropped_words():
    """One space, not two."""
    kept = [(Span(0, 3), Span(5, 8)), (), ()]
    assert text(kept=kept) == "One Two"


def test_numbered_and_xml_templates():
    """Titles and ids are filled in once: a title that holds a field stays as it is."""
    assert text("numbered") == "[1] A\nOne.\nThree.\n\n[2] 四。六。\n\n[3] {id}\nx"
    assert text("xml").startswith('<passage id="a" title="A">\nOne.\nThree.\n</passage>\n<passage id="b">\n')
    assert '<passage id="c" title="{id}">' in text("xml")


def test_emptied_passages_give_up_their_number_unless_slots_are_preserved():
    """With slots, number 3 stays number 3."""
    kept = [(), (), (Span(0, 1),)]
    assert text("numbered", kept) == "[1] {id}\nx"
    assert text("numbered", kept, slots=True) == "[1] A\n\n\n[2] \n\n[3] {id}\nx"


def test_orders_by_score():
    """Best last puts the best nearest to the question that follows."""
    assert text(order="best_first").split("\n\n")[0] == "四。六。"
    assert text(order="best_last").split("\n\n")[-1] == "四。六。"


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("order", ["document", "best_first", "best_last"])
def test_every_piece_is_a_slice_of_its_source(name, order):
    """Pieces cover the kept spans exactly, and map back."""
    rendered = layout(name, order).render(PASSAGES, KEPT, (0.1, 0.3, 0.2))
    for start, end, passage, source in rendered.pieces:
        assert rendered.text[start:end] == PASSAGES[passage].text[source : source + end - start]
    found = sorted((p.passage, p.source, p.source + p.end - p.start) for p in rendered.pieces)
    assert found == [(index, *span) for index, spans in enumerate(KEPT) for span in spans]


def test_unknown_names_list_what_there_is():
    """A typo is answered with the choices."""
    with pytest.raises(ConfigError, match="numbered, plain, sections, titled, xml"):
        layout("xlm")
    with pytest.raises(ConfigError, match="best_first"):
        layout("plain", "worst")


@pytest.mark.parametrize(
    "name", sorted(set(TEMPLATES) - {"sections"})
)  # whose heads depend on all that is kept
def test_what_stands_beside_the_texts_adds_up(name):
    """Counted apart from the texts, words come to the same."""
    passages = [Passage("One mill.", id="a", title="Old mills"), Passage("Two."), Passage("", title="None")]
    kept = [((0, len(passage.text)),) if passage.text else () for passage in passages]
    spans = [tuple(Span(*span) for span in bounds) for bounds in kept]
    written = layout(name, "document", preserve_slots=False)
    beside = written.beside(passages, spans, [0.0] * 3)
    whole = written.render(passages, spans, [0.0] * 3).text
    assert beside is not None
    assert sorted(whole.split()) == sorted(" ".join([*beside, "One mill.", "Two."]).split())


def test_texts_that_touch_what_is_written_around_them_are_not_counted_apart():
    """A quotation mark before a word may change how it is cut."""
    kept = [(Span(0, 3),)]
    for template in (Template("t", head='"'), Template("t", tail="."), Template("t", separator="--")):
        assert Layout(template).beside([Passage("One")], kept, [0.0]) is None


@pytest.mark.parametrize("options", [{"name": 5}, {"head": None}, {"separator": 5}, {"untitled_head": 5}])
def test_a_template_of_anything_but_text_is_refused(options):
    """Where it is made."""
    with pytest.raises(ConfigError, match=f"template: {next(iter(options))} must be a string"):
        Template(**({"name": "mine"} | options))
