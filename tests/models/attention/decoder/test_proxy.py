"""A decoder as a proxy: against the attention maps that transformers gives, and the promises of the contract."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest
import tokenizers
import torch
from fakes.tiny_decoders import NAMES, TEXTS, make_decoder

from excerpt.errors import InputError, ModelError
from excerpt.models.attention.chunks import Sentence, cut
from excerpt.models.attention.decoder.options import DecoderProbe, DecoderRun
from excerpt.models.attention.decoder.prompt import SENTINEL_TEMPLATE
from excerpt.models.attention.decoder.proxy import DecoderProxy
from excerpt.models.attention.protocols import ProbeRequest
from excerpt.models.runtime.cache_argument import cache_argument

QUESTIONS = ("Who sold the rye?", "", "Where does Dr. Okafor's wheel stand, and why 4.5 m of it?")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """``checkpoint("qwen2", sliding_window=...)``: a directory, made once."""

    @cache
    def make(family="qwen2", **settings):
        return make_decoder(tmp_path_factory.mktemp("decoders") / family, family, **settings)

    return make


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Networks this small are slower on several."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def request(question, count=8, start=0, gap=" "):
    """A context of some of the texts, each a sentence."""
    text, spans = "", []
    for place in range(start, start + count):
        part = TEXTS[place % len(TEXTS)].strip()
        spans.append((len(text), len(text) + len(part)))
        text += part + gap
    return ProbeRequest(question, text, tuple(spans))


def mixture():
    """Several questions on one context, and contexts of very different lengths."""
    long = request("", 19)
    asked = [ProbeRequest(question, long.text, long.spans) for question in QUESTIONS]
    return [*asked, request("who?", 1), request("how many?", 5, 3, "\n\n")]


@cache
def eager(directory):
    import transformers

    chosen = {"attn_implementation": "eager", "dtype": torch.float32}
    return transformers.AutoModelForCausalLM.from_pretrained(directory, **chosen).eval()


def from_maps(directory, asked, last=1, layers=None, template=SENTINEL_TEMPLATE):
    """Features from ``output_attentions=True``: attention, mass."""
    network = eager(directory)
    begin = template.index("{context}")
    text = template.replace("{context}", asked.text).replace("{question}", asked.question)
    encoding = tokenizers.Tokenizer.from_file(str(directory / "tokenizer.json")).encode(text)

    def tokens(start, end):
        return [
            k for k, (a, b) in enumerate(encoding.offsets) if b > begin + start and a < begin + end and b > a
        ]

    with torch.no_grad():
        maps = network(torch.tensor([encoding.ids]), output_attentions=True).attentions[:layers]
    rows = torch.cat([layer[0] for layer in maps])[:, -last:].double()  # (layers * heads, rows, tokens)
    weights = torch.arange(1, last + 1).double() / sum(range(1, last + 1))
    share = rows[:, :, tokens(0, len(asked.text))].sum(dim=-1)
    restricted = rows / share.clamp(min=1e-12)[:, :, None]
    features = [
        (restricted[:, :, tokens(*span)].sum(dim=-1) / len(tokens(*span))) @ weights for span in asked.spans
    ]
    return torch.stack(features).numpy(), (share @ weights).numpy()


def assert_equals_maps(found, directory, asked, **settings):
    attention, mass = from_maps(directory, asked, **settings)
    np.testing.assert_allclose(found.attention, attention, rtol=0, atol=1e-5)
    np.testing.assert_allclose(found.mass, mass, rtol=0, atol=1e-5)


@pytest.mark.parametrize("run", [DecoderRun(), DecoderRun(batch=4), DecoderRun(reuse_context=True)], ids=str)
@pytest.mark.parametrize("family", NAMES)
def test_features_equal_those_of_the_maps(checkpoint, family, run):
    """Odd lengths, grouped heads, several questions on one context; alone, padded, and with the context reused."""
    asked = mixture()
    for one, found in zip(asked, DecoderProxy(checkpoint(family), run=run).features_many(asked), strict=True):
        assert_equals_maps(found, checkpoint(family), one)


def test_the_context_is_reused_whatever_the_cache_is_called(checkpoint, monkeypatch):
    """Networks of older and of newer transformers name it differently."""
    import transformers

    asked, run = mixture(), DecoderRun(reuse_context=True)
    wanted = DecoderProxy(checkpoint("qwen2"), run=run).features_many(asked)
    forward = transformers.Qwen2Model.forward
    own = cache_argument(forward)

    def older(self, input_ids=None, past_key_values=None, **rest):
        return forward(self, input_ids=input_ids, **{own: past_key_values}, **rest)

    def newer(self, input_ids=None, cache=None, **rest):
        return forward(self, input_ids=input_ids, **{own: cache}, **rest)

    for named in (older, newer):
        monkeypatch.setattr(transformers.Qwen2Model, "forward", named)
        found = DecoderProxy(checkpoint("qwen2"), run=run).features_many(asked)
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(one.attention, other.attention)


@pytest.mark.parametrize("run", [DecoderRun(), DecoderRun(reuse_context=True)], ids=str)
def test_the_last_tokens_can_attend_together(checkpoint, run):
    """Each row renormalised for itself, the later ones counting more."""
    asked, proxy = mixture()[0], DecoderProxy(checkpoint(), probe=DecoderProbe(last_tokens=7), run=run)
    assert_equals_maps(proxy.features_many([asked])[0], checkpoint(), asked, last=7)


def test_rows_that_reach_into_the_context_see_what_is_before_them(checkpoint):
    """Attention is causal for every row that is probed."""
    asked = request("?", 1)
    probe = DecoderProbe(last_tokens=12, template="{question} {context}")
    found = DecoderProxy(checkpoint(), probe=probe).features_many([asked])[0]
    text = "? {context}"
    attention, _ = from_maps(checkpoint(), asked, last=12, template=text + "{question}"[:0])
    np.testing.assert_allclose(found.attention, attention, rtol=0, atol=1e-5)


@pytest.mark.parametrize("family", ["qwen2", "llama"])
def test_it_stops_after_a_layer(checkpoint, family):
    """The first layers' features are the same, and the others are not even loaded."""
    asked, proxy = mixture()[2], DecoderProxy(checkpoint(family), probe=DecoderProbe(layers=2))
    assert_equals_maps(proxy.features_many([asked])[0], checkpoint(family), asked, layers=2)
    assert len(proxy._network.network.layers) == 2


def test_nothing_behind_the_last_probed_keys_is_run(checkpoint):
    """Neither the rest of that layer, nor the final norm; there is no language-model head."""
    proxy = DecoderProxy(checkpoint())
    proxy.features_many([])
    network, ran = proxy._load().network, []
    for name, module in network.named_modules():
        module.register_forward_hook(lambda *_, name=name: ran.append(name))
    proxy.features_many([request("who?")])
    assert "layers.2.self_attn.k_proj" in ran
    assert not {"layers.2.self_attn.o_proj", "layers.2.mlp", "norm", "lm_head"} & set(ran)


@pytest.mark.parametrize(
    ("family", "settings"),
    [
        ("mistral", {"sliding_window": 40}),
        ("qwen2", {"sliding_window": 40, "use_sliding_window": True, "max_window_layers": 1}),
    ],
)
@pytest.mark.parametrize("run", [DecoderRun(), DecoderRun(reuse_context=True)], ids=str)
def test_a_layer_with_a_sliding_window_sees_no_further(checkpoint, family, settings, run):
    """Equal to the maps, in layers that see everything and in layers that do not, and 0 where nothing is in sight."""
    directory, asked = checkpoint(family, **settings), request("who?", 9)
    found = DecoderProxy(directory, max_tokens=2048, run=run).features_many([asked])[0]
    assert_equals_maps(found, directory, asked)
    assert not found.attention[0, -4:].any()


def test_a_window_is_no_longer_than_what_every_layer_sees(checkpoint):
    """Unless more is asked for."""
    directory = checkpoint("mistral", sliding_window=100)
    assert DecoderProxy(directory).max_tokens == 100
    assert DecoderProxy(directory, max_tokens=500).max_tokens == 500
    assert DecoderProxy(checkpoint("mistral")).max_tokens == 2048


@pytest.mark.parametrize("run", [DecoderRun(), DecoderRun(reuse_context=True)], ids=str)
def test_company_changes_no_bit(checkpoint, run):
    """The same numbers alone and among others, and from several threads at once."""
    asked, proxy = mixture(), DecoderProxy(checkpoint(), run=run)
    together = proxy.features_many(asked)
    with ThreadPoolExecutor(3) as threads:
        alone = list(threads.map(lambda one: proxy.features_many([one])[0], asked))
    for one, other in zip(together, alone, strict=True):
        assert one.attention.tobytes() == other.attention.tobytes()
        assert one.mass.tobytes() == other.mass.tobytes()


def test_questions_on_one_context_have_their_own_features(checkpoint):
    """The same context twice is not the same request twice."""
    first, second, third, *_ = DecoderProxy(checkpoint(), run=DecoderRun(batch=3)).features_many(mixture())
    assert not np.allclose(first.attention, second.attention)
    assert not np.allclose(second.attention, third.attention)


def test_a_context_that_the_template_repeats_is_found_where_it_stands(checkpoint):
    """Its place is known, not searched for."""
    asked = ProbeRequest("information: information", "information: information", ((0, 12), (13, 24)))
    assert_equals_maps(DecoderProxy(checkpoint()).features_many([asked])[0], checkpoint(), asked)


def test_text_between_sentences_is_context_but_no_sentence(checkpoint):
    """A dropped sentence moves no other."""
    whole = request("who?", 5)
    asked = ProbeRequest("who?", whole.text, (whole.spans[1], whole.spans[4]))
    found, complete = DecoderProxy(checkpoint()).features_many([asked, whole])
    np.testing.assert_allclose(found.attention, complete.attention[[1, 4]], rtol=1e-5)
    assert found.context_tokens == complete.context_tokens


def test_an_empty_context_has_no_attention(checkpoint):
    """And no sentences."""
    found = DecoderProxy(checkpoint()).features("who?", "", ())
    assert found.attention.shape == (0, 18)
    assert not found.mass.any()
    assert found.context_tokens == 0


def test_nothing_is_truncated(checkpoint):
    """A prompt over the window is refused, with its length."""
    proxy = DecoderProxy(checkpoint(), max_tokens=100)
    with pytest.raises(InputError, match=r"request 1: the prompt has \d{3} tokens; the window"):
        proxy.features_many([request("who?", 1), request("who?", 12)])


def test_long_contexts_are_cut_to_windows_that_fit(checkpoint):
    """What the cutting counts is what the window holds."""
    proxy = DecoderProxy(checkpoint("llama"), max_tokens=250)
    sentences = [Sentence(text.strip(), place // 3) for place, text in enumerate(TEXTS * 3)]
    chunks = cut(proxy, "who?", sentences)
    found = proxy.features_many([chunk.request for chunk in chunks])
    assert len(chunks) > 1
    assert {sentence for chunk in chunks for sentence in chunk.sentences} == set(range(len(sentences)))
    assert all(one.tokens.all() for one in found)


def test_half_precision_gives_features_in_full_precision(checkpoint):
    """Close to those of float32, never 0 for being small."""
    asked = mixture()[0]
    exact = DecoderProxy(checkpoint()).features_many([asked])[0]
    half = DecoderProxy(checkpoint(), run=DecoderRun(dtype="bfloat16")).features_many([asked])[0]
    assert half.attention.dtype == np.float32
    np.testing.assert_allclose(half.attention, exact.attention, rtol=0, atol=0.05)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there_is_named(checkpoint):
    """Before anything is moved."""
    with pytest.raises(InputError, match=r"'cuda'.* sees no CUDA device"):
        DecoderProxy(checkpoint(), run=DecoderRun(device="cuda")).features("who?", "He.", [(0, 3)])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_a_gpu_gives_the_same_features(checkpoint):
    """Through the Triton kernel, in one padded batch."""
    run = DecoderRun(device="cuda", batch=5)
    for asked, found in zip(
        mixture(), DecoderProxy(checkpoint(), run=run).features_many(mixture()), strict=True
    ):
        attention, _ = from_maps(checkpoint(), asked)
        np.testing.assert_allclose(found.attention, attention, rtol=0, atol=1e-3)


def test_the_fingerprint_is_of_what_changes_a_feature(checkpoint):
    """Template, layers, rows and weights, but not how it is run."""
    plain = DecoderProxy(checkpoint())
    others = [
        DecoderProxy(checkpoint(), probe=DecoderProbe(template="{context} {question}")),
        DecoderProxy(checkpoint(), probe=DecoderProbe(layers=1)),
        DecoderProxy(checkpoint(), probe=DecoderProbe(last_tokens=2)),
        DecoderProxy(checkpoint("llama")),
    ]
    assert len({plain.fingerprint, *(other.fingerprint for other in others)}) == 5
    assert DecoderProxy(checkpoint(), run=DecoderRun(batch=3)).fingerprint == plain.fingerprint


def test_check_can_end_a_call(checkpoint):
    """Before a pass begins."""

    def stop():
        raise TimeoutError

    with pytest.raises(TimeoutError):
        DecoderProxy(checkpoint()).features_many([request("who?")], check=stop)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: DecoderProbe(last_tokens=0), "last_tokens"),
        (lambda: DecoderProbe(layers=0), "layers"),
        (lambda: DecoderRun(dtype="int8"), "float32, bfloat16, float16"),
        (lambda: DecoderRun(batch=2, reuse_context=True), "1 with reuse_context"),
    ],
)
def test_a_wrong_option_is_named(make, words):
    """Before anything is loaded."""
    with pytest.raises(InputError, match=words):
        make()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"probe": DecoderProbe(layers=4)}, "layers is 4; .* has 3"),
        ({"max_tokens": 4096}, "takes 64 to 2048"),
        ({"max_tokens": 10}, "takes 64 to 2048"),
        ({"probe": DecoderProbe(template="{context} {context} {question}")}, "once each"),
    ],
)
def test_an_option_the_checkpoint_does_not_have_is_named(checkpoint, settings, words):
    """With what it does have."""
    with pytest.raises(InputError, match=words):
        DecoderProxy(checkpoint(), **settings)


def test_weights_are_read_from_safetensors_alone(checkpoint, tmp_path):
    """A pickle beside the tokenizer is not even opened."""
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((checkpoint() / name).read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"never read")
    with pytest.raises(ModelError, match=r"no \.safetensors file"):
        DecoderProxy(tmp_path).features_many([request("who?")])


def other_kind(name, folder, **settings):
    """A checkpoint of an architecture that cannot be probed, with the tokenizer of one that can."""
    import transformers

    directory = make_decoder(folder, "qwen2")
    shape = {"vocab_size": 420, "num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 16}
    config = getattr(transformers, f"{name}Config")(**shape, intermediate_size=16, **settings)
    transformers.AutoModel.from_config(config).save_pretrained(directory)
    return directory


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        (
            "Bert",
            {},
            r"a bert, an encoder, .*`excerpt models export .* --task encoder` and `excerpt models attention DIR`",
        ),
        ("BertGeneration", {}, "is not causal"),
        ("T5", {"d_model": 16, "d_ff": 16}, "an encoder"),
        ("Gemma2", {"head_dim": 4, "num_key_value_heads": 2}, "softcap"),
        ("Falcon", {}, "cannot be loaded as a decoder with an attention of our own"),
    ],
)
def test_what_cannot_be_probed_is_refused(tmp_path, name, settings, words):
    """Encoders, and logits that are bent before the softmax: an error that says so, never a wrong number."""
    with pytest.raises(ModelError, match=words):
        DecoderProxy(other_kind(name, tmp_path, **settings)).features_many([request("who?", 1)])
