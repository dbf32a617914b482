"""Readers by name, as the command line takes them."""

from excerpt.errors import ConfigError
from excerpt.models.generation.endpoint import Endpoint
from excerpt.models.generation.prompt import ANSWER_SHORTLY, Prompt
from excerpt.models.readers.causal_lm import CausalLMReader
from excerpt.models.readers.extractive import ExtractiveReader
from excerpt.models.readers.openai_compatible import OpenAICompatibleReader
from excerpt.models.readers.protocols import Reader

__all__ = ["named_reader"]

_KINDS = ("extractive", "causal-lm", "http", "https")


def named_reader(
    name: str,
    *,
    model: str = "",
    key: str = "",
    per_minute: float | None = None,
    prompt: Prompt = ANSWER_SHORTLY,
) -> Reader:
    """A reader.

    Args:
        name: ``extractive:DIR``, ``causal-lm:DIR``, or the address of an OpenAI-compatible endpoint.
        model: The model's name at the endpoint.
        key: Sent to the endpoint as a bearer token.
        per_minute: Ask an endpoint at most so many questions a minute.
        prompt: What a generative reader is asked with.

    Raises:
        ConfigError: There is no such kind of reader, or an endpoint's model is not named.
        ModelError: The model cannot be found.
    """
    kind, _, place = name.partition(":")
    if kind not in _KINDS or not place:
        message = (
            f"reader: {name!r} is neither extractive:DIR, causal-lm:DIR nor the address of an endpoint (http://...); "
            "`excerpt ask` also takes xrag:DIR, with a chain that has the stage xrag"
        )
        raise ConfigError(message)
    if kind == "causal-lm":
        return CausalLMReader(place, prompt)
    if kind == "extractive":
        return ExtractiveReader(place)
    if not model:
        message = f"reader: say which model to ask for at {name} (--reader-model)"
        raise ConfigError(message)
    return OpenAICompatibleReader(Endpoint(name, model, key=key, per_minute=per_minute), prompt)
