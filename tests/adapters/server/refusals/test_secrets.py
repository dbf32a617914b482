"""The operator's key guards, and neither keys nor texts get out."""

import pytest
from fakes.model_api import model_api, running
from fakes.server_calls import CLIENT, post

from excerpt.adapters.server.run import make_server
from excerpt.adapters.server.settings import Settings

KEY = "a-key-of-enough-letters"


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
