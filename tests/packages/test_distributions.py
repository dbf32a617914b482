"""The thin distributions under packages/: their wheels are built, unpacked and used beside the real hosts."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(path.parent for path in (ROOT / "packages").glob("*/pyproject.toml"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
WHOLE = {
    "excerpt-haystack": [
        "haystack_integrations/components/rankers/excerpt",
        "haystack_integrations/hooks/excerpt",
    ],
    "langchain-excerpt": ["langchain_excerpt"],
    "llama-index-postprocessor-excerpt": ["llama_index/postprocessor/excerpt"],
}
"""The folders of each wheel that have modules; those above them belong to everybody."""


def project(folder):
    """The project table of a distribution."""
    with (folder / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """The wheel of each distribution, built without a network by the build backend that the lock has."""
    out = tmp_path_factory.mktemp("wheels")
    code = "import sys, setuptools.build_meta as backend; print(backend.build_wheel(sys.argv[1]))"
    made = {}
    for folder in PACKAGES:
        tree = shutil.copytree(folder, out / "trees" / folder.name)
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, str(out)],
            cwd=tree,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        made[folder.name] = out / done.stdout.splitlines()[-1]
    return made


@pytest.fixture(scope="module")
def printed(wheels, tmp_path_factory):
    """What the example of each README prints, run in one fresh process with the wheels as an installer leaves them."""
    site = tmp_path_factory.mktemp("site")
    for wheel in wheels.values():
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            "-c",
            _RUN_ALL,
            json.dumps({folder.name: example(folder) for folder in PACKAGES}),
        ],
        cwd=site,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


_RUN_ALL = """
import contextlib, io, json, sys
printed = {}
for name, code in json.loads(sys.argv[1]).items():
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code, {"__name__": "__readme__"})
    printed[name] = out.getvalue()

import langchain_excerpt
from excerpt.adapters import langchain
assert langchain_excerpt.__all__ == langchain.__all__
assert all(getattr(langchain_excerpt, name) is getattr(langchain, name) for name in langchain.__all__)
print(json.dumps(printed))
"""
"""Beside the examples: the face for LangChain has all names, of documents and of agents."""


def example(folder):
    """The one Python block of a README."""
    (block,) = BLOCK.findall((folder / "README.md").read_text(encoding="utf-8"))
    return block


def test_each_has_its_name_and_no_more_than_its_own_folder(wheels):
    """A namespace that belongs to everybody has no `__init__.py` of ours."""
    assert set(wheels) == set(WHOLE)
    for name, wheel in wheels.items():
        with zipfile.ZipFile(wheel) as archive:
            inside = [each for each in archive.namelist() if ".dist-info/" not in each]
        assert sorted(inside) == [
            f"{folder}/{file}" for folder in WHOLE[name] for file in ("__init__.py", "py.typed")
        ]


def test_versions_and_extras_agree_with_the_package():
    """Each asks for an extra that there is, of this version."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        whole = tomllib.load(file)["project"]
    extras = set(whole["optional-dependencies"])
    for folder in PACKAGES:
        thin = project(folder)
        assert thin["name"] == folder.name
        assert thin["version"] == whole["version"]
        more = thin.get("optional-dependencies", {}).values()
        asked = [*thin["dependencies"], *(each for requirements in more for each in requirements)]
        for requirement in asked:
            extra = re.fullmatch(r"excerpt\[([a-z-]+)\]>=0\.1,<0\.2", requirement)
            assert extra is not None, requirement
            assert extra[1] in extras


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)
def test_the_example_of_its_readme_runs(folder, printed):
    """From the wheel. That of Haystack reads a written pipeline back, which Haystack refuses from other namespaces."""
    assert "The miller keeps the bees." in printed[folder.name]
