"""Where the key of an endpoint comes from: an environment variable that the user names, and nothing else."""

import os

from excerpt.errors import InputError

__all__ = ["read_api_key"]


def read_api_key(variable: str | None) -> str:
    """The key in an environment variable; empty, so that none is sent, where no variable is named.

    No variable has a default name: a key that happens to be in the environment is not sent to a strange address.

    Args:
        variable: The variable's name, as ``--api-key-env`` and ``api_key_env`` give it; None or empty for none.

    Raises:
        InputError: The variable is named and not set, or empty.
    """
    if not variable:
        return ""
    key = os.environ.get(variable, "")
    if not key:
        message = (
            f"api_key_env: the environment variable {variable} is not set; set it to the key, or name another"
        )
        raise InputError(message)
    return key
