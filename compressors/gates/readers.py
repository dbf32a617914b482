"""Readers as the options of gates name them."""

from excerpt.errors import ConfigError
from excerpt.models.generation.api_key import read_api_key
from excerpt.models.generation.prompt import ANSWER_SHORTLY, Prompt
from excerpt.models.readers.named import named_reader
from excerpt.models.readers.protocols import Reader

__all__ = ["reader_of"]


def reader_of(
    given: str | Reader,
    where: str,
    *,
    model: str = "",
    api_key_env: str = "",
    prompt: Prompt = ANSWER_SHORTLY,
) -> Reader:
    """A reader from its name, or itself.

    Args:
        given: As for `excerpt.models.readers.named.named_reader`, or a reader.
        where: The gate that messages begin with.
        model: The model's name at an endpoint.
        api_key_env: The environment variable that holds the endpoint's key; empty for none.
        prompt: What a generative reader is asked with.

    Raises:
        ConfigError: It is neither, or an option is of the wrong kind.
        InputError: The environment variable is not set.
        ModelError: The model cannot be found.
    """
    for name, option in (("model", model), ("api_key_env", api_key_env)):
        if not isinstance(option, str):
            message = f"{where}: {name} must be a text, got {option!r}"
            raise ConfigError(message)
    if isinstance(given, str):
        return named_reader(given, model=model, key=read_api_key(api_key_env), prompt=prompt)
    if isinstance(given, Reader) and not isinstance(given, type):
        return given
    message = (
        f"{where}: reader must be extractive:DIR, causal-lm:DIR, the address of an endpoint (http://...) or a reader, "
        f"got {given!r}"
    )
    raise ConfigError(message)
