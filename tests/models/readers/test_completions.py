"""Likelihoods by an endpoint that echoes a prompt with its log-probabilities."""

import json

import pytest
from fakes.fake_endpoint import FakeEndpoint, echoed

from excerpt.errors import ModelError
from excerpt.models.generation.endpoint import Endpoint
from excerpt.models.readers import CompletionsLikelihood, Prompt


@pytest.fixture
def endpoint():
    made = FakeEndpoint()
    made.answer = echoed
    yield made
    made.close()


def teller(endpoint):
    return CompletionsLikelihood(Endpoint(endpoint.url, "big"), Prompt("say", "{context} {question} answer:"))


def test_the_answers_tokens_count(endpoint):
    """Not the prompt's, nor the one that is generated behind; of several answers the likeliest."""
    [one] = teller(endpoint).likelihoods(["what?"], ["rain fell"], [["the sails", "sails, turning"]])
    assert one.answer == "the sails"
    assert one.nats == pytest.approx(-(3 + 5) / 10 / 2)
    assert one.tokens == 5
    assert {row["prompt"] for row in endpoint.asked} == {
        f"say\n\nrain fell what? answer: {answer}" for answer in ("the sails", "sails, turning")
    }
    assert all((row["echo"], row["logprobs"], row["max_tokens"]) == (True, 1, 1) for row in endpoint.asked)


@pytest.mark.parametrize("choice", [{"text": "x"}, {"text": "x", "logprobs": None}])
def test_an_endpoint_without_log_probabilities_is_told(endpoint, choice):
    """With its address, and at once."""
    endpoint.answer = lambda _: (200, json.dumps({"choices": [choice]}), {})
    with pytest.raises(
        ModelError, match=rf"{endpoint.url} gives no likelihood: its /completions gives no log-prob"
    ):
        teller(endpoint).likelihoods(["what?"], ["rain"], [["sails"]])
    assert len(endpoint.asked) == 1


def test_log_probabilities_of_the_answer_alone_are_needed(endpoint):
    """An endpoint that gives those of what it wrote does not have them."""
    told = {"text_offset": [9999], "token_logprobs": [-1.0]}
    endpoint.answer = lambda _: (200, json.dumps({"choices": [{"text": "x", "logprobs": told}]}), {})
    with pytest.raises(ModelError, match="no token begins in the answer 'sails'"):
        teller(endpoint).likelihoods(["what?"], ["rain"], [["sails"]])
