"""A missing optional package becomes one line that names an extra that exists and brings it."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from excerpt.errors import MissingExtraError
from excerpt.imports.extras import importing, require

ROOT = Path(__file__).parents[3]
ROOMS = ("core", "compressors", "retrievers", "adapters", "models", "kernels", "eval")
with (ROOT / "pyproject.toml").open("rb") as file:
    PROJECT = tomllib.load(file)["project"]
EXTRAS = PROJECT["optional-dependencies"]


def brought_by(extra):
    """Names of the distributions that an extra asks for, those of the extras that it takes in included."""
    names = set()
    for requirement in EXTRAS[extra]:
        name = re.match(r"[\w.-]+", requirement).group()
        inner = re.match(r"excerpt\[([\w,-]+)\]", requirement)
        if inner:
            names.update(*(brought_by(each) for each in inner.group(1).split(",")))
        else:
            names.add(name)
    return names


def asked():
    """Every ``require(...)`` and ``importing(...)`` with a plain module and extra: (place, module, extra)."""
    for path in (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"require", "importing"}:
                extra = {word.arg: word.value for word in node.keywords}["extra"]
                if isinstance(node.args[0], ast.Constant) and isinstance(extra, ast.Constant):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[0].value, extra.value


def test_the_extra_that_is_advised_brings_the_package():
    """Every call names an extra of pyproject.toml that asks for the module's distribution."""
    owners = packages_distributions()
    core = {re.match(r"[\w.-]+", each).group() for each in PROJECT["dependencies"]}
    calls = list(asked())
    assert len(calls) > 50
    wrong = []
    for place, module, extra in calls:
        given = brought_by(extra) | core if extra in EXTRAS else set()
        top = module.partition(".")[0]
        of = {name.replace("_", "-") for name in owners[top]}
        if not of & given:
            wrong.append(f"{place}: {module} is not in {extra}")
    assert wrong == []


def test_extras_in_messages_and_docs_exist():
    """Whatever is written as ``excerpt[NAME]`` can be installed."""
    texts = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    texts += [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in texts
        for names in re.findall(r"excerpt\[([a-z,-]+)\]", path.read_text(encoding="utf-8"))
        for name in names.split(",")
        if name not in EXTRAS
    }
    assert wrong == set()


def test_all_is_everything_that_users_install():
    """An extra that is added is in ``all``, or is named here as one for developers or for a GPU."""
    entries = [re.match(r"excerpt\[([\w,-]+)\]", entry).group(1) for entry in EXTRAS["all"]]
    named = {name for entry in entries for name in entry.split(",")}
    brought = {"langchain", "datasets"}  # by langchain-agents and by train
    with_litellm = {"dspy", "headroom"}
    assert set(EXTRAS) - named == brought | with_litellm | {"all", "gpu", "docs", "test", "bench", "dev"}


def test_a_missing_package_is_one_line():
    """The message says what it is for and what to install; it is an ImportError too."""
    with pytest.raises(MissingExtraError) as caught:
        require("nothing_of_this_name.inner", extra="index", purpose="a passage index")
    assert str(caught.value) == (
        "the package 'nothing_of_this_name' is needed for a passage index and is not installed; "
        'install it with: pip install "excerpt[index]"'
    )
    assert isinstance(caught.value, ImportError)


def test_an_import_that_fails_inside_a_package_is_not_ours():
    """Advice to install what is installed would mislead."""
    with (
        pytest.raises(ModuleNotFoundError, match="other_package") as caught,
        importing("some_package", extra="index", purpose="a test"),
    ):
        raise ModuleNotFoundError("No module named 'other_package'", name="other_package")
    assert not isinstance(caught.value, MissingExtraError)
