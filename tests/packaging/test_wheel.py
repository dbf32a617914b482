"""What the wheel carries: code and the weights that it uses, and nothing that only the repository needs."""

import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections import defaultdict
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
DATA = {".py", ".typed", ".toml", ".json", ".jsonl", ".html", ".css"}
"""Kinds of files outside ``models/weights``: code, and what the code reads."""
WEIGHTS = {"model.onnx", "head.onnx", "attention.onnx", "ranker.onnx", "ranker.json", "probe.json"}
WEIGHTS |= {"cascade.json", "cascade-before.onnx", "cascade-after.onnx"}
CARDS = {"excerpt-model.json", "tokenizer.json", "README.md", "NOTICE"}
MEGABYTES = 24
"""Most that the wheel may weigh; the bundled encoder has 23 of it."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of the checkout, built without a network."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    rooms = {"core", "compressors", "retrievers", "adapters", "models", "kernels", "eval"}
    for room in rooms:
        shutil.copytree(ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)
    code = "import sys, setuptools.build_meta as backend; print(backend.build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(out)], cwd=tree, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = out.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def contents(wheel):
    """Size of each file of the package, by its path inside ``excerpt/``."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            PurePosixPath(each.filename).relative_to("excerpt").as_posix(): each.file_size
            for each in archive.infolist()
            if each.filename.startswith("excerpt/")
        }


def test_every_folder_is_a_package_of_ours(contents):
    """Code, the data that it reads, and the weights; no benchmark, no result, no document, no tool."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        declared = tomllib.load(file)["tool"]["setuptools"]["packages"]
    folders = {path.rpartition("/")[0] for path in contents}
    ours = {name.partition(".")[2].replace(".", "/") for name in declared}
    assert {folder for folder in folders if not folder.startswith("models/weights")} == ours
    assert not {"benchmarks", "results", "docs", "tools", "tests"} & {
        folder.rpartition("/")[2] for folder in folders
    }


def test_data_is_what_the_code_reads(contents):
    """Requirements of the peers are read by whoever makes their environment; all else is a data file of a package."""
    others = {path for path in contents if not path.startswith("models/weights/")}
    kinds = {PurePosixPath(path).suffix for path in others - {"eval/peers/requirements.txt"}}
    assert kinds <= DATA


def test_weights_are_those_that_something_uses(contents):
    """Models with their cards: no learning curve, no training record, no reader of the evaluation."""
    carried = defaultdict(set)
    for path in contents:
        if path.startswith("models/weights/") and path.count("/") == 3:
            carried[path.split("/")[2]].add(path.split("/")[3])
    assert all(names <= WEIGHTS | CARDS for names in carried.values()), carried
    assert all(names & WEIGHTS for names in carried.values()), carried
    assert not any("weights" in path for path in contents if path.startswith("eval/"))


def test_the_manifest_lists_what_is_carried(contents, wheel):
    """Each file of each model with its size, and no other."""
    with zipfile.ZipFile(wheel) as archive:
        models = json.loads(archive.read("excerpt/models/weights/manifest.json"))["models"]
    listed = {
        f"models/weights/{model['name']}/{each['path']}": each["bytes"]
        for model in models
        for each in model["files"]
    }
    assert listed == {
        path: size for path, size in contents.items() if path.count("/") == 3 and "/weights/" in path
    }


def test_what_makes_the_bundle_stays_at_home(contents):
    """Commands for the repository alone are not installed."""
    assert not [
        path for path in contents if path.rpartition("/")[2] in {"bundle_weights.py", "write_docs.py"}
    ]


def test_it_is_small(wheel):
    """The limit is a decision: whoever adds weights raises it here."""
    assert wheel.stat().st_size < MEGABYTES * 1_000_000
