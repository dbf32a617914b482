import gzip
import json

import pytest

from excerpt.errors import InputError, StoreError
from excerpt.models.training.common.run_folder import RunFolder, Source, describe

SOURCES = (Source("a.jsonl", "0" * 64, 3),)


def started(path, *, resume=False, **recipe):
    return RunFolder(path, {"base": "b", "seed": 13} | recipe, SOURCES, resume=resume)


def test_sources_are_described_by_their_content(tmp_path):
    """Packed or not, the same lines are the same source."""
    (tmp_path / "a.jsonl").write_bytes(b"{}\n\n{}\n")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b"{}\n\n{}\n"))
    plain, packed = describe([tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz"])
    assert (plain.sha256, plain.rows) == (packed.sha256, 2)


def test_standard_input_cannot_be_a_source():
    """It can be read only once."""
    with pytest.raises(InputError, match="standard input"):
        describe(["-"])


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    """Without --resume, whatever it is."""
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(InputError, match=r"not an empty folder; name another$"):
        started(tmp_path)
    (tmp_path / "run.json").touch()
    with pytest.raises(InputError, match="name another, or go on with --resume"):
        started(tmp_path)


def test_a_run_that_did_not_begin_is_begun_again(tmp_path):
    """Its question alone does not block the folder."""
    started(tmp_path)
    started(tmp_path, seed=14)
    assert json.loads((tmp_path / "run.json").read_text())["recipe"]["seed"] == 14


def test_another_recipe_cannot_be_resumed(tmp_path):
    """The setting is named."""
    started(tmp_path)
    with pytest.raises(StoreError, match="another seed"):
        started(tmp_path, resume=True, seed=14)


def test_a_setting_in_a_group_is_named(tmp_path):
    """Not only the group."""
    started(tmp_path, fit={"epochs": 2, "batch": 8})
    with pytest.raises(StoreError, match=r"another fit\.epochs; use the same"):
        started(tmp_path, resume=True, fit={"epochs": 3, "batch": 8})


def test_other_files_cannot_be_resumed_with(tmp_path):
    """By content, not by name."""
    started(tmp_path)
    with pytest.raises(StoreError, match="content of the sources"):
        RunFolder(tmp_path, {"base": "b", "seed": 13}, (Source("a.jsonl", "1" * 64, 3),), resume=True)


def test_the_newest_whole_checkpoint_is_the_last(tmp_path):
    """One that was being written when the run was killed does not count."""
    folder = started(tmp_path)
    assert folder.last_checkpoint is None
    for steps, whole in ((9, True), (10, True), (11, False)):
        place = folder.checkpoints / f"checkpoint-{steps}"
        place.mkdir(parents=True)
        if whole:
            (place / "trainer_state.json").touch()
    assert folder.last_checkpoint.endswith("checkpoint-10")


def test_a_finished_run_has_no_checkpoints_and_nothing_to_resume(tmp_path):
    """The log stays."""
    folder = started(tmp_path)
    folder.checkpoints.mkdir()
    folder.finish({"f1": 0.5}, [{"step": 1}])
    assert [path.name for path in tmp_path.iterdir()] == ["training.json"]
    with pytest.raises(InputError, match="nothing to resume"):
        started(tmp_path, resume=True)


def test_a_damaged_question_is_named(tmp_path):
    """Instead of a traceback."""
    started(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        started(tmp_path, resume=True)
