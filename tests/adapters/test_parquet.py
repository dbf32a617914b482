"""Parquet in `excerpt compress`: files, folders, both forms in both ways, and going on after a stop."""

import json
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from excerpt import InputError
from excerpt.adapters.arrow import ADDED
from excerpt.cli.compress import command
from excerpt.cli.explain import command as explain
from excerpt.files import run as running

OPTIONS = ("--budget", "12", "--chain", "fast", "-q")


def rows(count, start=0):
    return [
        {
            "id": f"r{number}",
            "question": f"what grinds rye {number}?",
            "passages": [
                {
                    "id": "a",
                    "title": "Mill",
                    "text": f"The mill {number} grinds rye. It rains. Nobody looks at it.",
                },
                {"id": "b", "title": None, "text": "The mill stands by a river. Rye is ground for bread."},
            ],
            "rank": number,
            "when": datetime(2026, 1, 1 + number % 20),  # noqa: DTZ001 - as Parquet files often have it
            "kind": "even" if number % 2 == 0 else "odd",
        }
        for number in range(start, start + count)
    ]


def write(path, given, **options):
    path.parent.mkdir(exist_ok=True)
    table = pa.Table.from_pylist(given)
    kind = table.column("kind").dictionary_encode()
    table = table.set_column(table.schema.get_field_index("kind"), "kind", kind)
    pq.write_table(table, path, row_group_size=10, **options)
    return path


def run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


@pytest.fixture
def source(tmp_path):
    """Thirty rows in three row groups, one of them without passages."""
    given = rows(30)
    given[17]["passages"] = None
    return write(tmp_path / "in.parquet", given)


def test_a_row_comes_for_each_row(source, tmp_path):
    """In order, with what is carried and what is added; one that failed says why."""
    ran = run(source, "-o", tmp_path / "out.parquet", *OPTIONS)
    assert ran.exit_code == 3, ran.exception
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.schema.names == ["id", "question", "rank", "when", "kind", *ADDED.names]
    made = table.to_pylist()
    assert [row["rank"] for row in made] == list(range(30))
    assert [row["rank"] for row in made if row["error"]] == [17]
    assert "passages: expected a list" in made[17]["error"]
    assert (made[17]["text"], made[0]["tokens_out"] <= 12) == (None, True)
    text = rows(1)[0]["passages"][0]["text"]
    assert all(text[span["start"] : span["end"]] in made[0]["text"] for span in made[0]["spans"][0])
    error = json.loads((tmp_path / "out.parquet.errors.jsonl").read_text())
    assert (error["row"], error["id"]) == (18, "r17")


def test_parquet_and_lines_give_the_same_results(source, tmp_path):
    """By the names of the files, in all four ways."""
    lines = tmp_path / "in.jsonl"
    lines.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows(5)))
    made = {}
    for given in (lines, source):
        for name in ("out.jsonl", "out.parquet"):
            out = tmp_path / f"{given.suffix[1:]}-{name}"
            run(given, "-o", out, *OPTIONS)
            made[out.name] = (
                [json.loads(line) for line in out.read_text().splitlines()]
                if name == "out.jsonl"
                else pq.read_table(out).to_pylist()
            )
    texts = [[row["text"] for row in result[:5]] for result in made.values()]
    assert texts == [texts[0]] * 4
    spans = [
        [[span["start"], span["end"]] for span in kept] for kept in made["parquet-out.parquet"][0]["spans"]
    ]
    assert spans == [kept["spans"] for kept in made["jsonl-out.jsonl"][0]["passages"]]
    assert made["parquet-out.jsonl"][0]["when"] == "2026-01-01T00:00:00"
    assert json.loads(made["jsonl-out.parquet"][1]["rest"])["rank"] == 1


@pytest.mark.slow
def test_the_bytes_are_the_same_for_any_workers_and_row_groups(source, tmp_path):
    """They depend on the rows alone."""
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    run(source, "-o", one, *OPTIONS)
    other = tmp_path / "other.parquet"
    pq.write_table(pq.read_table(source), other, row_group_size=7)
    run(source, "-o", two, *OPTIONS, "--workers", 2)
    assert two.read_bytes() == one.read_bytes()
    run(other, "-o", tmp_path / "three.parquet", *OPTIONS)
    assert pq.read_table(tmp_path / "three.parquet").equals(pq.read_table(one))


def stopped(monkeypatch, after, *arguments):
    """A run that is stopped after so many hands, which all reached the disk."""
    real = running.in_order

    def short(*given):
        for number, item in enumerate(real(*given)):
            if number == after:
                raise KeyboardInterrupt
            yield item

    with monkeypatch.context() as patched:
        patched.setattr(running, "in_order", short)
        patched.setattr(running, "_CHECKPOINT_S", 0)
        assert run(*arguments).exit_code == 130


def test_a_stopped_run_goes_on(source, tmp_path, monkeypatch):
    """To the same bytes; row groups that were dealt with are not read again."""
    whole, out = tmp_path / "whole.parquet", tmp_path / "out.parquet"
    run(source, "-o", whole, *OPTIONS)
    stopped(monkeypatch, 5, source, "-o", out, *OPTIONS)
    assert "stopped after 28 records" in str(run(source, "-o", out, *OPTIONS).exception)
    read = []
    real = pq.ParquetFile.iter_batches

    def iter_batches(self, size, row_groups):
        read.extend(row_groups)
        return real(self, size, row_groups=row_groups)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", iter_batches)
    assert run(source, "-o", out, *OPTIONS, "--resume").exit_code == 3
    assert read == [2]
    assert out.read_bytes() == whole.read_bytes()
    assert not list(tmp_path.glob("out.parquet.[jp]*"))


def test_going_on_wants_the_same_file(source, tmp_path, monkeypatch):
    """Known by its footer, without reading it."""
    stopped(monkeypatch, 3, source, "-o", tmp_path / "out.parquet", *OPTIONS)
    write(source, rows(30, start=1))
    ran = run(source, "-o", tmp_path / "out.parquet", *OPTIONS, "--resume")
    assert "the earlier run had another input" in str(ran.exception)


def test_a_folder_becomes_a_folder(tmp_path, monkeypatch):
    """File by file, of which each is whole or not there; a second run goes on with the rest."""
    for name in ("a.parquet", "deep/b.parquet", "c.parquet"):
        write(tmp_path / "in" / name, rows(4, start=len(name)))
    (tmp_path / "in" / "_metadata.parquet").write_bytes(b"of another program")
    call = (tmp_path / "in", "-o", tmp_path / "out", *OPTIONS)
    assert run(tmp_path / "in", "-o", tmp_path / "whole", *OPTIONS).exit_code == 0
    stopped(monkeypatch, 2, *call)
    assert "has 1 of 3 files of an earlier run" in str(run(*call).exception)
    assert "with other settings" in str(run(*call, "--resume", "--template", "xml").exception)
    assert run(*call, "--resume").exit_code == 0
    whole = [path for path in (tmp_path / "whole").rglob("*") if path.is_file()]
    assert len(whole) == 3
    for path in whole:
        assert (tmp_path / "out" / path.relative_to(tmp_path / "whole")).read_bytes() == path.read_bytes()
    assert len([path for path in (tmp_path / "out").rglob("*") if path.is_file()]) == 3
    assert run(*call, "--restart").exit_code == 0


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.write_bytes(b"PAR1 no"), "cannot be read as Parquet"),
        (
            lambda path: pq.write_table(pa.table({"passages": [["a"]]}), path),
            "question: no such column; there are passages",
        ),
        (lambda path: pq.write_table(pa.table({"query": ["a"]}), path), "passages: no such column"),
        (
            lambda path: pq.write_table(pa.table({"query": ["a"], "passages": ["b"]}), path),
            "passages: is string; a list",
        ),
    ],
)
def test_a_file_that_is_none_of_records_is_refused(tmp_path, spoil, message):
    """By its name, before any work."""
    path = tmp_path / "in.parquet"
    spoil(path)
    for output in ("-", tmp_path / "out.parquet"):
        ran = run(path, "-o", output, *OPTIONS)
        assert isinstance(ran.exception, InputError)
        assert str(ran.exception).startswith(f"{path}: ")
        assert message in str(ran.exception)
    assert [found.name for found in tmp_path.iterdir()] == ["in.parquet"]


def test_folders_that_do_not_go(tmp_path):
    """An output inside of the input, standard output, and a folder without Parquet."""
    write(tmp_path / "in" / "a.parquet", rows(1))
    assert "is in the folder that is read" in str(
        run(tmp_path / "in", "-o", tmp_path / "in" / "out", *OPTIONS).exception
    )
    assert "give a folder with -o" in str(run(tmp_path / "in", "-o", "-", *OPTIONS).exception)
    Path(tmp_path / "empty").mkdir()
    assert "has no .parquet file" in str(run(tmp_path / "empty", "-o", tmp_path / "out", *OPTIONS).exception)
    pq.write_table(pa.table({"x": [1]}), tmp_path / "mine.parquet")
    (tmp_path / "out").mkdir()
    pq.write_table(pa.table({"x": [1]}), tmp_path / "out" / "a.parquet")
    assert "was not written by excerpt" in str(
        run(tmp_path / "in", "-o", tmp_path / "out", *OPTIONS).exception
    )


def test_bytes_that_are_no_text_cost_one_row(tmp_path):
    """A string column may hold anything where its writer did not look."""
    broken = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.array([0, 1, 2], pa.int32()).buffers()[1], pa.py_buffer(b"a\xff")]
    )
    passages = pa.array([["The mill grinds."]] * 2)
    pq.write_table(pa.table({"question": broken, "passages": passages}), tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", "-o", tmp_path / "out.jsonl", *OPTIONS)
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 1
    assert "not UTF-8" in (tmp_path / "out.jsonl.errors.jsonl").read_text()


def test_explain_reads_parquet_too(source, tmp_path):
    """The record that the summary of a run sends there."""
    page = tmp_path / "page.html"
    for name, status in (("r3", 0), ("r17", 1)):
        ran = CliRunner().invoke(explain, [str(source), "--id", name, "-o", str(page)])
        assert ran.exit_code == status, ran.exception
    assert f"{source}, row 18: passages: expected a list" in str(ran.exception)
    assert "what grinds rye 3?" in page.read_text()
