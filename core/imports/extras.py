"""The one place where a missing optional package is turned into advice."""

import importlib
from types import ModuleType

from excerpt.errors import MissingExtraError

__all__ = ["require"]


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
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        message = (
            f"the package {package!r} is needed for {purpose} and is not installed; "
            f'install it with: pip install "excerpt[{extra}]"'
        )
        raise MissingExtraError(message, name=package) from error
