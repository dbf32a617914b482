"""What grep, compilers and test runs print: a hit with its file."""

from real_text.table import Case

HITS = """src/quay/gate.py:12:    def open(self):
src/quay/gate.py:48:        self.log("gate is stuck")
src/quay/lamp.py:7:COLOURS = ("green", "red")
src/quay/lamp.py:31:        # TODO: the red lamp is too dim
src/yard/crane.py:5:MAX_LOAD = 12_500
src/yard/crane.py:90:    raise Overload(weight)
tests/test_gate.py:3:def test_gate_is_shut():"""
GROUPED = """src/quay/gate.py
12:    def open(self):
48:        self.log("gate is stuck")

src/yard/crane.py
5:MAX_LOAD = 12_500
90:    raise Overload(weight)

src/yard/rope.py
17:LENGTH = 220
33:    return coil(rope)"""
COMPILER = """herd.c:14:9: warning: unused variable 'calf' [-Wunused-variable]
herd.c:77:21: error: 'struct cow' has no member named 'milk'
barn.c:5:10: note: in file included from barn.c
barn.c:9:1: warning: control reaches end of non-void function
silo.c:41:3: error: too few arguments to function 'fill'
2 errors generated."""
TESTS = """tests/test_bake.py::test_rye_rises PASSED
tests/test_bake.py::test_crust_is_brown FAILED
tests/test_bake.py::test_salt PASSED
tests/test_shop.py::test_change PASSED
tests/test_shop.py::test_price_of_cake FAILED
=== 2 failed, 3 passed in 0.31s ==="""

CASES = [
    Case("hit", "What is MAX_LOAD in crane.py?", 34, HITS, keep=["src/yard/crane.py:5:MAX_LOAD = 12_500"]),
    Case(
        "hit-of-todo",
        "Which file says that the red lamp is too dim?",
        36,
        HITS,
        keep=["src/quay/lamp.py:31:        # TODO: the red lamp is too dim"],
    ),
    Case(
        "hit-of-log",
        "In which line is the gate stuck?",
        40,
        HITS,
        keep=['src/quay/gate.py:48:        self.log("gate is stuck")'],
    ),
    Case(
        "grouped", "Which file has LENGTH = 220?", 34, GROUPED, keep=["src/yard/rope.py", "17:LENGTH = 220"]
    ),
    Case(
        "grouped-raise",
        "Which file raises Overload?",
        34,
        GROUPED,
        keep=["src/yard/crane.py", "90:    raise Overload(weight)"],
    ),
    Case(
        "compiler-error",
        "Which member is missing in struct cow?",
        44,
        COMPILER,
        keep=["herd.c:77:21: error: 'struct cow' has no member named 'milk'"],
    ),
    Case(
        "compiler-function",
        "Which function got too few arguments?",
        44,
        COMPILER,
        keep=["silo.c:41:3: error: too few arguments to function 'fill'"],
    ),
    Case(
        "test-run",
        "Which test of the crust failed?",
        40,
        TESTS,
        keep=["tests/test_bake.py::test_crust_is_brown FAILED"],
    ),
    Case("test-summary", "How many failed and passed in 0.31s?", 30, TESTS, keep=["2 failed, 3 passed"]),
    Case(
        "linter",
        "Which rule does silo.py break?",
        44,
        "barn.py:3:1: F401 `os` imported but unused\ncow.py:19:5: E741 ambiguous name `l`\nsilo.py:8:100: E501 line too long (131 > 110)\nyard.py:1:1: D100 missing docstring\nFound 4 errors.",
        keep=["silo.py:8:100: E501 line too long (131 > 110)"],
    ),
]
