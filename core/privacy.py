"""Usage statistics that libraries send home: off, before excerpt loads one of them.

ONNX Runtime 1.29 and later start to collect and send while they are imported, so a call afterwards comes too late:
what decides is the environment at that moment. `excerpt` sets it as the first thing it does. A name that the
environment holds already stays as it is: whoever runs the program has the last word.
"""

import os
import sys

__all__ = ["OFF", "keep_private"]

OFF = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime: a device id, a database and a thread that uploads it
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub, and transformers and datasets above it
    "HAYSTACK_TELEMETRY_ENABLED": "false",  # haystack: an event for each pipeline that runs
    "RAY_USAGE_STATS_ENABLED": "0",  # ray: a report each hour from the head of a cluster
}
"""Environment variables and the value that says no, for every library with statistics that excerpt itself imports."""


def keep_private() -> bool:
    """Say no to statistics, for this process and those it starts.

    Returns:
        Whether that was in time. False where ONNX Runtime was imported before with its statistics on: what it begins
        with is written and may be sent; what would follow is switched off here.
    """
    late = "onnxruntime" in sys.modules and "ORT_DISABLE_TELEMETRY" not in os.environ
    for name, no in OFF.items():
        os.environ.setdefault(name, no)
    if late:
        stop = getattr(sys.modules["onnxruntime"], "disable_telemetry_events", None)
        if stop is not None:
            stop()
    return not late
