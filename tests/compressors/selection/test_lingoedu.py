"""LingoEDU: nodes with what stands above them; any unit, scorer and selector in their places."""

import pytest

from excerpt import Chain, ConfigError
from excerpt.compressors import LingoEdu

TEXT = """# Mills

## Arden
The mill at Arden burned in 1859, and nobody was hurt in it; it was built again in 1861.

## Karsk
The mill at Karsk grinds oats for the village, and it stands by the river.

# Bees
Bees sleep in winter, and a hive weighs as much as a child.
"""
QUERY = "When was the mill at Arden built again?"


def test_a_kept_clause_brings_its_sentence_and_its_headings():
    """Section, subsection, first clause, clause."""
    result = Chain([LingoEdu(k=1)]).compress(QUERY, [TEXT])
    assert result.text == (
        "# Mills\n\n## Arden\nThe mill at Arden burned in 1859, it was built again in 1861."
    )
    best = {"use": "top-n", "n": 1}
    assert Chain([LingoEdu(selector=best, parents=0)]).compress(QUERY, [TEXT]).text.count("\n") == 0
    assert Chain([LingoEdu(selector=best)]).compress(QUERY, [TEXT]).text.startswith("# Mills\n\n## Arden")


def test_a_budget_is_used_and_held():
    """More than the first few a level, as far as there is room."""
    few = Chain([LingoEdu(k=1)]).compress(QUERY, [TEXT])
    filled = Chain([LingoEdu(k=1)]).compress(QUERY, [TEXT], budget=70)
    assert few.tokens_out < filled.tokens_out <= 70


def test_other_parts_fit():
    """Records by their words; sentences have no levels, and then the best k stay."""
    stage = LingoEdu(unit="record", scorer="bm25", k=1)
    assert "built again in 1861" in Chain([stage]).compress(QUERY, [TEXT]).text
    flat = LingoEdu(unit="sentence", scorer="bm25", selector={"use": "top-n", "n": 1})
    assert len(Chain([flat]).compress(QUERY, [TEXT]).passages[0].spans) == 1


def test_wrong_options_are_refused():
    """By name."""
    with pytest.raises(ConfigError, match="top-per-level: k must be a whole number of at least 1, got 0"):
        LingoEdu(k=0)
