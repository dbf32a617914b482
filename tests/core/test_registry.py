"""Names for parts above the core."""

import subprocess
import sys

import pytest

from excerpt.errors import ConfigError
from excerpt.registry import COMPRESSORS, GATES, Registry, Table, call

ROWS = {"dict": "builtins:dict", "join": "os.path:join"}
LATER = {"dict": "collections:OrderedDict", "deque": "collections:deque"}


def options(size, depth=1):
    if depth < 1:
        raise ConfigError("depth is below 1")
    return size + depth


@pytest.fixture
def registry():
    made = Registry("part", plugins=False)
    made.declare(f"{__name__}:ROWS")
    return made


def test_a_name_stands_for_what_its_row_names(registry):
    """Rows are a mapping too."""
    assert registry.find("dict") is dict
    assert registry.names() == ["dict", "join"]
    assert len(registry) == 2


def test_of_two_rows_the_first_that_was_declared_holds(registry):
    """Another room adds names and takes none over."""
    registry.declare(f"{__name__}:LATER")
    assert registry.find("dict") is dict
    assert registry.names() == ["deque", "dict", "join"]


def test_a_table_is_read_on_first_use():
    """Declaring imports nothing, so a place that is none shows when a name is asked for."""
    table = Table()
    table.declare("nowhere.at_all:ROWS")
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        table["x"]


def test_an_unknown_name_is_answered_with_near_ones(registry):
    """And with all there are."""
    with pytest.raises(
        ConfigError, match=r"part: there is no 'dick'. Did you mean dict.* There are: dict, join"
    ):
        registry.find("dick")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"size": 1, "deep": 2}, "here: unknown option deep; it takes size, depth"),
        ({"depth": 2}, "here: needs size"),
        ({}, r"here: needs size \(.* give an instance"),
        ({"size": "a"}, "here: an option is of the wrong type"),
        ({"size": 1, "depth": 0}, "here: depth is below 1"),
    ],
)
def test_wrong_options_are_named(given, message):
    """With the place that they stand in."""
    with pytest.raises(ConfigError, match=message):
        call(options, given, "here")
    assert call(options, {"size": 1}, "here") == 2


def test_a_package_adds_names_and_takes_none_over(tmp_path, monkeypatch):
    """Through its entry points; ours hold."""
    about = tmp_path / "other-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        "[excerpt.compressors]\ntheirs = builtins:dict\nlexical = builtins:dict\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert COMPRESSORS.find("theirs") is dict
    assert "theirs" in COMPRESSORS.names()
    assert COMPRESSORS.find("lexical").__name__ == "Lexical"


def test_importing_excerpt_reads_no_table():
    """Nor the metadata of installed packages, which takes 20 ms."""
    code = "import sys, excerpt; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert not {"excerpt.compressors", "excerpt.models", "importlib.metadata"} & set(loaded.split())


def test_a_part_of_a_kind_is_named_once():
    """Where an option has the name of its kind."""
    with pytest.raises(ConfigError, match=r"^ecorag: gate: there is no 'nope'"):
        GATES.part("nope", "ecorag: gate")
