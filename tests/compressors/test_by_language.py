import pytest

from excerpt import Chain, compress
from excerpt.compressors import ByLanguage
from excerpt.errors import ConfigError

ENGLISH = [
    "The mill was rebuilt in 1861, two years after the fire. It is the largest in the valley.",
    "Rye is a grass that grows on poor soil. It is sown in the autumn and it is cut in the summer.",
]
SPANISH = [
    "El molino fue reconstruido en 1861, dos años después del incendio. Es el más grande del valle.",
    "El centeno es una hierba que crece en suelos pobres. Se siembra en otoño y se siega en verano.",
]


def stage_of(result):
    """What the report says of the only stage."""
    (stage,) = result.report.stages
    return stage


def test_english_goes_to_the_default_chain():
    """The same spans as without the choice, which the report names and no warning does."""
    result = compress("When was the mill rebuilt?", ENGLISH, budget=0.3, chain="auto")
    assert stage_of(result).why == "default: English, or no language"
    assert result.to_dict()["stages"][0]["why"] == "default: English, or no language"
    assert result.report.warnings == ()
    plain = compress("When was the mill rebuilt?", ENGLISH, budget=0.3)
    assert [kept.spans for kept in result.passages] == [kept.spans for kept in plain.passages]


def test_without_the_model_another_language_goes_to_the_fast_chain():
    """The warning says what is missing and how to get it."""
    result = compress("¿Cuándo se reconstruyó el molino?", SPANISH, budget=0.3, chain="auto")
    assert stage_of(result).why == "fast: Spanish, without the model for it"
    (warning,) = [each for each in result.report.warnings if "Spanish" in each]
    assert "the text is in Spanish, and the chain 'multilingual' cannot be used" in warning
    assert "excerpt models import" in warning
    assert result.tokens_out <= result.report.limit


def test_with_a_model_another_language_goes_to_its_chain():
    """Any preset of one stage will do; a question alone in another language is enough."""
    chain = Chain([ByLanguage(other="query-free")])
    for passages in (SPANISH, ENGLISH):
        result = chain.compress("¿Cuándo se reconstruyó el molino?", passages, budget=0.6)
        assert stage_of(result).why == "query-free: Spanish"
        assert result.report.warnings == ()


def test_only_presets_of_one_stage_are_taken():
    """The message lists them; the choice is shown on the explain page."""
    with pytest.raises(ConfigError, match=r"'nonsense' is no preset of one stage; there are .*fast"):
        ByLanguage(other="nonsense")
    page = compress("When was the mill rebuilt?", ENGLISH, budget=0.3, chain="auto").explain()
    assert "default: English, or no language" in page
