"""Reading vectors, held against a plain reference: embedding rows replaced by hand, one question at a time."""

import numpy as np
import pytest
from fakes.tiny_generators import make_causal_lm

from excerpt.errors import InputError, ModelError
from excerpt.models.readers import CausalLMReader, XragReader
from excerpt.models.xrag.injection import injected, marking
from excerpt.models.xrag.prompts import PAPER, PLAIN
from excerpt.values.soft import SoftContext, SoftPassage

transformers = pytest.importorskip("transformers")
torch = pytest.importorskip("torch")
QUESTIONS = ["what turns the stones ?", "who built the old mill ?", "what ?"]
CONTEXTS = ["", "the mill burned in 1859 .", "rain and wind"]


@pytest.fixture(scope="module", params=["llama", "mistral", "bert"])
def checkpoint(request, tmp_path_factory):
    return make_causal_lm(tmp_path_factory.mktemp(request.param) / "reader", request.param)


def soft_context(reader, vectors, seed=0):
    rows = np.random.default_rng(seed).normal(size=(vectors, 16)).astype(np.float32)
    passages = tuple(SoftPassage(index, row) for index, row in enumerate(rows))
    return SoftContext(passages, reader.traits.fingerprint)


def by_hand(checkpoint, question, context, soft):
    """The plain reference: tokens of each part, rows of the table, vectors put between."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(checkpoint))
    network = transformers.AutoModelForCausalLM.from_pretrained(str(checkpoint)).eval()
    prompt = PLAIN.ask.messages(question, PLAIN.background(len(soft), context))[0]["content"]
    table, rows = network.get_input_embeddings().weight, []
    parts = prompt.split("<xRAG>")
    for number, part in enumerate(parts):
        rows += [table[index] for index in tokenizer(part, add_special_tokens=False)["input_ids"]]
        if number < len(parts) - 1:
            rows.append(torch.from_numpy(soft.passages[number].embedding))
    embeddings = torch.stack(rows)[None]
    written = []
    for _ in range(5):
        with torch.inference_mode():
            following = int(network(inputs_embeds=embeddings).logits[0, -1].argmax())
        written.append(following)
        embeddings = torch.cat([embeddings, table[following][None, None]], dim=1)
        if following == 2:
            break
    return tokenizer.decode(written, skip_special_tokens=True).strip()


def test_answers_are_those_of_the_plain_reference(checkpoint):
    """One vector or several, with text and without."""
    reader = XragReader(checkpoint, PLAIN, answer_tokens=5)
    asked = [
        (question, context, soft_context(reader, number % 3 + 1, seed=number))
        for number, (question, context) in enumerate(2 * list(zip(QUESTIONS, CONTEXTS, strict=True)))
    ]
    answers = [reader.read_soft(*one).text for one in asked]
    assert answers == [by_hand(checkpoint, *one) for one in asked]
    assert any(answers)


def test_a_padded_batch_answers_as_one_by_one(checkpoint):
    """Prompts of different lengths and numbers of vectors."""
    alone = XragReader(checkpoint, PLAIN, answer_tokens=5)
    softs = [soft_context(alone, number + 1, seed=number) for number in range(3)]
    together = XragReader(checkpoint, PLAIN, answer_tokens=5, batch=3)
    assert together.read_soft_many(QUESTIONS, CONTEXTS, softs) == [
        alone.read_soft(*asked) for asked in zip(QUESTIONS, CONTEXTS, softs, strict=True)
    ]


def test_the_forward_pass_is_the_references_with_padding(checkpoint):
    """Logits, not only answers: rows of a left-padded batch against each prompt alone."""
    reader = XragReader(checkpoint, PLAIN)
    network = reader._load()[1]
    softs = [soft_context(reader, number + 1, seed=number) for number in range(3)]
    together = reader._embedded(list(zip(QUESTIONS, CONTEXTS, softs, strict=True)))
    positions = (together["attention_mask"].cumsum(1) - 1).clamp(min=0)
    with torch.inference_mode():
        batch = network(**together, position_ids=positions).logits
        for row, asked in enumerate(zip(QUESTIONS, CONTEXTS, softs, strict=True)):
            alone = network(**reader._embedded([asked])).logits[0]
            assert torch.allclose(batch[row, -len(alone) :], alone, atol=1e-5)


def test_other_vectors_give_other_answers(checkpoint):
    """The vectors are read at all."""
    reader = XragReader(checkpoint, PLAIN, answer_tokens=8)
    answers = {reader.read_soft("what ?", "", soft_context(reader, 2, seed=seed)).text for seed in range(6)}
    assert len(answers) > 1


def test_a_stream_is_the_answer(checkpoint):
    """Piece by piece, with vectors and without."""
    reader = XragReader(checkpoint, PLAIN, answer_tokens=5)
    soft = soft_context(reader, 2)
    pieces = list(reader.stream_soft("what ?", "rain", soft))
    assert len(pieces) > 1
    assert "".join(pieces).strip() == reader.read_soft("what ?", "rain", soft).text
    assert "".join(reader.stream("what ?", "rain")).strip() == reader.read("what ?", "rain").text


def test_without_vectors_it_reads_text_as_any_reader(checkpoint):
    """Among the same words."""
    plain = CausalLMReader(checkpoint, PLAIN.ask, answer_tokens=5)
    assert XragReader(checkpoint, PLAIN, answer_tokens=5).read("what ?", "rain") == plain.read(
        "what ?", "rain"
    )


def test_vectors_of_another_reader_are_refused(checkpoint):
    """Before anything is loaded."""
    reader = XragReader(checkpoint, PLAIN)
    with pytest.raises(ModelError, match="were made for a reader with the fingerprint elsewhere"):
        reader.read_soft("what ?", "", SoftContext(soft_context(reader, 1).passages, "elsewhere"))
    assert reader._loaded is None


def test_a_text_with_the_mark_is_refused(checkpoint):
    """It would take a vector's place."""
    reader = XragReader(checkpoint, PLAIN)
    with pytest.raises(InputError, match="the context contains '<xRAG>'"):
        reader.read_soft("what ?", "rain <xRAG>", soft_context(reader, 1))


def test_marks_and_vectors_must_agree(checkpoint):
    """In number and in width."""
    table = torch.nn.Embedding(4, 8)
    ids = torch.tensor([[1, 9, 9]])
    with pytest.raises(InputError, match="2 marks for 1 vectors"):
        injected(table, ids, 9, torch.zeros(1, 8))
    with pytest.raises(ModelError, match="vectors of 7 dimensions for a reader of 8"):
        injected(table, ids, 9, torch.zeros(2, 7))


def test_gradients_flow_into_the_vectors_alone(checkpoint):
    """What training the projector needs."""
    table = torch.nn.Embedding(4, 8).requires_grad_(requires_grad=False)
    vectors = torch.zeros(1, 8, requires_grad=True)
    injected(table, torch.tensor([[1, 9, 2]]), 9, vectors).sum().backward()
    assert torch.equal(vectors.grad, torch.ones(1, 8))
    assert table.weight.grad is None


def test_marking_leaves_the_owners_tokenizer_alone(checkpoint):
    """A copy learns the mark; one that knows it is used as it is."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(checkpoint))
    marked, mark = marking(tokenizer, "<xRAG>")
    assert mark == len(tokenizer)
    assert "<xRAG>" not in tokenizer.get_vocab()
    assert marking(marked, "<xRAG>")[0] is marked
    assert marked("old <xRAG> <xRAG>rain", add_special_tokens=False)["input_ids"].count(mark) == 2


def test_the_papers_prompt_is_the_default():
    """To the letter, the question mark included."""
    written = PAPER.ask.messages("who", PAPER.background(2, "text"))[0]["content"]
    assert written == (
        "[INST] Refer to the background document and answer the questions:\n\nBackground: <xRAG> <xRAG>\n\ntext\n\n"
        "Question: who? [/INST] The answer is:"
    )
