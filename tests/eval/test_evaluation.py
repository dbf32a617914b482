"""Evaluations over a few questions of our own."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from excerpt import BudgetError, Chain, ConfigError, InputError
from excerpt.eval import count_words, evaluate, named_chain
from excerpt.eval.cells import Cell
from excerpt.eval.metrics.scores import METRICS
from excerpt.eval.table import Table, write_rows
from excerpt.models.readers import Answer, Likelihood
from excerpt.values.soft import SoftContext, SoftPassage

ROWS = [
    {
        "id": "mill",
        "question": "What turns the stones of a mill?",
        "answers": ["sails"],
        "passages": [
            {"text": "Rain fell all day. The river rose.", "title": "Rain"},
            {"text": "Mills are old. Sails turn the stones of a mill.", "evidence": [[15, 47]]},
        ],
    },
    {
        "id": "rain",
        "question": "Did the river rise?",
        "answers": ["yes"],
        "passages": [
            {"text": "Rain fell all day. The river rose.", "evidence": [[19, 34]]},
            {"text": "Mills are old."},
        ],
    },
]


class Failing:
    """A chain that fails on one question."""

    def compress(self, query, passages, *, budget=None):
        if "river" in query:
            raise RuntimeError("no luck")
        return Chain(["truncate"]).compress(query, passages, budget=budget)


def test_bm25_finds_what_truncation_misses():
    """The evidence stands in the second passage."""
    chains = {name: named_chain(name) for name in ("truncate", "bm25-sentences", "oracle")}
    table = evaluate(ROWS[:1], chains, [0.5], tokenizer=count_words)
    recall = {row.chain: row.estimates["evidence_recall"].value for row in table.rows()}
    assert recall == {"truncate": 0.0, "bm25-sentences": 1.0, "oracle": 1.0}


def test_rows_go_ratio_by_ratio():
    """Chains in the caller's order inside a ratio; nothing broken."""
    table = evaluate(ROWS, {"b": named_chain("fast"), "a": named_chain("full")}, [0.5, 0.25])
    assert [(row.limit, row.chain) for row in table.rows()] == [
        (0.25, "b"),
        (0.25, "a"),
        (0.5, "b"),
        (0.5, "a"),
    ]
    assert all((row.questions, row.errors, row.breaches) == (2, 0, 0) for row in table.rows())


def test_yes_no_question_is_left_out_of_answer_recall():
    """And the number of questions says so."""
    row = evaluate(ROWS, {"full": named_chain("full")}, [0.5]).rows()[0]
    assert (row.estimates["answer_recall"].questions, row.estimates["evidence_recall"].questions) == (1, 2)


def test_failures_are_counted_and_score_zero():
    """The run goes on, and the chain does not gain by it."""
    table = evaluate(ROWS, {"failing": Failing()}, [0.99])
    row = table.rows()[0]
    assert (row.questions, row.errors) == (2, 1)
    assert table.cells["failing", 0.99].errors == ["rain: RuntimeError: no luck"]
    assert table.cells["failing", 0.99].column("evidence_recall")[1] == 0


def test_same_twice():
    """Everything but the clock is equal to the last digit."""
    chains = {"random": named_chain("random")}
    first, second = (evaluate(ROWS, chains, [0.4]).rows()[0].to_dict() for _ in range(2))
    assert {**first, "milliseconds": ""} == {**second, "milliseconds": ""}


def test_compare_is_paired():
    """The difference of two chains over the same questions."""
    chains = {name: named_chain(name) for name in ("full", "truncate")}
    table = evaluate(ROWS, chains, [0.5])
    assert table.compare("full", "full", 0.5).value == 0
    assert table.compare("full", "truncate", 0.5).value > 0
    with pytest.raises(InputError, match="no 'evidence_recall' of 'other'"):
        table.compare("full", "other", 0.5)


@pytest.mark.parametrize(
    ("rows", "chains", "ratios", "said"),
    [
        (ROWS, {}, [0.5], "at least one chain"),
        (ROWS, {"full": named_chain("full")}, [], "at least one ratio"),
        ([], {"full": named_chain("full")}, [0.5], "no questions"),
        (
            [*ROWS, {"question": "q"}],
            {"full": named_chain("full")},
            [0.5],
            "question 3: passages: is missing",
        ),
    ],
)
def test_bad_input_is_named(rows, chains, ratios, said):
    """Nothing to do, or a row that cannot be read."""
    with pytest.raises(InputError, match=said):
        evaluate(rows, chains, ratios)


def test_bad_ratio_is_refused():
    """Before anything runs."""
    with pytest.raises(BudgetError, match="above 0"):
        evaluate(ROWS, {"full": named_chain("full")}, [1.5])


def test_unknown_chain_is_named():
    """With what there is."""
    with pytest.raises(ConfigError, match=r"'fastest' is not a chain.*oracle"):
        named_chain("fastest")


def test_csv_has_a_value_and_an_interval_for_each_metric(tmp_path):
    """Empty where a metric applies to no question."""
    table = evaluate(ROWS[1:], {"full": named_chain("full")}, [0.5])
    table.to_csv(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["chain"], row["ratio"], row["evidence_recall"], row["answer_recall"]) == (
        "full",
        "0.5",
        "1.0000",
        "",
    )
    assert float(row["kept_words_low"]) <= float(row["kept_words_high"])


def test_unwritable_csv_is_an_error_of_ours(tmp_path):
    """With the path in it."""
    with pytest.raises(InputError, match="cannot be written"):
        write_rows(tmp_path / "no" / "out.csv", [{"a": "1"}])


def test_empty_cells_give_empty_numbers():
    """A table of no questions does not fail."""
    [row] = Table("bundled", {("none", 0.5): Cell([np.full(len(METRICS), np.nan)])}).rows()
    assert row.to_dict()["answer_recall"] == ""


def test_the_exported_names_are_what_they_say():
    """Sorted, resolved on use, and not hidden by a module of the same name."""
    import excerpt.eval as package
    import excerpt.eval.evaluation  # noqa: F401 - binds the module in the package

    assert sorted(package.__all__) == list(package.__all__)
    assert callable(package.evaluate)
    assert all(hasattr(package, name) for name in package.__all__)


class Echo:
    """Answers with the context."""

    name = "echo"

    def read(self, question, context):
        return Answer(context)


def test_a_reader_answers_from_what_each_chain_left():
    """Nothing from nothing; a chain that failed has nothing right."""
    chains = {"full": named_chain("full"), "no-context": named_chain("no-context"), "failing": Failing()}
    table = evaluate(ROWS[1:], chains, [0.5], reader=Echo())
    f1 = {row.chain: row.estimates["f1"].value for row in table.rows()}
    assert (f1["full"], f1["no-context"], f1["failing"]) == (0.0, 0.0, 0.0)
    contained = {
        row.chain: row.estimates["answer_contained"].value
        for row in evaluate(ROWS[:1], chains, [0.5], reader=Echo()).rows()
    }
    assert (contained["full"], contained["no-context"]) == (1.0, 0.0)
    assert table.reader == "echo"


def test_a_question_on_which_every_chain_failed_counts_for_the_reader():
    """As wrong, not as left out."""
    row = evaluate(ROWS[1:], {"failing": Failing()}, [0.5], reader=Echo()).rows()[0]
    assert (row.estimates["exact_match"].value, row.estimates["exact_match"].questions) == (0.0, 1)


def test_the_whole_context_can_be_numbered():
    """For readers that cite."""
    whole = named_chain("full").with_template("numbered")
    assert whole.compress("q", ["Rain fell.", "Sails turn."]).text.startswith("[1]")


class Vectors:
    """A chain that leaves the passages as vectors."""

    def compress(self, query, passages, *, budget=None):
        soft = SoftContext((SoftPassage(0, np.zeros(2, dtype=np.float32)),), "echo")
        return replace(Chain(["truncate"]).compress(query, passages, budget=budget), soft=soft)


class SoftEcho(Echo):
    """Reads vectors, too."""

    def read_soft(self, question, context, soft):
        return Answer("sails")


def test_vectors_are_read_by_a_reader_that_can():
    """By another they are a failure that is told, not a silent reading of the text alone."""
    right, wrong = (evaluate(ROWS[:1], {"v": Vectors()}, [0.9], reader=one) for one in (SoftEcho(), Echo()))
    assert right.rows()[0].estimates["exact_match"].value == 1.0
    assert wrong.rows()[0].estimates["exact_match"].value == 0.0
    assert "which echo cannot read" in wrong.cells["v", 0.9].errors[0]


class FirstWord:
    """A reader that says the first word of what it is given; nothing where that is nothing."""

    name = "first word"

    def read(self, question, context):
        return Answer(context.split()[0] if context else "")


def test_without_gold_answers_are_held_against_those_from_the_whole():
    """Only where a question has no answers, and where the whole gives one; nothing kept agrees with nothing."""
    rows = [{**ROWS[0], "answers": answers} for answers in ([], ["sails"])]
    chains = {name: named_chain(name) for name in ("full", "no-context", "truncate")}
    table = evaluate([*rows, {"question": "q", "passages": []}], chains, [0.5], reader=FirstWord())
    estimates = {row.chain: row.estimates["agreement"] for row in table.rows()}
    assert {name: (found.value, found.questions) for name, found in estimates.items()} == {
        "full": (1.0, 1),
        "no-context": (0.0, 1),
        "truncate": (1.0, 1),
    }


def test_a_budget_in_tokens_stands_beside_a_ratio():
    """A whole number is tokens; each is kept to, and the rows say which is which."""
    table = evaluate(ROWS[:1], {"fast": named_chain("fast")}, [8, 0.5], tokenizer=count_words)
    rows = [row.to_dict() for row in table.rows()]
    assert [(row["ratio"], row["budget"]) for row in rows] == [("0.5", ""), ("", "8")]
    assert table.cells["fast", 8].tokens[0][1] == 7
    assert float(rows[1]["rate_adherence"]) == pytest.approx(7 / 8)


@pytest.mark.parametrize("limits", [[1, 1.0], ["x"], [True]])
def test_limits_that_cannot_be_told_apart_are_refused(limits):
    """And what is no number."""
    with pytest.raises(InputError, match="evaluate: a"):
        evaluate(ROWS, {"fast": named_chain("fast")}, limits)


class Surprise:
    """Finds an answer the likelier, the more words it reads; vectors it has no likelihood for."""

    name, fingerprint = "surprise", "s"

    def __init__(self):
        self.asked = []

    def likelihoods(self, questions, contexts, answers):
        self.asked += zip(questions, contexts, answers, strict=True)
        words = [len(context.split()) for context in contexts]
        return [Likelihood(-1.0 / (1 + count), answers[0][0], count, 0.25, 0.5) for count in words]


def test_the_likelihood_of_the_answer_is_measured_after_each_text():
    """Each text once; after a failure as after nothing; not after vectors."""
    teller = Surprise()
    chains = {"full": named_chain("full"), "same": named_chain("full"), "none": named_chain("no-context")}
    chains |= {"failing": Failing(), "vectors": Vectors()}
    table = evaluate(ROWS[1:], chains, [0.5], likelihood=teller)
    rows = {row.chain: row.estimates for row in table.rows()}
    assert rows["full"]["likelihood"].value == rows["same"]["likelihood"].value > -0.2
    assert rows["none"]["likelihood"].value == rows["failing"]["likelihood"].value == -1.0
    assert rows["vectors"]["likelihood"].questions == 0
    assert (rows["full"]["prefill_seconds"].value, rows["full"]["token_seconds"].value) == (0.25, 0.5)
    assert len(teller.asked) == 2
    assert table.compare("full", "none", 0.5, "likelihood").value > 0
    assert table.reader == "surprise"


def test_a_question_without_answers_has_no_likelihood():
    """Nor one whose only answer is empty."""
    rows = [{**ROWS[0], "answers": answers} for answers in ([], [" "])]
    found = evaluate(rows, {"full": named_chain("full")}, [0.5], likelihood=Surprise()).rows()[0]
    assert found.estimates["likelihood"].questions == 0
