"""What every row of a measurement says about itself: versions, hardware, date, command."""

import importlib.metadata
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["provenance"]


def provenance(
    command: str = "", packages: Sequence[str] = ("onnxruntime", "numpy", "tokenizers")
) -> dict[str, str]:
    """The last columns of a row.

    Args:
        command: What makes the row again, with placeholders for paths; left out where empty.
        packages: Distributions whose versions matter; those that are not installed are left out.
    """
    return {
        "versions": "; ".join([f"python {platform.python_version()}", *_versions(("excerpt", *packages))]),
        "hardware": f"{_processor()}, {os.cpu_count()} cores",
        "date": datetime.now(UTC).date().isoformat(),
    } | ({"command": command} if command else {})


def _versions(packages: Sequence[str]) -> list[str]:
    found = []
    for name in packages:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
