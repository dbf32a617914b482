"""The Dockerfile: read here, since no test can count on a Docker to build it with."""

import json
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
IGNORED = [
    line
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    if line and line[0] != "#"
]


def instructions(name):
    return [line.removeprefix(name).strip() for line in LINES if line.startswith(f"{name} ")]


def is_ignored(path):
    return any(fnmatch(path, pattern) or path.startswith(f"{pattern}/") for pattern in IGNORED)


def needed():
    """What the wheel is built of."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    folders = project["tool"]["setuptools"]["package-dir"].values()
    return ["pyproject.toml", project["project"]["readme"], *project["project"]["license-files"], *folders]


@pytest.mark.parametrize("path", needed())
def test_what_the_wheel_is_built_of_is_sent_to_the_builder(path):
    """Nothing of it is in .dockerignore."""
    assert (ROOT / path).exists()
    assert not is_ignored(path)


def test_what_is_not_sent():
    """The history, environments, and what only developers need."""
    assert all(is_ignored(path) for path in (".git", ".venv", ".venv-test", "tests", "docs", "eval/results"))


def test_files_of_the_pip_lines_are_there():
    """Locks, with hashes."""
    files = re.findall(r"--require-hashes -r (\S+)", " ".join(instructions("RUN")))
    copied = {
        target: source for source, target in (line.split() for line in instructions("COPY") if line[0] != "-")
    }
    places = [copied.get(file, file) for file in files]
    assert places == ["locks/build.txt", "locks/server.txt"]
    assert all((ROOT / place).is_file() and not is_ignored(place) for place in places)
    assert " ".join(instructions("RUN")).count("--require-hashes") == len(files)


def test_the_command_is_one_that_the_command_line_takes():
    """With the options as they are called today; it listens on all addresses, so it asks for a key."""
    from excerpt.cli.serve import command

    (entry,) = instructions("ENTRYPOINT")
    program, name, *options = json.loads(entry)
    assert (program, name) == ("excerpt", "serve")
    given = command.make_context("serve", options).params
    assert (given["host"], str(given["port"])) == ("0.0.0.0", instructions("EXPOSE")[0])  # noqa: S104
    assert given["store"].parent == Path(instructions("VOLUME")[0])


def test_it_does_not_run_as_root_and_has_no_secrets():
    """Keys come from the environment that it is run with."""
    assert instructions("USER") == ["excerpt"]
    assert not instructions("ENV")
    assert not instructions("ARG")
