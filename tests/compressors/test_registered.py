"""One line registers a method, and everything else that names it agrees with that line."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import excerpt.compressors
from excerpt.compressors import registered
from excerpt.protocols import Compressor

ROOT = Path(__file__).parents[2]
# One is made of three parts that have names of their own, the other by `LLMLingua2(compat="upstream")`.
NOT_BY_NAME = {"CoarseToFine", "Extractive", "UpstreamStage"}
METHODS = sorted(registered.COMPRESSORS)


@pytest.mark.parametrize("name", METHODS)
def test_a_registered_compressor_is_exported_and_goes_by_its_name(name):
    """`from excerpt.compressors import X` works for every one, and reports call it what the row does."""
    module, _, attribute = registered.COMPRESSORS[name].partition(":")
    part = getattr(importlib.import_module(module), attribute)
    assert getattr(excerpt.compressors, attribute) is part
    parameter = inspect.signature(part).parameters.get("name")
    own = part.__dict__.get("name", parameter.default if parameter else None)
    assert own == name or isinstance(own, property)


def test_every_public_compressor_is_registered():
    """The other way round: a class with the shape of a stage has a row."""
    found = set()
    for module in pkgutil.walk_packages(excerpt.compressors.__path__, "excerpt.compressors."):
        public = importlib.import_module(module.name)
        found |= {
            f"{value.__module__}:{name}"
            for name, value in vars(public).items()
            if inspect.isclass(value)
            and value.__module__ == module.name
            and name in getattr(public, "__all__", ())
            and callable(getattr(value, "compress", None))
            and value is not Compressor
            and not inspect.isabstract(value)
        }
    rows = set(registered.COMPRESSORS.values())
    assert {place for place in found if place.partition(":")[2] not in NOT_BY_NAME} == rows


@pytest.mark.parametrize("table", ["SPLITTERS", "DEFAULTS"])
def test_every_row_names_something(table):
    """A place that moved without its row is found here."""
    for place in getattr(registered, table).values():
        module, _, attribute = place.partition(":")
        assert callable(getattr(importlib.import_module(module), attribute))


@pytest.mark.parametrize("name", METHODS)
def test_the_docs_know_every_method(name):
    """By its name, in code or in a table."""
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))
    assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", pages)


def test_presets_are_made_of_registered_stages():
    """Each is a chain that can be loaded."""
    used = {stage["use"] for preset in registered.PRESETS.values() for stage in preset["stage"]}
    assert used <= set(METHODS)


def test_the_command_line_names_every_preset():
    """In the help of `--chain`."""
    from excerpt.cli.compress import command

    (chain,) = [option for option in command.params if option.name == "chain"]
    assert all(name in chain.help for name in registered.PRESETS)
