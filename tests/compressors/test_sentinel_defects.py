"""What is wrong in the original Sentinel, defect by defect, and is not here (its prompts, offsets, batches, caches)."""

import logging
import threading

import pytest
from fakes.word_proxy import WordProxy

from excerpt import Budget, Chain
from excerpt.compressors import Sentinel
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.scorers.attention import AttentionScore
from excerpt.compressors.units.splitting import split
from excerpt.errors import InputError, ModelError
from excerpt.models.attention.encoder import EncoderProxy
from excerpt.models.attention.probe import Probe
from excerpt.models.attention.protocols import ProbeRequest
from excerpt.values.types import Context, Passage

QUESTION = "who built the mill"


def scored(proxy, *texts, query=QUESTION):
    """(sentence, raw attention) in source order."""
    context = Context.start(query, tuple(map(Passage, texts)))
    units = split("sentence", context, Guards())
    scores = AttentionScore(proxy).score(context, units)
    return list(zip(units.texts(context.passages), scores.tolist(), strict=True))


def spans_of(proxy):
    """What was asked of the proxy as sentences."""
    return [request.text[start:end] for request in proxy.asked for start, end in request.spans]


def test_1_offsets_are_those_of_the_sentences_themselves():
    """Blank lines and gaps between sentences do not make the spans drift."""
    proxy = WordProxy(400)
    scored(proxy, "Rye is a grass.\n\n\n\n   The mill is old.\n\t\nAda built the mill here.")
    assert spans_of(proxy) == ["Rye is a grass.", "The mill is old.", "Ada built the mill here."]


def test_2_sentences_that_begin_alike_are_not_lumped_together():
    """Nothing is searched for by its first characters: every sentence is scored for itself."""
    found = scored(WordProxy(400), "The miller is old. The miller is new. The miller built the mill here.")
    assert len(found) == 3
    assert found[2][1] > found[0][1]


def test_3_a_context_that_the_question_repeats_is_not_misplaced():
    """Positions come from how the input is put together, never from looking for the context in it."""
    text = "Who built the mill?"
    proxy = EncoderProxy("all-MiniLM-L6-v2")
    found = proxy.features(text, text, [(0, len(text))])
    assert found.tokens.tolist() == [proxy.count([text])[0]]
    assert found.context_tokens == proxy.count([text])[0]


def test_3_an_empty_context_has_no_sentence():
    """White space alone: nothing is kept, nothing fails."""
    assert (
        Chain([Sentinel(WordProxy(), probe=None)]).compress(QUESTION, ["  \n "], budget=5).text.strip() == ""
    )


def test_4_the_question_is_never_truncated():
    """What does not fit is an error of the proxy, and the compressor cuts the context, not the prompt's end."""
    with pytest.raises(InputError, match="cut the context first"):
        EncoderProxy("all-MiniLM-L6-v2").features(QUESTION, "rye " * 400, [(0, 4)])
    proxy = WordProxy(30)
    scored(proxy, "Rye is a grass. " * 40)
    assert {request.question for request in proxy.asked} == {QUESTION}
    assert len(proxy.asked) > 1


def test_5_the_query_is_the_question_whatever_the_batch():
    """Contexts of different lengths in one call: no row of padding is ever the query."""
    proxy = EncoderProxy("all-MiniLM-L6-v2", threads=2)
    requests = [ProbeRequest(QUESTION, "Ada built it. " * count, ((0, 13),)) for count in (1, 9, 3)]
    for request, found in zip(requests, proxy.features_many(requests), strict=True):
        alone = proxy.features(request.question, request.text, request.spans)
        assert found.attention.tobytes() == alone.attention.tobytes()


def test_6_two_questions_on_one_context_have_two_results():
    """Nothing is shared between questions in a batch."""
    chain = Chain([Sentinel(WordProxy(400), probe=None)])
    passages = ["Ada built the mill here. Rye grows well."]
    results = chain.compress_batch([QUESTION, "what grows well"], [passages] * 2, budget=Budget(tokens=7))
    assert [result.text for result in results] == ["Ada built the mill here.", "Rye grows well."]


def test_7_nothing_is_remembered_between_calls():
    """No cache to fill up: after many calls the compressor holds what it held before."""
    sentinel = Sentinel(EncoderProxy("all-MiniLM-L6-v2"))
    chain = Chain([sentinel])
    chain.compress(QUESTION, ["Ada built the mill here. Rye grows well."], budget=7)
    before = (dict(vars(sentinel)), sorted(vars(sentinel.scorer.proxy)))
    for number in range(20):
        chain.compress(QUESTION, [f"Ada built mill {number}. Rye grows well."], budget=7)
    assert (dict(vars(sentinel)), sorted(vars(sentinel.scorer.proxy))) == before


def test_7_one_compressor_serves_many_threads():
    """No state of one call is seen by another."""
    chain = Chain([Sentinel()])
    texts = [f"Ada built mill {number}. Rye grows well. " * 3 for number in range(6)]
    alone = [chain.compress(f"who built mill {n}", [text], budget=9).text for n, text in enumerate(texts)]
    found = {}

    def work(number):
        found[number] = chain.compress(f"who built mill {number}", [texts[number]], budget=9).text

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] for number in range(6)] == alone


def test_8_lines_of_numbers_are_sentences_too():
    """A row of a table has no letters and may be the answer."""
    found = scored(
        WordProxy(400), "The mill in numbers.\n\n1903 12 480\n\n1904 13 502\n", query="1904 13 502"
    )
    assert max(found, key=lambda pair: pair[1])[0] == "1904 13 502"


def test_8_what_does_not_fit_is_skipped_and_the_budget_filled():
    """A long best sentence does not end the selection: its best part is taken, and shorter ones behind it."""
    long = "Ada built the mill who built the mill " * 4 + "here."
    chain = Chain([Sentinel(WordProxy(400), probe=None)])
    result = chain.compress(
        QUESTION, [f"{long} Ada built the mill here. Rye is a grass."], budget=Budget(tokens=8)
    )
    assert result.text.startswith("Ada built the mill")
    assert 6 <= result.tokens_out <= 8
    assert "only its best part was kept" in result.report.warnings[0]


def test_8_the_ratio_that_is_reported_is_the_one_that_was_reached():
    """Counted on what came out, not what was asked for."""
    chain = Chain([Sentinel(WordProxy(400), probe=None)])
    result = chain.compress(
        QUESTION, ["Ada built the mill here. " + "Rye is a grass. " * 9], budget=Budget(ratio=0.3)
    )
    assert result.tokens_out <= 0.3 * result.tokens_in
    assert result.report.stages[0].tokens_out == result.tokens_out


def test_9_nothing_is_printed_or_logged(capfd, caplog):
    """A library says what it has to say in its report."""
    with caplog.at_level(logging.DEBUG):
        Chain([Sentinel()]).compress(QUESTION, ["Ada built the mill here. Rye grows well."], budget=7)
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_9_a_pickled_detector_is_refused(tmp_path):
    """Whatever it is called."""
    (tmp_path / "sentinel_lr_model.pkl").write_bytes(b"\x80\x04\x95")
    with pytest.raises(ModelError, match=r"sentinel_lr_model\.pkl"):
        Sentinel(WordProxy(), probe=tmp_path / "sentinel_lr_model.pkl")


def test_10_a_window_without_evidence_does_not_compete_with_one_that_has_it():
    """Renormalised window by window, the best of a bad window would tie with the best of a good one."""
    filler = "Rye is a grass and the boats float. " * 3
    proxy = WordProxy(24)
    found = scored(proxy, filler, "Ada built the mill who built the mill here. " + filler)
    assert len(proxy.asked) > 2
    best = max(found, key=lambda pair: pair[1])
    assert best[0] == "Ada built the mill who built the mill here."
    assert best[1] > 1.5 * max(score for text, score in found if text != best[0])


def test_10_scores_do_not_depend_on_where_windows_are_cut():
    """The same sentences in windows of any size get the same scores, here where the query reads nothing else."""
    text = (
        "Rye is a grass. Ada built the mill here. The mill is old. Boats float on the river. Who knows. " * 2
    )
    whole = [score for _, score in scored(WordProxy(400), text)]
    for window in (24, 31, 50):
        assert [score for _, score in scored(WordProxy(window), text)] == pytest.approx(whole, rel=1e-3)


def test_a_wrong_detector_of_the_right_length_is_refused():
    """Two of the published proxies have 336 features: the length of a feature says nothing about its model."""
    stranger = WordProxy(name="another model")
    probe = Probe([1.0] * 4, 0.0, [0.0] * 4, [1.0] * 4, proxy="words", fingerprint=WordProxy().fingerprint)
    with pytest.raises(ModelError, match="does not fit 'another model'"):
        Sentinel(stranger, probe=probe)
