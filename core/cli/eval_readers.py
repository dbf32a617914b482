"""Who reads for ``excerpt eval``: made before the first question, and what an endpoint costs agreed to."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from excerpt.errors import InputError

if TYPE_CHECKING:
    from excerpt.eval.data.questions import Question
    from excerpt.eval.data.sources import QuestionSet
    from excerpt.eval.limits import Limit
    from excerpt.models.generation.bottleneck import BottleneckMeter
    from excerpt.models.readers import CompletionsLikelihood, OpenAICompatibleReader, Reader, TellsLikelihood
    from excerpt.models.runtime.disk_cache import DiskCache

__all__ = ["agreed_likelihood", "agreed_reader", "asked_bottleneck"]


def agreed_reader(
    settings: Mapping[str, Any], sets: "Sequence[QuestionSet]", limits: "Sequence[Limit]", cache: "DiskCache"
) -> "Reader | None":
    """The reader that was asked for, with its answers cached; an endpoint's cost is shown and agreed to first.

    Args:
        settings: The options.
        sets: What it will be asked.
        limits: For each text that it may be given of one question the share or the tokens that are kept.
        cache: Where its answers are kept.
    """
    from excerpt.eval.local_reader import local_reader
    from excerpt.models.generation.api_key import read_api_key
    from excerpt.models.readers import ANSWER_SHORTLY, CITE, OpenAICompatibleReader, RememberingReader
    from excerpt.models.readers.named import named_reader

    if not settings["reader"]:
        return None
    reader = named_reader(
        local_reader(settings["reader"]),
        model=settings["reader_model"],
        key=read_api_key(settings["api_key_env"]),
        per_minute=settings["per_minute"],
        prompt=CITE if settings["cite"] else ANSWER_SHORTLY,
    )
    if isinstance(reader, OpenAICompatibleReader):
        _agree("--reader", reader, settings, sets, limits, lambda _: 1)
    return RememberingReader(reader, cache)


def agreed_likelihood(
    settings: Mapping[str, Any], sets: "Sequence[QuestionSet]", limits: "Sequence[Limit]", cache: "DiskCache"
) -> "TellsLikelihood | None":
    """As `agreed_reader`, who says how likely it finds the accepted answers."""
    from excerpt.models.generation.api_key import read_api_key
    from excerpt.models.readers import ANSWER_SHORTLY, CITE, CompletionsLikelihood, RememberingLikelihood
    from excerpt.models.readers.likelihoods import MOST_ANSWERS
    from excerpt.models.readers.named import named_likelihood

    if not settings["likelihood"]:
        return None
    teller = named_likelihood(
        settings["likelihood"],
        key=read_api_key(settings["api_key_env"]),
        per_minute=settings["per_minute"],
        prompt=CITE if settings["cite"] else ANSWER_SHORTLY,
    )
    if isinstance(teller, CompletionsLikelihood):
        _agree(
            "--likelihood", teller, settings, sets, limits, lambda one: min(len(one.answers), MOST_ANSWERS)
        )
    return RememberingLikelihood(teller, cache)


def asked_bottleneck(settings: Mapping[str, Any], cache: "DiskCache") -> "BottleneckMeter | None":
    """What measures the information bottleneck, where that was asked for; it is a local model, so nothing is agreed to.

    Args:
        settings: The options.
        cache: Where its findings are kept.
    """
    from excerpt.models.readers.named import named_bottleneck

    if not settings["bottleneck"]:
        return None
    return named_bottleneck(settings["bottleneck"], beta=settings["beta"], cache=cache)


def _agree(
    option: str,
    asked: "OpenAICompatibleReader | CompletionsLikelihood",
    settings: Mapping[str, Any],
    sets: "Sequence[QuestionSet]",
    limits: "Sequence[Limit]",
    times: "Callable[[Question], int]",
) -> None:
    """Show what an endpoint will be asked, each text so many times, and have it agreed to."""
    from excerpt.models.generation.prices import read_prices
    from excerpt.models.readers.openai_compatible import reading_cost
    from excerpt.tokens import BUNDLED, WORDS, resolve_tokenizer

    if settings["yes"]:
        return
    if any(one.source == "-" for one in sets):
        message = (
            f"{option}: the cost of questions from standard input is not known before; give a file, or --yes"
        )
        raise InputError(message)
    counter = resolve_tokenizer(BUNDLED if settings["tokenizer"] == WORDS else settings["tokenizer"])
    tokens: list[int] = []
    for one in sets:
        for question in one.questions():
            whole = sum(counter.count_many([passage.text for passage in question.passages]))
            texts = [min(limit, whole) if isinstance(limit, int) else int(limit * whole) for limit in limits]
            tokens += [text + counter.count(question.query) for text in texts] * times(question)
    price = read_prices(settings["prices"]).get(asked.name) if settings["prices"] else None
    click.echo(
        f"{reading_cost(asked, tokens, counter, price)}; what was answered before is not asked again",
        err=True,
    )
    click.confirm(f"send them to {settings[option.removeprefix('--')]}?", abort=True, err=True)
