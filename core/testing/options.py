"""How a part is made from its name or class, and what its options must hold."""

import inspect
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from excerpt.chain import Chain
from excerpt.errors import ExcerptError
from excerpt.presets import chain_from_toml
from excerpt.registry import Registry, call

__all__ = ["Part", "check_options", "made", "stage_from_toml"]

Part: TypeAlias = str | Callable[..., Any]
"""A registered name, or the class or function that would be registered."""

_NOTHING_TAKES = object()


def made(registry: Registry, part: Part, options: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever it makes
    """The part with these options."""
    return call(registry.find(part) if isinstance(part, str) else part, options, registry.kind)


def check_options(registry: Registry, part: Part, options: Mapping[str, Any]) -> None:
    """Refused are an unknown option, by name and with those there are, and a value that no option can take.

    Raises:
        AssertionError: A wrong option passed. An error of another kind than this package's is raised as it is.
    """
    make = registry.find(part) if isinstance(part, str) else part
    about = f"{registry.kind} {part}"
    parameters = inspect.signature(make).parameters.values()
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        said = _refusal(make, {**options, "no_such_option": 1}, about)
        assert "no_such_option" in said, f"{about}: the message does not name the unknown option: {said}"
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        said = _refusal(make, {**options, parameter.name: _NOTHING_TAKES}, about)
        assert said, f"{about}: {parameter.name} is not checked: it takes {_NOTHING_TAKES!r}"


def _refusal(make: Callable[..., Any], options: Mapping[str, Any], about: str) -> str:
    """What the error of this package says that wrong options raise; empty where they raise none."""
    try:
        call(make, options, about)
    except ExcerptError as error:
        return str(error)
    return ""


def stage_from_toml(table: Mapping[str, Any]) -> Chain:
    """The chain of one stage that a TOML file with this table is read as.

    Args:
        table: Names, numbers, texts, lists and tables.
    """
    lines = ["[[stage]]", *(f"{key} = {_toml(value)}" for key, value in table.items() if value is not None)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.toml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return chain_from_toml(path)


def _toml(value: Any) -> str:  # noqa: ANN401 - what TOML can write
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
