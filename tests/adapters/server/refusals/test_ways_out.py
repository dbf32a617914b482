"""Where a request may go: to the operator's upstream, and nowhere else."""

import httpx2
import pytest
from fakes.server_calls import CLIENT, post, raw


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
