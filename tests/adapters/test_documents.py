"""Tests of excerpt.adapters.documents, without any host."""

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt import Chain
from excerpt.adapters.documents import DocumentCompression, begin_in
from excerpt.errors import BudgetError, ConfigError
from excerpt.render import Template
from excerpt.tokens import BUNDLED, resolve_tokenizer
from excerpt.values.types import Passage

QUESTION = "Who keeps the bees?"
PASSAGES = [
    Passage("The mill stands at the river. The miller keeps the bees."),
    Passage("Green tea is steeped."),
]


def words(text):
    """A tokenizer whose counts can be checked by eye."""
    return len(text.split())


class Headed(Template):
    """Three words before each text."""

    __slots__ = ()

    def around(self, passage, number):
        """The same for all."""
        return "one two three\n", ""


class Failing:
    """A stage that fails, with the text in its words."""

    name = "failing"

    def compress(self, context, room):
        """Fail."""
        message = f"cannot read {context.passages[0].text}"
        raise OSError(message)


texts = st.lists(
    st.sampled_from(
        ["Rain falls.", "The miller keeps bees!\n", " ", "蜂は眠る。", "x" * 40, "- tea\n- rye\n"]
    )
)


@settings(max_examples=30, deadline=None)
@given(st.lists(texts.map("".join), max_size=4), st.floats(0.05, 1.0))
def test_no_document_gets_longer_and_each_kept_text_is_its_own(documents, ratio):
    """Whatever they are: in tokens and in characters, at the places that the account names."""
    made = DocumentCompression.of("fast", ratio, keep_empty=True)
    kept = made.compress("bees", [Passage(text) for text in documents])
    counter = resolve_tokenizer(BUNDLED)
    assert [one.index for one in kept] == list(range(len(documents)))
    for text, one in zip(documents, kept, strict=True):
        assert len(one.text) <= len(text)
        assert counter.count(one.text) <= counter.count(text)
        pairs = zip(one.account["starts"], one.account["spans"], strict=True)
        assert all(one.text[at : at + end - start] == text[start:end] for at, (start, end) in pairs)


def test_a_template_of_the_host_counts():
    """And a calibrated budget's chain keeps its own."""
    made = DocumentCompression.of("fast", 12, words).with_template(Headed("headed"))
    kept = made.compress(QUESTION, PASSAGES)
    assert 0 < sum(words(one.text) + 3 for one in kept) <= 12
    assert (
        DocumentCompression.of("fast", None).with_template(Headed("headed")).chain.layout.template.name
        == "plain"
    )


def test_tokens_of_the_source_are_those_of_the_first_compressor():
    """What was saved is saved since then."""
    long = Passage(f"{PASSAGES[0].text} It rains often and tea is sold to travellers.")
    (one,) = DocumentCompression.of("fast", 11, words).compress(QUESTION, [long])
    again = DocumentCompression.of("fast", 5, words)
    (two,) = again.compress(QUESTION, [Passage(one.text)], [one.account])
    assert two.account["tokens_in"] == one.account["tokens_in"] == words(long.text)
    assert two.account["tokens_out"] < one.account["tokens_out"]


def test_a_failure_is_told_to_the_caller_and_not_to_the_log(caplog):
    """Logs go where documents may not."""
    made = DocumentCompression.of(Chain([Failing()]), 5)
    with caplog.at_level(logging.WARNING, logger="excerpt"):
        kept = made.compress(QUESTION, PASSAGES)
    assert [one.text for one in kept] == [passage.text for passage in PASSAGES]
    assert "cannot read The mill" in kept[0].account["warnings"][0]
    assert kept[0].account["tokens_in"] is None
    assert "OSError" in caplog.text
    assert "mill" not in caplog.text
    assert made.text(QUESTION, PASSAGES) == "\n\n".join(passage.text for passage in PASSAGES)


def test_a_failure_is_raised_where_that_is_asked_for():
    """In both ways of asking."""
    made = DocumentCompression.of(Chain([Failing()]), 5, on_error="raise")
    with pytest.raises(OSError, match="cannot read"):
        made.compress(QUESTION, PASSAGES)
    with pytest.raises(OSError, match="cannot read"):
        made.text(QUESTION, PASSAGES)


def test_reports_can_be_watched():
    """By an index, for what it had not stored."""
    seen = []
    DocumentCompression.of("fast", 5, watch=seen.append).compress(QUESTION, PASSAGES)
    assert [report.limit for report in seen] == [5]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"budget": 1.5}, BudgetError, "ratio is the share"),
        ({"budget": None, "tokenizer": "bundled"}, BudgetError, "tokenizer: counts a budget"),
        ({"budget": 5, "on_error": "ignore"}, ConfigError, "on_error: must be 'keep' or 'raise'"),
        ({"budget": 5, "stored": 5}, ConfigError, "stored: expected what Index.features is, got int"),
        ({"budget": 5, "chain": "fastest"}, ConfigError, "no preset 'fastest'"),
    ],
)
def test_wrong_settings_are_refused_at_once(options, error, said):
    """Before any document."""
    with pytest.raises(error, match=said):
        DocumentCompression.of(**{"chain": "fast", **options})


def test_where_a_text_was_split_from_gives_places_in_the_document():
    """Through two compressors; not behind a splitter of what the first had made, whose numbers are of no document."""
    document = "A heading.\n\n" + PASSAGES[0].text + " It rains often and tea is sold to travellers."
    begin = document.index("The mill")
    made = DocumentCompression.of("fast", 9, words)
    (one,) = made.compress(QUESTION, [Passage(document[begin:])], begins=[begin])
    assert "".join(document[start:end] for start, end in one.account["document_spans"]) in document
    again = DocumentCompression.of("fast", 5, words)
    (two,) = again.compress(QUESTION, [Passage(one.text)], [one.account], [begin])
    assert [document[start:end] for start, end in two.account["document_spans"]] == [
        "The miller keeps the bees."
    ]
    (three,) = again.compress(QUESTION, [Passage(one.text[4:])], [one.account], [4])
    assert "document_spans" not in three.account


@pytest.mark.parametrize(
    ("value", "begin"), [(3, 3), (0, 0), (-1, None), ("3", None), (True, None), (None, None)]
)
def test_what_metadata_say_may_be_anything(value, begin):
    """LangChain's splitters write -1 for what they did not find."""
    assert begin_in({"start_index": value}, "start_index") == begin
