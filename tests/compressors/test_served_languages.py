import logging

from excerpt import compress
from excerpt.compressors import served_languages
from excerpt.compressors.scorers.evidence import ranker_languages
from excerpt.compressors.served_languages import language_notes
from excerpt.values.types import Context, Passage

GERMAN = [
    "Die Mühle wurde 1861, zwei Jahre nach dem Brand, wieder aufgebaut. Sie ist die größte in diesem Tal.",
    "Der Roggen ist ein Gras, das auf armen Böden wächst. Er wird im Herbst gesät und im Sommer geschnitten.",
]


def test_the_default_chain_says_that_it_is_for_english(caplog, monkeypatch):
    """In the warnings of every result, and once in the log."""
    monkeypatch.setattr(served_languages, "_SAID", set())
    with caplog.at_level(logging.WARNING, logger="excerpt"):
        for _ in range(2):
            result = compress("Wann wurde die Mühle wieder aufgebaut?", GERMAN, budget=0.3)
            (warning,) = [each for each in result.report.warnings if "German" in each]
            assert "the model is for English" in warning
            assert '"auto"' in warning
    assert [record.getMessage().count("German") for record in caplog.records] == [1]


def test_nothing_is_said_where_the_language_is_served_or_there_is_none():
    """German for a German model, and data for any."""
    context = Context.start("Wann?", [Passage(text=text) for text in GERMAN])
    assert language_notes(context, ("en", "de")) == []
    data = Context.start("amount of 17", [Passage(text="id,amount\n17,3\n18,4")])
    assert language_notes(data, ("en",)) == []


def test_a_ranker_says_which_languages_it_is_for():
    """The bundled ones: English."""
    assert ranker_languages("evidence-ranker") == ("en",)
