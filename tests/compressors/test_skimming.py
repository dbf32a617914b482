"""What is looked at of an input that is too large."""

from hypothesis import given
from hypothesis import strategies as st

from excerpt import Chain, Passage, compress
from excerpt.compressors import LexicalRanker
from excerpt.compressors.skimming import skim
from excerpt.run import start
from excerpt.values.spans import total_length

FILLER = "".join(f"Bale {number} of straw lies in barn {number % 7}.\n" for number in range(3000))


def test_windows_with_the_words_of_the_question_are_found():
    """In the middle of a long passage, and a short passage whole; fronts are kept for their headers."""
    text = f"{FILLER}The weathercock was gilded by Osk in spring.\n{FILLER}"
    passages = [Passage(text), Passage("Nothing here."), Passage("The weathercock turns.")]
    spans = skim("Who gilded the weathercock?", passages, 60_000)
    assert any(text[start:end].count("gilded by Osk") for start, end in spans[0])
    assert spans[0][0].start == 0
    assert spans[2] == ((0, 22),)
    assert sum(map(total_length, spans)) <= 60_000


def test_windows_end_at_line_breaks():
    """A row is not cut."""
    spans = skim("barn", [Passage(FILLER)], 50_000)[0]
    assert all(FILLER[end - 1] == "\n" for _, end in spans)


@given(
    st.lists(st.text("ab \n語", max_size=60), max_size=6), st.text("ab 語?", max_size=10), st.integers(0, 100)
)
def test_what_is_looked_at_is_within_bounds(texts, query, most):
    """Whatever is asked: sorted, inside the passage, not more than was allowed."""
    passages = [Passage(text) for text in texts]
    spans = skim(query, passages, most)
    assert len(spans) == len(texts)
    assert sum(map(total_length, spans)) <= most
    for passage, each in zip(passages, spans, strict=True):
        assert list(each) == sorted(each)
        assert all(0 <= first < last <= len(passage.text) for first, last in each)


def test_a_call_over_the_cap_finds_its_answer_and_says_so(monkeypatch):
    """Spans are those of the whole passage, the budget holds, nothing guarded is cut."""
    monkeypatch.setattr(start, "LOOK_AT_MOST", 40_000)
    answer = "The weathercock was gilded by Osk for 45 crowns."
    text = f"{FILLER}{answer}\n{FILLER}"
    for chain in ("fast", Chain([LexicalRanker(), LexicalRanker()])):
        result = compress("Who gilded the weathercock?", [text, "It rains."], budget=40, chain=chain)
        assert answer in result.text
        assert result.tokens_out <= 40
        assert result.passages[0].text in result.text
        assert result.report.breaches == ()
        assert f"the input has {len(text) + 9:,} characters" in result.report.warnings[0]


def test_an_input_over_the_cap_that_fits_is_returned_whole(monkeypatch):
    """The cap is one of work, not of what may be kept."""
    monkeypatch.setattr(start, "LOOK_AT_MOST", 10)
    result = compress("q", ["It rains in the valley."], budget=100, chain="fast")
    assert result.text == "It rains in the valley."
    assert result.report.passed_through == "fits"
