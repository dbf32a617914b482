"""Whether the Hugging Face hub can be asked, found out in one try.

Its client tries six times, 24 seconds long, for each file of a machine without a network. Here the hub's machine, or
the proxy before it, is called once, and what came of it holds for a minute.
"""

import os
import socket
import time
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

__all__ = ["why_offline"]

_WAIT, _REMEMBERED = 3.0, 60.0  # seconds
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_PORTS = {"http": 80, "https": 443}

_tried: dict[tuple[str, int], tuple[float, str]] = {}


def why_offline() -> str:
    """Why the hub cannot be asked; empty where it can.

    ``HF_HUB_OFFLINE`` and ``TRANSFORMERS_OFFLINE`` are honoured whenever they are set; ``HF_ENDPOINT`` and the usual
    variables for proxies say whom to call.
    """
    for name in _OFFLINE:
        if os.environ.get(name, "").upper() in {"1", "ON", "YES", "TRUE"}:
            return f"{name} is set"
    place = _place()
    when, why = _tried.get(place, (-_REMEMBERED, ""))
    if time.monotonic() - when >= _REMEMBERED:
        why = _call(place)
        _tried[place] = (time.monotonic(), why)
    return why


def _place() -> tuple[str, int]:
    """Host and port of the hub, or of the proxy that leads there."""
    hub = urlsplit(os.environ.get("HF_ENDPOINT") or "https://huggingface.co")
    proxies = getproxies()
    proxy = proxies.get(hub.scheme) or proxies.get("all")
    if proxy and hub.hostname and not proxy_bypass(hub.hostname):
        hub = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return hub.hostname or "huggingface.co", hub.port or _PORTS.get(hub.scheme, 443)


def _call(place: tuple[str, int]) -> str:
    try:
        socket.create_connection(place, timeout=_WAIT).close()
    except OSError as error:
        return f"{place[0]} cannot be reached: {error.strerror or error}"
    return ""
