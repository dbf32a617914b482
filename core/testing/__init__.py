"""Checks for plug-ins: what compressors, scorers, selectors, splitters and gates must hold to be used in any chain.

Each check raises `AssertionError` with what is broken. Run them in your own tests, on a registered name or a class:

    from excerpt.testing import check_scorer

    def test_my_scorer():
        check_scorer("digits")
        check_scorer(Digits, {"weight": 2.0})

Every part of the package itself is run through them (tests/core/testing).
"""

from excerpt.testing.compressors import check_compressor
from excerpt.testing.fakes import EXAMPLES, Example, HashEncoder, MemoryStore, ask, room
from excerpt.testing.parts import check_gate, check_scorer, check_selector, check_splitter

__all__ = [
    "EXAMPLES",
    "Example",
    "HashEncoder",
    "MemoryStore",
    "ask",
    "check_compressor",
    "check_gate",
    "check_scorer",
    "check_selector",
    "check_splitter",
    "room",
]
