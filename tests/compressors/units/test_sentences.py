import json
from pathlib import Path

import pytest
from fakes.strategies import hostile_text
from hypothesis import given

from excerpt.compressors.units.sentences import split_sentences

GOLD = Path(__file__).parents[3] / "eval" / "benchmarks" / "sentence_gold.jsonl"


def sentences(text):
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Hale met J. R. Fenwick in the U.S. on Jan. 5. They talked.", 2),
        ("See Fig. 3, No. 5 and Eq. 7, e.g. Here. Done.", 2),
        ("It cost $3.50. She paid.", 2),
        ("Well... maybe. He said “Stop.” Then he left.", 3),
        ("今天下雨。我们在家！真的？", 3),
        ("यह है। वह है।", 2),
        ("أين أنت؟ أنا هنا.", 2),
        ("Ո՞ւր ես։ Այստեղ եմ։", 2),
        ("Text wrapped\nover two lines. And\nmore.", 2),
        (
            "# Title\nText. More.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx. Y.\n\nz\n```",
            8,
        ),
        ("It ended.[1][2] It began.", 2),
        ("", 0),
        ("\0", 1),
    ],
)
def test_number_of_sentences(text, count):
    """Each kind of text has as many units as a reader would see."""
    assert len(split_sentences(text)) == count


def test_the_gold_set_is_split_nearly_as_written():
    """At most one text in thirty of the hand-written set differs; docs/results/splitters.md has the numbers."""
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    right = sum([list(span) for span in split_sentences(row["text"])] == row["spans"] for row in rows)
    assert len(rows) >= 400
    assert right > len(rows) * 29 / 30


@given(text=hostile_text())
def test_a_fence_or_a_row_is_never_shared(text):
    """Text before and after a closed fence does not change that the fence is one unit."""
    fence = "```py\na. B. c\n\nd\n```"
    whole = f"{text.replace('`', '').replace('~', '')}\n\n{fence}\n\nAfter it. More."
    assert sentences(whole)[-3:] == [fence, "After it.", "More."]


def test_long_prose_without_a_stop_is_cut_at_spaces():
    """A megabyte on one line without a stop comes in pieces of at most 2,000 characters."""
    found = sentences("word " * 200_000)
    assert max(map(len, found)) <= 2_000
    assert "".join(found).replace(" ", "") == "word" * 200_000


@pytest.mark.parametrize(
    "piece",
    [
        ".",
        "a.",
        ". ",
        '"',
        "(",
        "a.\n",
        "`",
        "```\n",
        "|",
        "1. ",
        "- ",
        "! ",
        "😀! ",
        "\0",
        "ก ",
        "«",
        "<br>. ",
        "<p",
        "र. ",
        "1. 2. ",
        "z. B. ",
    ],
)
def test_hostile_repeats_take_linear_time(piece):
    """Twenty thousand repeats finish; a quadratic rule would take minutes."""
    text = piece * 20_000
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
