import json

import pytest

from excerpt.errors import InputError, ModelError
from excerpt.models.generation.endpoint import Endpoint, NoAnswer
from excerpt.models.training.distill.endpoint import RULES, Teacher

NOW = {"retry-after": "0"}


def reply(content, finish="stop"):
    return 200, json.dumps({"choices": [{"message": {"content": content}, "finish_reason": finish}]}), {}


def ask(endpoint, text="the mill", **settings):
    with Teacher(Endpoint(endpoint.url, "teacher", **settings)) as teacher:
        return teacher.compress(text)


def test_the_question_holds_the_rules_the_text_and_the_sampling(endpoint):
    """The paper's sampling; no key is sent that was not given."""
    assert ask(endpoint, "the old mill") == "old mill"
    (body,) = endpoint.asked
    assert [message["content"] for message in body["messages"]] == [RULES, "the old mill"]
    assert (body["model"], body["temperature"], body["top_p"]) == ("teacher", 0.3, 1.0)
    assert endpoint.keys == [None]


def test_the_key_is_sent_and_not_shown(endpoint):
    """As a bearer token; never in a representation that a log might print."""
    ask(endpoint, key="tell-nobody")
    assert endpoint.keys == ["Bearer tell-nobody"]
    assert "tell-nobody" not in repr(Endpoint(endpoint.url, "teacher", key="tell-nobody"))


@pytest.mark.parametrize(
    "trouble",
    [
        (429, "{}", NOW),
        (500, "oops", NOW),
        (503, "", NOW | {"retry-after": "Thu, 01 Jan 2015 00:00:00 GMT"}),
    ],
)
def test_a_busy_or_failing_endpoint_is_asked_again(endpoint, trouble):
    """After as long as it asks for, in seconds or as a date."""
    endpoint.orders += [trouble, trouble]
    assert ask(endpoint) == "mill"
    assert len(endpoint.asked) == 3


@pytest.mark.parametrize(
    "body", ["{", "[]", '{"choices": []}', '{"choices": [{"message": {"content": ""}}]}']
)
def test_a_reply_that_makes_no_sense_is_asked_for_again(endpoint, body):
    """Malformed JSON, another shape, nothing in it: sampling may do better."""
    endpoint.orders.append((200, body, {}))
    assert ask(endpoint) == "mill"


def test_trying_ends(endpoint):
    """With what was wrong the last time."""
    endpoint.orders += [(500, "", NOW)] * 3
    with pytest.raises(NoAnswer, match="HTTP 500"):
        ask(endpoint, tries=3)
    assert len(endpoint.asked) == 3


@pytest.mark.parametrize(
    ("order", "said"),
    [((400, "too long", {}), "400: 'too long'"), (reply("half an", "length"), "ended early")],
)
def test_what_asking_again_would_not_mend_fails_at_once(endpoint, order, said):
    """A refused chunk, an answer that was cut off."""
    endpoint.orders.append(order)
    with pytest.raises(NoAnswer, match=said):
        ask(endpoint)
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize("status", [401, 404])
def test_a_wrong_key_or_address_ends_the_run(endpoint, status):
    """Every other chunk would fail in the same way."""
    endpoint.orders.append((status, "who are you", {}))
    with pytest.raises(ModelError, match=r"who are you.*--resume"):
        ask(endpoint)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/v1", "127.0.0.1/v1", "http://[/", "http://"])
def test_an_address_that_is_none_is_refused(url):
    """Before anything is sent."""
    with pytest.raises(InputError, match="is not an address such as"):
        Endpoint(url, "teacher")


def test_an_endpoint_that_does_not_answer_fails_the_chunk(endpoint):
    """Nobody listens: a reason, not a traceback."""
    endpoint.server.socket.close()
    with pytest.raises(NoAnswer, match="no answer"):
        ask(endpoint, tries=1, timeout_s=0.2)
