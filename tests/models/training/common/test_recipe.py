"""Every training knows before it reads whether it can end, and every setting that is an option has a help."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from excerpt.cli.train import COMMANDS
from excerpt.errors import MissingExtraError

ROOT = Path(__file__).resolve().parents[4]
BESIDES = {  # packages that a training needs by way of others' code
    "late-interaction": {"torch", "onnxscript"},
    "pruner": {"accelerate"},
    "recomp": {"accelerate"},
    "recomp-head": {"torch", "onnxscript"},
    "token-classifier": {"accelerate"},
    "token-head": {"torch", "onnxscript"},
}


def needs_of(name):
    """The optional packages that a training's own modules, and those of trainings that they import, ask for."""
    wanted, seen = set(BESIDES.get(name, ())), set()
    waiting = [f"excerpt.models.training.{name.replace('-', '_')}.recipe"]
    while waiting:
        module = waiting.pop()
        path = ROOT / f"{module.removeprefix('excerpt.').replace('.', '/')}.py"
        if module in seen or not path.is_file():
            continue
        seen.add(module)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "excerpt.models.training."
            ):
                waiting.append(node.module)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require" and node.args:
                wanted |= (
                    {node.args[0].value.partition(".")[0]}
                    if isinstance(node.args[0], ast.Constant)
                    else set()
                )
    return wanted


NEEDS = sorted((name, package) for name in COMMANDS for package in needs_of(name))


def module_of(name):
    """The recipe's module of a command."""
    return importlib.import_module(f"excerpt.models.training.{name.replace('-', '_')}.recipe")


def recipe_of(name):
    """Its recipe, with whatever must be given."""
    words = name.replace("-", " ").title().replace(" ", "")
    kind = getattr(module_of(name), f"{words}Recipe")
    given = {"pruner": {"base": "x"}, "recomp": {"base": "x"}, "token-classifier": {"base": "x"}}
    return kind(**given.get(name, {"reader": "x"} if name == "xrag" else {}))


def test_what_is_asked_for_is_found():
    """Or the next test would show nothing."""
    assert {("sentinel", "matplotlib"), ("sentinel", "huggingface_hub"), ("xrag", "safetensors")} <= set(
        NEEDS
    )
    assert {name for name, _ in NEEDS} == set(COMMANDS)


@pytest.mark.parametrize(("name", "package"), NEEDS)
def test_what_is_needed_last_is_missed_first(name, package, tmp_path, monkeypatch):
    """Before a source is looked for, and before a folder is made."""
    module = module_of(name)  # the module itself needs none of them
    monkeypatch.setitem(sys.modules, package, None)
    files = ("none.jsonl", "none.jsonl") if name == "xrag" else (["none.jsonl"],)
    with pytest.raises(MissingExtraError, match=rf"'{package}' is needed for .*excerpt\[train\]"):
        module.train(*files, tmp_path / "out", recipe_of(name))
    assert not (tmp_path / "out").exists()


def test_settings_are_known_without_torch():
    """They are options of commands, and --help must not take seconds, or fail."""
    modules = [f"excerpt.cli.train.{name.replace('-', '_')}" for name in COMMANDS]
    code = f"import sys, importlib; [importlib.import_module(m) for m in {modules}]; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
