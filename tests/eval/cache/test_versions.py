"""Tests of excerpt.eval.cache.versions."""

from importlib.metadata import version

from excerpt.eval.cache.versions import RULE_VERSIONS, code_version


def test_the_version_has_all_rule_sets():
    """A new number anywhere gives other keys, so that no score of older rules is taken."""
    parts = code_version().split()
    assert parts[0] == f"excerpt-{version('excerpt')}"
    assert parts[1:] == [f"{name}-{number}" for name, number in RULE_VERSIONS.items()]
    assert "excerpt.compressors.units.sentences" in RULE_VERSIONS
