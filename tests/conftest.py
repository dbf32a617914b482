"""Which tests `make check` leaves out, and what no test shares with its user."""

import os
from pathlib import Path

import hypothesis
import pytest

# No test fails because the machine is busy, or because its first example loads what all others find there.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"  # it is read when Haystack is imported
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else LiteLLM, below DSPy and Headroom, asks for prices
os.environ["HEADROOM_TELEMETRY"] = "off"

SLOW = (
    "adapters",
    "compressors/language_model",
    "compressors/scorers/language_model",
    "compressors/scorers/test_cross_encoder.py",
    "compressors/support/test_entailment.py",
    "compressors/test_llmlingua2.py",
    "compressors/test_soft.py",
    "compressors/test_xrag.py",
    "compressors/units/test_spacy_sentences.py",
    "compressors/upstream",
    "core/files/test_batch.py",
    "core/parallel",
    "core/test_privacy.py",
    "core/testing",
    "docs",
    "eval/benchmarks",
    "eval/calibration",
    "eval/metrics/test_squad.py",
    "eval/peers",
    "eval/speed/test_bench_command.py",
    "eval/test_calibrate_command.py",
    "eval/tuning",
    "kernels",
    "models/attention",
    "models/export",
    "models/generation",
    "models/importing",
    "models/readers",
    "models/runtime",
    "models/soft",
    "models/tasks",
    "models/test_models_command.py",
    "models/test_registry.py",
    "models/training",
    "models/xrag",
    "packages",
    "packaging",
    "real_text",
    "retrievers",
    "tools/test_write_docs.py",
)
"""Folders and files that train, export or run networks, start processes, or import other people's hosts: the rest takes
less than a minute on two cores (``make check``)."""

_HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path_factory):
    """Models that the user imported, and scores that were kept, are none of a test's business."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


def _is_slow(path):
    place = path.relative_to(_HERE).as_posix() if path.is_relative_to(_HERE) else ""
    return any(place == name or place.startswith(f"{name}/") for name in SLOW)


def pytest_ignore_collect(collection_path, config):
    """Not even import what is left out: other people's hosts take longer to import than all of our tests to run."""
    return True if config.getoption("markexpr") == "not slow" and _is_slow(collection_path) else None


def pytest_collection_modifyitems(items):
    """Mark them `slow`."""
    missing = [name for name in SLOW if not (_HERE / name).exists()]
    if missing:
        message = f"tests/conftest.py: SLOW names {', '.join(missing)}, which is not there"
        raise pytest.UsageError(message)
    for item in items:
        if _is_slow(item.path):
            item.add_marker(pytest.mark.slow)
