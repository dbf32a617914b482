"""Bad manners on a connection: slowness, headers that no client sends, hosts that are not this one."""

import pytest
from fakes.model_api import running
from fakes.server_calls import HEAD, raw

from excerpt.adapters.server.run import make_server
from excerpt.adapters.server.settings import Limits, Settings


@pytest.fixture(scope="module")
def impatient(both):
    upstream = "http://127.0.0.1:9"  # nobody is asked
    limits = Limits(header_s=0.5, body_s=0.5)
    with running(make_server(Settings(chain="fast", port=0, upstream=upstream, limits=limits))) as address:
        yield address


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
