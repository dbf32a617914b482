"""The core install compresses, and every command explains itself, with no optional package in sight."""

import json
import re
import subprocess
import sys
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
with (ROOT / "pyproject.toml").open("rb") as file:
    PROJECT = tomllib.load(file)["project"]

_HIDE = """
import sys

class Hidden:
    '''Makes every package outside the core install look as if it were not installed.'''

    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

HIDDEN = set(%r)
sys.meta_path.insert(0, Hidden())
"""


def core_distributions():
    """Names of what the core install brings, dependencies of dependencies included.

    Not ``huggingface-hub``, which tokenizers asks for and nothing in the core imports.
    """
    waiting = [re.match(r"[\w.-]+", each).group() for each in PROJECT["dependencies"]]
    names = set()
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in names or name == "huggingface-hub":
            continue
        with suppress(PackageNotFoundError):  # of another platform
            requirements = distribution(name).requires or ()
            waiting += [re.match(r"[\w.-]+", each).group() for each in requirements if "extra ==" not in each]
            names.add(name)
    return names


def hidden_packages():
    """Top-level packages that are installed here and that the core install does not bring."""
    core = core_distributions()
    return sorted(
        package
        for package, owners in packages_distributions().items()
        if not {owner.lower().replace("_", "-") for owner in owners} & (core | {"excerpt"})
        and not package.startswith("_")
    )


def run(code, *, cwd):
    return subprocess.run(
        [sys.executable, "-P", "-c", _HIDE % hidden_packages() + code],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


def test_what_is_hidden_is_what_the_extras_bring():
    """The other tests here would show nothing if nothing were hidden."""
    hidden = set(hidden_packages())
    assert {"torch", "faiss", "pyarrow", "bm25s", "langchain_core", "huggingface_hub", "onnx"} <= hidden
    assert not {"numpy", "onnxruntime", "tokenizers", "regex", "click", "rich", "excerpt"} & hidden


def test_compress_works(tmp_path):
    """The chains with a name, and BM25 alone, need no extra."""
    done = run(
        "import excerpt\n"
        "passages = ['Bees sleep in hives. Mills grind rye.']\n"
        "for chain in ('default', 'fast', excerpt.Chain(['bm25-sentences'])):\n"
        "    print(excerpt.compress('where do bees sleep?', passages, budget=8, chain=chain).text)",
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout.split("\n"), done.stderr) == (
        0,
        ["Bees sleep in hives."] * 3 + [""],
        "",
    )


def test_the_compress_command_works(tmp_path):
    """A file goes in, a file comes out."""
    record = {
        "id": "a",
        "question": "where do bees sleep?",
        "passages": ["Bees sleep in hives. Mills grind rye."],
    }
    (tmp_path / "in.jsonl").write_text(json.dumps(record) + "\n")
    done = run(
        "sys.argv = ['excerpt', 'compress', 'in.jsonl', '-o', 'out.jsonl', '--budget', '8']\n"
        "from excerpt.cli import main\nmain()",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out.jsonl").read_text())["text"] == "Bees sleep in hives."


def test_every_command_explains_itself(tmp_path):
    """``--help`` of a command asks for nothing that the command needs only when it runs."""
    code = """
import click
from click.testing import CliRunner
from excerpt.cli import _root

def walk(command, words):
    done = CliRunner().invoke(_root, [*words, "--help"])
    if done.exit_code:
        print(*words, repr(done.exception))
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            try:
                walk(command.get_command(click.Context(command), name), [*words, name])
            except ImportError as error:
                print(*words, name, error)
    else:
        seen.append(words)

seen = []
walk(_root, [])
assert len(seen) > 20, seen
"""
    done = run(code, cwd=tmp_path)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize(
    ("code", "package", "extra"),
    [
        ("from excerpt.retrievers import Index", "faiss", "index"),
        ("from excerpt.adapters.langchain import ExcerptCompressor", "langchain_core", "langchain"),
        ("from excerpt.adapters.langchain import ExcerptMiddleware", "langchain", "langchain-agents"),
        ("import excerpt.adapters.llama_index", "llama_index", "llama-index"),
        ("import excerpt.adapters.haystack_agents", "haystack", "haystack"),
        ("from excerpt.models.hub import fetch\nfetch('owner/model')", "huggingface_hub", "hub"),
        ("sys.argv = ['excerpt', 'demo']\nfrom excerpt.cli import main\nmain()", "faiss", "index"),
    ],
)
def test_what_an_extra_brings_is_asked_for_in_one_line(code, package, extra, tmp_path):
    """The last line of what is printed names the package and the extra."""
    done = run(code, cwd=tmp_path)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert repr(package) in last
    assert last.endswith(f'install it with: pip install "excerpt[{extra}]"')


def test_readers_are_there_without_torch(tmp_path):
    """Each can be imported: the one that needs torch asks for it when it reads."""
    done = run(
        "from excerpt.models import readers\nfrom excerpt.models.readers import named\n"
        "print(all(getattr(readers, name) for name in readers.__all__))",
        cwd=tmp_path,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("True\n", "", 0)
