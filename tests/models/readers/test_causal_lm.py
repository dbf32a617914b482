"""A causal language model of random weights in the real file layout."""

import subprocess
import sys
import threading

import pytest

from excerpt.errors import InputError, ModelError
from excerpt.models.readers import CausalLMReader, Prompt

transformers = pytest.importorskip("transformers")
torch = pytest.importorskip("torch")

WORDS = "what turns the stones sails mill rain river question answer old : ? .".split()  # noqa: SIM905 - easier to read


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """Two layers, a window of 64 tokens, no chat template."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder = tmp_path_factory.mktemp("causal-lm")
    vocabulary = {name: index for index, name in enumerate(["<unk>", "<s>", "</s>", *WORDS])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    )
    tokenizer.save_pretrained(str(folder))
    config = transformers.LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=16, intermediate_size=32, num_hidden_layers=2,
        num_attention_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    generator = torch.Generator().manual_seed(3)
    network = transformers.LlamaForCausalLM(config)
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator) * 0.3)
    network.save_pretrained(str(folder))
    return folder


def reader(checkpoint, **settings):
    return CausalLMReader(checkpoint, Prompt("", "{context} {question}"), answer_tokens=5, **settings)


def test_answers_are_what_generation_gives(checkpoint):
    """Greedy; only what was generated, not the prompt."""
    network = transformers.AutoModelForCausalLM.from_pretrained(str(checkpoint)).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(checkpoint))
    fed = tokenizer("sails turns the stones what turns ?", return_tensors="pt")["input_ids"]
    row = network.generate(
        fed, attention_mask=torch.ones_like(fed), max_new_tokens=5, do_sample=False, pad_token_id=2
    )
    wanted = tokenizer.decode(row[0, fed.shape[1] :], skip_special_tokens=True).strip()
    assert reader(checkpoint).read("what turns ?", "sails turns the stones").text == wanted != ""


def test_a_batch_answers_as_one_by_one(checkpoint):
    """Prompts of different lengths are padded on the left and masked."""
    questions = ["what ?", "what turns the old stones ?", "the river ?"]
    contexts = ["rain .", "sails", "the old mill . the river"]
    alone = [reader(checkpoint).read(*pair) for pair in zip(questions, contexts, strict=True)]
    assert reader(checkpoint, batch=3).read_many(questions, contexts) == alone


def test_a_chat_template_is_used_where_there_is_one(checkpoint, tmp_path):
    """The prompt is written the way the checkpoint was trained."""
    import shutil

    folder = shutil.copytree(checkpoint, tmp_path / "chat")
    (folder / "chat_template.jinja").write_text("{% for m in messages %}answer : {{ m.content }}{% endfor %}")
    plain = Prompt("", "answer : {context} {question}")
    same = CausalLMReader(checkpoint, plain, answer_tokens=5).read("what ?", "rain")
    assert reader(folder).read("what ?", "rain") == same


def test_a_prompt_over_the_window_is_refused(checkpoint):
    """Rather than cut."""
    with pytest.raises(InputError, match="sees 64 tokens"):
        reader(checkpoint).read("what ?", "rain " * 80)


def test_the_fingerprint_follows_weights_and_settings(checkpoint):
    """The same twice, another with another prompt."""
    assert reader(checkpoint).fingerprint == reader(checkpoint).fingerprint
    assert reader(checkpoint).fingerprint != CausalLMReader(checkpoint, answer_tokens=5).fingerprint


def test_a_stream_that_is_let_go_stops_the_reader(checkpoint):
    """No thread goes on writing what nobody reads."""
    long = CausalLMReader(checkpoint, Prompt("", "{context} {question}"), answer_tokens=50)
    closing, calls = threading.Event(), []

    def wait_at_the_fifth(*_):
        calls.append(1)
        assert len(calls) < 5 or closing.wait(30)

    network = long._load()[1]
    network.generation_config.eos_token_id = None
    network.register_forward_hook(wait_at_the_fifth)
    pieces = long.stream("what ?", "rain")
    next(pieces)
    closing.set()
    pieces.close()
    assert not any(thread.name == "reader" for thread in threading.enumerate())
    assert len(calls) < 50


def test_a_process_ends_under_an_open_stream(checkpoint):
    """After one more token; it is not aborted."""
    code = f"""
from excerpt.models.readers import CausalLMReader, Prompt
reader = CausalLMReader({str(checkpoint)!r}, Prompt("", "{{context}} {{question}}"), answer_tokens=55)
reader._load()[1].generation_config.eos_token_id = None
pieces = reader.stream("what ?", "rain")
print(next(pieces))
"""
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, bool(run.stdout.strip())) == (0, True), run.stderr


def test_a_device_that_is_not_there_is_named(checkpoint):
    """As an error of ours."""
    with pytest.raises(ModelError, match="on tpu in float32"):
        reader(checkpoint, device="tpu").read("what ?", "rain")


def test_a_folder_without_a_model_is_named(tmp_path):
    """With what transformers said."""
    with pytest.raises(ModelError, match="cannot load"):
        reader(tmp_path).read("q", "c")


def test_settings_out_of_range_are_refused(checkpoint):
    """Before anything is loaded."""
    with pytest.raises(InputError, match="must be 1 or more"):
        reader(checkpoint, batch=0)
