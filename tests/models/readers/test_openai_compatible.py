"""A reader behind a local endpoint."""

import pytest
from fakes.fake_endpoint import completion

from excerpt.errors import ModelError
from excerpt.models.generation.endpoint import Endpoint
from excerpt.models.generation.prices import Price
from excerpt.models.readers import Answer, OpenAICompatibleReader
from excerpt.models.readers.openai_compatible import reading_cost
from excerpt.tokens import resolve_tokenizer


@pytest.fixture
def answering(endpoint):
    """Says the last word of the user's message before the question."""
    endpoint.answer = lambda text: completion(text.partition("\n")[0].split()[-1])
    return endpoint


def test_one_question(answering):
    """Greedy and short; the prompt holds context and question."""
    with OpenAICompatibleReader(Endpoint(answering.url, "big")) as reader:
        assert reader.read("What turns?", "the sails") == Answer("sails")
    (body,) = answering.asked
    assert (body["temperature"], body["max_tokens"], body["model"]) == (0.0, 64, "big")
    assert body["messages"][1]["content"].startswith("the sails\n\nQuestion: What turns?")


def test_many_questions_keep_their_order(answering):
    """Whoever answers first."""
    with OpenAICompatibleReader(Endpoint(answering.url, "big"), workers=3) as reader:
        found = reader.read_many(["q"] * 9, [f"word {number}" for number in range(9)])
    assert [answer.text for answer in found] == [str(number) for number in range(9)]


def test_a_busy_endpoint_is_waited_for(answering):
    """As the teacher's client does."""
    answering.orders += [(429, "{}", {"retry-after": "0"})] * 2
    with OpenAICompatibleReader(Endpoint(answering.url, "big")) as reader:
        assert reader.read("q", "the sails").text == "sails"


def test_an_answer_that_was_cut_is_still_one(answering):
    """The first words of a long answer count."""
    answering.orders.append(completion("sails and", "length"))
    with OpenAICompatibleReader(Endpoint(answering.url, "big")) as reader:
        assert reader.read("q", "c").text == "sails and"


def test_no_answer_is_an_error_of_ours(answering):
    """With the question in it."""
    answering.orders.append((400, "no", {}))
    reader = OpenAICompatibleReader(Endpoint(answering.url, "big"))
    with reader, pytest.raises(ModelError, match="gave no answer to 'who'"):
        reader.read("who", "c")


def test_the_fingerprint_is_what_changes_an_answer():
    """Another model does, another address or key does not."""
    readers = [
        OpenAICompatibleReader(Endpoint(url, model, key=key))
        for url, model, key in (("http://a", "m", ""), ("http://b", "m", "k"), ("http://a", "n", ""))
    ]
    first, same, other = (reader.fingerprint for reader in readers)
    assert first == same != other


def test_the_cost_is_known_before():
    """Two questions of 100 tokens, a prompt of two messages of ten and a frame of twelve, answers of 64."""
    reader = OpenAICompatibleReader(Endpoint("http://a", "m"))
    cost = reading_cost(reader, [100, 100], resolve_tokenizer(lambda text: 10), Price(2.0, 8.0))
    assert (cost.tokens_in, cost.tokens_out) == (264, 128)
    assert cost.cost == pytest.approx((264 * 2 + 128 * 8) / 1e6)
    assert "no price given" in str(reading_cost(reader, [], resolve_tokenizer(lambda text: 10), None))
