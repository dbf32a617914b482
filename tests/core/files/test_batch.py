"""The batch command: order, errors, workers, and going on after a kill."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from excerpt import ConfigError, InputError, StoreError
from excerpt.cli.compress import command
from excerpt.files.batch import Done
from excerpt.files.journal import Journal

WORDS = [
    "the",
    "mill",
    "stands",
    "by",
    "a",
    "river",
    "and",
    "grinds",
    "rye",
    "for",
    "bread",
    "while",
    "nobody",
    "looks",
    "at",
    "it",
]


def records(count):
    for number in range(count):
        words = [WORDS[(number + step) % len(WORDS)] for step in range(40)]
        text = ". ".join(" ".join(words[at : at + 8]).capitalize() for at in range(0, 40, 8)) + "."
        yield {"id": f"r{number}", "question": f"what about {words[0]}?", "passages": [text, text[::-1]]}


@pytest.fixture
def source(tmp_path):
    """Forty records, one of them broken and one line blank."""
    lines = [json.dumps(record) for record in records(40)]
    lines[7] = '{"id": "r7", "question": "q"}'
    lines[20] = ""
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def row(data):
    """What became of one record that was compressed."""
    return Done(1, data, written=1)


def run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_rows_come_in_input_order_and_errors_apart(source, tmp_path):
    """One line out for each good record; the bad one is named with its line."""
    out = tmp_path / "out.jsonl"
    assert run(source, "-o", out, "--ratio", 0.5, "--chain", "fast").exit_code == 3
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["id"] for row in rows] == [f"r{n}" for n in range(40) if n not in {7, 20}]
    error = json.loads((tmp_path / "out.jsonl.errors.jsonl").read_text())
    assert (error["line"], "passages: is missing" in error["error"]) == (8, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "in.jsonl",
        "out.jsonl",
        "out.jsonl.errors.jsonl",
    ]


def test_the_output_is_the_same_for_any_number_of_workers(source, tmp_path):
    """Byte for byte, packed or not."""
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl.gz"
    run(source, "-o", one, "--budget", 20, "--chain", "fast")
    run(source, "-o", two, "--budget", 20, "--chain", "fast", "--workers", 2)
    assert gzip.decompress(two.read_bytes()) == one.read_bytes()


def test_standard_output_and_input(source):
    """Rows go to standard output; what fails to standard error."""
    result = CliRunner().invoke(
        command, ["-", "-o", "-", "--ratio", "0.5", "--chain", "fast"], source.read_bytes()
    )
    assert result.exit_code == 3
    assert len(result.stdout.splitlines()) == 38


def test_half_stays_where_no_budget_is_given(source, tmp_path):
    """As in the other commands and in Python."""
    given, half = tmp_path / "given.jsonl", tmp_path / "half.jsonl"
    run(source, "-o", given, "--chain", "fast")
    run(source, "-o", half, "--chain", "fast", "--ratio", 0.5)
    assert given.read_bytes() == half.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--budget", 5, "--ratio", 0.5), "not both"),
        (("--ratio", 2), "at most 1"),
        (("--budget", 5, "--chain", "none"), "no preset 'none'"),
        (("--budget", 5, "--tokenizer", "none.json"), "cannot be read"),
    ],
)
def test_wrong_usage_leaves_no_files(source, tmp_path, arguments, message):
    """The message says what to change."""
    result = run(source, "-o", tmp_path / "out.jsonl", *arguments)
    assert result.exit_code != 0
    assert message in str(result.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path):
    """Killed twice in the middle; what it left is gone on with."""
    source, whole, out = tmp_path / "in.jsonl", tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in records(120)))
    assert run(source, "-o", whole, "--ratio", 0.5, "--chain", "fast").exit_code == 0
    code = "import excerpt.files.run as r; r._CHECKPOINT_S = 0; import excerpt.cli as w; w.main()"
    call = [sys.executable, "-P", "-c", code, "compress", str(source), "-o", str(out)]
    call += ["--ratio", "0.5", "--chain", "fast", "-q", "--resume"]
    journal = tmp_path / "out.jsonl.journal"
    for lines in (20, 60):
        process = subprocess.Popen(call)
        while not journal.exists() or json.loads(journal.read_text())["lines"] < lines:
            assert process.poll() is None, "it was to be killed before its end"
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(call, check=True)
    assert out.read_bytes() == whole.read_bytes()
    assert not list(tmp_path.glob("out.jsonl.*"))


def test_a_run_that_is_interrupted_says_how_to_go_on(tmp_path):
    """One line, no traceback."""
    os.mkfifo(tmp_path / "in.jsonl")  # whose end never comes
    # Whoever runs the tests in the background may have told all its children to ignore the signal.
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import excerpt.cli as w; w.main()"
    call = [
        sys.executable,
        "-P",
        "-c",
        code,
        "compress",
        "in.jsonl",
        "-o",
        "out",
        "--ratio",
        "0.5",
        "--chain",
        "fast",
    ]
    process = subprocess.Popen(call, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    with (tmp_path / "in.jsonl").open("w") as fifo:
        fifo.write("".join(json.dumps(record) + "\n" for record in records(3)))
        fifo.flush()
        while not (tmp_path / "out.errors.part").exists():
            time.sleep(0.01)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "stopped; the same command with --resume goes on: out" in said
    assert "Traceback" not in said


def test_resume_wants_the_same_settings_and_input(tmp_path):
    """Half of one run and half of another would be nobody's output."""
    journal = Journal(tmp_path / "out.jsonl", {"budget": 5})
    journal.done(row(b"row\n"), [b"line one\n"])
    journal.checkpoint()
    journal.close()
    with pytest.raises(InputError, match="another budget"):
        Journal(tmp_path / "out.jsonl", {"budget": 6}, resume=True)
    again = Journal(tmp_path / "out.jsonl", {"budget": 5}, resume=True)
    with pytest.raises(InputError, match="input has changed"):
        again.skip(b"another line\n", 1)
    again.close()


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"lines": "x"}'])
def test_a_damaged_journal_is_refused(tmp_path, damage):
    """Rather than guessed at."""
    (tmp_path / "out.jsonl.journal").write_bytes(damage)
    with pytest.raises(StoreError, match="damaged"):
        Journal(tmp_path / "out.jsonl", {}, resume=True)


def test_rows_after_the_last_checkpoint_are_written_again(tmp_path):
    """They may be torn; the journal does not vouch for them."""
    journal = Journal(tmp_path / "out.jsonl", {})
    journal.done(row(b"first\n"), [b"1\n"])
    journal.checkpoint()
    journal.done(row(b"torn"), [b"2\n"])
    journal.close()
    again = Journal(tmp_path / "out.jsonl", {}, resume=True)
    assert again.skip(b"1\n", 1)
    assert not again.skip(b"2\n", 2)
    again.done(row(b"second\n"), [b"2\n"])
    again.finish()
    assert (tmp_path / "out.jsonl").read_bytes() == b"first\nsecond\n"


def test_a_kill_between_the_last_renames_leaves_a_finished_run(tmp_path, monkeypatch):
    """The output has its name already: the next run completes the rest, and does not take it for damaged."""
    moves = []

    def move(source, target):
        if moves:
            raise KeyboardInterrupt
        moves.append(source.replace(target))

    journal = Journal(tmp_path / "out", {})
    journal.done(Done(2, b"row\n", b"error\n", written=1, failed=1), [b"1\n", b"2\n"])
    with monkeypatch.context() as patched:
        patched.setattr("excerpt.files.journal.move_into_place", move)
        with pytest.raises(KeyboardInterrupt):
            journal.finish()
    journal.close()
    again = Journal(tmp_path / "out", {}, resume=True)
    assert again.lines == 0
    again.close()
    assert (tmp_path / "out").read_bytes() == b"row\n"
    assert (tmp_path / "out.errors.jsonl").read_bytes() == b"error\n"
    assert not (tmp_path / "out.journal").exists()


def test_an_output_that_cannot_be_written_is_named(source, tmp_path):
    """The folder does not exist."""
    result = run(source, "-o", tmp_path / "none" / "out.jsonl", "--budget", 5, "--chain", "fast")
    assert "cannot be written" in str(result.exception)


def test_an_earlier_output_stays_until_the_new_one_is_whole(tmp_path):
    """The last step is one rename."""
    out = tmp_path / "out.jsonl"
    out.write_text("before")
    journal = Journal(out, {})
    journal.done(row(b"new\n"), [b"1\n"])
    journal.checkpoint()
    assert out.read_text() == "before"
    journal.finish()
    assert out.read_text() == "new\n"


@pytest.mark.parametrize(
    "spoilt",
    [
        {"id": "a\ud800"},
        {"extra": "\ud800"},
        {"k\ud800": 1},
        {"question": None, "k\ud800": 1},
    ],
)
def test_a_lone_surrogate_anywhere_costs_one_record(tmp_path, spoilt):
    """It cannot be written as UTF-8: that record is an error, and the others are done."""
    good = {"question": "what grinds?", "passages": ["The mill grinds. It rains."]}
    (tmp_path / "in.jsonl").write_text(f"{json.dumps(good | spoilt)}\n{json.dumps(good)}\n")
    ran = run(tmp_path / "in.jsonl", "-o", tmp_path / "out", "--budget", 5, "--chain", "fast", "-q")
    assert ran.exit_code == 3
    assert len((tmp_path / "out").read_bytes().splitlines()) == 1
    assert json.loads((tmp_path / "out.errors.jsonl").read_bytes())["line"] == 1


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda _: b"hello", lambda data: data + b"x"]
)
def test_a_damaged_packed_input_is_named(source, tmp_path, damage):
    """In one line, with the exit status of wrong usage."""
    packed = tmp_path / "in.jsonl.gz"
    packed.write_bytes(damage(gzip.compress(source.read_bytes())))
    for output in ("-", tmp_path / "out"):
        ran = run(packed, "-o", output, "--ratio", 0.5, "--chain", "fast")
        assert isinstance(ran.exception, InputError)
        assert f"{packed}: cannot be read to its end" in str(ran.exception)


@pytest.mark.parametrize("output", ["", ".", "a-pipe"])
def test_an_output_that_is_no_file_is_refused(source, tmp_path, monkeypatch, output):
    """Before any work; a device or a folder is not replaced by a file."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("a-pipe")
    ran = run(source, "-o", output, "--ratio", 0.5, "--chain", "fast")
    assert "is not a file" in str(ran.exception)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-pipe", "in.jsonl"]


def test_the_input_is_not_written_over(source, tmp_path):
    """Under whatever name."""
    before = source.read_bytes()
    (tmp_path / "link.jsonl").symlink_to(source)
    for output in (source, tmp_path / "link.jsonl"):
        assert "is the input" in str(run(source, "-o", output, "--ratio", 0.5, "--chain", "fast").exception)
    assert source.read_bytes() == before


def test_a_chain_that_cannot_work_stops_the_run(source, tmp_path):
    """It is no record's fault, and every record would say the same."""
    (tmp_path / "chain.toml").write_text("[[stage]]\nuse = 'truncate'\nunit = 'sentense'\n")
    ran = run(source, "-o", tmp_path / "out", "--ratio", 0.5, "--chain", tmp_path / "chain.toml")
    assert isinstance(ran.exception, ConfigError)
    assert not (tmp_path / "out").exists()


def test_two_runs_do_not_write_one_output(tmp_path):
    """The second is refused while the first writes, and changes nothing of it."""
    first = Journal(tmp_path / "out", {})
    first.done(row(b"row\n"), [b"a"])
    for resume in (False, True):
        with pytest.raises(InputError, match="another run is writing"):
            Journal(tmp_path / "out", {}, resume=resume)
    first.finish()
    assert (tmp_path / "out").read_bytes() == b"row\n"
    Journal(tmp_path / "out", {}).close()


def test_a_full_disk_is_said_in_one_line_and_the_run_goes_on_later(tmp_path):
    """What was written before it stays; nothing is lost but the time."""
    source, out = tmp_path / "in.jsonl", tmp_path / "out"
    source.write_text("".join(json.dumps(record) + "\n" for record in records(60)))
    code = (
        "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (9000, 9000)); import excerpt.cli as w; w.main()"
    )
    call = [
        sys.executable,
        "-P",
        "-c",
        code,
        "compress",
        str(source),
        "-o",
        str(out),
        "--ratio",
        "0.5",
        "--chain",
        "fast",
    ]
    ran = subprocess.run(call, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "File too large; the same command with --resume goes on" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert run(source, "-o", out, "--ratio", 0.5, "--chain", "fast", "--resume").exit_code == 0


def test_a_machine_that_cannot_write_gives_no_traceback(source):
    """Whatever the command."""
    call = [
        sys.executable,
        "-P",
        "-m",
        "excerpt",
        "compress",
        str(source),
        "-o",
        "-",
        "--ratio",
        "0.5",
        "--chain",
        "fast",
    ]
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        ran = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1] == "excerpt: [Errno 28] No space left on device"
