"""Usage statistics that libraries send home: off, before excerpt loads one of them.

ONNX Runtime 1.29 and later start to collect and send while they are imported, so a call afterwards comes too late:
what decides is the environment at that moment. `excerpt` sets it as the first thing it does. A name that the
environment holds already stays as it is: whoever runs the program has the last word.
"""

import os
import sys
from types import ModuleType

__all__ = ["OFF", "keep_private"]

_FIRST_THAT_SENDS = (1, 29)  # on Linux and macOS

OFF = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime: a device id, a database and a thread that uploads it
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub, and transformers and datasets above it
    "RAY_USAGE_STATS_ENABLED": "0",  # ray: a report each hour from the head of a cluster
}
"""Environment variables and the value that says no, for every library with statistics that excerpt itself imports."""


def keep_private() -> None:
    """Say no to statistics, for this process and those it starts.

    Where ONNX Runtime was imported before with its statistics on, what it begins with is written and may be sent:
    then the rest is switched off, and a warning is logged.
    """
    late = "onnxruntime" in sys.modules and "ORT_DISABLE_TELEMETRY" not in os.environ
    for name, no in OFF.items():
        os.environ.setdefault(name, no)
    if late:
        _stop_now(sys.modules["onnxruntime"])


def _stop_now(onnxruntime: ModuleType) -> None:
    stop = getattr(onnxruntime, "disable_telemetry_events", None)
    if stop is not None:
        stop()
    if _number(getattr(onnxruntime, "__version__", "")) >= _FIRST_THAT_SENDS:
        from excerpt.observe.logs import get_logger  # noqa: PLC0415 - seldom

        get_logger(__name__).warning(
            "excerpt was imported after onnxruntime %s, which had its usage statistics on: a device id is written and "
            "one report may be sent. Import excerpt first, or set ORT_DISABLE_TELEMETRY=1 in the environment",
            onnxruntime.__version__,
        )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
