"""Code cut into functions, in several languages."""

import pytest

from excerpt.compressors.units.functions import split_functions

PYTHON = '''import os

LIMIT = 3

# Reads one.
@cached
def load(path):
    def inner(x):
        return x

    return open(path).read()

class Mill:
    """A mill."""

    def grind(self, rye):
        if rye:
            return 1

    async def stop(self):
        pass
'''
JAVASCRIPT = """const a = 3;
export async function load(path) {
  if (path) {
    return 1;
  }
}
class Mill extends Base {
  static grind(rye) {
    return rye;
  }
}
"""
JAVA = """public class Mill {
    private int x;

    // Adds.
    public static int add(int a, int b) {
        return a + b;
    }
}
"""
GO = "package mill\n\nfunc Grind(rye int) int {\n\treturn rye\n}\n\nfunc Stop() {\n}\n"
C = "#include <x.h>\n\nstatic int grind(int rye)\n{\n  return rye;\n}\n\nint main(void) {\n  return 0;\n}\n"


def pieces(text):
    return [text[start:end] for start, end in split_functions(text)]


def test_python():
    """Decorators and comments stay with their function, an inner one with the outer; methods come out of classes."""
    found = pieces(PYTHON)
    assert [piece.splitlines()[0] for piece in found] == [
        "import os", "# Reads one.", "class Mill:", "def grind(self, rye):", "async def stop(self):"
    ]  # fmt: skip
    assert "def inner" in found[1]
    assert found[1].endswith("return open(path).read()")


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        (JAVASCRIPT, ["const a = 3;", "export async function load(path) {", "class Mill extends Base {", "static grind(rye) {"]),  # noqa: E501
        (JAVA, ["public class Mill {", "// Adds."]),
        (GO, ["package mill", "func Grind(rye int) int {", "func Stop() {"]),
    ],
)  # fmt: skip
def test_other_languages(text, heads):
    """By their first words and indentation."""
    assert [piece.splitlines()[0] for piece in pieces(text)] == heads


def test_text_without_functions_is_one_unit():
    """Prose, nothing, and a statement that looks like a call."""
    assert pieces("It burned (twice).\n\nIt stood.\n") == ["It burned (twice).\n\nIt stood."]
    assert pieces(" \n") == []
    assert pieces("if (a) {\n  b();\n}\n") == ["if (a) {\n  b();\n}"]


def test_code_behind_a_function_is_apart():
    """A statement at the outer level does not belong to the function above it."""
    assert pieces("def a():\n    return 1\n\nprint(a())\n") == ["def a():\n    return 1", "print(a())"]
