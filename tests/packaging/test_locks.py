"""The lock files are those of pyproject.toml, carry hashes, and name no index."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "locks").glob("*.txt"))
with (ROOT / "pyproject.toml").open("rb") as file:
    PROJECT = tomllib.load(file)["project"]
PYTHONS = ("3.11", "3.12", "3.13")


def pins(name):
    """Requirements of a lock file with their number of hashes."""
    text = (ROOT / "locks" / f"{name}.txt").read_text(encoding="utf-8")
    for block in re.split(r"\n(?=[a-zA-Z0-9])", text):
        lines = [line for line in block.splitlines() if not line.lstrip().startswith("#")]
        if lines:
            yield Requirement(lines[0].rstrip("\\ ")), sum("--hash=sha256:" in line for line in lines[1:])


def wanted(extra=None):
    """Requirements of the core, or of an extra and the extras that it takes in."""
    for text in PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]:
        requirement = Requirement(text)
        if requirement.name == "excerpt":
            for inner in requirement.extras:
                yield from wanted(inner)
        else:
            yield requirement


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_pin_has_a_hash(path):
    """What is installed next month is what was tested."""
    bare = [str(pin) for pin, hashes in pins(path.stem) if not hashes]
    assert bare == []
    assert all(str(pin.specifier).startswith("==") for pin, _ in pins(path.stem))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_no_index_is_named(path):
    """A machine installs from the index that it is set up with."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links|\.org|\.com", text)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(
    ("names", "extras"),
    [
        (("test", "torch"), (None, "dev")),
        (("test", "torch-cpu"), (None, "dev")),
        (("demo",), (None, "index")),
        (("server",), (None, "index", "server")),
    ],
)
def test_the_locks_have_what_pyproject_asks_for(names, extras, python):
    """A dependency that is added, or whose bound is raised, asks for `make lock`."""
    platform = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    locked = {
        canonicalize_name(pin.name): Version(str(pin.specifier).removeprefix("=="))
        for name in names
        for pin, _ in pins(name)
        if pin.marker is None or Marker(str(pin.marker)).evaluate(platform)
    }
    wrong = [
        str(requirement)
        for extra in extras
        for requirement in wanted(extra)
        if (requirement.marker is None or requirement.marker.evaluate(platform))
        and (
            (version := locked.get(canonicalize_name(requirement.name))) is None
            or not requirement.specifier.contains(version, prereleases=True)
        )
    ]
    assert wrong == []


@pytest.mark.parametrize("name", ["demo", "server"])
def test_what_is_run_has_the_versions_of_the_tests(name):
    """What newcomers run is what was tested."""
    tested = {(pin.name, str(pin.specifier)) for pin, _ in pins("test")}
    assert {(pin.name, str(pin.specifier)) for pin, _ in pins(name)} <= tested


def test_cuda_is_asked_for_by_torch_alone():
    """A machine with torch's build without CUDA downloads none of its libraries."""
    for name in ("demo", "test", "torch-cpu"):
        assert [str(pin) for pin, _ in pins(name) if re.match("(nvidia|cuda)-", pin.name)] == []
