"""How a network of transformers is given keys and values that were made before."""

import inspect
from collections.abc import Callable

__all__ = ["cache_argument"]


def cache_argument(forward: Callable[..., object]) -> str:
    """The keyword that a model of transformers takes its keys and values by.

    transformers 5.24 renamed ``past_key_values`` to ``cache``, model by model; the signature says
    which of the two this one has.

    Args:
        forward: The model's method of this name.

    Returns:
        ``"cache"`` where the method has such a parameter, else ``"past_key_values"``.
    """
    return "cache" if "cache" in inspect.signature(forward).parameters else "past_key_values"
