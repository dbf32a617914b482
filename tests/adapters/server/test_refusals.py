"""Bad input, bad manners, bad intent: each a clear refusal, and the server goes on."""

import json
import socket
import threading
import time

import httpx2
import pytest
from fakes.model_api import model_api, running

from excerpt import Chain
from excerpt.adapters.server.run import make_server
from excerpt.adapters.server.service import Service
from excerpt.adapters.server.settings import Limits, Settings
from excerpt.errors import NoModelError

KEY = "a-key-of-enough-letters"
LIMITS = Limits(body_bytes=200_000, header_bytes=8192, items=50)
CLIENT = httpx2.Client()  # one for all: each of its own would read the certificates of the world
TOOL = {"role": "tool", "tool_call_id": "c", "content": "x"}


@pytest.fixture(scope="module", autouse=True)
def _client():
    with CLIENT:
        yield


@pytest.fixture(scope="module")
def both():
    with model_api() as (api, upstream):
        settings = Settings(
            chain="fast", port=0, upstream=upstream, limits=LIMITS, tokenizers=("words", "bundled")
        )
        with running(make_server(settings)) as address:
            yield api, address


@pytest.fixture
def api(both):
    both[0].requests.clear()
    return both[0]


@pytest.fixture
def address(both):
    return both[1]


@pytest.fixture(scope="module")
def impatient(both):
    upstream = "http://127.0.0.1:9"  # nobody is asked
    limits = Limits(header_s=0.5, body_s=0.5)
    with running(make_server(Settings(chain="fast", port=0, upstream=upstream, limits=limits))) as address:
        yield address


@pytest.fixture
def alive(address):
    """The server still answers when the test is over."""
    yield
    assert CLIENT.get(f"{address}/health").json()["status"] == "ok"


def post(address, path, body, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return CLIENT.post(
        f"{address}{path}", content=content, headers={"content-type": "application/json", **headers}
    )


def raw(address, request, *, pause=0.0, rest=b""):
    """What the server answers to bytes that no client would send, and whether it closed the connection."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        if rest:
            time.sleep(pause)
            connection.sendall(rest)
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
    return answer


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


@pytest.mark.parametrize("path", ["/v1/compress", "/v1/chat/completions"])
@pytest.mark.usefixtures("alive")
def test_a_slow_body(impatient, path):
    """Is waited for so long and no longer."""
    start = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{{"
    answer = raw(impatient, start.encode())
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"too_slow" in answer


@pytest.mark.parametrize("start", [b"", b"GET /hea", b"GET /health HTTP/1.1\r\nHost: local"])
@pytest.mark.usefixtures("alive")
def test_slow_headers(impatient, start):
    """The connection is closed."""
    assert not raw(impatient, start).startswith(b"HTTP/1.1 200")


@pytest.mark.usefixtures("alive")
def test_slow_headers_on_a_connection_that_was_used_before(impatient):
    """It is closed too."""
    used = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = raw(impatient, used, pause=0.2, rest=b"GET /hea")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1") == 1


HEAD = b"POST /v1/compress HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
BODY = b'{"messages": []}'


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (HEAD + b"Content-Length: 16\r\n\r\n" + BODY, 200),
        (HEAD + b"X-Big: " + b"a" * 20_000 + b"\r\n\r\n", 400),
        (HEAD + b"".join(b"X-%d: a\r\n" % number for number in range(5000)) + b"\r\n", 400),
        (HEAD + b"Content-Length: 16\r\nContent-Length: 5\r\n\r\n" + BODY, 400),
        (HEAD + b"Content-Length: 16\r\nTransfer-Encoding: chunked\r\n\r\n" + BODY, 400),
        (HEAD + b"Content-Length: -1\r\n\r\n", 400),
        (HEAD + b"Content-Length: 1e3\r\n\r\n", 400),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
        (HEAD + b"Host: evil.example\r\nContent-Length: 16\r\n\r\n" + BODY, 400),
        (HEAD + b"Bad Name: x\r\n\r\n", 400),
        (HEAD + b"X: a\x00b\r\n\r\n", 400),
        (HEAD.replace(b"localhost", b"evil.example") + b"Content-Length: 16\r\n\r\n" + BODY, 403),
        (HEAD.replace(b"localhost", b"127.0.0.1.evil.example") + b"Content-Length: 16\r\n\r\n" + BODY, 403),
        (HEAD.replace(b"localhost", b"localhost@evil.example") + b"Content-Length: 16\r\n\r\n" + BODY, 403),
        (HEAD.replace(b"Host: localhost\r\n", b"") + b"Content-Length: 16\r\n\r\n" + BODY, 400),
        (HEAD.replace(b"application/json", b"text/plain") + b"Content-Length: 16\r\n\r\n" + BODY, 415),
        (HEAD.replace(b"POST", b"BREW") + b"\r\n", 405),
        (HEAD.replace(b"POST", b"GET") + b"\r\n", 405),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
)
@pytest.mark.usefixtures("alive")
def test_header_tricks(address, request_, status):
    """Lengths that contradict each other, names and sizes that no client sends, hosts that are not this one."""
    answer = raw(address, request_)
    assert answer.startswith(b"HTTP/1.1 %d" % status)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/v1/models",
        "//169.254.169.254/v1/models",
        "/v1/../admin",
        "/v1/./models",
        "/v1/%2e%2e/admin",
        "/v1/..%2fadmin",
        "/v1/a%5cb",
        "/v1//evil.example/x",
        "/v1/models%00",
        "/v1/models%0d%0aX-Evil:1",
        "/v2/models",
        "/admin",
        "*",
    ],
)
@pytest.mark.usefixtures("alive")
def test_paths_that_lead_elsewhere(api, address, target):
    """Never reach the upstream."""
    answer = raw(address, f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ", 2)[1] in (b"400", b"404")
    assert api.requests == []


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "http://169.254.169.254/latest/meta-data"},
        {
            "base_url": "http://169.254.169.254",
            "api_base": "http://127.0.0.1:1",
            "upstream": "file:///etc/passwd",
        },
        {"model": "../../etc/passwd", "tokenizer": "/etc/passwd", "chain": "/etc/passwd.toml"},
    ],
)
@pytest.mark.usefixtures("alive")
def test_no_field_chooses_where_a_request_goes(api, address, fields):
    """They pass as they are to the one upstream, which may refuse them."""
    headers = {
        "x-forwarded-host": "evil.example",
        "x-upstream": "http://evil.example",
        "forwarded": "host=evil.example",
    }
    answer = post(address, "/v1/chat/completions", {"messages": [], **fields}, **headers)
    assert answer.status_code == 200
    assert {name: api.requests[0].body[name] for name in fields} == fields
    assert api.requests[0].headers["host"] != "evil.example"
    assert "forwarded" not in api.requests[0].headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost.evil.example"}, 403),
        ({"origin": "http://[bad"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://localhost:3000"}, 200),
        ({"sec-fetch-site": "none"}, 200),
    ],
)
@pytest.mark.usefixtures("alive")
def test_pages_in_a_browser(api, address, headers, status):
    """Those of other sites get nothing done here, whatever they send."""
    answer = CLIENT.post(
        f"{address}/v1/responses", content=b"{}", headers={"content-type": "application/json", **headers}
    )
    plain = CLIENT.get(f"{address}/v1/models", headers=headers)
    assert (answer.status_code, plain.status_code) == (status, status)
    assert len(api.requests) == (2 if status == 200 else 0)


@pytest.mark.usefixtures("alive")
def test_redirects_are_not_followed_and_not_passed_on(address):
    """A client would follow with its key."""
    answer = CLIENT.get(f"{address}/v1/moved")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_redirect")
    assert "location" not in answer.headers


@pytest.mark.usefixtures("alive")
def test_a_loop_is_seen(address):
    """An upstream that leads back here."""
    answer = post(address, "/v1/chat/completions", {"messages": []}, **{"x-excerpt-hop": "1"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (508, "loop")


@pytest.mark.usefixtures("alive")
def test_an_answer_that_breaks_off_is_seen_to(address):
    """It does not look complete."""
    with pytest.raises(httpx2.HTTPError):
        CLIENT.get(f"{address}/v1/broken")


@pytest.mark.usefixtures("alive")
def test_packed_bodies_pass_unread(api, address):
    """Nothing is unpacked here, so nothing can swell."""
    body = b"\x1f\x8b not really gzip"
    answer = post(address, "/v1/responses", body, **{"content-encoding": "gzip"})
    assert (answer.status_code, answer.headers["x-excerpt-skipped"]) == (200, "encoded")
    assert api.requests[0].bytes == body


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


def test_bodies_and_query_strings_are_not_logged(address, caplog):
    """Nor are headers: a line has method, route, status and time."""
    caplog.set_level("DEBUG")
    post(
        address,
        "/v1/compress?token=query-secret",
        {"messages": [], "x": "body-secret"},
        authorization="head-secret",
    )
    post(address, "/v1/compress", b"{body-secret")
    CLIENT.get(f"{address}/v1/models/path-secret")
    assert "/v1/compress 200" in caplog.text
    assert "secret" not in "\n".join(
        record.getMessage() for record in caplog.records if "excerpt" in record.name
    )
    accessed = [record.getMessage() for record in caplog.records if record.name == "uvicorn.access"]
    assert not [line for line in accessed if "compress" in line]  # the fake upstream has a log of its own


@pytest.fixture(scope="module")
def keyed():
    with model_api() as (api, upstream):
        settings = Settings(
            chain="fast",
            port=0,
            upstream=upstream,
            key=KEY,
            upstream_key="sk-operator-0123456789",
            limits=LIMITS,
        )
        with running(make_server(settings)) as address:
            yield api, address


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {KEY}"},
        {"authorization": f"Bearer {KEY}x"},
        {"authorization": f"Bearer {KEY[:-1]}"},
        {"x-api-key": ""},
        {"x-excerpt-key": KEY.upper()},
        {"x-excerpt-key": "kéy".encode()},
    ],
)
def test_without_the_key(keyed, headers):
    """Nothing is served but the health."""
    for path in ("/v1/compress", "/v1/chat/completions", "/v1/messages"):
        answer = post(keyed[1], path, {"messages": []}, **headers)
        assert (answer.status_code, answer.json()["error"]["type"]) == (401, "authentication_error")
        assert KEY not in answer.text
    assert CLIENT.get(f"{keyed[1]}/metrics", headers=headers).status_code == 401
    assert CLIENT.get(f"{keyed[1]}/health").status_code == 200


@pytest.mark.parametrize(
    "header", [("authorization", f"Bearer {KEY}"), ("x-api-key", KEY), ("x-excerpt-key", KEY)]
)
def test_with_the_key(keyed, header):
    """Ours stays here; the upstream gets the operator's."""
    api, address = keyed
    api.requests.clear()
    assert post(address, "/v1/messages", {"messages": []}, **dict([header])).status_code == 200
    sent = api.requests[0].headers
    assert KEY not in str(sent)
    assert "sk-operator-0123456789" in (sent.get("authorization", "") + sent.get("x-api-key", ""))


def test_other_hosts_may_be_named_where_a_key_guards(keyed):
    """Behind a name of one's own."""
    answer = post(
        keyed[1], "/v1/compress", {"messages": []}, host="excerpt.example", **{"x-excerpt-key": KEY}
    )
    assert answer.status_code == 200


def chat(address, **fields):
    return post(address, "/v1/chat/completions", {"model": "m", "messages": [], **fields})


def test_an_upstream_that_is_not_there():
    """502, at once."""
    settings = Settings(chain="fast", port=0, upstream="http://127.0.0.1:9")
    with running(make_server(settings)) as address:
        answer = chat(address)
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_unreachable")
        assert (
            'excerpt_upstream_errors_total{kind="unreachable"} 1.0' in CLIENT.get(f"{address}/metrics").text
        )


def test_an_upstream_that_says_nothing():
    """504, when it was silent for long enough."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        upstream = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings = Settings(chain="fast", port=0, upstream=upstream, limits=Limits(upstream_s=0.2))
        with running(make_server(settings)) as address:
            answer = chat(address)
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "upstream_timeout")


def test_more_at_once_than_the_limit():
    """503 with a time to come again; an open stream counts."""
    with model_api() as (api, upstream):
        settings = Settings(chain="fast", port=0, upstream=upstream, limits=Limits(requests=1))
        with running(make_server(settings)) as address:
            api.gate.clear()
            body = {"model": "m", "stream": True, "messages": []}
            with CLIENT.stream("POST", f"{address}/v1/chat/completions", json=body) as stream:
                chunks = stream.iter_raw()
                next(chunks)
                answer = chat(address)
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
                assert answer.json()["error"]["code"] == "too_many_requests_at_once"
                api.gate.set()
                assert b"".join(chunks).endswith(b"[DONE]\n\n")


class Held:
    """A stage that waits until it is let go."""

    name = "held"
    needs_query = False

    def __init__(self):
        self.begun, self.go = threading.Event(), threading.Event()

    def compress(self, context, room):
        self.begun.set()
        self.go.wait(30)
        return context


def test_no_worker_in_time():
    """503 for an answer of ours; a request for a model goes on as it came, and says so."""
    held = Held()
    held.go.set()  # until the server has started
    limits = Limits(workers=1, wait_s=0.1, pass_after_s=0.1)
    with model_api() as (api, upstream):
        settings = Settings(
            chain=Chain([held]), budget=3, chains={}, port=0, upstream=upstream, limits=limits
        )
        with running(make_server(settings)) as address:
            held.go.clear()
            held.begun.clear()
            body = {"question": "q", "passages": ["one two three four five"], "budget": 3}
            working = threading.Thread(target=post, args=(address, "/v1/context", body))
            working.start()
            assert held.begun.wait(30)
            answer = post(address, "/v1/context", body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")
            passed = chat(address)
            assert (passed.status_code, passed.headers["x-excerpt-skipped"]) == (200, "busy")
            assert api.requests[0].body == {"model": "m", "messages": []}
            held.go.set()
            working.join(30)


def test_too_long_to_compress():
    """504 for an answer of ours; a conversation's text stays whole."""
    held = Held()
    held.go.set()
    settings = Settings(chain=Chain([held]), budget=3, chains={}, port=0, limits=Limits(compress_s=0.2))
    with running(make_server(settings)) as address:
        held.go.clear()
        answer = post(
            address, "/v1/context", {"question": "q", "passages": ["one two three four five"], "budget": 3}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (504, "deadline")
        message = {"role": "tool", "tool_call_id": "c", "content": "one two three four five " * 100}
        kept = post(address, "/v1/compress", {"messages": [message]}).json()
        held.go.set()
    assert kept["messages"] == [message]
    assert kept["parts"][0]["reason"] == "deadline"


def test_a_chain_that_fails():
    """500 with the kind of error, and not its message; a conversation's text stays whole."""

    class Failing:
        name = "failing"

        def compress(self, context, room):
            if "secret" in context.passages[0].text:
                raise RuntimeError(f"cannot do {context.passages[0].text}")
            return context

    secret = "a secret of five words " * 100
    with running(make_server(Settings(chain=Chain([Failing()]), budget=3, chains={}, port=0))) as address:
        answer = post(address, "/v1/context", {"question": "q", "passages": [secret], "budget": 3})
        message = {"role": "tool", "tool_call_id": "c", "content": secret}
        kept = post(address, "/v1/compress", {"messages": [message], "query": "q"}).json()
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "failed")
    assert "secret" not in answer.text
    assert (kept["messages"], kept["parts"][0]["reason"]) == ([message], "failed")


def test_a_request_names_one_of_the_servers_tokenizers(address):
    """It counts the budget; a name that the operator got wrong is refused when the server is made."""
    body = {"question": "who bought oats", "passages": ["Anna bought oats. Rye grew well."], "budget": 3}
    answer = post(address, "/v1/context", {**body, "tokenizer": "words"}).json()
    assert (answer["tokenizer"], answer["tokens_in"], answer["tokens_out"]) == ("words", 6, 3)
    with pytest.raises(NoModelError, match="did you mean"):
        Service(Settings(chain="fast", tokenizers=["gpt-4oo"]))
