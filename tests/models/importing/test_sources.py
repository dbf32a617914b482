import zipfile
from types import SimpleNamespace

import pytest

from excerpt.errors import InputError, ModelError
from excerpt.models.importing import sources
from excerpt.models.importing.sources import opened

GGUF = b"GGUF" + bytes(2000)
METADATA = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.2\nLicense: MIT License\n"


def wheel(path, **members):
    """A wheel with some files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"tiny/{name}", content)
        archive.writestr("tiny-1.2.dist-info/METADATA", METADATA)
    return str(path)


def test_a_file_is_told_by_its_first_bytes(tmp_path):
    """Whatever it is called."""
    (tmp_path / "m.bin").write_bytes(GGUF)
    with opened(str(tmp_path / "m.bin")) as found:
        assert (found.form, found.origin, found.licence) == ("gguf", "m.bin", "")
    (tmp_path / "other").write_bytes(bytes(2000))
    with pytest.raises(InputError, match="neither with GGUF nor with E5S1"), opened(str(tmp_path / "other")):
        pass


def test_a_wheel_gives_file_origin_and_licence(tmp_path):
    """Unpacked for the time of the block only, and under its bare name."""
    with opened(wheel(tmp_path / "tiny-1.2-py3-none-any.whl", **{"m.gguf": GGUF, "code.py": "1/0"})) as found:
        assert found.path.read_bytes() == GGUF
        assert (found.origin, found.licence) == ("m.gguf of the package tiny 1.2", "MIT")
    assert not found.path.exists()


def test_several_models_are_listed(tmp_path):
    """And one can be named."""
    path = wheel(tmp_path / "w.whl", **{"a.gguf": GGUF, "b.bin": b"E5S1" + bytes(2000)})
    with (
        pytest.raises(InputError, match=r"several models; say with --file which one: a\.gguf, b\.bin"),
        opened(path),
    ):
        pass
    with opened(path, "b.bin") as found:
        assert found.form == "e5s1"
    with pytest.raises(InputError, match=r"has no model 'c'; it has a\.gguf, b\.bin"), opened(path, "c"):
        pass


def test_a_folder_and_an_installed_package(tmp_path, monkeypatch):
    """Nothing of the package is imported."""
    (tmp_path / "m.gguf").write_bytes(GGUF)
    with opened(str(tmp_path)) as found:
        assert found.path == tmp_path / "m.gguf"
    files = [SimpleNamespace(locate=lambda: tmp_path / "m.gguf")]
    package = SimpleNamespace(files=files, read_text=lambda _name: METADATA)
    monkeypatch.setattr(sources.metadata, "distribution", lambda _name: package)
    with opened("tiny") as found:
        assert found.origin == "m.gguf of the package tiny 1.2"


def test_nothing_of_that_name(tmp_path):
    """The message says what a source can be; a folder without a model says so."""
    with (
        pytest.raises(InputError, match="no file, folder or wheel, no installed package"),
        opened("no-such-thing"),
    ):
        pass
    with pytest.raises(InputError, match="holds no model that can be imported"), opened(str(tmp_path)):
        pass


def test_the_hub_is_asked_for_gguf_files(tmp_path, monkeypatch):
    """One file is downloaded; a failure names the model."""
    (tmp_path / "m.gguf").write_bytes(GGUF)
    names = ["README.md", "m.gguf"]
    hub = SimpleNamespace(
        HfApi=lambda: SimpleNamespace(list_repo_files=lambda _name: names),
        hf_hub_download=lambda _name, _file: str(tmp_path / "m.gguf"),
    )
    monkeypatch.setattr(sources, "require", lambda *_args, **_options: hub)
    with opened("owner/model") as found:
        assert found.origin == "m.gguf of owner/model"
    hub.HfApi = lambda: 1 / 0
    with pytest.raises(ModelError, match="'owner/model' cannot be looked up"), opened("owner/model"):
        pass
