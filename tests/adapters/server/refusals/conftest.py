"""A server with small limits before a model's API that keeps what it was asked."""

import pytest
from fakes.model_api import model_api, running
from fakes.server_calls import CLIENT

from excerpt.adapters.server.run import make_server
from excerpt.adapters.server.settings import Limits, Settings

LIMITS = Limits(body_bytes=200_000, header_bytes=8192, items=50)


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
def alive(address):
    """The server still answers when the test is over."""
    yield
    assert CLIENT.get(f"{address}/health").json()["status"] == "ok"
