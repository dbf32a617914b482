"""A release goes out only when version, changelog and tag agree."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from check_release import problems  # noqa: E402 - the tools are scripts, not a package


def checkout(folder, version="1.2.3", changelog="# Changelog\n\n## 1.2.3 - 2026-01-31\n\nNew.\n"):
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')
    (folder / "CHANGELOG.md").write_text(changelog)
    return folder


def test_this_repository_agrees_with_itself():
    """Before a tag there are the version and the changelog."""
    assert problems(ROOT, None) == []


def test_all_three_agree(tmp_path):
    """Nothing to say."""
    assert problems(checkout(tmp_path), "v1.2.3") == []


@pytest.mark.parametrize(
    ("made", "tag", "said"),
    [
        ({"version": "1.2"}, None, "is not of the form"),
        ({}, "v1.2.4", "the tag is 'v1.2.4'; for the version of pyproject.toml it is 'v1.2.3'"),
        ({}, "1.2.3", "the tag is '1.2.3'"),
        ({"changelog": "# Changelog\n"}, None, "no heading"),
        ({"changelog": "## 1.2.2 - 2026-01-01\n\nOld.\n"}, None, "the first heading is '1.2.2'"),
        ({"changelog": "## 1.2.3 - unreleased\n\nNew.\n"}, "v1.2.3", "has no date"),
        ({"changelog": "## 1.2.3\n\n## 1.2.2\n\nOld.\n"}, None, "nothing is said of 1.2.3"),
    ],
)
def test_what_disagrees_is_named(tmp_path, made, tag, said):
    """Each disagreement is one sentence."""
    (problem,) = problems(checkout(tmp_path, **made), tag)[:1]
    assert said in problem


def test_a_thin_distribution_of_another_version_is_named(tmp_path):
    """They are published together."""
    (tmp_path / "packages" / "thin").mkdir(parents=True)
    checkout(tmp_path / "packages" / "thin", version="1.2.2")
    (problem,) = problems(checkout(tmp_path), None)
    assert problem == "packages/thin/pyproject.toml: the version is '1.2.2', not that of pyproject.toml"
