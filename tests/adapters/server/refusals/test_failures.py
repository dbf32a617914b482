"""An upstream, a chain or a queue that fails: an error with a name, and texts stay whole."""

import socket
import threading

from fakes.model_api import model_api, running
from fakes.server_calls import CLIENT, chat, post

from excerpt import Chain
from excerpt.adapters.server.run import make_server
from excerpt.adapters.server.settings import Limits, Settings


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
