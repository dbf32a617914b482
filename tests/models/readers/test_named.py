"""Readers by name."""

import pytest

from excerpt.errors import ConfigError, ModelError
from excerpt.models.generation.prompt import PLAIN
from excerpt.models.readers import CITE, OpenAICompatibleReader
from excerpt.models.readers.named import named_likelihood, named_reader


def test_an_address_is_an_endpoint():
    """With its model, key and prompt."""
    reader = named_reader("http://127.0.0.1:1/v1", model="big", key="k", per_minute=30, prompt=CITE)
    assert isinstance(reader, OpenAICompatibleReader)
    assert (reader.name, reader.endpoint.key, reader.endpoint.per_minute) == ("big", "k", 30)
    assert reader.prompt == CITE


@pytest.mark.parametrize("name", ["", "extractive", "extractive:", "oracle:x", "C:/models"])
def test_any_other_name_is_refused(name):
    """With the forms that there are."""
    with pytest.raises(ConfigError, match="neither extractive:DIR, causal-lm:DIR nor"):
        named_reader(name)


def test_an_endpoint_needs_a_model():
    """Its address does not say which."""
    with pytest.raises(ConfigError, match="--reader-model"):
        named_reader("https://127.0.0.1/v1")


@pytest.mark.parametrize("kind", ["extractive", "causal-lm"])
def test_a_model_that_is_not_there_is_named(kind):
    """Before any question is read."""
    with pytest.raises(ModelError, match=r"no model .\./none"):
        named_reader(f"{kind}:./none")


def test_an_endpoint_may_be_written_with_its_options():
    """Which go before what is given beside them."""
    reader = named_reader("http://127.0.0.1:1/v1,model=small,answer_tokens=7,prompt=plain", model="big")
    assert (reader.name, reader.endpoint.url, reader.endpoint.answer_tokens) == (
        "small",
        "http://127.0.0.1:1/v1",
        7,
    )
    assert reader.prompt == PLAIN


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("extractive:x", "an extractive reader tells none"),
        ("causal-lm:x,answer_tokens=3", "answer_tokens tells none"),
        ("http://127.0.0.1:1/v1", "model=NAME"),
        ("big", "likelihood: 'big' is neither causal-lm:DIR nor"),
        ("xrag:big", "likelihood: 'xrag:big' is neither"),
    ],
)
def test_what_tells_no_likelihood_is_refused(name, said):
    """Before any question is read."""
    with pytest.raises(ConfigError, match=said):
        named_likelihood(name)


def test_an_endpoint_tells_likelihoods():
    """By its model."""
    assert named_likelihood("http://127.0.0.1:1/v1,model=big").name == "big"
