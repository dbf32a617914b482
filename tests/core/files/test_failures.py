"""The batch command and input that is wrong: one line for a record, one message for a file."""

import gzip
import io
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from fakes.exploding_plugin import install

from excerpt import InputError
from excerpt.cli import main
from excerpt.cli.compress import command
from excerpt.cli.explain import command as explain
from excerpt.files.batch import Done
from excerpt.files.journal import Journal

GOOD = {"question": "what grinds?", "passages": ["The mill grinds. It rains. Nobody looks."]}
OPTIONS = ("--budget", "5", "--chain", "fast")


def run(*arguments, **options):
    return CliRunner().invoke(command, [str(argument) for argument in arguments], **options)


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def errors(out):
    lines = out.with_name(f"{out.name}.errors.jsonl").read_bytes().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def exploding(tmp_path, monkeypatch):
    """A chain in which a record can raise anything, or end the process."""
    package, chain = install(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(package))
    return chain


@pytest.mark.slow
def test_whatever_a_record_does_is_one_line(exploding, tmp_path):
    """A panic that is no Exception and cannot be pickled; a worker that ends: the others are done."""
    source, out = tmp_path / "in.jsonl", tmp_path / "out"
    questions = ["a", "panic", "b", "die", "c", *"defghijklm"]
    write(source, *[{**GOOD, "id": f"r{n}", "question": what} for n, what in enumerate(questions)])
    call = [sys.executable, "-P", "-m", "excerpt", "compress", source, "-o", out, "--budget", "5"]
    ran = subprocess.run(
        [*call, "--chain", exploding, "--workers", "2"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 3, ran.stderr
    rows = [json.loads(line)["id"] for line in out.read_text().splitlines()]
    assert rows == [f"r{n}" for n in range(len(questions)) if n not in {1, 3}]
    panic, death = errors(out)
    assert panic == {"line": 2, "id": "r1", "error": "Panic: a tokenizer of another language"}
    assert (death["line"], death["id"], "worker process died" in death["error"]) == (4, "r3", True)


@pytest.mark.parametrize(
    ("spoilt", "name"),
    [
        ({"passages": [1]}, "x"),
        ({"question": ""}, "x"),
        ({"id": [1]}, None),
        ({"id": None, "passages": 1}, 1),
    ],
)
def test_an_error_has_the_id_of_its_record(tmp_path, spoilt, name):
    """Whatever else is wrong with it; the line number where it has none, as in the output."""
    run(write(tmp_path / "in.jsonl", {**GOOD, "id": "x", **spoilt}), "-o", tmp_path / "out", *OPTIONS)
    assert [row["id"] for row in errors(tmp_path / "out")] == [name]


def test_explain_says_what_is_wrong_with_the_record_that_was_asked_for(tmp_path):
    """And does not say that there is none."""
    source = write(tmp_path / "in.jsonl", {"id": "x", "question": "q"}, {**GOOD, "id": "y"})
    ran = CliRunner().invoke(explain, [str(source), "--id", "x", "-o", str(tmp_path / "page.html")])
    assert "line 1: passages: is missing" in str(ran.exception)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            json.dumps([GOOD, GOOD], indent=1),
            "is a JSON array; one JSON object a line is wanted, which `jq -c '.[]'",
        ),
        (json.dumps([GOOD, GOOD]), "is a JSON array"),
        (json.dumps(GOOD, indent=2), "is JSON over several lines"),
    ],
)
def test_json_that_is_not_lines_is_said_at_once(tmp_path, text, message):
    """And not as an error for each line."""
    (tmp_path / "in.jsonl").write_text(text)
    for output in ("-", tmp_path / "out"):
        ran = run(tmp_path / "in.jsonl", "-o", output, *OPTIONS)
        assert isinstance(ran.exception, InputError)
        assert message in str(ran.exception)
    assert not (tmp_path / "out").exists()


def test_gzip_is_recognised_by_its_bytes(tmp_path):
    """On standard input, and in a file of any name."""
    packed = gzip.compress(json.dumps(GOOD).encode())
    (tmp_path / "in.jsonl").write_bytes(packed)
    for ran in (run("-", "-o", "-", *OPTIONS, input=packed), run(tmp_path / "in.jsonl", "-o", "-", *OPTIONS)):
        assert ran.exit_code == 0, ran.exception
        assert json.loads(ran.stdout)["question"] == "what grinds?"


def test_nothing_compressed_has_no_share(tmp_path):
    """100.0% of nothing would look like a result."""
    for rows in ((), ({"question": "q"},)):
        ran = run(write(tmp_path / "in.jsonl", *rows), "-o", tmp_path / "out", *OPTIONS)
        assert f"0 compressed, {len(rows)} failed in" in ran.stderr
        assert "%" not in ran.stderr


def test_numbers_that_json_has_not(tmp_path):
    """NaN and Infinity are carried as null; a number that is out of range is refused by its field."""
    good = json.dumps(GOOD)[:-1]
    (tmp_path / "in.jsonl").write_text(
        f'{good}, "score": NaN, "more": [Infinity]}}\n{good}, "a": {{"b": [0, 1e999]}}}}\n'
    )
    run(tmp_path / "in.jsonl", "-o", tmp_path / "out", *OPTIONS)

    def refuse(name):
        raise AssertionError(name)

    row = json.loads((tmp_path / "out").read_text(), parse_constant=refuse)
    assert (row["score"], row["more"]) == (None, [None])
    assert "a.b[1]: cannot be written as JSON" in errors(tmp_path / "out")[0]["error"]


def test_a_partial_run_is_not_discarded_in_silence(tmp_path):
    """The user says which: going on, or beginning again."""
    source, out = write(tmp_path / "in.jsonl", GOOD, GOOD), tmp_path / "out"
    settings = {"budget": 5, "ratio": None, "tokenizer": "bundled", "chain": "fast", "template": None}
    journal = Journal(out, settings | {"policy": None, "group": None})
    first = source.read_bytes().splitlines(keepends=True)[0]
    journal.done(Done(1, b'{"from": "before"}\n', written=1), [first])
    journal.checkpoint()
    journal.close()
    ran = run(source, "-o", out, *OPTIONS)
    assert isinstance(ran.exception, InputError)
    assert "stopped after 1 records" in str(ran.exception)
    assert "--resume goes on with it, --restart begins again" in str(ran.exception)
    assert "give one of them" in str(run(source, "-o", out, *OPTIONS, "--resume", "--restart").exception)
    assert run(source, "-o", out, *OPTIONS, "--resume").exit_code == 0
    assert out.read_text().startswith('{"from": "before"}\n')
    journal = Journal(out, {}, restart=True)
    journal.checkpoint()
    journal.close()
    assert run(source, "-o", out, *OPTIONS, "--restart").exit_code == 0
    assert len(out.read_bytes().splitlines()) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out"]


def test_warnings_of_records_are_counted(tmp_path):
    """They stand in the rows; the summary says that there are some."""
    tight = {
        "question": "q",
        "passages": ["One sentence that does not fit into a budget of two tokens at all."],
    }
    source = write(tmp_path / "in.jsonl", GOOD, tight)
    ran = run(source, "-o", tmp_path / "out", "--budget", "2", "--chain", "default")
    rows = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    warned = sum("warnings" in row for row in rows)
    assert warned
    assert f"{warned} of 2 with warnings" in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "no-such.excerpt", "q"),
        ("compress", "no-such.jsonl", "-o", "-", "--budget", "5", "--chain", "fast"),
        ("compress", "no-such.jsonl", "-o", "-", "--budget", "5", "--tokenizer", "no-such.json"),
        ("compress", "-o", "-"),
        ("no-such-command",),
        ("models", "verify", "./no-such-model"),
    ],
)
def test_what_the_user_wrote_wrong_is_2(tmp_path, monkeypatch, capsys, arguments):
    """A missing index, file, tokenizer or model too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["excerpt", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_ctrl_c_is_130_in_every_command(monkeypatch, capsys):
    """With one line, and no traceback."""

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("excerpt.files.jsonl.Path.open", interrupt)
    monkeypatch.setattr(sys, "argv", ["excerpt", "compress", "in.jsonl", "-o", "-", *OPTIONS])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 130
    assert capsys.readouterr().err.strip() == "excerpt: stopped"


def test_a_reader_of_standard_output_may_have_had_enough(monkeypatch, capfd):
    """As `head` has after ten lines."""
    reading, writing = os.pipe()
    os.close(reading)
    closed = io.TextIOWrapper(os.fdopen(writing, "wb", 0), write_through=True)
    monkeypatch.setattr(sys, "stdout", closed)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(GOOD).encode())))
    monkeypatch.setattr(sys, "argv", ["excerpt", "compress", "-", "-o", "-", *OPTIONS])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    closed.detach().close()
    assert "Traceback" not in capfd.readouterr().err
