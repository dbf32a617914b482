import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from fakes.e5_files import e5_file

from excerpt.cli.models import command
from excerpt.errors import InputError, ModelError
from excerpt.models import load_encoder
from excerpt.models.directories import find_directory, imported_models
from excerpt.models.importing import imported
from excerpt.models.importing.checkpoint import import_model


@pytest.fixture
def source(tmp_path, monkeypatch):
    """The tiny four-bit file, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "tiny.bin").write_bytes(e5_file()[0])
    return str(tmp_path / "tiny.bin")


def test_an_encoder_is_found_by_its_name_and_reads_behind_its_prefixes(source):
    """Questions and passages get vectors of their own, those of the prefixed text."""
    report = import_model(source, licence="MIT")
    assert (report.name, report.directory) == ("tiny", imported_models() / "tiny")
    encoder = load_encoder("tiny")
    bare = load_encoder("tiny").with_model(encoder.model)
    bare.prefix = ""
    for prefix, reading in (("passage: ", encoder), ("query: ", encoder.of_queries())):
        np.testing.assert_allclose(
            reading.encode(["old mill"]), bare.encode([f"{prefix}old mill"]), atol=1e-6
        )
    assert not np.allclose(encoder.encode(["mill"]), encoder.of_queries().encode(["mill"]))


def test_the_directory_says_where_it_came_from(source):
    """Card, licence and the sha256 of every file."""
    directory = import_model(source, name="e5", licence="MIT").directory
    page = (directory / "README.md").read_text()
    assert "license: mit" in page
    assert "tiny.bin (sha256 `" in page
    written = json.loads((directory / "excerpt-import.json").read_text())
    assert (written["licence"], len(written["source_sha256"])) == ("MIT", 64)
    assert {"model.safetensors", "tokenizer.json", "1_Pooling/config.json"} <= set(written["files"])


def test_imported_files_are_listed_and_verified(source):
    """A changed file is named, and what to do."""
    directory = import_model(source).directory
    assert [(model.directory, model.bytes > 10_000) for model in imported.imported()] == [(directory, True)]
    assert CliRunner().invoke(command, ["verify"]).exit_code == 0
    assert "tiny" in CliRunner().invoke(command, ["list"], env={"COLUMNS": "200"}).output
    (directory / "config.json").write_text("{}")
    result = CliRunner().invoke(command, ["verify"])
    assert result.exit_code == 1
    assert "config.json does not have the sha256 of excerpt-import.json" in result.output
    assert "remove the model's directory and import it again" in result.output


def test_the_name_is_the_files_without_its_ending(source, tmp_path):
    """Blanks included."""
    (tmp_path / "my model.v1.bin").write_bytes(e5_file()[0])
    assert import_model(str(tmp_path / "my model.v1.bin")).name == "my model.v1"


def test_what_stands_there_is_left_alone(source, tmp_path):
    """A second import of the same name, and names that are paths."""
    import_model(source)
    with pytest.raises(InputError, match="tiny exists; remove it, or give another --name"):
        import_model(source)
    with pytest.raises(InputError, match="must be a plain name"):
        import_model(source, name="../up")
    assert import_model(source, output=tmp_path / "here").name == str(tmp_path / "here")


def test_nothing_is_left_of_an_import_that_failed(source, tmp_path):
    """The cache is as it was."""
    Path(source).write_bytes(e5_file()[0][:5000])
    with pytest.raises(ModelError, match="get it again"):
        import_model(source)
    assert list(imported_models().iterdir()) == []
    with pytest.raises(ModelError, match="not one that `excerpt models import` brought"):
        find_directory("tiny")


def test_the_command_quantizes(source):
    """What is left runs without torch, near the float model, and keeps prefixes, origin and licence."""
    arguments = ["import", source, "--name", "small", "--quantize", "int8-blocks", "--licence", "MIT"]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    assert "mean cosine with float 0.9" in result.output
    assert "use it as small" in result.output
    encoder = load_encoder("small")
    assert not (find_directory("small") / "model.safetensors").exists()
    card = encoder.card
    assert (card.query_prefix, card.passage_prefix) == ("query: ", "passage: ")
    assert (card.source, card.licence, card.normalize) == ("tiny.bin", "MIT", True)


def test_a_checkpoint_needs_quantizing_or_nothing(source, tmp_path):
    """The message says which."""
    directory = import_model(source, output=tmp_path / "checkpoint").directory
    with pytest.raises(InputError, match="use it as it is, or give --quantize"):
        import_model(str(directory))
    with pytest.raises(InputError, match="go into what --quantize makes"):
        import_model(source, prefixes=("query: ", ""))
