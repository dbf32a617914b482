"""Hypothesis strategies for hostile text, passages and contexts; import with ``import strategies``."""

from hypothesis import strategies as st

from excerpt.values.spans import Span
from excerpt.values.types import Context, Passage, Units

_WORDS = (
    "the cat did not win U.S. Dr. e.g. Fig. 3 J. R. Holt No. 5 12.5 kg $3 million 50 % 3,000 km/h never again",
    'don\'t without water 5 May 2019 10:30 a.m. https://a.example/b?c=1 x@y.example /usr/lib/x `code` "quoted" “so”',
    "été naïve e\u0301 مرحبا שלום हिन्दी । 東京 は 。 ！ 「はい。」 ไทย สวัสดี 한국어 👍🏽 1\ufe0f\u20e3",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \u200b \u200d \ufeff \u202e \0 \x1c \x85 \u2028",
    "... … ?! ( ) [ ] { } | ` ``` ~~~ \" ' « » # - * 1. a) > $ \\ _",
)
WORDS = tuple(word for line in _WORDS for word in line.split(" "))
LINES = (
    "# Heading",
    "- item one. Two.",
    "1. First",
    "| a | b |",
    "|---|---|",
    "| 1 | 2.5 kg |",
    "```python",
    "```",
    "~~~",
    "    x = f(1)",
    "def f(x):",
    "    return x.y;",
    "Title",
    "=====",
    "---",
    "> quoted. Line.",
    "key: value",
    "a\tb\tc",
    "",
    "   ",
    "A sentence that was wrapped at about seventy characters, as mail",
    "programs did. It has a second one, and “a quotation. That goes on",
    "over lines.” The end",
)


def hostile_text(max_words: int = 30) -> st.SearchStrategy[str]:
    """Words of many scripts, Markdown lines, arbitrary characters, and long repeats."""
    words = st.lists(st.sampled_from(WORDS), max_size=max_words).map(" ".join)
    tight = st.lists(st.sampled_from(WORDS), max_size=max_words).map("".join)
    lines = st.lists(st.one_of(st.sampled_from(LINES), words), max_size=12).map("\n".join)
    anything = st.text(max_size=60)
    repeats = st.builds(lambda piece, times: piece * times, st.sampled_from(WORDS), st.integers(0, 300))
    blank = st.text(" \t\r\n\u00a0\u2003", max_size=6)
    return st.one_of(
        words, tight, lines, anything, repeats, blank, st.tuples(lines, anything, words).map("\n\n".join)
    )


def passages(max_size: int = 5) -> st.SearchStrategy[tuple[Passage, ...]]:
    """Passages with hostile texts; ids and texts may be repeated."""
    one = st.builds(
        Passage, hostile_text(), id=st.sampled_from(["", "a", "b"]), title=st.sampled_from(["", "T"])
    )
    return st.lists(one, max_size=max_size).map(lambda some: (*some, *some[:1]))


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    """Contexts that keep arbitrary parts of their passages."""
    given = draw(passages())
    context = Context.start(draw(hostile_text(5)), given)
    if draw(st.booleans()):
        return context
    kept = []
    for passage in given:
        cuts = sorted(draw(st.sets(st.integers(0, len(passage.text)), max_size=6)))
        kept.append([Span(*pair) for pair in zip(cuts[::2], cuts[1::2], strict=False)])
    return context.narrow(kept)


def keep_masks(units: Units) -> st.SearchStrategy[list[bool]]:
    """Any choice among units."""
    return st.lists(st.booleans(), min_size=len(units), max_size=len(units))
