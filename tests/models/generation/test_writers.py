"""A tiny T5 in the released layout, a tiny causal model, and a local endpoint."""

import pytest
from fakes.fake_endpoint import FakeEndpoint, completion
from fakes.real_models import DECODER, real_model
from fakes.tiny_generators import make_causal_lm, make_t5

from excerpt import Chain
from excerpt.compressors import RecompAbstractive
from excerpt.errors import ConfigError, InputError, ModelError
from excerpt.models.generation.endpoint import Endpoint
from excerpt.models.generation.local_writers import CausalLMWriter, Seq2SeqWriter, local_writer
from excerpt.models.generation.writers import INSTRUCTIONS, RELEASED, EndpointWriter, SourceForm

transformers = pytest.importorskip("transformers")
QUESTIONS = ["what turns the old stones ?", "what ?", "who built the mill ?"]
PASSAGES = [
    ["the river and the wind turns sails .", "rain"],
    ["the mill burned in 1859 ."],
    ["grain", "old", "sails"],
]


@pytest.fixture(scope="module")
def t5(tmp_path_factory):
    """With a pickle, as the released checkpoints are."""
    return make_t5(tmp_path_factory.mktemp("t5") / "abstractive", pickled=True)


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    return make_causal_lm(tmp_path_factory.mktemp("llama") / "reader")


@pytest.fixture
def endpoint():
    served = FakeEndpoint()
    yield served
    served.close()


def test_the_source_has_the_released_form():
    """One space before each label and one at the end, to the letter."""
    assert RELEASED.fill("why {passages}?", ["a", "b {question}"]) == (
        "Question: why {passages}?\n Document: a\nb {question}\n Summary: "
    )


@pytest.mark.parametrize("beams", [1, 3])
def test_it_writes_what_generation_gives(t5, beams):
    """Greedy or by beams, from the released form."""
    network = transformers.T5ForConditionalGeneration.from_pretrained(str(t5)).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(t5))
    fed = tokenizer(RELEASED.fill(QUESTIONS[0], PASSAGES[0]), return_tensors="pt")["input_ids"]
    row = network.generate(fed, num_beams=beams, do_sample=False, max_new_tokens=8)
    wanted = tokenizer.decode(row[0], skip_special_tokens=True).strip()
    written = Seq2SeqWriter(t5, beams=beams, target_tokens=8).write(QUESTIONS[0], PASSAGES[0])
    assert (written.text, written.read, written.cut) == (wanted, 2, False)
    assert wanted


@pytest.mark.parametrize("beams", [1, 2])
def test_a_batch_writes_as_one_by_one(t5, beams):
    """Sources of different lengths are padded and masked."""
    alone = Seq2SeqWriter(t5, beams=beams, target_tokens=8)
    together = Seq2SeqWriter(t5, beams=beams, target_tokens=8, batch=3)
    assert together.write_many(QUESTIONS, PASSAGES) == [
        alone.write(*pair) for pair in zip(QUESTIONS, PASSAGES, strict=True)
    ]


def test_passages_that_do_not_fit_are_left_out_whole(t5):
    """The form stays; the result says how many were read."""
    passages = ["rain " * 20, "wind " * 20, "grain " * 20]
    written = Seq2SeqWriter(t5, source_tokens=60, target_tokens=4).write("what ?", passages)
    assert (written.read, written.cut) == (2, False)
    assert written == Seq2SeqWriter(t5, source_tokens=60, target_tokens=4).write("what ?", passages[:2])


def test_of_a_first_passage_that_is_too_long_the_front_is_read(t5):
    """As much as fits."""
    writer = Seq2SeqWriter(t5, source_tokens=40, target_tokens=4)
    source, read, cut = writer._source("what ?", ["rain wind " * 40, "old"])
    assert (read, cut) == (1, True)
    assert source.startswith("Question: what ?\n Document: rain wind")
    assert source.endswith("\n Summary: ")
    assert len(writer._load()[0](source)["input_ids"]) <= 40


def test_a_question_that_does_not_fit_is_refused(t5):
    """By its first words."""
    with pytest.raises(InputError, match="the question alone has more"):
        Seq2SeqWriter(t5, source_tokens=20).write("what " * 30, ["rain"])


def test_a_form_is_not_a_name(t5):
    """As a TOML file might have it."""
    with pytest.raises(InputError, match="must be a SourceForm"):
        Seq2SeqWriter(t5, form="summary")


def test_the_fingerprint_follows_weights_and_settings(t5):
    """Known for the calibration of chains."""
    assert Seq2SeqWriter(t5).fingerprint == Seq2SeqWriter(t5).fingerprint
    assert Seq2SeqWriter(t5).fingerprint != Seq2SeqWriter(t5, beams=2).fingerprint


def test_what_does_not_write_is_refused_when_made(t5, llama, tmp_path):
    """Not at the first question: no checkpoint, no weights, another kind, a classifier."""
    with pytest.raises(ModelError, match="no checkpoint in Hugging Face layout"):
        RecompAbstractive(tmp_path)
    (tmp_path / "config.json").write_text('{"architectures": ["BertForTokenClassification"]}')
    with pytest.raises(ModelError, match="holds no weights"):
        RecompAbstractive(tmp_path)
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(ModelError, match="BertForTokenClassification: no model that writes"):
        RecompAbstractive(tmp_path)
    with pytest.raises(
        ModelError, match="is a causal language model; a sequence-to-sequence model is wanted"
    ):
        Seq2SeqWriter(llama)
    with pytest.raises(ModelError, match="is a sequence-to-sequence model; a causal"):
        CausalLMWriter(t5)


def test_a_checkpoint_says_what_it_is(t5, llama):
    """By its config.json; options are those of its kind."""
    assert isinstance(local_writer(t5, beams=2), Seq2SeqWriter)
    assert isinstance(local_writer(llama, form="reasoning"), CausalLMWriter)
    with pytest.raises(ConfigError, match="beams"):
        RecompAbstractive(writer={"model": str(llama), "beams": 2})


def test_a_causal_model_writes_what_it_generates(llama):
    """Without what it was fed; a batch as one by one."""
    form = SourceForm("{passages} question : {question} summary :", joiner=" ")
    options = {"form": form, "target_tokens": 6, "source_tokens": 60}
    network = transformers.AutoModelForCausalLM.from_pretrained(str(llama)).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(llama))
    fed = tokenizer(form.fill(QUESTIONS[0], PASSAGES[0]), return_tensors="pt")["input_ids"]
    row = network.generate(fed, do_sample=False, max_new_tokens=6)[0, fed.shape[1] :]
    one = CausalLMWriter(llama, **options)
    assert (
        one.write(QUESTIONS[0], PASSAGES[0]).text == tokenizer.decode(row, skip_special_tokens=True).strip()
    )
    together = CausalLMWriter(llama, batch=3, **options)
    assert together.write_many(QUESTIONS, PASSAGES) == [
        one.write(*pair) for pair in zip(QUESTIONS, PASSAGES, strict=True)
    ]


@pytest.mark.slow
def test_a_real_model_is_asked_through_its_chat_template(request):
    """And what it says is checked: no sentence without passages that say so."""
    writer = {"model": str(real_model(DECODER, request)), "target_tokens": 24}
    chain = Chain([RecompAbstractive(writer=writer)])
    passages = ["The mill at Arden burned in 1859. Nobody was hurt.", "It rains in the hills. " * 9]
    (stage,) = chain.stages
    assert stage.writer._filled("When?", passages).startswith("<|im_start|>system")
    result = chain.compress("When did the mill at Arden burn?", passages, budget=30)
    assert result.rewritten is not None
    assert all(sentence.support >= stage.threshold for sentence in result.rewritten.sentences)


def test_a_chain_with_the_checkpoint(t5):
    """From the layout to the checked digest; random weights write nothing that is supported."""
    chain = Chain([RecompAbstractive(writer={"model": str(t5), "target_tokens": 8})])
    passages = ["The wind turns the sails. The river turns the stones.", "It rains. " * 12]
    result = chain.compress("What turns the stones?", passages, budget=20)
    assert result.rewritten is not None
    assert result.rewritten.writer == "abstractive"
    assert all(sentence.span for sentence in result.rewritten.sentences)


def test_an_endpoint_is_asked_as_the_paper_asks(endpoint):
    """One message, its instruction filled in."""
    endpoint.orders.append(completion("It burned in 1859."))
    writer = EndpointWriter(Endpoint(endpoint.url, "writer-1"))
    assert writer.write("When?", ["It burned in 1859.", "Rain."]).text == "It burned in 1859."
    (asked,) = endpoint.asked
    assert asked["messages"] == [
        {"role": "user", "content": INSTRUCTIONS["summary"].fill("When?", ["It burned in 1859.", "Rain."])}
    ]
    assert asked["temperature"] == 0.0
    writer.close()


def test_an_empty_answer_of_an_endpoint_is_one(endpoint):
    """Asked once; it means that the passages are of no use."""
    endpoint.orders.append(completion(""))
    writer = EndpointWriter(Endpoint(endpoint.url, "writer-1"), "reasoning")
    assert writer.write("When?", ["Rain."]).text == ""
    assert len(endpoint.asked) == 1
    writer.close()


def test_a_chain_with_an_endpoint_checks_what_it_says(endpoint):
    """The invented sentence is replaced, from a table as a TOML file has it."""
    endpoint.orders.append(completion("The mill burned in 1859. A Danish brewer bought it in 1922."))
    chain = Chain([RecompAbstractive(writer={"url": endpoint.url, "model": "writer-1"})])
    passages = ["The mill burned in 1859. Nobody was hurt.", "It rains in the hills. " * 9]
    result = chain.compress("When did the mill burn?", passages, budget=30)
    assert "Danish" not in result.text
    assert result.rewritten.sentences[0].span is None
    chain.stages[0].writer.close()


def test_a_table_names_the_instruction_and_where_the_key_is(endpoint, monkeypatch):
    """As a TOML file has them: no secret stands in it."""
    table = {"url": endpoint.url, "model": "m", "form": "reasoning", "api_key_env": "WRITERS_KEY"}
    with pytest.raises(InputError, match="WRITERS_KEY is not set"):
        RecompAbstractive(writer=table)
    monkeypatch.setenv("WRITERS_KEY", "k")
    writer = RecompAbstractive(writer=table).writer
    writer.write("When?", ["Rain."])
    assert endpoint.keys == ["Bearer k"]
    assert endpoint.asked[0]["messages"][0]["content"] == INSTRUCTIONS["reasoning"].fill("When?", ["Rain."])
    writer.close()


def test_an_unknown_instruction_is_refused(endpoint):
    """With those that there are."""
    with pytest.raises(InputError, match="summary, reasoning"):
        EndpointWriter(Endpoint(endpoint.url, "m"), "poem")
