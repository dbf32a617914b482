"""Log-probabilities of texts, on tiny models of random weights and on the real one."""

import numpy as np
import pytest
from fakes.real_models import DECODER, real_model
from fakes.tiny_decoders import make_decoder

from excerpt.errors import InputError, ModelError
from excerpt.models.generation.likelihood import CausalLikelihood

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

QUESTION = "Where does the river pilot sleep?"
TEXT = "Nobody counted the rye; 東京は雨だった。 It stood — behind the sluice."


@pytest.fixture(scope="module", params=["llama", "qwen2"])
def folder(request, tmp_path_factory):
    """One whose tokenizer begins texts with a token, and one whose does not."""
    return make_decoder(tmp_path_factory.mktemp("likelihood") / request.param, request.param)


def by_hand(folder, before, ids):
    """The log-probability of each of ``ids`` behind ``before``, from the model's own logits."""
    network = transformers.AutoModelForCausalLM.from_pretrained(str(folder)).eval()
    with torch.inference_mode():
        logits = network(torch.tensor([[*before, *ids]])).logits[0].double().log_softmax(-1)
    return [float(logits[len(before) - 1 + place, one]) for place, one in enumerate(ids)]


def test_they_are_the_models_own(folder):
    """Of every token of a continuation, behind a context and behind none; offsets are characters."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder))
    context, ids = (tokenizer(text, add_special_tokens=False)["input_ids"] for text in (QUESTION, TEXT))
    begin = [1] if "llama" in folder.name else []
    behind, alone = CausalLikelihood(folder).log_probabilities([(QUESTION, TEXT), ("", TEXT)])
    assert np.allclose(behind.logs, by_hand(folder, [*begin, *context], ids), atol=1e-4)
    assert np.allclose(alone.logs, by_hand(folder, [1], ids), atol=1e-4)
    assert behind.mean == pytest.approx(behind.logs.mean())
    assert behind.offsets[0, 0] == 0
    assert behind.offsets[-1, 1] == len(TEXT)


def test_a_batch_says_what_one_by_one_does(folder):
    """Whatever shares a forward pass, and in which order."""
    pairs = [(QUESTION, TEXT), ("", "Who?"), (TEXT * 3, QUESTION), (QUESTION, "")]
    alone = [CausalLikelihood(folder, batch=1).log_probabilities([pair])[0] for pair in pairs]
    for one, together in zip(alone, CausalLikelihood(folder).log_probabilities(pairs), strict=True):
        assert np.allclose(one.logs, together.logs, atol=1e-5)
        assert np.array_equal(one.offsets, together.offsets)
    assert CausalLikelihood(folder).log_probabilities([]) == []
    assert alone[3].mean == 0.0


def test_what_does_not_fit_is_read_in_pieces(folder):
    """Every token once, behind the context and the tokens just before it; the first piece is as without a limit."""
    long, short = CausalLikelihood(folder), CausalLikelihood(folder, max_tokens=48)
    (whole,), (pieces,) = (one.log_probabilities([("Who?", TEXT * 4)]) for one in (long, short))
    assert np.array_equal(whole.offsets, pieces.offsets)
    assert np.allclose(whole.logs[:30], pieces.logs[:30], atol=1e-4)
    assert np.isfinite(pieces.logs).all()
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder))
    ids = tokenizer(TEXT * 4, add_special_tokens=False)["input_ids"]
    context = tokenizer("Who?", add_special_tokens="llama" in folder.name)["input_ids"]
    room = 48 - len(context)
    seen = by_hand(folder, [*context, *ids[room - room // 2 : room]], ids[room : room + 3])
    assert np.allclose(pieces.logs[room : room + 3], seen, atol=1e-4)


def test_the_next_token(folder):
    """Of several words, each by its first token."""
    said = CausalLikelihood(folder).next_token([QUESTION, "Who?"], ["yes", "no"])
    each = CausalLikelihood(folder).log_probabilities([(QUESTION, "yes"), (QUESTION, "no")])
    assert said.shape == (2, 2)
    assert np.allclose(said[0], [one.logs[0] for one in each], atol=1e-5)
    assert CausalLikelihood(folder).chat("Who?") == "Who?"  # without a chat template


def test_wrong_input(folder, tmp_path):
    """What does not fit, numbers out of range, and a folder that is no model."""
    with pytest.raises(InputError, match=r"pair 1 has a context of \d+ tokens; .* takes 12 there"):
        CausalLikelihood(folder, max_tokens=24).log_probabilities([("", "a"), (TEXT, "a")])
    with pytest.raises(InputError, match="'' has no token"):
        CausalLikelihood(folder).next_token(["a"], ["yes", ""])
    with pytest.raises(InputError, match=r"batch is 0, at least 1"):
        CausalLikelihood(folder, batch=0)
    with pytest.raises(ModelError, match="cannot load"):
        CausalLikelihood(tmp_path).log_probabilities([("", "a")])


def test_settings_that_change_a_number_change_the_fingerprint(folder):
    """The window does; the batch does not."""
    assert CausalLikelihood(folder, batch=2).fingerprint == CausalLikelihood(folder).fingerprint
    assert CausalLikelihood(folder, max_tokens=64).fingerprint != CausalLikelihood(folder).fingerprint


def test_a_model_with_a_cap_behind_its_head_is_refused(tmp_path):
    """Only the rows that are asked for go through the head, which would forget the cap."""
    shape = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.Gemma2Config(
        vocab_size=420, num_key_value_heads=1, head_dim=8, final_logit_softcapping=0.001, **shape
    )
    make_decoder(tmp_path, "llama")
    transformers.Gemma2ForCausalLM(config).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="changes its logits behind the last matrix"):
        CausalLikelihood(tmp_path).log_probabilities([("", "a")])


@pytest.mark.slow
def test_the_real_model_knows_what_follows(request):
    """An answer is likelier behind a passage that says it, and yes likelier than no where it is so."""
    model = CausalLikelihood(real_model(DECODER, request))
    told, not_told = model.log_probabilities(
        [
            ("The mill at Arden burned in 1859. It burned in", " 1859"),
            ("Bees sleep in winter. It burned in", " 1859"),
        ]
    )
    assert told.mean > not_told.mean + 1
    capitals = model.next_token(
        ["The capital of France is", "The capital of Spain is"], [" Paris", " Madrid"]
    )
    assert capitals[0, 0] > capitals[0, 1]
    assert capitals[1, 1] > capitals[1, 0]
    assert model.chat("Who?").rstrip().endswith("assistant")
