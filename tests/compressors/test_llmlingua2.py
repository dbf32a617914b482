import re
from itertools import pairwise

import numpy as np
import pytest
from fakes.tiny_token_classifiers import make_sentencepiece, make_wordpiece, reader_tokens, texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from excerpt.chain import Chain
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.llmlingua2 import LLMLingua2
from excerpt.compressors.scorers.keep_probability import KeepProbability
from excerpt.compressors.units.splitting import split
from excerpt.errors import ConfigError
from excerpt.models import load_token_classifier
from excerpt.run.breaches import find_breaches
from excerpt.values.spans import Span
from excerpt.values.types import Context, Passage

MAKE = {"wordpiece": make_wordpiece, "sentencepiece": make_sentencepiece}
PROPERTIES = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PASSAGES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(texts(40, seed=11)),
        st.sampled_from(
            [
                "",
                " \n\t",
                "x",
                "👩‍🌾🌽👩‍🌾",
                "東京は2020年に大会を延期した。",
                "é" * 30,
                "\0\u200b",
                "١٢٣ كتب",
                "日" * 700,
            ]
        ),
    ),
    max_size=5,
)


@pytest.fixture(scope="module", params=sorted(MAKE))
def classifier(request, tmp_path_factory):
    return load_token_classifier(
        MAKE[request.param](tmp_path_factory.mktemp("model") / "any-name"), threads=1
    )


def compress(classifier, passages, budget=None, **options):
    chain = Chain([LLMLingua2(classifier, **options)])
    return chain.compress("who sold it?", passages, budget=budget)


@PROPERTIES
@given(passages=PASSAGES, share=st.sampled_from([None, 0.1, 0.5]))
def test_kept_spans_are_the_source_s_own_characters(classifier, passages, share):
    """Sorted, not overlapping, not longer than the source, under the budget, whatever the text."""
    result = compress(classifier, passages, share)
    for passage, text in zip(result.passages, passages, strict=True):
        assert all(0 <= start < end <= len(text) for start, end in passage.spans)
        assert all(left.end < right.start for left, right in pairwise(passage.spans))
    assert result.tokens_out <= result.tokens_in


@PROPERTIES
@given(passages=PASSAGES)
def test_the_same_input_gives_the_same_output(classifier, passages):
    """Twice, and with another compressor object."""
    first, again = (compress(classifier, passages, 0.4) for _ in range(2))
    assert (first.text, first.context.kept) == (again.text, again.context.kept)


@PROPERTIES
@given(passages=PASSAGES)
def test_scores_do_not_depend_on_the_other_passages(classifier, passages):
    """Each passage alone gets, bit for bit, the scores that it gets among others."""
    scorer = KeepProbability(classifier)
    context = Context.start("q", map(Passage, passages))
    units = split("word", context)
    together = scorer.score(context, units)
    alone = []
    for text in passages:
        single = Context.start("q", [Passage(text)])
        alone.append(scorer.score(single, split("word", single)))
    assert np.array_equal(together, np.concatenate([*alone, []]))


@PROPERTIES
@given(passages=PASSAGES)
def test_protected_text_is_never_cut(classifier, passages):
    """Numbers with units, negations, URLs, tables and the rest: whole or not at all."""
    chain = Chain([LLMLingua2(classifier)], guards=Guards())
    assert find_breaches(chain.compress("q", passages, budget=0.3).context, Guards()) == []


def test_the_best_words_of_all_passages_are_kept(classifier):
    """One ranking over everything: every kept word scores at least as much as every dropped one."""
    result = compress(classifier, texts(8, seed=3), rate=0.3)
    ranking = result.context.rankings[-1]
    assert ranking.scores[ranking.kept].min() >= ranking.scores[~ranking.kept].max()
    assert result.tokens_out == pytest.approx(0.3 * result.tokens_in, rel=0.15)


def test_without_rate_and_budget_everything_is_kept(classifier):
    """`rate=None` leaves the choice to the budget."""
    passages = texts(4, seed=3)
    assert compress(classifier, passages, rate=None).tokens_out == compress(classifier, passages).tokens_in


def test_a_budget_overrules_the_rate(classifier):
    """And it is filled."""
    result = compress(classifier, texts(12, seed=3), 100, rate=0.01)
    assert 90 <= result.tokens_out <= 100


def test_force_tokens_are_kept_before_all_others(classifier):
    """As whole words only: the mill, not the miller, whose fate is the classifier's to decide."""
    text = "The miller sold the mill. Another bought a windmill; the third mill burnt down in the night."
    result = compress(classifier, [text], rate=0.2, force_tokens=["mill"])
    assert len(re.findall(r"\bmill\b", result.text)) == 2
    context = Context.start("q", [Passage(text)])
    units = split("word", context)
    reserved = LLMLingua2(classifier, force_tokens=["mill"])._reserved(context, units)
    assert list(np.array(units.texts(context.passages))[reserved]) == ["mill", "mill"]


def test_a_forced_phrase_is_kept_whole(classifier):
    """A force token may have several words."""
    text = (
        "She wrote that the answer is barley and that nobody who had asked the miller knew the answer before."
    )
    assert "the answer is" in compress(classifier, [text], rate=0.2, force_tokens=["the answer is"]).text


def test_a_forced_full_stop_does_not_protect_decimals(classifier):
    """A mark inside a word or a run of marks is not that mark."""
    stage = LLMLingua2(classifier, force_tokens=["."])
    context = Context.start("q", [Passage("It is 3.5 or ... a.b. Yes.")])
    units = split("word", context)
    reserved = stage._reserved(context, units)
    assert [text for text, forced in zip(units.texts(context.passages), reserved, strict=True) if forced] == [
        ".",
        ".",
    ]


def test_digits_are_reserved_as_whole_words(classifier):
    """The original averages a protected piece with the unprotected rest of its word."""
    text = "Station covid19 measured 1,250 sacks, re-weighed A7b and x² by 2031 while nobody of the town looked on."
    kept = compress(classifier, [text], rate=0.5, reserve_digit=True).text
    assert all(word in kept for word in ("covid19", "1,250", "A7b", "2031"))


def test_names_are_reserved(classifier):
    """Capitals that do not open a sentence, and words with several."""
    text = "Yesterday the mayor of Ulm met NATO people and a McCoy there. Nothing else was said about them."
    kept = compress(classifier, [text], rate=0.4, reserve_entity=True).text
    assert all(name in kept for name in ("Ulm", "NATO", "McCoy"))
    assert not re.search("Yesterday.*Nothing", kept, re.DOTALL)


def test_consecutive_force_tokens_collapse(classifier):
    """A full stop behind a full stop with nothing kept in between goes last."""
    passage = ". ".join(["word"] * 40) + "."
    plain = compress(classifier, [passage], rate=0.5, force_tokens=["."])
    collapsed = compress(classifier, [passage], rate=0.5, force_tokens=["."], drop_consecutive=True)
    assert ". ." in plain.text
    assert collapsed.text.count(".") < plain.text.count(".")


def test_first_takes_the_first_piece_s_probability(classifier):
    """Of the pieces of a word, in the order of the text."""
    context = Context.start("q", [Passage("re-weighed covid19 manuals")])
    units = split("word", context)
    pieces = KeepProbability(classifier).pieces([context.passages[0].text])[0]
    first = [pieces.score[np.flatnonzero(pieces.end > start)[0]] for start in units.start]
    assert KeepProbability(classifier, "first").score(context, units).tolist() == first


def test_a_long_text_loses_nothing(classifier):
    """More pieces than a window: every piece is scored, and every word gets a score."""
    text = " ".join(texts(60, seed=5))
    pieces = KeepProbability(classifier).pieces([text])[0]
    assert len(pieces.score) == len(classifier.tokenizer.ids([text])[0]) > 3 * 510
    assert ((pieces.score > 0) & (pieces.score < 1)).all()


def test_dropped_text_is_not_read(classifier):
    """What an earlier stage dropped does not change the scores of what it kept."""
    kept = "The miller sold barley."
    texts_around = [
        f"{kept} {rest}" for rest in ("Nobody knew why.", "Two C++ manuals burnt; 3.5 kg of rye did not.")
    ]
    scores = []
    for text in texts_around:
        context = Context.start("q", [Passage(text)]).narrow([[Span(0, len(kept))]])
        scores.append(KeepProbability(classifier).score(context, split("word", context)))
    assert np.array_equal(*scores)


def test_unknown_pieces_keep_their_words(classifier):
    """The original deletes what its vocabulary lacks."""
    text = "ꙮ ⟁ 𓀀"
    context = Context.start("q", [Passage(text)])
    assert (KeepProbability(classifier).score(context, split("word", context)) > 0).all()
    assert compress(classifier, [text], rate=None).text == text


def test_piece_probabilities_do_not_need_the_question(classifier):
    """The same from the text alone, ahead of time, as through a context."""
    passages = [Passage(text) for text in texts(5, seed=9)]
    ahead = KeepProbability(classifier).pieces([passage.text for passage in passages])
    again = KeepProbability(classifier).pieces([passages[3].text])[0]
    assert np.array_equal(ahead[3].score, again.score)


def test_upstream_mode_keeps_the_source_s_characters(classifier):
    """Words come from the package's rules, characters from the passage."""
    passages = texts(6, seed=3)
    result = compress(
        classifier, passages, rate=0.4, compat="upstream", reserve_digit=True, force_tokens=["."]
    )
    assert 0.2 * result.tokens_in < result.tokens_out < 0.6 * result.tokens_in
    assert all(
        passage.spans[-1].end <= len(text)
        for passage, text in zip(result.passages, passages, strict=True)
        if passage.spans
    )


def test_upstream_mode_holds_a_budget(classifier):
    """The package's target is approximate; the budget is not."""
    result = compress(classifier, texts(12, seed=3), 60, compat="upstream")
    assert 0 < result.tokens_out <= 60


@PROPERTIES
@given(passages=PASSAGES)
def test_upstream_mode_survives_any_text(classifier, passages):
    """Where the package raises, nothing is kept or nothing is lost."""
    result = compress(classifier, passages, 0.3, compat="upstream")
    assert result.tokens_out <= result.tokens_in


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": 0},
        {"rate": 1.5},
        {"force_tokens": "the"},
        {"force_tokens": [""]},
        {"aggregate": "max"},
        {"compat": "0.2"},
    ],
)
def test_options_out_of_range_are_refused(classifier, wrong):
    """The message names the option."""
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        LLMLingua2(classifier, **wrong)


def test_the_default_model_is_bundled_and_keeps_what_carries_a_text():
    """Offline, without options: names and numbers before words without content."""
    text = "It was in the year 1953 that the mill of Ada Thornbury was closed by the council of the town."
    result = Chain([LLMLingua2()]).compress("unasked", [text], budget=0.5)
    assert {"1953", "mill", "Ada", "Thornbury", "closed"} <= set(result.text.replace(".", " ").split())


def test_reader_tokens_counts_words_and_marks():
    """The stand-in of the tests is what its docstring says."""
    assert reader_tokens("barley, 1") == 5
