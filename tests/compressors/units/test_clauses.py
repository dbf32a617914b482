"""Clauses: where prose is cut, what is left whole, and what each stands under."""

from fakes import strategies
from hypothesis import given

from excerpt.compressors.units.clauses import split_clauses
from excerpt.compressors.units.structure import split_records

TEXT = """# The mill

The mill at Arden, which burned in 1859, was built again in 1861; nobody knows why it was moved.
- Rye grows on poor soil, and a little snow does it no harm.
- oats, barley, rye
"""


def tree(text):
    """Each piece with that of its parent."""
    pieces = split_clauses(text)
    return [
        (
            text[piece.start : piece.end],
            "" if piece.parent < 0 else text[pieces[piece.parent].start : pieces[piece.parent].end],
        )
        for piece in pieces
    ]


def test_clauses_stand_under_the_first_of_their_sentence_and_that_under_the_heading():
    """By hand; a list of names is no list of clauses."""
    assert tree(TEXT) == [
        ("# The mill", ""),
        ("The mill at Arden,", "# The mill"),
        ("which burned in 1859,", "The mill at Arden,"),
        ("was built again in 1861;", "The mill at Arden,"),
        ("nobody knows why it was moved.", "The mill at Arden,"),
        ("- Rye grows on poor soil,", "# The mill"),
        ("and a little snow does it no harm.", "- Rye grows on poor soil,"),
        ("- oats, barley, rye", "# The mill"),
    ]


def test_numbers_rows_and_code_are_left_whole():
    """A comma between digits ends nothing; what is no prose is one unit, as records are."""
    for text in (
        "It weighs 1,000 kg or 1,234,567 kg of it.",
        "| one, two and three | four, five and six of them |",
        "x = call(one two three, four five six)",
    ):
        assert [piece for piece, _ in tree(text)] == [text]


def test_full_width_marks_cut_too():
    """Chinese has no spaces behind them."""
    assert [piece for piece, _ in tree("磨坊磨黑麦，猫在磨坊里睡觉，没有人知道。")] == [
        "磨坊磨黑麦，",
        "猫在磨坊里睡觉，",
        "没有人知道。",
    ]


@given(strategies.hostile_text())
def test_every_character_is_in_one_clause_and_clauses_lie_in_records(text):
    """Also of text that nobody meant; parents are earlier pieces."""
    pieces, last = split_clauses(text), 0
    for number, piece in enumerate(pieces):
        assert last <= piece.start < piece.end <= len(text)
        assert not text[last : piece.start].strip()
        assert text[piece.start : piece.end] == text[piece.start : piece.end].strip()
        assert -1 <= piece.parent < number
        last = piece.end
    assert not text[last:].strip()
    starts = {piece.start for piece in pieces}
    assert {record.start for record in split_records(text)} <= starts
