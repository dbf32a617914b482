import logging

from excerpt import compress
from excerpt.compressors import served_languages
from excerpt.compressors.scorers.evidence import ranker_languages
from excerpt.compressors.served_languages import foreign_language
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


def test_a_warning_says_whether_the_question_or_the_text_is_meant():
    """A German question about English text is not German text."""
    question = "Wann wurde die Mühle wieder aufgebaut?"
    english = ["The mill was rebuilt in 1861, two years after the fire. It is the largest one in the valley."]
    for texts, part in ((GERMAN, "text"), (english, "question")):
        foreign = foreign_language(Context.start(question, [Passage(text) for text in texts]), ("en",))
        assert foreign.note.startswith(f"the {part} is in German, and the model is for English")


def test_nothing_is_said_where_the_language_is_served_or_there_is_none():
    """German for a German model, and data for any."""
    context = Context.start("Wann?", [Passage(text=text) for text in GERMAN])
    assert foreign_language(context, ("en", "de")) is None
    data = Context.start("amount of 17", [Passage(text="id,amount\n17,3\n18,4")])
    assert foreign_language(data, ("en",)) is None


def test_a_ranker_says_which_languages_it_is_for():
    """The bundled ones: English."""
    assert ranker_languages("evidence-ranker") == ("en",)


def test_another_script_is_ranked_by_its_words():
    """The stage keeps its name, and a warning says it; in Latin letters the model reads on."""
    passages = ["بني الجسر عام 1923. طوله ثلاثمئة متر.", "يفتح المقهى في السادسة. صاحبه اسمه علي."]
    result = compress("متى بني الجسر؟", passages, budget=16)
    assert "1923" in result.text
    assert result.report.stages[0].stage == "evidence-ranker"
    assert "it was ranked by its words alone" in " ".join(result.report.warnings)
    german = foreign_language(
        Context.start(
            "Wann wurde die Brücke gebaut?",
            [Passage("Die Brücke wurde in dem Jahr gebaut, als der Krieg zu Ende war.")],
        ),
        ("en",),
    )
    assert german is not None
    assert german.readable
