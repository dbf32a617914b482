import pytest
from fakes.strategies import hostile_text
from hypothesis import given, settings

from excerpt.compressors.units.splitting import split
from excerpt.errors import ConfigError
from excerpt.values.types import Context, Passage

pytest.importorskip("spacy")
from excerpt.compressors.units.spacy_sentences import SpacySentences

RULES = SpacySentences()


def test_the_rule_based_pipeline_splits_at_stops():
    """Without a pipeline, spaCy's sentencizer is used."""
    context = Context.start("q", [Passage("One here.  Two here! Three")])
    units = split(RULES, context)
    assert (units.kind, units.texts(context.passages)) == ("sentence", ["One here.", "Two here!", "Three"])


@given(text=hostile_text())
@settings(max_examples=50)
def test_it_keeps_the_contract_of_splitters(text):
    """No visible character is lost, none is in two units."""
    last = 0
    for start, end in RULES(text):
        assert last <= start < end
        assert text[start:end] == text[start:end].strip()
        assert not text[last:start].strip()
        last = end
    assert not text[last:].strip()


def test_a_pipeline_by_name(tmp_path):
    """Any pipeline on disk is loaded by its path or name."""
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer", config={"punct_chars": ["|"]})
    pipeline.to_disk(tmp_path / "bars")
    text = "a b | c d"
    assert [text[start:end] for start, end in SpacySentences(str(tmp_path / "bars"))(text)] == [
        "a b |",
        "c d",
    ]


@pytest.mark.parametrize("options", [{"pipeline": "no_such_pipeline"}, {"language": "qq"}])
def test_what_cannot_be_loaded_is_named(options):
    """A missing pipeline or language is a configuration error."""
    with pytest.raises(ConfigError, match=r"spaCy cannot load the (pipeline|language)"):
        SpacySentences(**options)
