"""Chains: what always holds, and what happens when something goes wrong."""

import copy
import pickle
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from fakes.strategies import hostile_text
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt import Budget, BudgetError, Chain, ConfigError, Context, InputError, Passage, compress
from excerpt.compressors import Bm25Sentences, Guards, LexicalRanker, RandomUnits, RerankTruncate, Truncate
from excerpt.render import TEMPLATES
from excerpt.run.breaches import find_breaches
from excerpt.values.spans import contains

FAST = [Bm25Sentences(), RandomUnits(), Truncate(), Truncate("word"), RandomUnits(3)]
TEXTS = [
    "The mill stands by the river. It grinds rye and 12.5 kg of oats a day. Nobody lives there.",
    "A ferry crosses twice a day. It did not sail in 1953. Tickets cost $3.",
    "Bees sleep in winter.",
]


@st.composite
def calls(draw):
    """A question, passages (some of them twice), a budget and a chain without a model."""
    texts = draw(st.lists(hostile_text(), min_size=1, max_size=5))
    texts += draw(st.lists(st.sampled_from(texts), max_size=2))
    budget = draw(
        st.one_of(
            st.integers(0, 80).map(lambda n: Budget(tokens=n)),
            st.integers(1, 100).map(lambda n: Budget(ratio=n / 100)),
            st.integers(0, 80).map(lambda n: Budget(tokens=n, tokenizer=lambda text: len(text.split()))),
        )
    )
    stages = draw(st.lists(st.sampled_from(FAST), min_size=1, max_size=3))
    chain = Chain(
        stages,
        template=draw(st.sampled_from(sorted(TEMPLATES))),
        order=draw(st.sampled_from(["document", "best_first", "best_last"])),
        preserve_slots=draw(st.booleans()),
    )
    passages = [Passage(text, id=draw(st.sampled_from(["", "a", "b"])), title="T 1") for text in texts]
    return chain, draw(hostile_text().filter(str.strip)), passages, budget


@settings(deadline=None, max_examples=150)
@given(calls())
def test_kept_spans_are_verbatim_sorted_and_apart(call):
    """Invariant 1: each span is a slice of its source, and every piece of the text is one."""
    chain, query, passages, budget = call
    result = chain.compress(query, passages, budget=budget)
    for kept, passage in zip(result.passages, passages, strict=True):
        assert kept.passage is passage
        assert contains([(0, len(passage.text))], kept.spans)
        assert all(a.end < b.start for a, b in zip(kept.spans, kept.spans[1:], strict=False))
    for start, end, index, source in result.pieces:
        assert result.text[start:end] == passages[index].text[source : source + end - start]


@settings(deadline=None, max_examples=150)
@given(calls())
def test_the_budget_holds_and_the_text_never_grows(call):
    """Invariants 3 and 4, counted on the rendered text by the reader's tokenizer."""
    chain, query, passages, budget = call
    result = chain.compress(query, passages, budget=budget)
    assert result.tokens_out <= result.tokens_in
    assert result.tokens_out <= budget.limit(result.tokens_in)


@settings(deadline=None, max_examples=100)
@given(calls())
def test_protected_text_is_never_cut(call):
    """Invariant 6: numbers, negations, URLs, code and table rows are whole or gone."""
    chain, query, passages, budget = call
    result = chain.compress(query, passages, budget=budget)
    assert result.report.breaches == ()
    assert find_breaches(result.context, Guards()) == []


@settings(deadline=None, max_examples=60)
@given(st.lists(calls(), min_size=1, max_size=3))
def test_a_batch_gives_what_single_calls_give(given_calls):
    """Invariant 5, and twice the same is the same."""
    chain, _, _, budget = given_calls[0]
    queries = [query for _, query, _, _ in given_calls]
    lists = [passages for _, _, passages, _ in given_calls]
    batch = chain.compress_batch(queries, lists, budget=budget)
    single = [chain.compress(q, p, budget=budget) for q, p in zip(queries, lists, strict=True)]
    assert [result.to_dict() for result in batch] == [result.to_dict() for result in single]


@settings(deadline=None, max_examples=60)
@given(calls())
def test_compressing_the_result_again_changes_nothing(call):
    """What fits is passed through."""
    chain, query, passages, budget = call
    first = chain.compress(query, passages, budget=budget)
    limit = Budget(tokens=first.tokens_out, tokenizer=budget.tokenizer)
    again = chain.compress(query, [kept.text for kept in first.passages if kept.spans], budget=limit)
    if (
        chain.layout.template.name == "plain"
        and chain.layout.order == "document"
        and not chain.layout.preserve_slots
    ):
        assert again.text == first.text


def test_every_character_of_the_text_can_be_traced():
    """From a position in the text to the passage and the position in it; template text comes from nowhere."""
    result = Chain([Bm25Sentences()], template="numbered").compress(
        "When did the ferry not sail?", TEXTS, budget=20
    )
    at = result.text.index("1953")
    kept, position = result.source(at)
    assert kept.passage.text[position : position + 4] == "1953"
    assert result.source(0) is None


def test_a_result_can_be_copied_and_sent_to_another_process():
    """Metadata included; the copy says the same."""
    result = Chain([Bm25Sentences()]).compress(
        "ferry", [{"text": text, "page": 3} for text in TEXTS], budget=20
    )
    for copied in (copy.deepcopy(result), pickle.loads(pickle.dumps(result))):  # noqa: S301 - our own bytes
        assert copied.to_dict() == result.to_dict()
        assert copied.passages[0].passage.metadata == {"page": 3}


def test_what_fits_is_passed_through():
    """No stage runs, and the report says why."""
    result = Chain([Truncate()]).compress("q", TEXTS, budget=1000)
    assert result.text == "\n\n".join(TEXTS)
    assert (result.report.passed_through, result.report.stages) == ("fits", ())


@pytest.mark.parametrize("passages", [[], [""], ["", " \n"]])
def test_nothing_in_nothing_out(passages):
    """Empty input is not an error."""
    assert Chain([Truncate()]).compress("q", passages, budget=5).text.strip() == ""


def test_a_zero_budget_gives_an_empty_text():
    """And the report lists the stage."""
    result = Chain([Truncate()]).compress("q", TEXTS, budget=0)
    assert (result.text, result.tokens_out) == ("", 0)


def test_slots_are_given_up_before_the_budget():
    """And a warning says so; with room for the heads they stay."""
    chain = Chain([Bm25Sentences()], template="numbered", preserve_slots=True)
    passages = [{"title": "A long and winding title", "text": text} for text in TEXTS]
    tight = chain.compress("When do bees sleep?", passages, budget=16)
    assert 0 < tight.tokens_out <= 16
    assert "slots were not preserved" in tight.report.warnings[0]
    roomy = chain.compress("When do bees sleep?", passages, budget=40)
    assert "[3] A long" in roomy.text
    assert roomy.report.warnings == ()


def test_a_unit_larger_than_the_budget_is_replaced_by_smaller_ones():
    """Half a sentence beats nothing, and a warning says so."""
    result = Chain([Truncate("passage")]).compress("q", TEXTS, budget=6)
    assert 0 < result.tokens_out <= 6
    assert "does not fit into a limit of 6: only its best part was kept" in result.report.warnings[0]


class Failing:
    """Raises whatever it is given."""

    name = "failing"

    def compress(self, context, room):
        message = "out of order"
        raise ValueError(message)


class Slow:
    """Takes far longer than any deadline here."""

    name = "slow"

    def compress(self, context, room):
        for _ in range(500):
            time.sleep(0.01)
            room.deadline.check()
        return context


class Widening:
    """Breaks the one rule."""

    name = "widening"

    def compress(self, context, room):
        return context.narrow([[(0, len(p.text) + 1)] for p in context.passages])


class Overspending:
    """Ignores its budget."""

    name = "overspending"

    def compress(self, context, room):
        return context


def test_a_failing_stage_raises_by_default():
    """The error is the stage's own."""
    with pytest.raises(ValueError, match="out of order"):
        Chain([Failing()]).compress("q", TEXTS, budget=5)


def test_keep_on_error_keeps_what_came_before_and_the_budget_holds():
    """The report has the reason."""
    chain = Chain([RandomUnits(), Failing()], on_error="keep")
    result = chain.compress("q", TEXTS, budget=15)
    assert 0 < result.tokens_out <= 15
    assert [stage.outcome for stage in result.report.stages] == ["done", "failed"]
    assert "ValueError: out of order" in result.report.stages[1].why


def test_a_stage_that_overruns_is_undone_and_the_budget_holds():
    """The call returns soon after its deadline with what came before."""
    result = Chain([Slow()], deadline_s=0.05).compress("q", TEXTS, budget=10)
    assert result.report.stages[0].outcome == "deadline"
    assert 0 < result.tokens_out <= 10


def test_a_process_waits_for_what_overran(tmp_path):
    """Native code that still runs when Python takes itself apart would abort the process."""
    code = f"""
import pathlib, time
from excerpt import Chain

class Slow:
    name = "slow"
    def compress(self, context, room):
        time.sleep(2)
        pathlib.Path({str(tmp_path / "done")!r}).touch()
        return context

print(Chain([Slow()], deadline_s=0.5).compress("q", ["A mill. A weir."], budget=3).report.stages[0].outcome)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "deadline"
    assert (tmp_path / "done").exists()


def test_a_stage_cannot_widen():
    """The one place that enforces it names the passage."""
    with pytest.raises(InputError, match="may only keep less"):
        Chain([Widening()]).compress("q", TEXTS, budget=5)


def test_a_stage_that_ignores_the_budget_is_trimmed():
    """Nothing gets past the budget."""
    result = Chain([Overspending()]).compress("q", TEXTS, budget=12)
    assert 0 < result.tokens_out <= 12


def test_headroom_leaves_the_finer_stage_a_choice():
    """A stage with headroom keeps more than the budget when another follows."""

    class Half(Truncate):
        headroom = 2.0

    result = Chain([Half(), Truncate("word")]).compress("q", TEXTS, budget=12)
    first, last = result.report.stages
    assert 12 < first.tokens_out <= 24
    assert last.tokens_out <= 12


@pytest.mark.parametrize("headroom", [-2, 0, "x", True, float("inf"), float("nan")])
def test_a_headroom_that_is_none_is_refused(headroom):
    """Of anybody's stage, with its name."""

    class Half(Truncate):
        pass

    Half.headroom = headroom
    with pytest.raises(ConfigError, match="chain: truncate: headroom must be a number above 0"):
        Chain([Half(), Truncate("word")])


def test_rerank_truncate_follows_an_earlier_ranking():
    """Sentences come from the front of the best passage."""
    chain = Chain([Bm25Sentences(), RerankTruncate()])
    result = chain.compress("When do bees sleep?", TEXTS, budget=6)
    assert result.text == "Bees sleep in winter."


def test_without_a_budget_each_stage_follows_its_own_rule():
    """Truncation has none, so nothing is gained."""
    assert Chain([Truncate()]).compress("q", TEXTS).report.passed_through == "no_gain"


@pytest.mark.parametrize(
    ("stages", "options", "message"),
    [
        ([], {}, "at least one stage"),
        ("default", {}, "at least one stage"),
        ([object()], {}, "is not a compressor"),
        ([Truncate], {}, "an instance, not a class"),
        (["trunkate"], {}, "Did you mean truncate"),
        ([Truncate()], {"on_error": "ignore"}, "'raise' or 'keep'"),
        ([Truncate()], {"template": "html"}, "there is no 'html'"),
    ],
)
def test_a_wrong_chain_says_what_is_wrong(stages, options, message):
    """Before anything runs."""
    with pytest.raises(ConfigError, match=message):
        Chain(stages, **options)


def test_a_batch_names_the_question_that_is_wrong():
    """The third passage of the second question."""
    with pytest.raises(InputError, match=r"question 1: passages\[2\]"):
        Chain([Truncate()]).compress_batch(["a", "b"], [["x"], ["x", "y", 5]], budget=3)
    with pytest.raises(InputError, match="2 queries for 1"):
        Chain([Truncate()]).compress_batch(["a", "b"], [["x"]])
    with pytest.raises(InputError, match="queries must be a list with one element a question, got None"):
        Chain([Truncate()]).compress_batch(None, [["x"]])
    with pytest.raises(InputError, match="passage_lists must be a list with one element a question, got 'x'"):
        Chain([Truncate()]).compress_batch(["a"], "x")


def test_a_batch_may_come_from_generators():
    """And a wrong budget is no question's fault."""
    chain = Chain([Truncate()])
    assert len(chain.compress_batch((q for q in "ab"), (TEXTS for _ in range(2)), budget=9)) == 2
    with pytest.raises(BudgetError, match=r"^budget: tokens"):
        chain.compress_batch(["a"], [TEXTS], budget=-1)


def test_compress_takes_a_preset_by_name():
    """The short form."""
    assert compress("When do bees sleep?", TEXTS, budget=6, chain="fast").text == "Bees sleep in winter."


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": 5}, "name: must be a string, got 5"),
        ({"template": 5}, "template: expected an excerpt.Template or one of"),
        ({"preserve_slots": "no"}, "preserve_slots: must be True or False, got 'no'"),
        ({"on_error": []}, "on_error: must be 'raise' or 'keep'"),
        ({"guards": "numbers"}, "guards: must be 'default', None or"),
        ({"guards": Guards}, "guards: must be 'default', None or"),
        ({"deadline_s": "1"}, "deadline_s: must be a number of seconds"),
        ({"deadline_s": float("nan")}, "deadline_s: must be a number of seconds"),
        ({"deadline_s": -1}, "deadline_s: must be a number of seconds"),
    ],
)
def test_a_wrong_option_of_a_chain_is_named(options, message):
    """When the chain is made, not in the middle of the first question."""
    with pytest.raises(ConfigError, match=message):
        Chain([Truncate()], **options)


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        (5, "at least one stage, got 5"),
        ({"use": "truncate"}, "at least one stage, got {'use'"),
        ([Chain([Truncate()])], "is a chain of its own, not a stage"),
        (["pruner"], r"chain \(pruner\): needs model .*give an instance"),
    ],
)
def test_what_is_no_stage_is_named(stages, message):
    """Before anything runs."""
    with pytest.raises(ConfigError, match=message):
        Chain(stages)


def test_a_deadline_may_be_in_the_far_future():
    """Longer than a thread can wait."""
    assert Chain([Truncate()], deadline_s=1e300).compress("q", TEXTS, budget=9).report.warnings == ()


class Giving:
    """Gives back what a function makes of its context."""

    name = "giving"

    def __init__(self, make):
        self.make = make

    def compress(self, context, room):
        return self.make(context)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: None, r"stage giving: compress\(\) gave NoneType and must give a Context"),
        (lambda context: context.kept, "gave tuple and must give a Context"),
        (
            lambda context: Context.start(context.query, [Passage("of mine")]),
            "of another question or other passages",
        ),
        (lambda context: replace(context, query="another"), "of another question or other passages"),
        (lambda context: replace(context, kept=(((0, 999),), (), ())), r"may only keep less: passages\[0\]"),
    ],
)
def test_what_a_stage_gives_back_is_checked(make, message):
    """Nobody's text but the passages', and never more of it; with on_error the stage before counts."""
    with pytest.raises(InputError, match=message):
        Chain([Giving(make), Truncate()]).compress("q", TEXTS, budget=9)
    kept = Chain([Truncate(), Giving(make)], on_error="keep").compress("q", TEXTS, budget=9)
    assert kept.text == Chain([Truncate()]).compress("q", TEXTS, budget=9).text


def test_a_stage_that_finds_nothing_worth_keeping_is_believed():
    """Though the stage before had found something; and that nothing is left is said."""
    nothing = Giving(lambda context: context.narrow([()] * len(context.passages)))
    result = Chain([Truncate(), nothing]).compress("q", TEXTS, budget=9)
    said = "nothing was kept: stage giving found nothing worth keeping of 3 passages"
    assert (result.text, result.report.warnings) == ("", (said,))


def test_where_no_stage_ranked_the_words_decide():
    """After a deadline the budget is spent on what matches the question, not on the front."""
    passages = ["Mills grind rye. Rain fell.", "It was cold.", "The ferry sails at dawn."]
    result = Chain([Slow()], deadline_s=0.02).compress("When does the ferry sail?", passages, budget=6)
    assert result.text == "The ferry sails at dawn."
    assert result.report.stages[0].outcome == "deadline"


def test_how_many_parents_come_along():
    """All, the nearest, or none."""
    text = "# Rates\n\n## Child\n\nHalf price on the ferry.\n\n# Dates\n\nIn May the barge. In June the tug."
    for parents, kept in ((None, "# Rates\n\n## Child\n\nHalf"), (1, "## Child\n\nHalf"), (0, "Half")):
        chain = Chain([LexicalRanker(parents=parents)])
        result = chain.compress("What is half price?", [text], budget=Budget(tokens=16, min_score=-0.1))
        assert result.text.startswith(kept)
    with pytest.raises(ConfigError, match="parents must be a whole number"):
        LexicalRanker(parents=-1)
