"""Which tests `make check` leaves out, and what no test shares with its user."""

import os
from pathlib import Path

import pytest

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"  # it is read when Haystack is imported
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else LiteLLM, below DSPy and Headroom, asks for prices
os.environ["HEADROOM_TELEMETRY"] = "off"

SLOW = (
    "adapters",
    "compressors/test_llmlingua2.py",
    "compressors/upstream",
    "core/files/test_batch.py",
    "core/parallel",
    "core/test_privacy.py",
    "core/testing",
    "docs",
    "eval/calibration",
    "eval/peers",
    "eval/speed/test_bench_command.py",
    "eval/tuning",
    "eval/test_calibrate_command.py",
    "kernels",
    "models/attention",
    "models/export",
    "models/importing",
    "models/readers",
    "models/runtime",
    "models/tasks",
    "models/training",
    "models/xrag",
    "packages",
    "packaging",
    "real_text",
    "retrievers",
)
"""Folders and files that train, export or run networks, start processes, or import other people's hosts: the rest takes
little more than a minute on two cores (``make check``)."""

_HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path_factory):
    """Models that the user imported, and scores that were kept, are none of a test's business."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


def pytest_collection_modifyitems(items):
    """Mark them `slow`."""
    missing = [name for name in SLOW if not (_HERE / name).exists()]
    if missing:
        message = f"tests/conftest.py: SLOW names {', '.join(missing)}, which is not there"
        raise pytest.UsageError(message)
    for item in items:
        place = item.path.relative_to(_HERE).as_posix()
        if any(place == name or place.startswith(f"{name}/") for name in SLOW):
            item.add_marker(pytest.mark.slow)
