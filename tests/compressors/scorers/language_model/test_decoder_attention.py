"""GemFilter's and SpecPC's options of the attention probe, on tiny decoders and on the real one."""

import numpy as np
import pytest
from fakes.real_models import DECODER, real_model
from fakes.tiny_decoders import make_decoder

pytest.importorskip("torch")

from excerpt import Budget, Chain
from excerpt.compressors import GemFilter, SpecPC
from excerpt.compressors.scorers.language_model.decoder_attention import decoder_attention
from excerpt.errors import ConfigError, InputError
from excerpt.models.attention.decoder.options import DecoderProbe
from excerpt.models.attention.decoder.proxy import DecoderProxy
from excerpt.models.attention.protocols import ProbeRequest
from excerpt.testing import EXAMPLES, check_compressor, check_scorer
from excerpt.testing.fakes import split_whole
from excerpt.tokens import count_words

CONTEXT = EXAMPLES[0].context
UNITS = split_whole("sentence", CONTEXT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three layers of six heads."""
    return make_decoder(tmp_path_factory.mktemp("decoder-attention") / "tiny", "qwen2")


def rows(scorer):
    """The attention that a scorer saw: layers x heads of each sentence, as multiples of even attention."""
    from excerpt.compressors.scorers.attention import sentences_of
    from excerpt.models.attention.shares import read_contexts

    asked = [(CONTEXT.query, sentences_of(CONTEXT, UNITS, titles=True))]
    return read_contexts(scorer.proxy, asked)[0].shares


def test_gemfilter_is_the_mean_of_the_last_layer_that_is_run(folder):
    """13 of 32 of three layers is one; two can be asked for."""
    scorer = GemFilter(folder).scorer
    assert scorer.proxy.layers == 1
    assert np.allclose(scorer.score(CONTEXT, UNITS), rows(scorer).mean(axis=1))
    deeper = GemFilter(folder, layers=2).scorer
    assert np.allclose(deeper.score(CONTEXT, UNITS), rows(deeper)[:, 6:].mean(axis=1))


def test_specpc_is_the_largest_of_the_later_layers(folder):
    """From the second layer on, or the last where there are not so many."""
    scorer = SpecPC(folder, first_layer=1).scorer
    assert scorer.proxy.probe.last_tokens == 64
    assert np.allclose(scorer.score(CONTEXT, UNITS), rows(scorer)[:, 6:].max(axis=1))
    assert np.allclose(SpecPC(folder).scorer.score(CONTEXT, UNITS), rows(scorer)[:, 12:].max(axis=1))


@pytest.mark.parametrize("batch", [1, 3])
def test_all_tokens_of_a_short_prompt_attend(folder, batch):
    """One that has fewer than are asked for is read as if so many had been; so in a batch with longer ones."""
    from excerpt.models.attention.decoder.options import DecoderRun

    template = "{context}{question}"
    requests = [
        ProbeRequest("?", "x y z", ((0, 1), (2, 5))),
        ProbeRequest("?", "a b", ((0, 1),)),
        ProbeRequest("who?", "The miller weighed twelve sacks of barley before noon. " * 6, ((0, 9),)),
    ]
    many = DecoderProxy(folder, probe=DecoderProbe(template, last_tokens=64), run=DecoderRun(batch=batch))
    for request, found in zip(requests[:2], many.features_many(requests), strict=False):
        count = len(many.prompt.tokenise(request, "one").ids)
        fewer = DecoderProxy(folder, probe=DecoderProbe(template, last_tokens=count))
        assert count < 64
        assert np.allclose(found.attention, fewer.features_many([request])[0].attention, atol=1e-6)


def test_wrong_options(folder):
    """Each is named."""
    for option, wrong in (("layers", -1), ("last_tokens", 0), ("largest_from", -1), ("max_tokens", 2.5)):
        with pytest.raises(ConfigError, match=f"decoder-attention: {option}"):
            decoder_attention(folder, **{option: wrong})
    with pytest.raises(ConfigError, match=r"layers must be a whole number, or a share below 1, got 1\.5"):
        decoder_attention(folder, layers=1.5)
    with pytest.raises(InputError, match=r"layers is 9; .* has 3"):
        decoder_attention(folder, layers=9)


@pytest.mark.slow
def test_contracts(folder):
    """As every other part; torch takes its time, so on two examples."""
    check_scorer("decoder-attention", {"decoder": str(folder)}, examples=EXAMPLES[:2])
    for name in ("gemfilter", "specpc"):
        check_compressor(name, {"decoder": str(folder)}, examples=EXAMPLES[:1])


@pytest.mark.slow
def test_the_real_decoder_is_read(request):
    """A sentence gets more than even attention; whether it is the one that answers is for a benchmark to say."""
    passages = [passage.text for passage in CONTEXT.passages]
    for make in (GemFilter, SpecPC):
        stage = make(real_model(DECODER, request))
        scores = stage.scorer.score(CONTEXT, UNITS)
        assert np.isfinite(scores).all(), make.name
        assert scores.max() > 1, make.name
        budget = Budget(tokens=24, tokenizer=count_words)
        kept = Chain([stage]).compress(CONTEXT.query, passages, budget=budget)
        assert 0 < kept.tokens_out <= 24, make.name
