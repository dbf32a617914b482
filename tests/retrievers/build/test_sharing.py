"""What several workers compute before a build: the same index, and nothing computed twice."""

import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from excerpt import ExcerptError, InputError
from excerpt.cli.index.build import command
from excerpt.files.workers import Here, WorkerDiedError
from excerpt.retrievers import Index
from excerpt.retrievers.build import sharing
from excerpt.retrievers.build.computing import Computing, work_folder
from excerpt.retrievers.build.sharing import compute_ahead

FEATURES = ("sentences", "guards")


def passages(count):
    """Some of them twice, in one block and in two."""
    texts = [f"The mill {number % 300} grinds rye. It rains {number % 300} times." for number in range(count)]
    return [{"id": f"p{number}", "title": "Mill", "text": text} for number, text in enumerate(texts)]


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_build_finds_what_was_computed(tmp_path, monkeypatch):
    """It computes nothing, and its files are those of a build that computed all."""
    given = passages(700)
    Index.build(given, tmp_path / "one", encoder=None, features=FEATURES)
    compute_ahead(lambda: given, tmp_path / "two", Here(), encoder=None, features=FEATURES)
    assert len(list(work_folder(tmp_path / "two").iterdir())) == 2  # of the third block all were there before

    def refuse(*_):
        raise AssertionError

    monkeypatch.setattr(Computing, "_computed", refuse)
    steps = []
    compute_ahead(
        lambda: given,
        tmp_path / "two",
        Here(),
        encoder=None,
        features=FEATURES,
        progress=lambda *step: steps.append(step),
    )
    assert steps[-1] == ("passages", 300, None)
    Index.build(given, tmp_path / "two", encoder=None, features=FEATURES)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert not work_folder(tmp_path / "two").exists()


def test_nothing_to_compute_is_nothing(tmp_path):
    """Words are counted by the build."""
    compute_ahead(lambda: pytest.fail("read"), tmp_path / "x", Here(), encoder=None, features=())


def test_a_block_that_ends_its_worker_ends_the_build(tmp_path, monkeypatch):
    """There is no index without it; the message has the passages."""

    def die(*_):
        raise WorkerDiedError

    monkeypatch.setattr(sharing._BlockWork, "do", die)
    with pytest.raises(ExcerptError, match="at passages 1 to 3"):
        compute_ahead(lambda: passages(3), tmp_path / "x", Here(), encoder=None, features=FEATURES)


@pytest.mark.slow
def test_parquet_and_lines_and_workers_give_one_index(tmp_path):
    """Passages from any file, computed by any number of processes."""
    given = [row | {"rank": number} for number, row in enumerate(passages(20))]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in given))
    pq.write_table(pa.Table.from_pylist(given), tmp_path / "in.parquet", row_group_size=7)
    made = []
    for source, more in (("in.jsonl", ()), ("in.parquet", ("--workers", "2"))):
        out = tmp_path / f"{source}.excerpt"
        call = [str(tmp_path / source), "-o", str(out), "--features", "sentences", *more]
        ran = CliRunner().invoke(command, call)
        assert ran.exit_code == 0, ran.exception
        made.append(digests(out))
    assert made[0] == made[1]
    assert Index.open(tmp_path / "in.parquet.excerpt")[3].metadata["rank"] == 3


def test_passages_that_are_read_once_cannot_be_shared(tmp_path):
    """Standard input, and an index that grows."""
    for call in (["-"], ["in.jsonl", "--add"]):
        ran = CliRunner().invoke(command, [*call, "-o", str(tmp_path / "x"), "--workers", "2"])
        assert isinstance(ran.exception, InputError)
        assert "read the passages twice" in str(ran.exception)
