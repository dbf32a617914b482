"""Fails when the version of pyproject.toml and of packages/, the changelog and the tag of the commit do not agree.

python tools/check_release.py            before tagging: version and changelog
python tools/check_release.py v0.2.0     the tag that is to be published, too
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def problems(root: Path, tag: str | None) -> list[str]:
    """What keeps a checkout from being released, one sentence each; empty when nothing does.

    Args:
        root: The checkout.
        tag: The tag that is to be published, or None before there is one.
    """
    with (root / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    wrong = []
    if not re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", version):
        wrong.append(f"pyproject.toml: the version {version!r} is not of the form 1.2.3 or 1.2.3rc1")
    if tag is not None and tag != f"v{version}":
        wrong.append(f"the tag is {tag!r}; for the version of pyproject.toml it is 'v{version}'")
    for path in sorted((root / "packages").glob("*/pyproject.toml")):
        with path.open("rb") as file:
            other = tomllib.load(file)["project"]["version"]
        if other != version:
            wrong.append(f"{path.relative_to(root)}: the version is {other!r}, not that of pyproject.toml")
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = re.search(r"(?m)^## (\S+)(.*)$", changelog)
    if heading is None:
        wrong.append("CHANGELOG.md: no heading of the form '## 1.2.3 - 2026-01-31'")
    elif heading[1] != version:
        wrong.append(f"CHANGELOG.md: the first heading is {heading[1]!r}, not the version {version!r}")
    elif tag is not None and not re.fullmatch(r" - \d{4}-\d{2}-\d{2}", heading[2]):
        wrong.append(f"CHANGELOG.md: the heading of {version} has no date of the form ' - 2026-01-31'")
    elif not re.split(r"(?m)^## .*$", changelog)[1].strip():
        wrong.append(f"CHANGELOG.md: nothing is said of {version}")
    return wrong


def main() -> None:
    """Print what is wrong; exit status 1 when something is."""
    wrong = problems(ROOT, sys.argv[1] if len(sys.argv) > 1 else None)
    print("\n".join(wrong) or "version, changelog and tag agree")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
