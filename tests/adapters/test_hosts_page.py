"""The page on hosts names the versions that the tests run with."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_versions_are_those_of_the_lock():
    """Whoever upgrades a host looks at its row."""
    page = (ROOT / "docs" / "guides" / "hosts.md").read_text(encoding="utf-8")
    lock = (ROOT / "locks" / "test.txt").read_text(encoding="utf-8")
    named = re.findall(r"^\|[^|]+\| `([a-z0-9-]+)` ([0-9.]+) \|", page, re.MULTILINE)
    assert len(named) >= 5
    assert [(name, version) for name, version in named if f"\n{name}=={version} \\" not in lock] == []
