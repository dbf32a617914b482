"""Digests: what stands in them, what is checked, what the budget does, and where they may stand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt import Budget, Chain
from excerpt.compressors import AdaptiveK, RecompAbstractive, Truncate
from excerpt.compressors.scorers.given import GivenScores
from excerpt.errors import ConfigError
from excerpt.eval.metrics.invariants import breaches
from excerpt.models.generation.writers import Written
from excerpt.tokens import resolve_tokenizer

QUESTION = "When did the old mill burn?"
PASSAGES = [
    {
        "id": "a",
        "text": "The old mill burned in 1859. Two years later it was built again by the miller's sons.",
    },
    {"id": "b", "text": "The river turns the stones. " + "It rains a good deal in the hills around it. " * 8},
    {"id": "c", "text": "A sluice upstream holds the water back in the spring, when the snow melts."},
]
TRUE = "The old mill burned in 1859."
INVENTED = "It was sold to a Danish brewer in 1922."


class Dictated:
    """Writes what it is told."""

    name = fingerprint = "dictated"

    def __init__(self, text, read=None):
        self.text, self.read, self.seen = text, read, []

    def write(self, question, passages):
        self.seen.append(list(passages))
        return Written(self.text, len(passages) if self.read is None else self.read)


class FirstSentences:
    """An extractive compressor that needs no model."""

    name = "first"

    def compress(self, context, room):
        return Truncate().compress(context, room)


def chain(text, **options):
    stage = RecompAbstractive(writer=Dictated(text), extractive=FirstSentences(), **options)
    return Chain([stage])


def test_a_supported_digest_stands_as_it_was_written():
    """Marked as rewritten, with the passages that it came from and no spans."""
    result = chain("The old mill burned in 1859, and the miller's sons built it again.").compress(
        QUESTION, PASSAGES
    )
    (sentence,) = result.rewritten.sentences
    assert not result.verbatim
    assert result.text == sentence.text
    assert sentence.passages[0] == 0
    assert sentence.support > 0.8
    assert all(not kept.spans for kept in result.passages)


def test_an_invented_sentence_is_replaced_by_one_of_the_passages():
    """And the report says that it was."""
    result = chain(f"{TRUE} {INVENTED}").compress(QUESTION, PASSAGES, budget=60)
    assert INVENTED not in result.text
    copied = result.rewritten.sentences[1]
    assert PASSAGES[copied.passages[0]]["text"][slice(*copied.span)] == copied.text
    assert any("1 of 2 sentences were not supported" in warning for warning in result.report.warnings)


def test_where_the_passages_have_too_few_sentences_the_report_counts_them():
    """Three were invented, and the passage has one."""
    passage = (
        "The old mill burned in 1859, and nobody was hurt, and nobody could ever say how it had come about."
    )
    result = chain(f"{INVENTED} He came from Oslo. She came from Rome.").compress(QUESTION, [passage])
    assert any("3 of 3 sentences" in note and "by 1 of theirs" in note for note in result.report.warnings)


def test_a_sentence_of_several_passages_replaces_once():
    """Not again for the next one."""
    result = chain(f"{INVENTED} He came from Oslo.").compress(QUESTION, 4 * [PASSAGES[0]], budget=60)
    assert [sentence.text for sentence in result.rewritten.sentences] == [
        TRUE,
        "Two years later it was built again by the miller's sons.",
    ]


def test_blank_passages_are_not_read():
    """They would take the places of others."""
    stage = RecompAbstractive(writer=Dictated(TRUE), extractive=FirstSentences(), top=2)
    result = Chain([stage]).compress(QUESTION, ["\n", PASSAGES[0], "  ", PASSAGES[1]])
    assert stage.writer.seen == [[PASSAGES[0]["text"], PASSAGES[1]["text"]]]
    assert not any("were not read" in warning for warning in result.report.warnings)


def test_a_copied_sentence_can_be_traced():
    """Its characters lead back to the passage; those of a written sentence lead nowhere."""
    result = chain(f"{TRUE} {INVENTED}").compress(QUESTION, PASSAGES, budget=60)
    at = result.text.index(result.rewritten.sentences[1].text)
    kept, place = result.source(at + 3)
    assert kept.passage.text[place] == result.text[at + 3]
    assert result.source(0) is None


def test_an_empty_digest_means_no_context():
    """The paper's selective augmentation; nothing is put in its place."""
    result = chain("  \n").compress(QUESTION, PASSAGES, budget=60)
    assert (result.text, result.tokens_out) == ("", 0)
    assert result.rewritten.sentences == ()
    assert any("no use" in warning for warning in result.report.warnings)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 70), st.integers(1, 8))
def test_the_budget_is_never_exceeded(tokens, sentences):
    """Cut at the end of a sentence, under the reader's tokenizer."""
    digest = " ".join([TRUE, "The river turns the stones of the mill."] * sentences)
    result = chain(digest).compress(QUESTION, PASSAGES, budget=tokens)
    assert not breaches(result, resolve_tokenizer("bundled"))
    assert result.rewritten is None or all(s.text in digest for s in result.rewritten.sentences)


def test_where_no_sentence_fits_the_passages_own_are_kept():
    """Rather than nothing."""
    long = "The old mill burned in 1859 and was built again two years later by the sons of the miller."
    result = chain(long).compress(QUESTION, PASSAGES, budget=9)
    assert result.verbatim
    assert result.text
    assert any("not one sentence of the digest fits" in warning for warning in result.report.warnings)


def test_the_budget_is_the_readers():
    """A tokenizer that counts characters cuts earlier."""
    digest = f"{TRUE} The river turns the stones."
    result = chain(digest).compress(QUESTION, PASSAGES, budget=Budget(tokens=40, tokenizer=len))
    assert result.text == TRUE
    assert any("1 sentences at the end" in warning for warning in result.report.warnings)


def test_a_digest_longer_than_the_passages_is_not_used():
    """The input passes through whole."""
    result = chain(f"{TRUE} " * 9, threshold=0.0).compress(QUESTION, PASSAGES[:1])
    assert (result.text, result.report.passed_through) == (PASSAGES[0]["text"], "no_gain")


def test_it_stands_last_or_not_at_all():
    """The chain says why."""
    stage = RecompAbstractive(writer=Dictated(""), extractive=FirstSentences())
    with pytest.raises(ConfigError, match="recomp-abstractive writes new text, and truncate behind it"):
        Chain([stage, Truncate()])


def test_what_earlier_stages_dropped_is_not_read():
    """The best passages come first."""
    passages = [{**passage, "score": score} for passage, score in zip(PASSAGES, (0.5, 0.1, 0.9), strict=True)]
    stage = RecompAbstractive(writer=Dictated(TRUE), extractive=FirstSentences(), top=2)
    Chain([AdaptiveK(scorer=GivenScores()), stage]).compress(QUESTION, passages)
    assert stage.writer.seen == [[PASSAGES[2]["text"], PASSAGES[0]["text"]]]


def test_passages_that_were_not_read_are_in_the_report():
    """Nothing is lost without a word."""
    stage = RecompAbstractive(writer=Dictated(TRUE, read=1), extractive=FirstSentences())
    result = Chain([stage]).compress(QUESTION, PASSAGES)
    assert any("1 of 3 passages" in warning for warning in result.report.warnings)


def test_a_writer_that_fails_leaves_the_passages():
    """In a chain that keeps what it had."""

    class Broken(Dictated):
        def write(self, question, passages):
            raise RuntimeError("out of paper")

    stage = RecompAbstractive(writer=Broken(""), extractive=FirstSentences())
    result = Chain([stage], on_error="keep").compress(QUESTION, PASSAGES, budget=40)
    assert result.verbatim
    assert 0 < result.tokens_out <= 40


def test_the_row_and_the_page_say_what_was_written():
    """JSON with support and passages; HTML with the same."""
    result = chain(f"{TRUE} {INVENTED}").compress(QUESTION, PASSAGES, budget=60)
    row = result.to_dict()
    assert [sentence["support"] for sentence in row["rewritten"]] == [1.0, 1.0]
    assert "span" in row["rewritten"][1]
    assert "Rewritten by dictated" in result.explain()


def test_settings_out_of_range_are_refused():
    """By name."""
    with pytest.raises(ConfigError, match="top \\(0\\)"):
        RecompAbstractive(writer=Dictated(""), top=0)
    with pytest.raises(ConfigError, match="give url and model"):
        RecompAbstractive(writer={"url": "http://127.0.0.1:9/v1"})
    with pytest.raises(ConfigError, match="give url and model"):
        RecompAbstractive(writer="http://127.0.0.1:9/v1")
