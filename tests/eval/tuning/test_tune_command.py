"""The command, on questions of a file."""

import json
import tomllib

import pytest
from click.testing import CliRunner

from excerpt.cli.tune import command
from excerpt.errors import ConfigError, InputError


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("tune") / "dev.jsonl"
    rows = []
    for number in range(60):
        gold = f"The ferry {number} lands at quay {number * 7}."
        text = f"A gull rests on post {number}. It rains. The tide is out. The boats are at sea. {gold}"
        start = text.index(gold)
        passages = [{"text": text, "evidence": [[start, start + len(gold)]]}]
        rows.append({"id": str(number), "question": f"Where does ferry {number} land?", "passages": passages})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def run(*options):
    return CliRunner().invoke(command, [*options, "-q"], catch_exceptions=False)


def test_a_chain_is_written(source, tmp_path):
    """With what it did on other questions on the screen."""
    target = tmp_path / "tuned.toml"
    chains = ("--only-these", "--chain", "lexical", "--chain", "truncate")
    result = run(source, "-o", str(target), "--budget", "20", *chains)
    assert result.exit_code == 0
    assert "chosen: lexical at" in result.output
    assert "less rerank-and-truncate:" in result.output
    assert tomllib.loads(target.read_text()) == {"stage": [{"use": "lexical"}]}


def test_wrong_options_are_refused_in_one_line(source, tmp_path):
    """Before any work: both amounts, a promise without a file, no chain or none of that name, an odd output."""
    target = str(tmp_path / "tuned.toml")
    with pytest.raises(InputError, match=r"ends in \.toml"):
        run(source, "-o", str(tmp_path / "tuned.txt"), "--budget", "20")
    with pytest.raises(InputError, match="--budget or --ratio"):
        run(source, "-o", target, "--budget", "20", "--ratio", "0.5")
    with pytest.raises(InputError, match="belong together"):
        run(source, "-o", target, "--risk", "0.2")
    with pytest.raises(InputError, match="nothing to try"):
        run(source, "-o", target, "--only-these")
    with pytest.raises(ConfigError, match="lexicl"):
        run(source, "-o", target, "--only-these", "--chain", "lexicl")
