"""One client for all servers of these tests; a module's fixture `both` starts its model's API and its server."""

import pytest
from fakes.server_calls import CLIENT


@pytest.fixture(scope="session", autouse=True)
def _client():
    with CLIENT:
        yield


@pytest.fixture
def address(both):
    return both[1]
