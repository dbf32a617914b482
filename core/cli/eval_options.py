"""Options of ``excerpt eval`` that belong together, and what they open."""

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from excerpt.errors import InputError
from excerpt.files.user_cache import user_cache

if TYPE_CHECKING:
    from excerpt.eval.peers.process import Peer
    from excerpt.models.runtime.disk_cache import DiskCache

__all__ = [
    "cache_options",
    "likelihood_options",
    "opened_cache",
    "peer_options",
    "reader_options",
    "started_peers",
]

F = TypeVar("F", bound=Callable[..., Any])


def _options(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorated(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorated


peer_options = _options(
    click.option(
        "--peers", is_flag=True, help="Also every peer that can run; the others are listed with the reason."
    ),
    click.option("--peer", "peer_names", multiple=True, help="Only this peer; repeat for several."),
    click.option(
        "--peers-python",
        default=sys.executable,
        show_default="this interpreter",
        help="Interpreter that has the peers' packages (`make peers` builds one).",
    ),
    click.option(
        "--peer-model",
        "peer_models",
        multiple=True,
        help="NAME=PLACE: encoder, llmlingua2, open-provence or ctxprune.",
    ),
)
"""Which other compressors to compare with."""

reader_options = _options(
    click.option(
        "--reader",
        help="Who answers: extractive (in a checkout), extractive:DIR, causal-lm:DIR, or an endpoint (http://...); "
        "options follow, as in causal-lm:DIR,dtype=bfloat16,batch=8,prompt=plain.",
    ),
    click.option("--reader-model", default="", help="The model's name at the endpoint."),
    click.option("--api-key-env", help="Environment variable that holds the key; without it none is sent."),
    click.option("--per-minute", type=float, help="Ask the endpoint at most so many questions a minute."),
    click.option("--cite", is_flag=True, help="Number the passages and have the reader cite them."),
    click.option("--yes", is_flag=True, help="Do not ask before the first question is sent to an endpoint."),
)
"""Who answers."""

likelihood_options = _options(
    click.option(
        "--likelihood",
        metavar="MODEL",
        help="Who says how likely it finds the accepted answers: causal-lm:DIR, or an endpoint whose completions give "
        "log-probabilities (http://...,model=NAME); options follow as for --reader.",
    ),
    click.option(
        "--bottleneck",
        metavar="MODEL",
        help="Who measures the information bottleneck: causal-lm:DIR; the options batch, device and dtype may follow.",
    ),
    click.option(
        "--beta",
        type=click.FloatRange(0),
        default=1.0,
        show_default=True,
        help="With --bottleneck: what the answer counts for.",
    ),
)
"""Who is asked how likely it finds the accepted answers, and the text that was retrieved."""

cache_options = _options(
    click.option(
        "--cache",
        type=click.Path(dir_okay=False),
        help="File that keeps what models said; one in the user's cache folder if not given.",
    ),
    click.option("--no-cache", is_flag=True, help="Work everything out anew, and keep nothing."),
)
"""What is kept for the next run."""


def opened_cache(settings: Mapping[str, Any], stack: ExitStack) -> "DiskCache":
    """Where scores and answers are kept; closed with the stack."""
    from excerpt.models.runtime.disk_cache import DiskCache

    if settings["no_cache"]:
        return stack.enter_context(DiskCache(":memory:"))
    try:
        place = Path(settings["cache"]) if settings["cache"] else user_cache() / "eval.sqlite"
    except InputError as error:
        click.echo(f"nothing is kept for the next run: {error}", err=True)
        return stack.enter_context(DiskCache(":memory:"))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cache: {place.parent} cannot be made ({error.strerror}); give --cache or --no-cache"
        raise InputError(message) from error
    return stack.enter_context(DiskCache(place))


def started_peers(
    settings: Mapping[str, Any], cache: "DiskCache", stack: ExitStack
) -> "tuple[dict[str, Peer], dict[str, str]]":
    """The peers that were asked for and can run, and why the others cannot; closed with the stack."""
    from excerpt.eval.peers.catalogue import PEERS, start_peers

    names = settings["peer_names"] or (tuple(PEERS) if settings["peers"] else ())
    models = dict(_pair(one) for one in settings["peer_models"])
    running, skipped = start_peers(names, python=settings["peers_python"], models=models, cache=cache)
    for peer in running.values():
        stack.callback(peer.close)
    return running, skipped


def _pair(text: str) -> tuple[str, str]:
    name, equals, place = text.partition("=")
    if not equals or not name or not place:
        message = f"--peer-model: expected NAME=PLACE, got {text!r}"
        raise InputError(message)
    return name, place
