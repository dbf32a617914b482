"""Small inputs of the kinds that agents and search systems bring, each with what must be kept of it."""

from importlib import import_module
from pathlib import Path

import pytest

from excerpt import compress

KINDS = [
    import_module(f"real_text.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("*.py"))
    if path.stem not in {"table", "test_real_text"}
]
CASES = [
    pytest.param(case, id=f"{kind.__name__.rpartition('.')[2]}-{case.name}")
    for kind in KINDS
    for case in kind.CASES
]


def check(case, chain):
    """Compress a case and hold the result against what it asks for."""
    result = compress(case.question, [case.text, *case.beside], budget=case.budget, chain=chain)
    assert [wanted for wanted in case.keep if wanted not in result.text] == [], result.text
    assert [wrong for wrong in case.drop if wrong in result.text] == [], result.text
    if case.warns is not None:
        assert bool(result.report.warnings) == case.warns, result.report.warnings


@pytest.mark.parametrize("case", CASES)
def test_the_default_chain_keeps_what_answers(case):
    """With its signatures, headers, speakers and paths."""
    check(case, "default")


@pytest.mark.parametrize("case", CASES)
def test_the_fast_chain_keeps_what_answers(case):
    """Without a model."""
    check(case, "fast")
