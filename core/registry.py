"""Names for parts that live above the core: looked up on use, so that a name costs no import.

The core names none of the rooms above it. It owns the empty tables here; `excerpt._installed` says where the rooms'
own rows stand (`excerpt.compressors.registered`), and installed packages add theirs through entry points of the group
``excerpt.compressors``, ``excerpt.scorers``, ``excerpt.selectors``, ``excerpt.splitters`` or ``excerpt.gates``.
"""

import importlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from excerpt.errors import ConfigError

__all__ = [
    "COMPRESSORS",
    "DEFAULTS",
    "GATES",
    "PRESETS",
    "SCORERS",
    "SELECTORS",
    "SPLITTERS",
    "Registry",
    "Table",
    "call",
    "did_you_mean",
]

V = TypeVar("V")


class Table(Mapping[str, V]):
    """Rows by name that rooms above the core declare; read from there when the first one is asked for."""

    def __init__(self) -> None:
        self._places: tuple[str, ...] = ()
        self._rows: dict[str, V] | None = None

    def declare(self, place: str) -> None:
        """Say where rows stand.

        Args:
            place: ``"module:attribute"`` of a mapping. Of two rows of one name the first that was declared holds.
        """
        self._places = (*self._places, place)
        self._rows = None

    def __getitem__(self, name: str) -> V:
        return self._declared()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared())

    def __len__(self) -> int:
        return len(self._declared())

    def _declared(self) -> dict[str, V]:
        if self._rows is None:
            rows: dict[str, V] = {}
            for place in reversed(self._places):
                rows |= _attribute(place)
            self._rows = rows
        return self._rows


class Registry(Table[str]):
    """Parts of one kind by name: rows are ``"module:attribute"`` of a class or function.

    Args:
        kind: What messages call one of them; plug-ins register in the entry-point group ``excerpt.KINDs``.
        plugins: Whether installed packages may add to it.
    """

    def __init__(self, kind: str, *, plugins: bool = True) -> None:
        super().__init__()
        self.kind = kind
        self.plugins = plugins

    def names(self) -> list[str]:
        """All names in order, those of installed packages included."""
        return sorted(self._available())

    def find(self, name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
        """The class or function behind a name.

        Raises:
            ConfigError: Nothing is registered under the name; the message has the nearest ones.
        """
        # Packages cannot take over one of our names, and asking for theirs takes a while.
        target = self.get(name) or self._available().get(name)
        if target is None:
            raise ConfigError(self._unknown(name))
        return _attribute(target)

    def make(self, name: str, options: Mapping[str, Any], where: str = "") -> Any:  # noqa: ANN401 - as `find`
        """What the class or function behind a name gives for some options.

        Args:
            name: A registered name.
            options: Its keyword arguments.
            where: The place in a file that messages begin with.

        Raises:
            ConfigError: There is no such name, or an option is unknown, missing or wrong.
        """
        try:
            part = self.find(name)
        except ConfigError as error:
            place = where.removesuffix(f": {self.kind}")  # which the message begins with
            message = f"{place}: {error}" if place else str(error)
            raise ConfigError(message) from error
        return call(part, options, f"{where} ({name})" if where else f"{self.kind} {name}")

    def part(self, given: Any, where: str = "") -> Any:  # noqa: ANN401 - as `find`
        """A part from what stands for it in a file or an option.

        Args:
            given: A registered name; a table of options with the name under ``use``, such as
                ``{"use": "top-n", "n": 3}``; or the part itself, which is given back.
            where: What messages begin with.

        Raises:
            ConfigError: There is no such name, or an option is unknown, missing or wrong.
        """
        if isinstance(given, str):
            return self.make(given, {}, where)
        if not isinstance(given, Mapping):
            return given
        name = given.get("use")
        if not isinstance(name, str):
            place = f"{where}: " if where else ""
            message = f"{place}a {self.kind} given as a table needs `use`, its name; got {dict(given)!r}"
            raise ConfigError(message)
        return self.make(name, {key: value for key, value in given.items() if key != "use"}, where)

    def _available(self) -> dict[str, str]:
        if not self.plugins:
            return self._declared()
        from importlib.metadata import entry_points  # noqa: PLC0415 - 20 ms that our own names need not pay

        plugins = {point.name: point.value for point in entry_points(group=f"excerpt.{self.kind}s")}
        return {**plugins, **self._declared()}

    def _unknown(self, name: str) -> str:
        names = self.names()
        return f"{self.kind}: there is no {name!r}.{did_you_mean(name, names)} There are: {', '.join(names)}"


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """What a message about an unknown name adds: a sentence with a space before it, empty where no name is near.

    Args:
        name: What was given; white space at its ends and capitals do not count.
        names: What there is.
    """
    import difflib  # noqa: PLC0415 - for a mistake only

    near = difflib.get_close_matches(name.strip().lower(), list(names), n=3)
    return f" Did you mean {', '.join(near)}?" if near else ""


def call(part: Any, options: Mapping[str, Any], where: str) -> Any:  # noqa: ANN401 - whatever was registered
    """What a class or function gives for keyword arguments from a file.

    Args:
        part: The class or function.
        options: Its keyword arguments.
        where: What messages begin with.

    Raises:
        ConfigError: An option is unknown, missing or wrong.
    """
    import inspect  # noqa: PLC0415 - `import excerpt` need not pay for it

    parameters = inspect.signature(part).parameters.values()
    accepted = [parameter.name for parameter in parameters]
    unknown = sorted(set(options) - set(accepted))
    if unknown:
        message = f"{where}: unknown option {', '.join(unknown)}; it takes {', '.join(accepted) or 'none'}"
        raise ConfigError(message)
    needed = [
        parameter.name
        for parameter in parameters
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        and parameter.name not in options
    ]
    if needed:
        how = "" if options else " (a TOML file gives options beside the name; in Python, give an instance)"
        message = f"{where}: needs {', '.join(needed)}{how}"
        raise ConfigError(message)
    try:
        return part(**options)
    except (ConfigError, TypeError) as error:
        wrong = "an option is of the wrong type: " if isinstance(error, TypeError) else ""
        message = f"{where}: {wrong}{error}"
        raise ConfigError(message) from error


def _attribute(place: str) -> Any:  # noqa: ANN401 - whatever stands there
    """What ``"module:attribute"`` names. Only for places written in our own code or in packages' metadata."""
    module, _, attribute = place.partition(":")
    return getattr(importlib.import_module(module), attribute)


COMPRESSORS = Registry("compressor")
"""Stages of a chain by the name that TOML files and the command line use."""

SCORERS = Registry("scorer")
"""What says how much a unit is worth."""

SELECTORS = Registry("selector")
"""What says which units are kept."""

GATES = Registry("gate")
"""What says whether what is kept is enough."""

SPLITTERS = Registry("splitter")
"""What cuts a text into units, by the kind of unit."""

DEFAULTS = Registry("default", plugins=False)
"""What the core itself uses of the rooms above: ``guards``, the class of what a chain protects by default;
``cut``, the stage that cuts text to size when no stage's own units can; ``tokenizer``, the text of the bundled
``tokenizer.json``."""

PRESETS: Table[Mapping[str, Any]] = Table()
"""What ``--chain default`` and ``--chain fast`` are, in the form of a TOML file."""
