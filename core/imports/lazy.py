"""Package attributes that are imported on first use (PEP 562), so that importing a package is cheap.

The package ``lazy-loader`` does the same from a stub file. Ours is kept because a face is made from the rows of the
registry (`excerpt.registry`), which name a module anywhere below the package, and because a value is put into the
package once it is known, so that its second use costs nothing.
"""

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

__all__ = ["lazy_attributes", "modules_of"]


def modules_of(rows: Iterable[str]) -> dict[str, str]:
    """The module of each name that rows of the form ``"module:name"`` stand for."""
    return {name: module for module, _, name in (row.partition(":") for row in rows)}


def lazy_attributes(
    package: str, places: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package whose names live in its modules.

    Args:
        package: Its ``__name__``.
        places: The module of each public name.
    """

    def getattr_(name: str) -> Any:  # noqa: ANN401 - the type is the named object's own
        if name not in places:
            message = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(message)
        value = getattr(importlib.import_module(places[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    def dir_() -> list[str]:
        return sorted({*vars(sys.modules[package]), *places})

    return getattr_, dir_
