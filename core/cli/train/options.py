"""Commands made from recipes: one option for each setting of the dataclass, with its name, type, default and help."""

import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from types import NoneType, UnionType
from typing import Any

import click

from excerpt.cli.options import AMOUNT, RATE, SHARE
from excerpt.cli.train.progress import STEPS, reporting

__all__ = ["RESUME", "STATES", "make_recipe", "recipe_options", "training_command"]

_FLOATS = {"rate": RATE, "amount": AMOUNT, "share": SHARE}
# Of the names by which the values of a recipe come back; no argument of a command begins so.
_PREFIX = "recipe__"

Options = Callable[[Callable[..., Any]], Callable[..., Any]]

RESUME = click.option("--resume", is_flag=True, help="Go on with a training that was stopped.")
STATES = click.option("--states", help="Keep the encoder's states in this folder, for other trainings.")


def training_command(
    recipe: type,
    train: Callable[..., dict[str, float]],
    text: str,
    *,
    arguments: Sequence[str] = ("sources",),
    options: Sequence[Options] = (RESUME,),
    counts: str = STEPS,
    stopped: str = "",
) -> click.Command:
    """The command of one recipe.

    Args:
        recipe: The dataclass of its settings (`excerpt.models.training.common.recipe`).
        train: Called with the arguments, the output folder, the recipe, and by name with the values of ``options``
            and ``progress``.
        text: What ``--help`` says.
        arguments: Files that it reads; ``sources`` is any number of them.
        options: Of the run, beside those of the recipe.
        counts: What progress counts (`excerpt.cli.train.progress.reporting`).
        stopped: What is said where no figures came back.
    """

    def run(output: str, *, quiet: bool, **values: Any) -> None:  # noqa: ANN401 - options as click gives them
        made = make_recipe(recipe, values)
        given = [values.pop(name) for name in arguments]
        with reporting(counts, quiet=quiet) as progress:
            figures = train(*given, output, made, progress=progress, **values)
        if not quiet:
            measured = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
            click.echo(f"{output}: {measured or stopped}", err=True)

    decorators: list[Options] = [
        *(click.argument(name, nargs=-1 if name == "sources" else 1, required=True) for name in arguments),
        click.option("-o", "--output", required=True, help="Folder to make."),
        *recipe_options(recipe),
        *options,
        click.option("-q", "--quiet", is_flag=True, help="No progress and no summary."),
    ]
    function: Callable[..., Any] = run
    for decorator in reversed(decorators):
        function = decorator(function)
    return click.command(help=text)(function)


def recipe_options(recipe: type, part: "Field[Any] | None" = None) -> Iterator[Options]:
    """The options of a recipe's settings, those of its parts among them.

    Args:
        recipe: The dataclass.
        part: The field of another recipe that holds it.
    """
    types = typing.get_type_hints(recipe)
    defaults = part.default_factory() if part is not None and part.default_factory is not MISSING else None
    for field in fields(recipe):
        if "words" in field.metadata:
            yield from recipe_options(types[field.name], field)
        elif "help" in field.metadata:
            default = field.default if defaults is None else getattr(defaults, field.name)
            yield _option(field, types[field.name], default, part)


def _option(field: "Field[Any]", kind: Any, default: Any, part: "Field[Any] | None") -> Options:  # noqa: ANN401 - a type, and a value of it
    about = field.metadata
    whole: Mapping[str, Any] = {"prefix": "", "least": {}, "words": {}}
    inside = whole if part is None else part.metadata
    flag = (about["option"] or field.name).replace("_", "-")
    flag = f"--{inside['prefix']}-{flag}" if inside["prefix"] else f"--{flag}"
    settings: dict[str, Any] = {"help": about["help"].format(**inside["words"]) if part else about["help"]}
    if kind is bool:
        flag = f"{flag}/--no-{flag[2:]}" if default else flag
        settings |= {"default": default, "show_default": default}
        settings |= {} if default else {"is_flag": True}
    else:
        settings["type"] = _type_of(kind, about, inside["least"].get(field.name, about["least"]))
        if default is MISSING:
            settings["required"] = True
        elif default is not None:
            settings |= {"default": default, "show_default": default != ""}
    return click.option(flag, _name(part, field.name), **settings)


def _type_of(kind: Any, about: Mapping[str, Any], least: int | None) -> Any:  # noqa: ANN401 - what click takes
    if isinstance(kind, UnionType):
        (kind,) = (one for one in typing.get_args(kind) if one is not NoneType)
    if typing.get_origin(kind) is typing.Literal:
        return click.Choice(list(typing.get_args(kind)))
    if about["kind"]:
        return _FLOATS[about["kind"]]
    return kind if least is None else click.IntRange(least, about["most"])


def _name(part: "Field[Any] | None", name: str) -> str:
    return f"{_PREFIX}{part.name + '__' if part is not None else ''}{name}"


def make_recipe(recipe: type, values: dict[str, Any], part: "Field[Any] | None" = None) -> Any:  # noqa: ANN401 - the recipe
    """The recipe of a call's options, which are taken out of ``values``; what is no option keeps its default.

    Args:
        recipe: The dataclass.
        values: Values of all options by name, as click gives them.
        part: As for `recipe_options`.
    """
    types = typing.get_type_hints(recipe)
    given = {}
    for field in fields(recipe):
        if "words" in field.metadata:
            given[field.name] = make_recipe(types[field.name], values, field)
        elif "help" in field.metadata:
            given[field.name] = values.pop(_name(part, field.name))
        elif part is not None and part.default_factory is not MISSING:
            given[field.name] = getattr(part.default_factory(), field.name)
    return recipe(**given)
