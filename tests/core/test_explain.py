"""The HTML page: complete, escaped, self-contained."""

from html.parser import HTMLParser

import pytest
from fakes.strategies import hostile_text
from hypothesis import given, settings

from excerpt import Chain, InputError
from excerpt.compressors import Bm25Sentences
from excerpt.explain import passage_views, side_by_side

VOID = {"meta", "br"}


class Checker(HTMLParser):
    """Collects text and complains of tags that do not match."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.text, self.kept = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)
        if "mark" in self.open and "details" in self.open:
            self.kept.append(data)


def checked(html):
    checker = Checker()
    checker.feed(html)
    checker.close()
    assert checker.open == []
    return checker


@settings(deadline=None, max_examples=60)
@given(hostile_text(), hostile_text().filter(str.strip))
def test_any_text_makes_a_well_formed_page(text, query):
    """Nothing of the input can open or close a tag."""
    chain = Chain([Bm25Sentences()])
    checked(chain.compress(query, [{"text": text, "title": query}], budget=10).explain())


def test_the_page_marks_exactly_what_was_kept(tmp_path):
    """And is written where it was asked for."""
    text = "Bees sleep. <script>alert(1)</script> & more. The ferry sails at dawn."
    result = Chain([Bm25Sentences()]).compress("When does the ferry sail?", [text], budget=6)
    path = tmp_path / "page.html"
    html = result.explain(path)
    assert path.read_text() == html
    assert "".join(checked(html).kept) == result.passages[0].text == "The ferry sails at dawn."
    assert "<script" not in html


def test_the_page_needs_no_network():
    """No address, no script, no image."""
    html = Chain([Bm25Sentences()]).compress("q", ["a b c."], budget=2).explain()
    assert not any(word in html for word in ("http:", "https:", "<link", "<img", "src=", "@import"))


def test_what_was_needed_is_underlined():
    """Where the passage says so, kept or not; a wrong span is passed over."""
    passages = [{"text": "Rain fell. Sails turn.", "evidence": [[11, 22], [5, 900], "x"]}]
    view = Chain([Bm25Sentences()]).compress("rain", passages, budget=4).explain()
    assert view.count('class="need" title') == 1
    assert ">Sails turn.</del>" in view


def test_hostile_text_stays_text():
    """Tags, quotes, comments, directional marks and NUL, in the question, a title and a text: shown, never obeyed."""
    hostile = "</pre></title><script>alert(1)</script> \" onmouseover='x' <!-- ]]> {{ 7 * 7 }} \u202egnp.exe \x00 &lt;"
    passages = [{"title": hostile, "text": f"Rain fell. {hostile}", "evidence": [[0, 10]]}]
    html = Chain([Bm25Sentences()]).compress(hostile, passages, budget=60).explain()
    text = "".join(checked(html).text)
    assert "\x00" not in html
    assert "<script" not in html
    assert "onmouseover='x'" not in html
    assert text.count(hostile.replace("\x00", "\u2400")) >= 3
    assert "<bdi>&lt;/pre" in html  # a title that turns the reading direction turns nothing beside it


FERRY = "The ferry sails at dawn from the old pier. It rains."
LOG = "\n".join(f"10:0{n} INFO valve {n} closed" for n in range(8))


def test_what_the_reader_gets_comes_before_the_passages():
    """And where it stands in the whole before that."""
    html = Chain([Bm25Sentences()]).compress("ferry", [FERRY, LOG], budget=12).explain()
    assert html.index('class="stripes"') < html.index("What the reader gets") < html.index("Passages")
    assert html.count('class="first"') == 2


def test_dropped_passages_are_folded():
    """Those of which something is kept are not, nor one that ranked as high."""
    result = Chain([Bm25Sentences()]).compress("ferry", [FERRY, "Mills grind.", LOG], budget=12)
    assert [view.is_open for view in passage_views(result)] == [True, False, False]
    assert result.explain().count('<details class="passage" open>') == 1


def test_lines_of_a_machine_stand_in_a_fixed_width():
    """Prose does not; every text says its own direction."""
    result = Chain([Bm25Sentences()]).compress("ferry", [FERRY, LOG], budget=12)
    assert [view.fixed for view in passage_views(result)] == [False, True]
    assert result.explain().count('dir="auto"') == 4


def test_what_did_not_fit_is_marked():
    """A unit that ranked above a kept one."""
    texts = [
        "ferry ferry valve 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20.",
        "A ferry left.",
        "It rains.",
    ]
    result = Chain([Bm25Sentences()], guards=None).compress("ferry valve", texts, budget=9)
    marked = [piece for view in passage_views(result) for piece in view.pieces if piece.left_out]
    assert all(piece.hint.startswith("did not fit") for piece in marked)
    assert ('class="misfit" title' in result.explain()) == bool(marked)


def test_two_chains_side_by_side():
    """Both results of one input; of two inputs it is refused."""
    left, right = (
        Chain([Bm25Sentences()], name=name).compress("ferry", [FERRY, LOG], budget=12) for name in "ab"
    )
    html = side_by_side(left, right)
    checked(html)
    assert html.count("What the reader gets") == 2
    assert html.index("<h2>a</h2>") < html.index("<h2>b</h2>")
    with pytest.raises(InputError, match="different questions or passages"):
        side_by_side(left, Chain([Bm25Sentences()]).compress("rain", [FERRY], budget=5))
