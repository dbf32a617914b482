"""``excerpt convert`` as a user runs it."""

import gzip
import json

import pytest
from click.testing import CliRunner

from excerpt import InputError
from excerpt.cli.convert import command

ROWS = [
    {"id": n, "question": f"What turns {n}?", "answers": ["sails"], "passages": ["Sails turn."]}
    for n in range(5)
]


@pytest.fixture
def folder(tmp_path):
    """A prepared folder of two sets."""
    path = tmp_path / "prepared" / "qa"
    path.mkdir(parents=True)
    for name in ("mills.dev", "winds.dev", "winds.train"):
        (path / f"{name}.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, ROWS)).encode()))
    return tmp_path / "prepared"


def run(*words):
    return CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)


def test_one_set(folder, tmp_path):
    """The rows as they are, one a line."""
    run(folder, "--set", "mills", "-o", tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == ROWS


def test_packed_output_is_the_same_bytes_each_time(folder, tmp_path):
    """No time stamp inside."""
    outputs = [tmp_path / "a" / "out.jsonl.gz", tmp_path / "b" / "out.jsonl.gz"]
    for output in outputs:
        output.parent.mkdir()
        run(folder, "--set", "mills", "-o", output, "-q")
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    assert json.loads(gzip.decompress(outputs[0].read_bytes()).splitlines()[4]) == ROWS[4]


def test_every_set_of_a_split(folder, tmp_path):
    """One file each, in a folder that is made."""
    run(folder, "--all", "-o", tmp_path / "out", "--limit", 2)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "mills.dev.jsonl",
        "winds.dev.jsonl",
    ]
    assert len((tmp_path / "out" / "mills.dev.jsonl").read_text().splitlines()) == 2


def test_list_says_what_there_is(folder):
    """Name, split, number of questions."""
    assert run(folder, "--list").stdout.splitlines() == ["mills\tdev\t5", "winds\tdev\t5", "winds\ttrain\t5"]


def test_published_file_to_standard_output(tmp_path):
    """Told from its first object."""
    article = {"title": "Mill", "paragraphs": [{"context": "Sails turn.", "qas": []}]}
    article["paragraphs"][0]["qas"] = [
        {"id": str(n), "question": "q?", "answers": [{"text": "Sails", "answer_start": 0}]} for n in range(4)
    ]
    (tmp_path / "squad.json").write_text(json.dumps({"data": [article]}))
    rows = [
        json.loads(line) for line in run(tmp_path / "squad.json", "-o", "-", "--limit", 2).stdout.splitlines()
    ]
    assert [row["id"] for row in rows] == ["0", "2"]
    assert rows[0]["passages"][0]["evidence"] == [[0, 11]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "x"], "give one of --set NAME, --all and --list"),
        (["--set", "mills", "--all", "-o", "x"], "give one of"),
        (["--set", "mills"], "give an output file"),
        (["--all", "--split", "test", "-o", "x"], "no set has a split 'test'"),
        (["--set", "mills", "-o", "no/such/folder/x.jsonl"], "cannot be written"),
    ],
)
def test_wrong_calls_say_what_to_do(folder, words, said):
    """Each with its remedy."""
    with pytest.raises(InputError, match=said):
        run(folder, *words)


def test_failed_conversion_leaves_nothing_behind(tmp_path):
    """What stood there stays as it was."""
    (tmp_path / "bad.jsonl").write_text('{"question": "q", "passages": []}\nnot json\n')
    (tmp_path / "out.jsonl").write_text("old")
    with pytest.raises(InputError, match="line 2"):
        run(tmp_path / "bad.jsonl", "-o", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2
