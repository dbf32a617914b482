"""Readers by name, as the command line takes them."""

from typing import Any

from excerpt.errors import ConfigError
from excerpt.models.generation.bottleneck import BottleneckMeter
from excerpt.models.generation.endpoint import Endpoint
from excerpt.models.generation.likelihood import CausalLikelihood
from excerpt.models.generation.prompt import ANSWER_SHORTLY, Prompt
from excerpt.models.readers.causal_lm import CausalLMReader
from excerpt.models.readers.completions import CompletionsLikelihood
from excerpt.models.readers.extractive import ExtractiveReader
from excerpt.models.readers.openai_compatible import OpenAICompatibleReader
from excerpt.models.readers.protocols import Reader, TellsLikelihood
from excerpt.models.readers.spec import ReaderSpec
from excerpt.models.runtime.disk_cache import DiskCache

__all__ = ["named_bottleneck", "named_likelihood", "named_reader"]


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
        name: ``extractive:DIR``, ``causal-lm:DIR``, or the address of an OpenAI-compatible endpoint; options may follow
            (`ReaderSpec`).
        model: The model's name at the endpoint, where ``name`` does not say it.
        key: Sent to the endpoint as a bearer token.
        per_minute: Ask an endpoint at most so many questions a minute.
        prompt: What a generative reader is asked with, where ``name`` does not say it.

    Raises:
        ConfigError: There is no such kind of reader or option, or an endpoint's model is not named.
        ModelError: The model cannot be found.
    """
    spec = ReaderSpec.of(name)
    options: dict[str, Any] = {"prompt": prompt, **spec.options}
    if spec.kind == "causal-lm":
        return CausalLMReader(spec.place, **options)
    if spec.kind == "extractive":
        return ExtractiveReader(spec.place)
    return OpenAICompatibleReader(
        _endpoint(spec, options, model, key, per_minute, "--reader-model"), options["prompt"]
    )


def named_likelihood(
    name: str, *, key: str = "", per_minute: float | None = None, prompt: Prompt = ANSWER_SHORTLY
) -> TellsLikelihood:
    """A model that says how likely it finds answers.

    Args:
        name: ``causal-lm:DIR``, or the address of an endpoint whose completions give the log-probabilities of a prompt,
            with ``,model=NAME``; options may follow (`ReaderSpec`).
        key: Sent to the endpoint as a bearer token.
        per_minute: Ask an endpoint at most so many questions a minute.
        prompt: What stands before the answer, where ``name`` does not say it.

    Raises:
        ConfigError: As `named_reader`, or the kind cannot tell likelihoods.
        ModelError: The model cannot be found.
    """
    if name.partition(":")[0] not in ("causal-lm", "extractive", "http", "https"):
        message = f"likelihood: {name!r} is neither causal-lm:DIR nor an endpoint (http://...,model=NAME)"
        raise ConfigError(message)
    spec = ReaderSpec.of(name)
    options: dict[str, Any] = {"prompt": prompt, **spec.options}
    if "answer_tokens" in spec.options or spec.kind == "extractive":
        what = "an extractive reader" if spec.kind == "extractive" else "answer_tokens"
        message = f"likelihood: {name!r}: {what} tells none; give causal-lm:DIR or an endpoint"
        raise ConfigError(message)
    if spec.kind == "causal-lm":
        return CausalLMReader(spec.place, **options)
    return CompletionsLikelihood(
        _endpoint(spec, options, "", key, per_minute, ",model=NAME behind the address"), options["prompt"]
    )


def named_bottleneck(name: str, *, beta: float = 1.0, cache: DiskCache | None = None) -> BottleneckMeter:
    """What measures the information bottleneck.

    Args:
        name: ``causal-lm:DIR``; the options ``batch``, ``device`` and ``dtype`` may follow (`ReaderSpec`).
        beta: What the answer counts for.
        cache: Where findings are kept.

    Raises:
        ConfigError: It is of another kind, has another option, or ``beta`` is no number of at least 0.
        ModelError: The model cannot be found.
    """
    spec = ReaderSpec.of(name)
    others = sorted(set(spec.options) - {"batch", "device", "dtype"})
    if spec.kind != "causal-lm" or others:
        message = (
            f"bottleneck: {name!r}: give causal-lm:DIR, with no other options than batch, device and dtype"
        )
        raise ConfigError(message)
    return BottleneckMeter(CausalLikelihood(spec.place, **{"batch": 1, **spec.options}), beta, cache)


def _endpoint(  # noqa: PLR0917 - what two kinds of readers are given
    spec: ReaderSpec, options: dict[str, Any], model: str, key: str, per_minute: float | None, missing: str
) -> Endpoint:
    asked = options.get("model", model)
    if not asked:
        message = f"reader: say which model to ask for at {spec.place} ({missing})"
        raise ConfigError(message)
    longest = options.get("answer_tokens")
    return Endpoint(spec.place, asked, key=key, answer_tokens=longest, per_minute=per_minute)
