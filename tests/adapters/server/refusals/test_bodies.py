"""Bodies that are no request, or too much of one: each a clear refusal, and the server goes on."""

import json

import pytest
from fakes.server_calls import CLIENT, HEAD, post, raw

from excerpt.adapters.server.service import Service
from excerpt.adapters.server.settings import Settings
from excerpt.errors import NoModelError

TOOL = {"role": "tool", "tool_call_id": "c", "content": "x"}


@pytest.mark.parametrize(
    "path", ["/v1/compress", "/v1/context", "/v1/rerank", "/v1/chat/completions", "/v1/messages"]
)
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"{'a': 1}", "not_json"),
        (b"\xff\xfe", "not_utf8"),
        (b"[]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not_json"),
        (b'{"a": ' + b"[" * 90_000 + b"]" * 90_000 + b"}", "too_deep"),
    ],
)
@pytest.mark.usefixtures("alive")
def test_bodies_that_are_no_json_object(address, path, body, code):
    """On every route."""
    answer = post(address, path, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("/v1/compress", {}, 400, "messages: must be a list, and is missing"),
        ("/v1/compress", {"messages": "x"}, 400, "messages: must be a list, and is a text"),
        ("/v1/compress", {"messages": [TOOL] * 51}, 413, "messages: has 51 elements; this server takes 50"),
        ("/v1/compress", {"messages": [TOOL], "query": 7}, 400, "query: must be a text"),
        ("/v1/context", {}, 400, "question: is missing"),
        ("/v1/context", {"question": " ", "passages": []}, 400, "question: must be a text that is not empty"),
        ("/v1/context", {"question": "q"}, 400, "passages: must be a list, and is missing"),
        ("/v1/context", {"question": "q", "passages": [7]}, 400, "passages[0]: expected a str"),
        ("/v1/context", {"question": "q", "passages": [{"id": 1}]}, 400, "passages[0]: has no 'text'"),
        ("/v1/context", {"question": "q", "passages": ["\ud800"]}, 400, "lone surrogate"),
        ("/v1/context", {"question": "q", "passages": ["x"] * 51}, 413, "passages: has 51 elements"),
        (
            "/v1/context",
            {"question": "q", "passages": ["x"], "budget": "calibrated:/etc/passwd"},
            400,
            "budget: must be",
        ),
        ("/v1/context", {"question": "q", "passages": ["x"], "budget": -1}, 400, "budget: must be a number"),
        ("/v1/context", {"question": "q", "passages": ["x"], "budget": 1.5}, 400, "ratio is the share"),
        (
            "/v1/context",
            {"question": "q", "passages": ["x"], "budget": True},
            400,
            "budget: must be a number",
        ),
        (
            "/v1/context",
            {"question": "q", "passages": ["x"], "chain": "/etc/passwd.toml"},
            400,
            "this server has",
        ),
        (
            "/v1/context",
            {"question": "q", "passages": ["x"], "tokenizer": "/etc/passwd.json"},
            400,
            "tokenizer: this server has bundled, words",
        ),
        (
            "/v1/context",
            {"question": "q", "passages": ["x"], "template": "{x}"},
            400,
            "template: there is no",
        ),
        ("/v1/rerank", {"query": "q"}, 400, "documents: must be a list"),
        ("/v1/rerank", {"query": "q", "documents": [None]}, 400, "documents[0]: expected a str"),
        ("/v1/rerank", {"query": "q", "documents": ["x"], "top_n": 0}, 400, "top_n: must be a whole number"),
        (
            "/v1/rerank",
            {"query": "q", "documents": ["x"], "top_n": "2"},
            400,
            "top_n: must be a whole number",
        ),
        (
            "/v1/rerank",
            {"query": "q", "documents": ["x"], "return_documents": "yes"},
            400,
            "return_documents: must be",
        ),
        ("/v1/rerank", {"documents": ["x"]}, 400, "query: is missing"),
    ],
)
@pytest.mark.usefixtures("alive")
def test_wrong_fields(address, path, body, status, message):
    """Are named, with what they must be."""
    answer = post(address, path, body)
    assert answer.status_code == status
    assert message in answer.json()["error"]["message"]


def test_empty_lists_are_served(address):
    """Nothing in, nothing out."""
    assert post(address, "/v1/compress", {"messages": []}).json()["messages"] == []
    assert post(address, "/v1/context", {"question": "q", "passages": []}).json()["text"] == ""
    assert post(address, "/v1/rerank", {"query": "q", "documents": []}).json()["results"] == []
    assert (
        post(address, "/v1/rerank", {"query": "q", "documents": [" "]}).json()["results"][0][
            "relevance_score"
        ]
        == 0
    )


@pytest.mark.usefixtures("alive")
def test_too_large_by_its_own_account(address):
    """Refused before it is read."""
    answer = raw(
        address,
        b"POST /v1/compress HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 99999999999999\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in answer.lower()


@pytest.mark.usefixtures("alive")
def test_too_large_in_fact(address):
    """Chunks without a length are counted as they come."""

    def chunks():
        for _ in range(100):
            yield b" " * 10_000

    answer = CLIENT.post(
        f"{address}/v1/compress", content=chunks(), headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.usefixtures("alive")
def test_far_too_large(address):
    """Is not read to its end."""
    endless = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"186a0\r\n" + b" " * 100_000 + b"\r\n"
    answer = raw(address, endless + chunk * 16 + b"1\r\n \r\n")  # the last byte is one too many
    assert answer.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("messages", [None, 7, "x", [None], [{"role": "tool", "content": 7}], [[[]]]])
@pytest.mark.usefixtures("alive")
def test_odd_messages_are_the_upstreams_to_refuse(api, address, messages):
    """They pass byte for byte."""
    body = json.dumps({"messages": messages}).encode()
    assert post(address, "/v1/chat/completions", body).status_code == 200
    assert api.requests[0].bytes == body


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 404), ("?start=-1", 400), ("?end=1e3", 400), ("?start=" + "9" * 400, 400), ("?start=x", 400)],
)
def test_retrieve_refuses(address, query, status):
    """What is not there, and what is no number."""
    answer = CLIENT.get(f"{address}/v1/retrieve/{'0' * 24}{query}")
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_a_request_names_one_of_the_servers_tokenizers(address):
    """It counts the budget; a name that the operator got wrong is refused when the server is made."""
    body = {"question": "who bought oats", "passages": ["Anna bought oats. Rye grew well."], "budget": 3}
    answer = post(address, "/v1/context", {**body, "tokenizer": "words"}).json()
    assert (answer["tokenizer"], answer["tokens_in"], answer["tokens_out"]) == ("words", 6, 3)
    with pytest.raises(NoModelError, match="did you mean"):
        Service(Settings(chain="fast", tokenizers=["gpt-4oo"]))
