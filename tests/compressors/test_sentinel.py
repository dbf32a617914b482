import numpy as np
import pytest
from fakes.word_proxy import WordProxy

from excerpt import Budget, Chain
from excerpt.compressors import Sentinel
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.scorers.attention import AttentionScore
from excerpt.compressors.units.splitting import split
from excerpt.errors import ModelError
from excerpt.models.attention.probe import Probe
from excerpt.values.types import Context, Passage

PASSAGES = (
    Passage("Rye is a grass. It grows well on poor soil.", title="Rye"),
    Passage("The mill is old. Ada built the mill in 1903. Nobody counted the sacks.", title="Mill"),
)
QUESTION = "Who built the mill in 1903 ?"


def probe_of(proxy, **changes):
    """One that likes attention, and is unsure at a little more than even."""
    width = len(proxy.queries) * proxy.layers * proxy.heads
    values = {
        "coefficients": np.ones(width),
        "intercept": -1.0,
        "mean": np.zeros(width),
        "scale": np.ones(width),
        "proxy": proxy.name,
        "fingerprint": proxy.fingerprint,
        "max_tokens": proxy.max_tokens,
    }
    return Probe(**values | changes)


def scored(proxy, query=QUESTION, passages=PASSAGES, probe=None):
    context = Context.start(query, passages)
    units = split("sentence", context, Guards())
    texts = units.texts(passages)
    return dict(zip(texts, AttentionScore(proxy, probe).score(context, units).tolist(), strict=True))


@pytest.mark.parametrize("window", [26, 40, 400])
def test_the_sentence_that_is_attended_to_is_kept(window):
    """In one window or in several, with a probe and without."""
    proxy = WordProxy(window)
    for probe in (None, probe_of(proxy)):
        chain = Chain([Sentinel(proxy, probe=probe)])
        assert (
            chain.compress(QUESTION, PASSAGES, budget=Budget(tokens=10)).text == "Ada built the mill in 1903."
        )


def test_a_score_with_a_probe_is_a_probability():
    """Between 0 and 1, and what the probe says of the shares."""
    proxy = WordProxy(400)
    found = scored(proxy, probe=probe_of(proxy))
    assert all(0 < value < 1 for value in found.values())
    assert max(found, key=found.get) == "Ada built the mill in 1903."


def test_raw_attention_is_a_multiple_of_even_attention():
    """Where no word is in the question everything gets 1, whatever the windows."""
    for window in (26, 400):
        found = scored(WordProxy(window), query="Zebra?")
        assert list(found.values()) == pytest.approx([1.0] * 5)


def test_raw_attention_is_that_of_the_last_layer():
    """The mean of the first query's heads there; earlier layers do not count."""

    class Deaf(WordProxy):
        layers = 1
        heads = 4

    assert scored(Deaf(400)) != scored(WordProxy(400))


def test_without_a_budget_likely_sentences_are_kept():
    """Those above one half, as published; without a probe those above even attention."""
    proxy = WordProxy(400)
    for probe in (None, probe_of(proxy)):
        result = Chain([Sentinel(proxy, probe=probe)]).compress(QUESTION, PASSAGES)
        assert "Ada built the mill in 1903." in result.text
        assert "grows well" not in result.text


def test_the_best_sentence_is_kept_where_none_is_likely():
    """An empty context is never the answer."""
    proxy = WordProxy(400)
    sentinel = Sentinel(proxy, probe=probe_of(proxy, intercept=-50.0))
    assert Chain([sentinel]).compress(QUESTION, PASSAGES).text.strip() == "Ada built the mill in 1903."


def test_a_threshold_holds_under_a_budget():
    """Unlikely sentences stay away although there is room."""
    proxy = WordProxy(400)
    chain = Chain([Sentinel(proxy, probe=None, threshold=1.2)])
    found = chain.compress(QUESTION, PASSAGES, budget=25)
    assert found.text.count(".") < 4
    assert found.tokens_out < 15


def test_titles_are_read_as_the_probe_wants_them():
    """A probe that was trained without titles gets none."""
    for titles in (True, False):
        proxy = WordProxy(400)
        scored(proxy, probe=probe_of(proxy, titles=titles))
        assert proxy.asked[0].text.startswith("Rye\nRye is") == titles


def test_many_questions_and_contexts_are_scored_as_each_alone():
    """Two questions on one context, one context on its own, in one call."""
    other = (Passage("The river is cold. Boats float on the river."),)
    requests = []
    for query, passages in (
        (QUESTION, PASSAGES),
        ("What grows ?", PASSAGES),
        ("Where do boats float ?", other),
    ):
        context = Context.start(query, passages)
        requests.append((context, split("sentence", context, Guards())))
    scorer = AttentionScore(WordProxy(30))
    together = scorer.score_many(requests)
    assert [of.tolist() for of in together] == [scorer.score(*request).tolist() for request in requests]
    assert together[0].tolist() != together[1].tolist()


def test_a_probe_of_another_proxy_is_refused():
    """When the compressor is made, not when it is used."""
    with pytest.raises(ModelError, match="does not fit 'words'"):
        Sentinel(WordProxy(), probe=probe_of(WordProxy(name="others")))


def test_no_probe_can_be_said_in_a_toml_file(tmp_path):
    """TOML has no null: the word none does it."""
    path = tmp_path / "chain.toml"
    path.write_text('[[stage]]\nuse = "sentinel"\nprobe = "none"\n')
    from excerpt.presets import chain_from_toml

    assert chain_from_toml(path).stages[0].scorer.probe is None


def test_the_bundled_probe_finds_the_answer():
    """The default: bundled encoder, bundled probe, nothing to download."""
    result = Chain([Sentinel()]).compress("Who built the mill?", PASSAGES, budget=Budget(tokens=10))
    assert result.text == "Ada built the mill in 1903."


def test_the_bundled_default_is_the_same_in_any_batch():
    """Alone, beside others, on one thread or more: the same bytes."""
    chain = Chain([Sentinel()])
    questions = ["Who built the mill?", "What grows on poor soil?", "Who counted the sacks?"] * 2
    batch = chain.compress_batch(questions, [PASSAGES] * 6, budget=Budget(ratio=0.4))
    alone = [chain.compress(question, PASSAGES, budget=Budget(ratio=0.4)) for question in questions]
    assert [result.text for result in batch] == [result.text for result in alone]


def test_a_question_that_fills_the_window_is_an_error_with_a_way_out():
    """It is never cut silently."""
    with pytest.raises(Exception, match="ask a shorter question or use a proxy with a longer window"):
        Chain([Sentinel()]).compress("why is the mill old " * 80, PASSAGES, budget=20)
