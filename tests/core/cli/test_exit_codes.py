"""Tests of excerpt.cli: the exit status says whose fault it was."""

import json
import sys

import pytest

from excerpt.cli import main


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A place with a record and a corpus, offline."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    record = {"id": "a", "question": "when", "passages": ["The mill was built in 1836."]}
    (tmp_path / "r.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / "c.jsonl").write_text('{"text": "The mill was built in 1836."}\n')
    return tmp_path


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("query none.excerpt when", "there is no excerpt index here"),
        ("ask none.excerpt when --reader causal-lm:none", "no model 'none'"),
        ("index verify none.excerpt", "there is no excerpt index here"),
        ("compress none.jsonl -o -", "none.jsonl: cannot be opened"),
        ("compress r.jsonl -o - --tokenizer gpt4o", "did you mean 'gpt-4o'"),
        ("compress r.jsonl -o - --tokenizer owner/none", "was not downloaded before"),
        ("compress r.jsonl -o - --chain none", "there is no preset 'none'"),
        ("index c.jsonl -o i --encoder owner/none", "'owner/none' is not in the local Hugging Face cache"),
        ("index c.jsonl -o i --add", "there is no excerpt index here"),
        ("eval none.jsonl", "none.jsonl: cannot be opened"),
        ("explain r.jsonl --id b", "there is no record 'b'"),
        ("explain none.jsonl -o r.jsonl", "none.jsonl: cannot be opened"),
        ("compress none.jsonl -o new.jsonl", "none.jsonl: cannot be opened"),
        ("compress r.jsonl -o - --budget 0.5", "a share goes to --ratio"),
        ("compress r.jsonl -o - --chain fsat", "Did you mean fast?"),
        ("compress r.jsonl -o - --chain bm25-sentences", "It is a compressor: Chain(['bm25-sentences'])"),
        (
            "compress r.jsonl -o - --budget calibrated:no.json",
            "no.json cannot be read (No such file or directory)",
        ),
        ("compres r.jsonl", "Did you mean compress"),
    ],
)
def test_what_the_user_wrote_wrong_is_status_two(folder, monkeypatch, capsys, call, said):
    """With one line that says what, and nothing left behind."""
    monkeypatch.setattr(sys, "argv", ["excerpt", *call.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert sorted(path.name for path in folder.iterdir()) == ["c.jsonl", "r.jsonl"]
