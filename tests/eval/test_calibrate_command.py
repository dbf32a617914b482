"""``excerpt calibrate`` and the use of its policy, as a user runs them."""

import json

import pytest
from click.testing import CliRunner
from fakes.calibration_questions import questions
from fakes.hash_encoder import HashEncoder

from excerpt import BudgetError, InputError, PolicyError
from excerpt.calibrated.policy import Policy
from excerpt.cli.calibrate import command
from excerpt.cli.compress import command as compress
from excerpt.cli.explain import command as explain
from excerpt.cli.query import command as query
from excerpt.retrievers import Index


@pytest.fixture
def folder(tmp_path):
    """Sixty questions to calibrate on, ten to compress."""
    rows = questions(70)
    for name, part in (("dev", rows[:60]), ("new", rows[60:])):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in part))
    return tmp_path


def run(tool, *words):
    return CliRunner().invoke(tool, [str(word) for word in words], catch_exceptions=False)


def calibrated(folder, *words):
    return run(
        command, folder / "dev.jsonl", "-o", folder / "p.json", "--chain", "fast", "--knob", "score", *words
    )


def compressed(folder, *words):
    words = ("--chain", "fast", "--budget", f"calibrated:{folder / 'p.json'}", *words)
    done = run(compress, folder / "new.jsonl", "-o", folder / "out.jsonl", *words)
    return done, [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]


def test_a_policy_and_its_use(folder):
    """The promise is printed, and stands in every row."""
    done = calibrated(folder, "--risk", 0.1)
    assert done.exit_code == 0
    assert "at most 0.1 on a new question like the 60" in done.stdout
    assert "half of them" in done.stdout
    used, rows = compressed(folder)
    assert used.exit_code == 0
    assert len(rows) == 10
    assert {row["promise"]["text"] for row in rows} == {Policy.load(folder / "p.json").promise()}
    assert len({round(row["tokens_out"] / row["tokens_in"], 2) for row in rows}) > 3


def test_options_reach_the_recipe(folder):
    """Loss, method, delta, knob; and quiet is quiet."""
    words = ("--risk", 0.5, "--loss", "answer", "--method", "ltt", "--delta", 0.2, "--knob", "ratio", "-q")
    done = run(command, folder / "new.jsonl", "-o", folder / "p.json", "--chain", "fast", *words)
    policy = Policy.load(folder / "p.json")
    assert done.output == ""
    assert (policy.loss, policy.method, policy.knob) == ("answer", "ltt", "ratio")
    assert (policy.alpha, policy.delta) == (0.5, 0.2)


def test_what_cannot_be_promised_leaves_no_policy(folder):
    """The refusal names the questions that are needed."""
    with pytest.raises(PolicyError, match="needs at least 99"):
        calibrated(folder, "--risk", 0.01)
    assert not (folder / "p.json").exists()


def test_what_is_wrong_is_found_before_the_work(folder):
    """A place that is none, and a wrong question at the end of the file, by its number."""
    with pytest.raises(InputError, match=r"output: .*nowhere.* cannot be written"):
        run(command, folder / "dev.jsonl", "-o", folder / "nowhere" / "p.json", "--risk", 0.1)
    with (folder / "dev.jsonl").open("a") as file:
        file.write('{"question": "q", "passages": ["p"], "answers": "no list"}\n')
    with pytest.raises(InputError, match=r"dev\.jsonl, question 61: answers: expected a list"):
        run(command, folder / "dev.jsonl", "-o", folder / "p.json", "--risk", 0.1, "--chain", "no such chain")


def test_questions_without_labels_are_named_as_the_reason(folder):
    """Not too few questions: none of them says what it needs."""
    (folder / "dev.jsonl").write_text('{"question": "q", "passages": ["Rain fell."]}\n' * 40)
    with pytest.raises(PolicyError, match=r"40 questions .* no evidence in their passages do not count"):
        calibrated(folder, "--risk", 0.1)


def test_a_refused_group_is_told_by_the_exit_status(folder):
    """3, with the reason; its records go to the errors file."""
    done = calibrated(folder, "--risk", 0.04, "--group-by", "lang")
    assert done.exit_code == 3
    assert "lang 'nl': refused: a risk of 0.04 needs at least 24" in done.stdout
    used, rows = compressed(folder)
    assert used.exit_code == 3
    assert {row["lang"] for row in rows} == {"de"}
    assert "nothing can be promised for 'nl'" in (folder / "out.jsonl.errors.jsonl").read_text()


def test_a_cap_is_held_and_said(folder):
    """On standard error, with the number of questions."""
    chain = (
        folder / "chain.toml"
    )  # `fast` ranks the evidence first, so one sentence is enough and no cap is felt
    chain.write_text('[[stage]]\nuse = "bm25-sentences"\n')
    calibrated(folder, "--risk", 0.1, "--chain", chain)
    used, rows = compressed(folder, "--cap", 12, "--chain", chain)
    assert max(row["tokens_out"] for row in rows) <= 12
    assert "the promise does not hold for" in used.stderr


def test_another_chain_is_refused_before_any_file_is_touched(folder):
    """The policy belongs to what it was made with."""
    calibrated(folder, "--risk", 0.1)
    with pytest.raises(PolicyError, match="template differs"):
        compressed(folder, "--template", "xml")
    assert not (folder / "out.jsonl").exists()


def test_the_page_of_one_record(folder):
    """`excerpt explain` takes the same budget."""
    calibrated(folder, "--risk", 0.1, "--group-by", "lang")
    words = ("--chain", "fast", "--budget", f"calibrated:{folder / 'p.json'}", "-o", folder / "p.html")
    assert run(explain, folder / "new.jsonl", *words).exit_code == 0


def test_questions_to_an_index_name_their_group(folder):
    """`excerpt query --questions` reads the key of each question; a single question is given it."""
    calibrated(folder, "--risk", 0.2, "--group-by", "lang")
    rows = [json.loads(line) for line in (folder / "new.jsonl").read_text().splitlines()]
    Index.build([p["text"] for row in rows for p in row["passages"]], folder / "i", encoder=HashEncoder())
    words = ("--chain", "fast", "--budget", f"calibrated:{folder / 'p.json'}", "--mode", "lexical")
    done = run(query, folder / "i", "--questions", folder / "new.jsonl", *words)
    assert [json.loads(line)["promise"]["holds"] for line in done.stdout.splitlines()] == [True] * 10
    assert "with lang 'nl'" in run(query, folder / "i", rows[0]["question"], *words, "--group", "nl").stderr


@pytest.mark.parametrize("words", [("--cap", 5), ("--group", "de")])
def test_a_cap_or_a_group_alone_means_nothing(folder, words):
    """The message names what it goes with."""
    with pytest.raises(BudgetError, match="goes with --budget calibrated:"):
        run(compress, folder / "new.jsonl", "-o", folder / "out.jsonl", "--budget", 9, *words)


def test_a_budget_is_a_number_or_a_policy(folder):
    """Anything else is wrong usage."""
    done = run(compress, folder / "new.jsonl", "-o", folder / "out.jsonl", "--budget", "half")
    assert done.exit_code == 2
    assert "'half' is neither" in done.stderr


def test_another_policy_is_another_run(folder):
    """A run cannot be gone on with under other settings."""
    calibrated(folder, "--risk", 0.1)
    part = folder / "out.jsonl.journal"
    part.write_text(
        json.dumps(
            {"settings": {}, "sizes": [0, 0], "lines": 0, "written": 0, "failed": 0, "input_sha256": ""}
        )
    )
    with pytest.raises(Exception, match="policy"):
        compressed(folder, "--resume")


def test_the_picture(folder):
    """An SVG with text in it, the same bytes each time."""
    pictures = [folder / "a.svg", folder / "b.svg"]
    for picture in pictures:
        calibrated(folder, "--risk", 0.1, "--plot", picture)
    assert "risk that was asked for: 0.1" in pictures[0].read_text()
    assert pictures[0].read_bytes() == pictures[1].read_bytes()


@pytest.mark.parametrize(
    ("plot", "why"),
    [
        ("x.words", "plot: .* is of no kind that can be drawn"),
        ("nowhere/x.svg", "--plot: .* cannot be written"),
    ],
)
def test_a_picture_that_cannot_be_drawn_is_found_before_the_work(folder, plot, why):
    """No question is read for nothing: a wrong one would be named first."""
    (folder / "dev.jsonl").write_text("no question")
    with pytest.raises(InputError, match=why):
        calibrated(folder, "--risk", 0.1, "--plot", folder / plot)
