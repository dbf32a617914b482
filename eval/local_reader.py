"""The reader that needs no account: the extractive one of the repository, which the package does not carry."""

import sys
from pathlib import Path

from excerpt.errors import NoModelError

__all__ = ["LOCAL", "local_reader"]

LOCAL = "extractive"
"""Its name on the command line."""

_EVAL = Path(__file__).parent
_WEIGHTS = Path("weights") / "extractive-reader"


def local_reader(name: str) -> str:
    """The name of a reader, with the local one's directory filled in.

    It is looked for where this package stands, and in the checkout that the virtual environment stands in: `make demo`
    installs a wheel, which has no such weights.

    Args:
        name: As `excerpt.models.readers.named.named_reader` takes it, or ``"extractive"`` alone.

    Raises:
        NoModelError: The local reader is meant, and this is an installed package without its weights.
    """
    if name != LOCAL:
        return name
    places = [_EVAL / _WEIGHTS, Path(sys.prefix).parent / "eval" / _WEIGHTS]
    found = [place for place in places if (place / "model.onnx").is_file()]
    if not found:
        message = (
            "reader: the extractive one's weights come with a checkout of the repository, not with the package; give "
            'an endpoint (--reader http://localhost:11434/v1 --reader-model NAME), or pip install "excerpt[torch]" and '
            "give --reader causal-lm:MODEL, a directory or a Hugging Face name"
        )
        raise NoModelError(message)
    return f"{LOCAL}:{found[0]}"
