"""Passages by the likelihood of the question, then words by contrast; on a language model computed by hand."""

import pytest
from fakes.real_models import DECODER, real_model
from fakes.tiny_decoders import make_decoder
from fakes.word_likelihood import WordLikelihood

from excerpt import Budget, Chain
from excerpt.compressors import LongLLMLingua
from excerpt.errors import ConfigError
from excerpt.presets import load_chain
from excerpt.tokens import count_words

QUESTION = "When was the mill at Arden built again?"
PASSAGES = [
    "Bees sleep in winter. A hive weighs twelve kilograms.",
    "The mill at Arden burned. The mill at Arden was built again by two sons in 1861.",
    "Rye is a grass that grows on poor soil in every valley.",
]


def words(count):
    return Budget(tokens=count, tokenizer=count_words)


def test_the_best_passage_keeps_most():
    """No other passage is looked at when it fills the budget alone; with slack more are."""
    kept = Chain([LongLLMLingua(WordLikelihood(), slack=0)]).compress(QUESTION, PASSAGES, budget=words(8))
    assert [bool(one.spans) for one in kept.passages] == [False, True, False]
    more = Chain([LongLLMLingua(WordLikelihood(), slack=100)])
    kept = more.compress(QUESTION, PASSAGES, budget=words(20))
    lengths = [sum(end - start for start, end in one.spans) / len(one.passage.text) for one in kept.passages]
    assert lengths[1] > max(lengths[0], lengths[2])


def test_words_of_the_question_stay():
    """They gain most from it."""
    kept = Chain([LongLLMLingua(WordLikelihood(), slack=0)]).compress(QUESTION, PASSAGES, budget=words(7))
    assert {"mill", "Arden", "built", "again"} <= set(kept.text.split())


def test_a_slope_moves_words_to_the_best_passage():
    """The steeper, the more of it."""
    shares = []
    for slope in (0.0, 0.3, 0.6):
        chain = Chain([LongLLMLingua(WordLikelihood(), ratio_slope=slope)])
        kept = chain.compress(QUESTION, PASSAGES, budget=words(14))
        shares.append(sum(end - start for start, end in kept.passages[1].spans))
    assert shares[0] <= shares[1] <= shares[2]
    assert shares[0] < shares[2]


def test_without_a_budget_a_share_stays():
    """Half of the tokens, or what ``rate`` says."""
    kept = [
        Chain([LongLLMLingua(WordLikelihood(), rate=rate)]).compress(QUESTION, PASSAGES)
        for rate in (0.25, 0.5)
    ]
    assert 0 < kept[0].tokens_out < 0.35 * kept[0].tokens_in
    assert kept[0].tokens_out < kept[1].tokens_out < 0.6 * kept[1].tokens_in


def test_wrong_options():
    """Each is named."""
    for option, wrong in (("ratio_slope", 2), ("slack", -1), ("rate", 0), ("suffix", 3)):
        with pytest.raises(ConfigError, match=f"longllmlingua: {option}"):
            LongLLMLingua(WordLikelihood(), **{option: wrong})
    with pytest.raises(ConfigError, match="longllmlingua: model"):
        LongLLMLingua(None)


@pytest.mark.slow  # torch is imported
def test_a_checkpoint_by_its_folder(tmp_path):
    """As a chain file names it."""
    folder = make_decoder(tmp_path / "tiny", "llama")
    file = tmp_path / "chain.toml"
    file.write_text(f'[[stage]]\nuse = "longllmlingua"\nmodel = "{folder}"\nunit = "sentence"\n')
    one = load_chain(file).compress(QUESTION, PASSAGES, budget=words(20))
    other = Chain([LongLLMLingua(folder, unit="sentence")]).compress(QUESTION, PASSAGES, budget=words(20))
    assert one.text == other.text != ""


@pytest.mark.slow
def test_the_real_model_finds_the_passage(request):
    """The question is likeliest behind what answers it."""
    chain = Chain([LongLLMLingua(real_model(DECODER, request), unit="sentence", slack=0)])
    kept = chain.compress(QUESTION, PASSAGES, budget=words(16))
    assert [bool(one.spans) for one in kept.passages] == [False, True, False]
