"""The function that all adapters use."""

import asyncio

import pytest

from excerpt import Budget, Chain, ConfigError, InputError
from excerpt.adapters.texts import TextCompressor, acompress_texts, compress_texts
from excerpt.compressors import RecompAbstractive, Truncate

MILL = "The mill burned in 1859. The weir was raised in 1861. Bees sleep in winter. A hive weighs 30 kg."
RIVER = "The river is deep and cold in the spring. Nobody swims there. The ferry runs at six."
QUESTION = "when did the mill burn"


class Failing:
    """A stage that cannot."""

    name = "failing"

    def compress(self, context, room):
        raise RuntimeError("no luck")


def slices(text, spans):
    return [text[span.start : span.end] for span in spans]


def test_kept_text_is_slices_of_the_original():
    """And no longer, with the tokens of both."""
    (result,) = compress_texts([MILL], QUESTION, budget=0.4)
    assert result.changed
    assert "".join(slices(MILL, result.spans)).replace(" ", "") == result.text.replace(" ", "")
    assert "1859" in result.text
    assert result.tokens_out < result.tokens_in
    assert not result.query_free


def test_shared_budget_goes_to_the_texts_that_answer():
    """One that does not may be emptied."""
    mill, river = compress_texts([MILL, RIVER], QUESTION, budget=8)
    assert mill.text == "The mill burned in 1859."
    assert (river.text, river.spans, river.changed) == ("", (), True)


def test_each_text_has_a_budget_of_its_own():
    """What is kept of one does not depend on the others."""
    alone = compress_texts([RIVER], QUESTION, budget=0.5, budget_for="each")
    together = compress_texts([MILL, RIVER], QUESTION, budget=0.5, budget_for="each")
    assert together[1] == alone[0]
    assert together[1].text


def test_without_a_question_a_query_free_chain_says_so():
    """For None and for blank text."""
    for question in (None, "  "):
        (result,) = compress_texts([MILL], question, budget=0.5)
        assert result.query_free
        assert result.chain == "query-free"
        assert "no question was read" in result.warnings[0]


def test_a_chain_that_reads_no_question_is_used_as_it_is():
    """Nothing else is looked for."""
    (result,) = compress_texts([MILL], None, chain=Chain([Truncate()], name="front"), budget=0.5)
    assert (result.chain, result.query_free) == ("front", True)


@pytest.mark.parametrize("budget_for", ["all", "each"])
def test_a_failing_chain_gives_the_texts_back_with_the_reason(budget_for):
    """Fail open is the default."""
    (result,) = compress_texts([MILL], QUESTION, chain=Chain([Failing()]), budget_for=budget_for)
    assert (result.text, result.reason, result.changed) == (MILL, "failed", False)
    assert result.warnings == ("RuntimeError: no luck",)
    assert slices(MILL, result.spans) == [MILL]


def test_errors_are_raised_where_that_is_asked():
    """As they are."""
    with pytest.raises(RuntimeError, match="no luck"):
        compress_texts([MILL], QUESTION, chain=Chain([Failing()]), on_error="raise")


def test_out_of_time():
    """The whole text is given back, not its front."""
    (result,) = compress_texts([MILL], QUESTION, budget=5, deadline_s=0)
    assert (result.text, result.reason) == (MILL, "deadline")
    with pytest.raises(TimeoutError):
        compress_texts([MILL], QUESTION, budget=5, deadline_s=0, on_error="raise")


def test_reasons_for_leaving_a_text_alone():
    """Each has a word."""
    assert compress_texts([MILL], QUESTION, budget=500)[0].reason == "fits"
    assert compress_texts(["  "], QUESTION)[0].reason == "empty"
    assert [result.reason for result in compress_texts([MILL, "Rye."], QUESTION, budget=0.9)][1] in (
        "",
        "whole",
    )
    assert compress_texts([], QUESTION) == []


def test_texts_come_back_in_order_with_their_titles_read():
    """Passages, mappings and texts alike."""
    results = compress_texts([{"text": MILL}, RIVER], QUESTION, titles=["Mill", None], budget=0.5)
    assert len(results) == 2
    with pytest.raises(InputError, match="titles: need one for each of 2 texts"):
        compress_texts([MILL, RIVER], QUESTION, titles=["one"])


def test_async_gives_the_same():
    """In a thread."""
    assert asyncio.run(acompress_texts([MILL, RIVER], QUESTION, budget=20)) == compress_texts(
        [MILL, RIVER], QUESTION, budget=20
    )


def test_one_compressor_for_many_calls():
    """Loaded once, the same each time."""
    compressor = TextCompressor(budget=0.5)
    assert compressor([MILL], QUESTION) == asyncio.run(compressor.acall([MILL], QUESTION))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget_for": "some"}, "budget_for: must be one of all, each"),
        ({"on_error": "ignore"}, "on_error: must be one of keep, raise"),
        ({"query_free": "default"}, "query_free: the chain 'default' reads the question"),
        ({"deadline_s": -1}, "deadline_s: must be"),
        ({"chain": "no-such"}, "there is no preset"),
    ],
)
def test_options_are_checked(options, message):
    """When they are given, not when a text comes."""
    with pytest.raises(ConfigError, match=message):
        TextCompressor(**options)


def test_a_chain_that_writes_new_text_is_refused():
    """Spans would be of no text."""

    class Writer:
        name = fingerprint = "writer"

        def write(self, question, passages):
            raise AssertionError

    chain = Chain([RecompAbstractive(writer=Writer(), extractive=Truncate())])
    with pytest.raises(ConfigError, match="writes new text"):
        compress_texts([MILL], QUESTION, chain=chain)


def test_texts_of_another_kind_are_an_error_always():
    """They are the adapter's mistake, not the text's."""
    with pytest.raises(InputError, match=r"texts\[0\]"):
        compress_texts([7], QUESTION)
    with pytest.raises(InputError, match="expected a list"):
        compress_texts("text", QUESTION)


def test_budget_with_a_tokenizer_of_the_readers():
    """Counts are under it."""
    (result,) = compress_texts([MILL], QUESTION, budget=Budget(tokens=8), tokenizer="words")
    assert result.tokens_in == len(MILL.split())
    assert result.tokens_out == len(result.text.split())
