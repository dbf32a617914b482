"""Tests of excerpt.hub: whether the hub can be asked, in one try."""

import socket

import pytest

from excerpt import hub

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def calls(monkeypatch):
    """A machine without a network, and whom it tried to reach."""
    made = []

    def refuse(place, timeout):
        made.append(place)
        raise OSError(-2, "no such host")

    for name in (*PROXIES, "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(hub, "_tried", {})
    return made


def test_offline_is_known_after_one_try(calls):
    """The second question is answered from memory, for a minute."""
    assert hub.why_offline() == hub.why_offline() == "huggingface.co cannot be reached: no such host"
    assert calls == [("huggingface.co", 443)]


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_who_says_offline_is_believed(calls, monkeypatch, name):
    """Nothing is called, also where it is set after the import."""
    monkeypatch.setenv(name, "1")
    assert hub.why_offline() == f"{name} is set"
    assert calls == []


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("HF_ENDPOINT", "http://mirror.test:8080", ("mirror.test", 8080)),
        ("https_proxy", "http://proxy.test:3128", ("proxy.test", 3128)),
        ("https_proxy", "proxy.test", ("proxy.test", 80)),
    ],
)
def test_a_mirror_or_a_proxy_is_called_instead(calls, monkeypatch, name, value, place):
    """Behind a proxy the hub's own machine cannot be reached, and need not be."""
    monkeypatch.setenv(name, value)
    assert hub.why_offline().startswith(place[0])
    assert calls == [place]


def test_what_answers_is_asked(calls, monkeypatch):
    """An open port is enough."""
    monkeypatch.setattr(socket, "create_connection", lambda *_args, **_options: socket.socket())
    assert hub.why_offline() == ""
