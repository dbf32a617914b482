"""Every training knows before it reads whether it can end, and every setting that is an option has a help."""

import importlib
import subprocess
import sys

import pytest

from excerpt.cli.train import COMMANDS
from excerpt.errors import MissingExtraError

HEAD = ("torch", "onnx", "onnxscript", "matplotlib")
NEEDS = {
    "late-interaction": HEAD,
    "pruner": ("torch", "transformers", "accelerate", "matplotlib"),
    "ranker": ("lightgbm", "onnx", "matplotlib"),
    "recomp": ("sentence_transformers", "datasets", "accelerate", "matplotlib"),
    "recomp-head": HEAD,
    "sentinel": ("sklearn", "matplotlib"),
    "token-classifier": ("torch", "transformers", "accelerate", "matplotlib"),
    "token-head": HEAD,
    "xrag": ("torch", "transformers", "accelerate", "safetensors", "matplotlib"),
}


def module_of(name):
    """The recipe's module of a command."""
    return importlib.import_module(f"excerpt.models.training.{name.replace('-', '_')}.recipe")


def recipe_of(name):
    """Its recipe, with whatever must be given."""
    words = name.replace("-", " ").title().replace(" ", "")
    kind = getattr(module_of(name), f"{words}Recipe")
    given = {"pruner": {"base": "x"}, "recomp": {"base": "x"}, "token-classifier": {"base": "x"}}
    return kind(**given.get(name, {"reader": "x"} if name == "xrag" else {}))


def test_every_command_has_its_needs_here():
    """A new training is a new row."""
    assert set(NEEDS) == set(COMMANDS)


@pytest.mark.parametrize(("name", "package"), [(name, package) for name in NEEDS for package in NEEDS[name]])
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
    modules = [f"excerpt.cli.train.{name.replace('-', '_')}" for name in NEEDS]
    code = f"import sys, importlib; [importlib.import_module(m) for m in {modules}]; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
