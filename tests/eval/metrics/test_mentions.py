"""Names, numbers and negations in a text."""

from excerpt.eval.metrics.mentions import mentions

TEXT = "In May Ada Holt of Mill Street sold 30 kg of rye. The IBM clerk did not weigh it. Bread rose."


def found(kind):
    return [TEXT[start:end] for start, end in mentions(TEXT)[kind]]


def test_names_are_runs_of_capitalised_words():
    """A word that only opens a sentence is none, an abbreviation is one; names that touch are one, too."""
    assert found("entities") == ["May Ada Holt of Mill Street", "IBM"]


def test_numbers_have_their_unit():
    """As the guards see them."""
    assert found("numbers") == ["30 kg"]


def test_negations_have_what_they_negate():
    """As the guards see them."""
    assert found("negations") == ["did not weigh it"]
