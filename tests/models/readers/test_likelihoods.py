"""The likelihood of answers, on networks of random weights in the real file layout."""

import math
from functools import lru_cache

import pytest
from fakes.tiny_generators import make_causal_lm

from excerpt.errors import InputError
from excerpt.models.readers import CausalLMReader, Prompt, RememberingLikelihood
from excerpt.models.readers.likelihoods import MOST_ANSWERS, accepted, joined
from excerpt.models.runtime.disk_cache import DiskCache

transformers = pytest.importorskip("transformers")
torch = pytest.importorskip("torch")

ASK = Prompt("answer the question", "{context} question {question} answer :")
QUESTIONS = ["what turns the stones ?", "what ?", "what turns ?", "what is old ?"]
CONTEXTS = [
    "sails turns the stones . rain river old",
    "",
    "the mill was built by it . wind",
    "rain river . " * 22,
]
ANSWERS = [
    ["the sails", "sails"],
    ["rain"],
    ["wind miller grain", "other", "wind miller"],
    ["river", "the mill"],
]


@pytest.fixture(scope="module", params=["llama", "mistral"])
def checkpoint(request, tmp_path_factory):
    """Two layers, a window of 96 tokens, no chat template."""
    return make_causal_lm(tmp_path_factory.mktemp(request.param), request.param)


@lru_cache
def loaded(folder):
    network = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    return transformers.AutoTokenizer.from_pretrained(folder), network


def by_hand(folder, question, context, answer, prompt=ASK):
    """The mean log-probability of the answer's tokens, in one plain pass over prompt and answer."""
    tokenizer, network = loaded(str(folder))
    before = "\n\n".join(message["content"] for message in prompt.messages(question, context))
    rows = tokenizer(before)["input_ids"], tokenizer(f"{before} {answer}")["input_ids"]
    with torch.inference_mode():
        told = network(input_ids=torch.tensor([rows[1]])).logits[0].log_softmax(-1)
    values = [told[at - 1, rows[1][at]].item() for at in range(len(rows[0]), len(rows[1]))]
    return math.fsum(values) / len(values)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_a_likelihood_is_that_of_a_plain_pass(checkpoint, batch):
    """Whatever is shared, padded and run side by side; of several answers the likeliest counts."""
    told = CausalLMReader(checkpoint, ASK, batch=batch).likelihoods(QUESTIONS, CONTEXTS, ANSWERS)
    for question, context, answers, one in zip(QUESTIONS, CONTEXTS, ANSWERS, told, strict=True):
        each = {answer: by_hand(checkpoint, question, context, answer) for answer in answers}
        assert one.answer == max(each, key=each.get)
        assert one.nats == pytest.approx(each[one.answer], abs=1e-5)
        assert one.prefill_s > 0
        assert one.token_s > 0


def test_the_prompt_has_as_many_tokens_as_it_has(checkpoint):
    """Without the answer's."""
    [one] = CausalLMReader(checkpoint, ASK).likelihoods(QUESTIONS[:1], CONTEXTS[:1], ANSWERS[:1])
    assert one.tokens == len(f"{ASK.system} {CONTEXTS[0]} question {QUESTIONS[0]} answer :".split())


def test_a_prompt_over_the_window_has_none(checkpoint):
    """Nothing is cut, and the others are measured."""
    reader = CausalLMReader(checkpoint, ASK)
    long, short = reader.likelihoods(["what ?"] * 2, ["rain " * 100, "rain"], [["sails"]] * 2)
    assert (math.isnan(long.nats), long.tokens > 96, math.isnan(short.nats)) == (True, True, False)


def test_a_chat_template_stands_around_the_prompt(checkpoint, tmp_path):
    """And what it ends with is not parted from the answer by a space of ours."""
    import shutil

    folder = shutil.copytree(checkpoint, tmp_path / "chat")
    template = "{% for m in messages %}<s> {{ m.content }} {% endfor %}document : "
    (folder / "chat_template.jinja").write_text(template)
    [one] = CausalLMReader(folder, Prompt("", "{context} {question}")).likelihoods(
        ["what ?"], ["rain"], [["sails"]]
    )
    plain = Prompt("", "<s> {context} {question} document :")
    assert one.nats == pytest.approx(by_hand(checkpoint, "what ?", "rain", "sails", plain), abs=1e-5)


def test_a_question_needs_an_answer(checkpoint):
    """One that is not empty."""
    with pytest.raises(InputError, match="needs an accepted answer"):
        CausalLMReader(checkpoint).likelihoods(["what ?"], ["rain"], [[" "]])


def test_the_first_of_many_answers_are_measured():
    """Each once, stripped."""
    assert accepted(["a ", "a", "", "b"]) == ("a", "b")
    assert len(accepted([str(number) for number in range(20)])) == MOST_ANSWERS


def test_a_space_parts_prompt_and_answer_only_where_there_is_none():
    """A template's line break is enough."""
    assert (joined("Answer:", "x"), joined("assistant\n", "x"), joined("", "x")) == (
        "Answer: x",
        "assistant\nx",
        "x",
    )


class Counting:
    """Counts what it is asked."""

    name, fingerprint = "counting", "f"

    def __init__(self, reader):
        self.reader, self.asked = reader, 0

    def likelihoods(self, questions, contexts, answers):
        self.asked += len(questions)
        return self.reader.likelihoods(questions, contexts, answers)


def test_a_likelihood_is_measured_once(checkpoint, tmp_path):
    """In this run and the next; times come back as they were."""
    runs = []
    for _ in range(2):
        with DiskCache(tmp_path / "c") as cache:
            inner = Counting(CausalLMReader(checkpoint, ASK))
            told = RememberingLikelihood(inner, cache).likelihoods(
                [QUESTIONS[0]] * 2, [CONTEXTS[0]] * 2, [ANSWERS[0]] * 2
            )
            runs.append((told, inner.asked))
    assert runs[0][0] == runs[1][0]
    assert (runs[0][1], runs[1][1]) == (1, 0)
