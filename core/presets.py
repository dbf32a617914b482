"""Chains by name, chains from TOML files, and compression with one of them in a single call."""

import asyncio
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from excerpt.budget import BudgetLike
from excerpt.chain import Chain, ChainLike
from excerpt.errors import ConfigError
from excerpt.registry import COMPRESSORS, DEFAULTS, PRESETS, call, did_you_mean
from excerpt.tokens import TokenizerLike
from excerpt.values.coerce import PassageLike
from excerpt.values.compressed import Compressed
from excerpt.values.stored import Store

__all__ = [
    "DEFAULT_RATIO",
    "acompress",
    "chain_from_config",
    "chain_from_toml",
    "compress",
    "load_chain",
    "read_chain_file",
]

DEFAULT_RATIO = 0.5
"""What `compress` keeps when no budget is given. At about half the tokens answers hold or improve; past a
quarter every honest measurement shows a fall (docs/guides/choosing.md)."""

_CHAIN_KEYS = {"name", "stage", "template", "order", "preserve_slots", "on_error", "deadline_s", "guards"}


def compress(
    query: str,
    passages: Iterable[PassageLike],
    *,
    budget: BudgetLike = DEFAULT_RATIO,
    chain: ChainLike = "default",
    tokenizer: TokenizerLike | None = None,
    stored: Store | None = None,
) -> Compressed:
    """Compress what was retrieved for one question, with a preset chain.

    Args:
        query: The question.
        passages: Texts, mappings with ``text``, `Passage` or LangChain ``Document`` objects.
        budget: A `Budget`, an int (tokens) or a float (ratio kept). Half the tokens when not given.
        chain: ``"default"``, ``"auto"`` (by the text's language), ``"multilingual"``, ``"fast"``, ``"query-free"``, the
            path of a TOML file, or a `Chain`.
        tokenizer: The reader's, which counts the budget: ``"gpt-4o"``, a hub name, a function (`excerpt.tokens`
            has the table). The budget's own when not given.
        stored: As for `Chain.compress`.

    Raises:
        InputError: The query or a passage is wrong; the message names it.
        ConfigError: There is no such chain.
        NoModelError: There is no such tokenizer.
    """
    return load_chain(chain).compress(query, passages, budget=budget, tokenizer=tokenizer, stored=stored)


async def acompress(
    query: str,
    passages: Iterable[PassageLike],
    *,
    budget: BudgetLike = DEFAULT_RATIO,
    chain: ChainLike = "default",
    tokenizer: TokenizerLike | None = None,
    stored: Store | None = None,
) -> Compressed:
    """`compress` for ``async`` code: the same result, and the event loop goes on meanwhile (`Chain.acompress`).

    Args:
        query: As for `compress`, like the rest.
        passages: Read on another thread.
        budget: As for `compress`.
        chain: As for `compress`; loaded on another thread too.
        tokenizer: As for `compress`.
        stored: As for `compress`.

    Raises:
        ExcerptError: As `compress`.
    """
    loaded = chain if isinstance(chain, Chain) else await asyncio.to_thread(load_chain, chain)
    return await loaded.acompress(query, passages, budget=budget, tokenizer=tokenizer, stored=stored)


def load_chain(chain: ChainLike) -> Chain:
    """A chain from a preset's name, a TOML file's path, or itself.

    Raises:
        ConfigError: No such preset or file, or the file is wrong; the message says where.
    """
    if isinstance(chain, Chain):
        return chain
    if not isinstance(chain, str | Path):
        message = (
            f"chain: expected a Chain, a preset's name or a TOML file's path, got {type(chain).__name__}"
        )
        raise ConfigError(message)
    if str(chain) in PRESETS:
        return _preset(str(chain))
    if str(chain).endswith(".toml"):
        return chain_from_toml(chain)
    raise ConfigError(_unknown(str(chain)))


def _unknown(name: str) -> str:
    presets = f"chain: there is no preset {name!r}; there are {', '.join(PRESETS)}, or give a .toml file"
    compressors = COMPRESSORS.names()
    if name in compressors:
        return (
            f"{presets}. It is a compressor: Chain([{name!r}]) in Python, a file with [[stage]] and use = {name!r} "
            "on the command line"
        )
    near = did_you_mean(name, [*PRESETS, *compressors])
    return f"{presets}.{near}" if near else presets


@cache
def _preset(name: str) -> Chain:
    # Kept for the life of the process: a chain has no state, and its models take 0.1 s to load.
    return chain_from_config({"name": name, **PRESETS[name]}, f"preset {name}")


def chain_from_toml(path: str | Path) -> Chain:
    """A chain from a TOML file (docs/guides/choosing.md shows one).

    Raises:
        ConfigError: The file cannot be read, or something in it is wrong; the message says what.
    """
    return chain_from_config(read_chain_file(path), str(path))


def read_chain_file(path: str | Path) -> dict[str, Any]:
    """The tables and keys of a chain's TOML file.

    Raises:
        ConfigError: The file cannot be read.
    """
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"chain: {path} cannot be read as TOML ({error})"
        raise ConfigError(message) from error


def chain_from_config(config: Mapping[str, Any], where: str) -> Chain:
    """A chain from what a TOML file holds.

    Args:
        config: The tables and keys of the file.
        where: Named in the error message.

    Raises:
        ConfigError: Something in it is wrong; the message says what.
    """
    unknown = sorted(set(config) - _CHAIN_KEYS)
    if unknown:
        message = f"{where}: unknown key {', '.join(unknown)}; a chain has {', '.join(sorted(_CHAIN_KEYS))}"
        raise ConfigError(message)
    tables = config.get("stage")
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        message = f"{where}: needs one [[stage]] table for each compressor"
        raise ConfigError(message)
    stages = [_stage(table, f"{where}: stage {number}") for number, table in enumerate(tables, start=1)]
    options = {key: config[key] for key in config.keys() - {"stage", "guards"}}
    if "guards" in config:
        guards = config["guards"]
        if not isinstance(guards, Mapping):
            message = f"{where}: guards must be a table such as {{ numbers = true, patterns = ['RFC \\d+'] }}"
            raise ConfigError(message)
        if not isinstance(guards.get("patterns", []), list):
            message = (
                f"{where}: guards: patterns must be a list of regular expressions, got {guards['patterns']!r}"
            )
            raise ConfigError(message)
        options["guards"] = call(DEFAULTS.find("guards"), guards, f"{where}: guards")
    return _call_chain(stages, options, where)


def _call_chain(stages: list[Any], options: Mapping[str, Any], where: str) -> Chain:
    try:
        return Chain(stages, **options)
    except ConfigError as error:
        message = f"{where}: {error}"
        raise ConfigError(message) from error


def _stage(table: Mapping[str, Any], where: str) -> Any:  # noqa: ANN401 - whatever the table names
    if "use" not in table and "scorer" in table:
        return call(DEFAULTS.find("parts"), table, where)
    name = table.get("use")
    if not isinstance(name, str):
        message = f"{where}: needs `use`, the name of a compressor, or the three names `unit`, `scorer` and `selector`"
        raise ConfigError(message)
    return COMPRESSORS.make(name, {key: value for key, value in table.items() if key != "use"}, where)
