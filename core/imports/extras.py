"""The one place where a missing optional package is turned into advice."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from excerpt.errors import MissingExtraError

__all__ = ["importing", "require", "require_all"]


def require(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Import an optional module, or say which extra brings it.

    Args:
        module: Dotted name of the module to import.
        extra: The extra of the ``excerpt`` distribution that installs it.
        purpose: What it is needed for, to end the sentence "... is needed for".

    Raises:
        MissingExtraError: The module's top-level package is not installed. An import that fails
            for another reason inside an installed package is raised as it is.
    """
    with importing(module.partition(".")[0], extra=extra, purpose=purpose):
        return importlib.import_module(module)


def require_all(*modules: str, extra: str, purpose: str) -> None:
    """See that all that a piece of work needs is there before it begins: what is drawn or written last, too.

    Args:
        modules: Dotted names.
        extra: The extra that installs them.
        purpose: As for `require`.

    Raises:
        MissingExtraError: One is not installed; the message names the first.
    """
    for module in modules:
        require(module, extra=extra, purpose=purpose)


@contextmanager
def importing(package: str, *, extra: str, purpose: str) -> Iterator[None]:
    """A block of import statements from one optional package, for modules whose classes derive from its own.

    Args:
        package: Top-level package that the block imports from.
        extra: The extra of the ``excerpt`` distribution that installs it.
        purpose: What it is needed for, to end the sentence "... is needed for".

    Raises:
        MissingExtraError: The package is not installed. An import that fails for another reason is raised as it is.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        message = (
            f"the package {package!r} is needed for {purpose} and is not installed; "
            f'install it with: pip install "excerpt[{extra}]"'
        )
        raise MissingExtraError(message, name=package) from error
