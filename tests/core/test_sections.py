"""Passages as numbered sections: who stands together, what is written, and that every character can be traced."""

from fakes.strategies import passages
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt import Chain, Passage
from excerpt.layouts import layout
from excerpt.sections import sections_of
from excerpt.values.types import Context

MILLS = [
    Passage("The Karsk mill burned in 1859. Ada Brenn built it again.", "a", "Karsk mill"),
    Passage("Bees sleep in winter.", "b", "Bees"),
    Passage("Ada Brenn was a miller's daughter. She built the Karsk mill anew.", "c", "Ada Brenn"),
    Passage("A hive weighs 12 kg.", "d", "Bees"),
    Passage("Oats need rain.", "e"),
]


def test_passages_on_one_subject_stand_together():
    """Three telling words, or one title; the others are alone."""
    assert sections_of(MILLS) == [[0, 2], [1, 3], [4]]
    assert sections_of([]) == []


def test_words_that_many_have_link_nothing():
    """In twelve passages a word that six have says nothing, and function words never do."""
    same = "sluice barley granite"
    many = [Passage(f"{same} {number}") for number in range(6)] + [
        Passage(f"other{n} words{n}") for n in range(6)
    ]
    assert all(len(section) == 1 for section in sections_of(many))
    assert sections_of([Passage("the of and with that"), Passage("the of and with that")]) == [[0], [1]]


def test_what_is_written():
    """Sections, passages with their numbers, verbatim text; by hand."""
    context = Context.start("q", MILLS)
    assert layout("sections").render(MILLS, context.kept, [0.0] * 5).text == (
        "1. Karsk mill\n"
        "1.1. Karsk mill [1]\nThe Karsk mill burned in 1859. Ada Brenn built it again.\n"
        "1.2. Ada Brenn [3]\nAda Brenn was a miller's daughter. She built the Karsk mill anew.\n\n"
        "2. Bees\n2.1. Bees [2]\nBees sleep in winter.\n2.2. Bees [4]\nA hive weighs 12 kg.\n\n"
        "3. [5]\nOats need rain."
    )


def test_sections_follow_the_order_of_the_layout():
    """Best first: the bees' section comes first, and in it the better passage."""
    context = Context.start("q", MILLS)
    text = layout("sections", "best_first").render(MILLS, context.kept, [1.0, 2.0, 0.0, 5.0, 0.0]).text
    assert text.startswith("1. Bees\n1.1. Bees [4]\nA hive")
    assert text.index("2. Karsk mill") < text.index("3. [5]")


def test_a_section_without_titles_is_named_by_its_words():
    """Those that most of it has."""
    untitled = [Passage("granite sluice barley one"), Passage("granite sluice barley two")]
    text = layout("sections").render(untitled, Context.start("q", untitled).kept, [0.0] * 2).text
    assert text.startswith("1. barley, granite, sluice\n1.1. [1]\n")


def test_a_chain_holds_its_budget_with_sections():
    """Titles and numbers are counted, and numbers fit what is kept."""
    result = Chain(["bm25-sentences"], template="sections").compress(
        "who built the Karsk mill", MILLS, budget=60
    )
    assert result.tokens_out <= 60
    assert result.text.startswith("1. Karsk mill\n1.1. Karsk mill [1]\n")
    place = result.text.index("She built the Karsk mill")
    kept, start = result.source(place)
    assert kept.passage.text[start:] == "She built the Karsk mill anew."
    assert result.source(0) is None


@settings(max_examples=60)
@given(passages(), st.sampled_from(["document", "best_first", "best_last"]), st.booleans())
def test_every_kept_character_stands_in_the_text_once(given_passages, order, slots):
    """Where the pieces say; and every passage is in one section."""
    context = Context.start("q", given_passages)
    rendered = layout("sections", order, preserve_slots=slots).render(
        given_passages, context.kept, [float(len(p.text)) for p in given_passages]
    )
    held = [[False] * len(passage.text) for passage in given_passages]
    last = 0
    for piece in rendered.pieces:
        assert last <= piece.start < piece.end
        last = piece.end
        text = given_passages[piece.passage].text
        length = piece.end - piece.start
        assert rendered.text[piece.start : piece.end] == text[piece.source : piece.source + length]
        held[piece.passage][piece.source : piece.source + length] = [True] * length
    assert all(map(all, held))
    assert sorted(i for group in sections_of(given_passages) for i in group) == list(
        range(len(given_passages))
    )
