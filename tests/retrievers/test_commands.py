"""The commands ``excerpt index`` and ``excerpt query``."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from excerpt.cli.index import command as index
from excerpt.cli.index.options import writing
from excerpt.cli.query import command as query
from excerpt.errors import InputError, StoreError
from excerpt.retrievers import Index

LINES = [
    {"id": "mill", "title": "Watermills", "text": "A watermill grinds grain. Its wheel turns in a stream."},
    {"id": "bees", "text": "Honeybees live in colonies. A queen lays all of the eggs.", "page": 3},
]


def corpus(path: Path, lines: list[object]) -> str:
    """A JSONL file."""
    text = "".join(json.dumps(line) + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return str(path)


def run(command, *arguments: str, **options):
    """Run a command; its errors are raised."""
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False, **options)


def lexical(folder: Path, features: str) -> str:
    """An index of the lines without vectors."""
    path = str(folder / "a.excerpt")
    source = corpus(folder / "c.jsonl", LINES)
    run(index, source, "-o", path, "--encoder", "none", "--features", features, "-q")
    return path


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.jsonl.gz"])
def test_a_corpus_is_indexed_and_asked(tmp_path: Path, name: str) -> None:
    """The text goes to standard output, the account to standard error."""
    path = str(tmp_path / "a.excerpt")
    built = run(index, corpus(tmp_path / name, LINES), "-o", path)
    assert "2 passages" in built.stderr
    answer = run(query, path, "who lays the eggs", "--budget", "12")
    assert answer.stdout == "A queen lays all of the eggs.\n"
    assert "2 passages found, 1 kept" in answer.stderr


def test_a_condition_that_no_passage_meets_is_named(tmp_path: Path) -> None:
    """Beside the number of passages found."""
    path = lexical(tmp_path, "none")
    answer = run(query, path, "who lays the eggs", "--mode", "lexical", "--where", "page=4")
    assert "0 passages found" in answer.stderr
    assert "no passage meets --where" in answer.stderr


def test_a_question_of_other_words_is_not_blamed_on_the_index(tmp_path: Path) -> None:
    """A search by words alone finds nothing then; the index is not empty."""
    answer = run(query, lexical(tmp_path, "none"), "zebra", "--mode", "lexical")
    assert "0 passages found" in answer.stderr
    assert "no passage has a word of the question" in answer.stderr


def test_standard_input_is_read(tmp_path: Path) -> None:
    """A corpus may come through a pipe."""
    run(index, "-", "-o", str(tmp_path / "a"), "--encoder", "none", input=json.dumps(LINES[1]) + "\n")
    assert Index.open(tmp_path / "a")[0].metadata == {"page": 3}


def test_json_has_hits_and_spans(tmp_path: Path) -> None:
    """One object with everything a program needs."""
    path = str(tmp_path / "a.excerpt")
    run(index, corpus(tmp_path / "c.jsonl", LINES), "-o", path, "--encoder", "none", "-q")
    answer = json.loads(run(query, path, "queen eggs", "--json", "--chain", "fast", "-k", "1").stdout)
    assert answer["hits"][0]["id"] == "bees"
    assert answer["hits"][0]["dense_score"] is None
    assert answer["tokens_out"] <= answer["tokens_in"]
    assert answer["passages"][0]["spans"]


def test_passages_are_added(tmp_path: Path) -> None:
    """With --add the old passages stay, and those of a known id are replaced or left."""
    path = str(tmp_path / "a.excerpt")
    source = corpus(tmp_path / "c.jsonl", LINES)
    run(index, source, "-o", path, "--encoder", "none", "-q")
    more = corpus(tmp_path / "d.jsonl", [LINES[0], {**LINES[1], "page": 4}, {"text": "A weir."}])
    said = run(index, more, "-o", path, "--add").stderr
    assert "3 passages (1 new, 1 changed, 1 the same)" in said
    assert [passage.metadata.get("page") for passage in Index.open(path)] == [None, 4, None]


def test_an_index_is_not_replaced_in_silence(tmp_path: Path) -> None:
    """It wants --add or --force, and not both."""
    path = str(tmp_path / "a.excerpt")
    options = (corpus(tmp_path / "c.jsonl", LINES), "-o", path, "--encoder", "none", "-q")
    run(index, *options)
    one = corpus(tmp_path / "one.jsonl", LINES[:1])
    with pytest.raises(InputError, match="--add adds to it, --force replaces it"):
        run(index, one, *options[1:])
    with pytest.raises(InputError, match="give one of them"):
        run(index, one, "-o", path, "--add", "--force")
    assert len(Index.open(path)) == 2
    run(index, one, *options[1:], "--force")
    assert len(Index.open(path)) == 1


def test_adding_refuses_other_settings(tmp_path: Path) -> None:
    """An index keeps what it was built with."""
    with pytest.raises(InputError, match="leave out --dense"):
        run(index, corpus(tmp_path / "c.jsonl", LINES), "-o", str(tmp_path / "a"), "--add", "--dense", "hnsw")


@pytest.mark.parametrize("line", [{"txt": "x"}, {"text": 3}, ["x"]])
def test_a_wrong_line_is_named_and_nothing_is_built(tmp_path: Path, line: object) -> None:
    """The message has the line's number."""
    source = corpus(tmp_path / "c.jsonl", [*LINES, line])
    with pytest.raises(InputError, match=r"c\.jsonl, line 3"):
        run(index, source, "-o", str(tmp_path / "a.excerpt"), "--encoder", "none")
    assert [path.name for path in tmp_path.iterdir()] == ["c.jsonl"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A name that no file system takes, for one."""
    with pytest.raises(StoreError, match=r"cannot be written \(File name too long: .*x"):
        run(
            index, corpus(tmp_path / "c.jsonl", LINES), "-o", str(tmp_path / ("x" * 300)), "--encoder", "none"
        )


def test_the_default_features_are_stored_and_used(tmp_path: Path) -> None:
    """And the summary says so, stage by stage."""
    path = str(tmp_path / "a.excerpt")
    run(index, corpus(tmp_path / "c.jsonl", LINES), "-o", path, "-q")
    answer = run(query, path, "who lays the eggs", "--budget", "12")
    assert (
        "evidence-ranker: stored guards 2 of 2, token counts 2 of 2, records 2 of 2, evidence 2 of 2"
        in answer.stderr
    )


def test_features_are_added_and_shown(tmp_path: Path) -> None:
    """The table has a line for each part."""
    path = str(tmp_path / "a.excerpt")
    run(index, corpus(tmp_path / "c.jsonl", LINES), "-o", path, "--encoder", "none", "-q")
    run(index, "add-features", path, "records", "tokens", "-q")
    shown = run(index, "show", path).stdout
    lines = {tuple(line.split()[:3]) for line in shown.splitlines()}
    assert {("records", "1", "2"), ("tokens", "1", "2"), ("passages", "-", "2")} <= lines
    assert "files of 2 passages are as they were written" in run(index, "verify", path).stdout


def test_passages_are_deleted_by_id(tmp_path: Path) -> None:
    """From the command line or from a file."""
    path = str(tmp_path / "a.excerpt")
    lines = [{"id": f"p{number}", "text": f"mill {number}"} for number in range(4)]
    run(index, corpus(tmp_path / "c.jsonl", lines), "-o", path, "--encoder", "none", "-q")
    (tmp_path / "ids.txt").write_text("p1\np3\n", encoding="utf-8")
    output = run(index, "delete", path, "p0", "--from", str(tmp_path / "ids.txt"))
    assert "3 passages deleted, 1 left" in output.stderr
    run(index, "compact", path, "-q")
    assert [passage.id for passage in Index.open(path)] == ["p2"]


def test_many_questions_are_answered_in_order(tmp_path: Path) -> None:
    """Each row has what its question had, and is what one question alone gives."""
    path = str(tmp_path / "a.excerpt")
    run(index, corpus(tmp_path / "c.jsonl", LINES), "-o", path, "--encoder", "none", "-q")
    asked = [{"id": 7, "question": "queen eggs"}, {"query": "wheel", "group": "mills"}]
    questions, output = corpus(tmp_path / "q.jsonl", asked), tmp_path / "out.jsonl"
    options = ("--chain", "fast", "--budget", "9")
    run(query, path, "--questions", questions, "-o", str(output), *options)
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [row.get("id", row.get("group")) for row in rows] == [7, "mills"]
    alone = json.loads(run(query, path, "wheel", "--json", *options).stdout)
    assert rows[1] == {"group": "mills", **alone}


def test_a_wrong_question_leaves_no_file(tmp_path: Path) -> None:
    """The message has the line."""
    path = str(tmp_path / "a.excerpt")
    run(index, corpus(tmp_path / "c.jsonl", LINES), "-o", path, "--encoder", "none", "-q")
    questions = corpus(tmp_path / "q.jsonl", [{"question": "queen"}, {"question": ""}])
    with pytest.raises(InputError, match="line 2: question: is"):
        run(query, path, "--questions", questions, "-o", str(tmp_path / "out"), "--chain", "fast")
    assert not (tmp_path / "out").exists()


def test_a_question_or_a_file_of_them(tmp_path: Path) -> None:
    """Neither is an error, and so are both."""
    with pytest.raises(InputError, match="either a QUESTION or --questions"):
        run(query, str(tmp_path))


def test_default_features_and_more(tmp_path: Path) -> None:
    """``default`` may stand among names."""
    path = lexical(tmp_path, "words,records,tokens")
    run(index, "add-features", path, "default,words", "-q")
    stored = {part.feature for part in Index.open(path).manifest.feature_parts}
    assert stored == {"keys", "words", "records", "guards", "tokens", "evidence"}


def test_what_was_not_stored_is_said_loudly(tmp_path: Path) -> None:
    """For one question and for many, with what to do about it."""
    path = lexical(tmp_path, "guards")
    chain = tmp_path / "chain.toml"
    chain.write_text('[[stage]]\nuse = "bm25-sentences"\n')
    questions = corpus(tmp_path / "q.jsonl", [{"question": "queen eggs"}, {"question": "wheel of the queen"}])
    for asked, found in ((["queen eggs"], "guards 1 of 1"), (["--questions", questions], "guards 3 of 3")):
        output = run(query, path, *asked, "--chain", str(chain), "--budget", "6").stderr
        assert f"bm25-sentences: stored {found}, " in output
        assert "computed for the question, because not stored (" in output
        assert "excerpt index add-features" in output


def test_only_questions_write_a_file(tmp_path: Path) -> None:
    """An -o that would do nothing is refused."""
    with pytest.raises(InputError, match="only --questions writes a file"):
        run(query, str(tmp_path), "a question", "-o", str(tmp_path / "out"))


def test_a_wrong_question_is_found_before_the_first_is_answered(tmp_path: Path) -> None:
    """Not after hours; an index is not even opened."""
    questions = corpus(tmp_path / "q.jsonl", [{"question": "queen"}, {"text": "wheel"}])
    with pytest.raises(InputError, match="line 2: question: is"):
        run(query, str(tmp_path / "nothing"), "--questions", questions)


def test_a_failed_write_says_where_finished_work_is(tmp_path: Path) -> None:
    """It takes space, which may be what is lacking."""
    (tmp_path / ".a.work").mkdir()
    message = r"cannot be written \(No space left\).*\.a\.work has what was computed"
    with pytest.raises(StoreError, match=message), writing(str(tmp_path / "a")):
        raise OSError(28, "No space left")


def test_answers_are_packed(tmp_path: Path) -> None:
    """Where the name of the file says so, with the same bytes each time."""
    path = lexical(tmp_path, "none")
    questions = corpus(tmp_path / "q.jsonl", [{"question": "queen eggs"}])
    for name in ("out.jsonl", "out.jsonl.gz"):
        run(query, path, "--questions", questions, "-o", str(tmp_path / name), "--chain", "fast", "-q")
    packed = (tmp_path / "out.jsonl.gz").read_bytes()
    assert gzip.decompress(packed) == (tmp_path / "out.jsonl").read_bytes()
    assert not list(tmp_path.glob("*.part"))
