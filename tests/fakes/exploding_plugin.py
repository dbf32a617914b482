"""A part of another package, in which a record can raise anything, or end the process."""

from pathlib import Path

_PLUGIN = """
import os


class Panic(BaseException):
    def __init__(self, text):
        super().__init__(text)
        self.held = lambda: None  # cannot be pickled


class Explode:
    name = "explode"

    def compress(self, context, room):
        if "panic" in context.query:
            raise Panic("a tokenizer of another language")
        if "die" in context.query:
            os._exit(9)
        return context
"""


def install(folder: Path) -> tuple[Path, Path]:
    """Write the package to a folder.

    Returns:
        What must be on ``PYTHONPATH``, and a chain that has the part.
    """
    package = folder / "site"
    about = package / "explode-1.dist-info"
    about.mkdir(parents=True)
    (package / "explode.py").write_text(_PLUGIN)
    (about / "METADATA").write_text("Name: explode\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[excerpt.compressors]\nexplode = explode:Explode\n")
    chain = folder / "chain.toml"
    chain.write_text("[[stage]]\nuse = 'explode'\n[[stage]]\nuse = 'truncate'\n")
    return package, chain
