"""``excerpt eval`` as a user runs it."""

import csv
import json

import pytest
from click.testing import CliRunner
from fakes.fake_endpoint import FakeEndpoint, completion, echoed
from fakes.tiny_decoders import make_decoder

from excerpt import ConfigError, InputError, ModelError
from excerpt.cli.eval import command
from excerpt.eval.chains import BASELINES

ROW = {
    "id": "mill",
    "question": "What turns the stones?",
    "answers": ["sails"],
    "passages": [
        "Rain fell all day.",
        {"text": "Mills are old. Sails turn the stones.", "evidence": [[15, 37]]},
    ],
}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    """Nothing is left in the user's cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def source(tmp_path):
    """Three questions."""
    path = tmp_path / "dev.jsonl"
    path.write_text("".join(json.dumps({**ROW, "id": n}) + "\n" for n in range(3)))
    return path


def run(*words):
    return CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)


def test_table_and_csv(source, tmp_path):
    """Both say the same; baselines are there without asking."""
    done = run(source, "--chain", "fast", "--ratio", 0.5, "--tokenizer", "words", "-o", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = {row["chain"]: row for row in csv.DictReader(file)}
    assert done.exit_code == 0
    assert list(rows) == [*BASELINES, "fast"]
    assert (rows["fast"]["evidence_recall"], rows["fast"]["tokenizer"]) == ("1.0000", "words")
    assert "1.00 ±.00" in done.stdout


def test_only_what_was_asked_for(source):
    """Baselines can be left out, and questions limited."""
    done = run(source, "--chain", "truncate", "--ratio", 0.5, "--no-baselines", "--limit", 2)
    assert "2 questions" in done.stdout
    assert "oracle" not in done.stdout


def test_failing_chain_is_told_by_the_exit_status(tmp_path):
    """3, with the first failure named: a question that leaves Sentinel's proxy no room for a context."""
    source = tmp_path / "long.jsonl"
    passage = {"text": "Mills grind rye. Bees sleep.", "evidence": [[0, 16]]}
    record = {"question": "why " * 600, "answers": ["rye"], "passages": [passage]}
    source.write_text(f"{json.dumps(record)}\n" * 3)
    done = run(source, "--chain", "sentinel", "--ratio", 0.5, "--no-baselines")
    assert done.exit_code == 3
    assert "failed 3 times; the first: question 1: InputError: the question leaves" in done.stderr


def test_wrong_input_is_named(source):
    """Unknown chain, wrong line."""
    with pytest.raises(ConfigError, match="'quick' is not a chain"):
        run(source, "--chain", "quick")
    source.write_text('{"question": "q", "passages": ["p"], "answers": "sails"}\n')
    with pytest.raises(InputError, match=rf"{source}, question 1: answers"):
        run(source, "--chain", "fast")


def test_a_wrong_question_is_found_before_any_work(source, tmp_path):
    """Also in the last source, which is named."""
    last = tmp_path / "last.jsonl"
    last.write_text('{"question": "", "passages": ["p"]}\n')
    with pytest.raises(InputError, match=rf"{last}, question 1: question: is empty"):
        run(source, last, "--chain", "fast", "-o", tmp_path / "out")
    last.write_text("\n")
    with pytest.raises(InputError, match=rf"{last}: there are no questions"):
        run(source, last, "--chain", "fast")


@pytest.mark.parametrize("place", ["missing/rows.csv", "dev.jsonl/report", "folder.csv"])
def test_a_result_without_a_place_is_refused_before_the_work(source, place):
    """A file in no folder, a folder in a file, a file that is a folder: before the chain is looked for."""
    (source.parent / "folder.csv").mkdir()
    with pytest.raises(InputError, match=r"output: .* cannot be written .*choose another place with -o"):
        run(source, "--chain", "no such chain", "-o", source.parent / place)


def test_prices_are_read_before_the_work(source):
    """Not when all questions are done."""
    with pytest.raises(ConfigError, match=r"none\.toml"):
        run(source, "--chain", "no such chain", "--prices", source.parent / "none.toml")


def test_a_set_that_knows_nothing_is_told(source):
    """Without answers and evidence only sizes and times are left."""
    source.write_text('{"question": "q", "passages": ["Rain fell."]}\n')
    done = run(source, "--chain", "fast", "--ratio", 0.5, "--no-baselines")
    assert "no question has answers, evidence or gold passages; with --reader" in done.stdout


def test_a_folder_gets_the_report(source, tmp_path):
    """Page, text and rows; the skipped peer is in it with its reason."""
    done = run(
        source, "--chain", "fast", "--ratio", 0.5, "--peer", "open-provence", "-o", tmp_path / "report"
    )
    assert done.exit_code == 0
    assert {path.name for path in (tmp_path / "report").iterdir()} == {"index.html", "report.md", "rows.csv"}
    assert "open-provence was skipped: " in (tmp_path / "report" / "report.md").read_text()
    assert "peer open-provence was skipped: " in done.stderr


def test_scores_are_kept_in_the_users_cache(source, tmp_path):
    """Unless told otherwise."""
    run(source, "--chain", "fast", "--ratio", 0.5, "--no-baselines", "--no-cache")
    assert not (tmp_path / "cache").exists()
    run(source, "--chain", "fast", "--ratio", 0.5, "--no-baselines")
    assert (tmp_path / "cache" / "excerpt" / "eval.sqlite").is_file()


@pytest.fixture
def endpoint(monkeypatch):
    """Always answers with a citation."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    fake = FakeEndpoint()
    fake.answer = lambda text: completion("the sails [2]" if "Sails" in text else "unknown")
    yield fake
    fake.close()


def test_a_reader_answers_once(source, tmp_path, endpoint):
    """Cost is told before; a second run with one more ratio asks only what is new."""
    words = [
        source,
        "--chain",
        "fast",
        "--no-baselines",
        "--reader",
        endpoint.url,
        "--reader-model",
        "big",
        "--cite",
    ]
    first = CliRunner().invoke(
        command, [*map(str, words), "--ratio", "1.0"], input="y\n", catch_exceptions=False
    )
    assert "3 questions, about" in first.stderr
    assert "no price given" in first.stderr
    assert len(endpoint.asked) == 1  # three times the same
    done = run(*words, "--ratio", 1.0, "--ratio", 0.3, "--yes", "-o", tmp_path / "out.csv")
    assert len(endpoint.asked) == 2
    with (tmp_path / "out.csv").open(newline="") as file:
        scores = {row["ratio"]: (row["exact_match"], row["faithful"]) for row in csv.DictReader(file)}
    assert done.exit_code == 0
    assert scores["1"] == ("1.0000", "1.0000")


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (["--reader", "oracle"], ConfigError, "neither extractive:DIR"),
        (["--reader", "http://127.0.0.1:1/v1"], ConfigError, "which model to ask for"),
        (["--reader", "causal-lm:x", "--api-key-env", "NO_SUCH_VARIABLE"], InputError, "is not set"),
        (["--peer-model", "encoder"], InputError, "expected NAME=PLACE"),
        (["--peer", "rival"], InputError, "no 'rival'"),
    ],
)
def test_wrong_options_are_named(source, words, error, said):
    """Before anything runs."""
    with pytest.raises(error, match=said):
        run(source, "--chain", "fast", "--no-baselines", *words)


def test_two_chains_are_compared_in_a_sentence(source, tmp_path):
    """At the end of what is printed, and on top of both reports."""
    asked = (
        "--chain",
        "truncate",
        "--chain",
        "bm25-sentences",
        "--ratio",
        0.5,
        "--no-baselines",
        "--no-cache",
    )
    done = run(source, *asked, "-o", tmp_path / "out")
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith("By evidence recall over 3 questions, at 0.5 of the tokens no difference seen")
    assert f"**{last}**" in (tmp_path / "out" / "report.md").read_text()
    assert "Chain against chain" in (tmp_path / "out" / "index.html").read_text()


def test_a_user_without_a_home_evaluates(source, monkeypatch):
    """As a number without a name in a container does: nothing is kept, and that is said."""

    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr("pathlib.Path.home", homeless)
    done = run(source, "--chain", "truncate", "--ratio", 0.5, "--no-baselines")
    assert done.exit_code == 0
    assert "nothing is kept for the next run: cache: this user has no home; set XDG_CACHE_HOME" in done.stderr


def test_budgets_and_likelihoods(source, tmp_path, endpoint):
    """Tokens as well as ratios; what an endpoint will be asked is told first, and asked once."""
    endpoint.answer = echoed
    words = [
        source,
        "--chain",
        "fast",
        "--no-baselines",
        "--tokenizer",
        "words",
        "--ratio",
        0.5,
        "--budget",
        4,
    ]
    words += ["--likelihood", f"{endpoint.url},model=big", "-o", tmp_path / "r"]
    assert CliRunner().invoke(command, list(map(str, words)), input="n\n").exit_code == 1
    assert endpoint.asked == []
    for _ in range(2):
        done = run(*words, "--yes")
        assert (done.exit_code, len(endpoint.asked)) == (0, 1)
    assert "likelihood" in done.stdout
    assert "at 4 tokens" in done.stdout
    with (tmp_path / "r" / "rows.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["ratio"], row["budget"], row["likelihood"]) for row in rows] == [
        ("0.5", "", "-0.5000"),
        ("", "4", "-0.5000"),
    ]
    page = (tmp_path / "r" / "index.html").read_text()
    assert "4 tokens" in page
    assert "likelihood" in page


def test_the_bottleneck_is_a_column_of_its_own(source, tmp_path):
    """Of a checkpoint as transformers writes it; the answer counts as often as was said."""
    pytest.importorskip("torch")
    model = make_decoder(tmp_path / "tiny", "llama")
    words = [source, "--chain", "fast", "--no-baselines", "--ratio", 0.5, "--tokenizer", "words"]
    done = run(*words, "--bottleneck", f"causal-lm:{model}", "--beta", 2, "-o", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert "bottleneck" in done.stdout
    answer, retrieved, score = (
        float(row[name]) for name in ("answer_probability", "retrieved_probability", "bottleneck")
    )
    assert 0 < answer < 1
    assert 0 < retrieved < 1
    assert score == pytest.approx(2 * answer - retrieved, abs=2e-4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--bottleneck", "extractive:x"], "give causal-lm:DIR"),
        (["--bottleneck", "causal-lm:x,prompt=plain"], "no other options than batch"),
        (["--bottleneck", "causal-lm:./none"], "no model"),
        (["--likelihood", "extractive:x"], "tells none"),
        (["--likelihood", "causal-lm:./none"], "no model"),
        (["--likelihood", "causal-lm:x,batch=none"], "batch is a whole number"),
        (["--reader", "causal-lm:x,dtype=int4"], "dtype is one of"),
    ],
)
def test_a_wrong_model_is_named_before_the_work(source, words, said):
    """Nothing was compressed."""
    with pytest.raises((ConfigError, ModelError), match=said):
        run(source, *words)
