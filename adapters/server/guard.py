"""What every request passes before anything is done for it: who may, how many at once, how large, how long."""

import hmac
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import anyio
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from excerpt.adapters.server.metrics import Metrics
from excerpt.adapters.server.refusals import Refused, refusal
from excerpt.adapters.server.settings import Limits, Settings, is_loopback
from excerpt.observe.logs import get_logger

__all__ = ["CREDENTIALS", "HOP", "KEY", "Guard", "read_body", "scope_of"]

KEY = "x-excerpt-key"
"""The header for this server's own key, where ``authorization`` is the upstream's."""

HOP = "x-excerpt-hop"
"""Set on what goes to the upstream: a request that has it came from a server like this one."""

CREDENTIALS = ("authorization", "x-api-key", "api-key")

_DRAINED = 8
"""A body of up to so many times the limit is read, but not kept, before it is refused: a client that is still sending
when the connection is closed never sees why."""

_OPEN = frozenset({"/health"})
_LOG = get_logger("excerpt.server")


class Guard:
    """ASGI middleware around the whole server; counts and logs too, without bodies, headers and query strings.

    Args:
        app: What is guarded.
        settings: The key and the limits.
        metrics: Where requests are counted.
        routes: Known paths, by which metrics and log lines name a request.
    """

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics, routes: frozenset[str]) -> None:
        self._app, self._settings, self._metrics, self._routes = app, settings, metrics, routes
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, answered = time.perf_counter(), _Answered(send)
        try:
            await self._serve(scope, receive, answered)
        except Refused as refused:
            await refusal(refused)(scope, receive, answered)
        finally:
            route = next(
                (name for name in (scope["path"], scope["path"].rpartition("/")[0]) if name in self._routes),
                "other",
            )
            status = str(answered.status or 499)  # 499: the client went before an answer was there
            seconds = (answered.at or time.perf_counter()) - started
            self._metrics.requests.labels(route, status).inc()
            self._metrics.seconds.labels(route).observe(seconds)
            _LOG.info("%s %s %s %.0f ms", scope["method"], route, status, 1000 * seconds)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        _check_headers(headers)
        if scope["path"] not in _OPEN:
            self._check_client(headers)
        if self._running >= self._settings.limits.requests:
            message = f"{self._running} requests are in work, which is the limit; try again later"
            raise Refused(503, "too_many_requests_at_once", message, {"retry-after": "1"})
        _check_length(headers, self._settings.limits)
        self._running += 1
        self._metrics.running.set(self._running)
        try:
            await self._app(scope, receive, send)
        finally:
            self._running -= 1
            self._metrics.running.set(self._running)

    def _check_client(self, headers: Headers) -> None:
        key = self._settings.key
        if key is None:
            # A page in a browser may send requests to this machine, also under a name that it made point here. What it
            # cannot choose are these headers.
            host, origin = headers.get("host", ""), headers.get("origin")
            elsewhere = origin is not None and not is_loopback(_name(origin.partition("://")[2]))
            if not is_loopback(_name(host)) or elsewhere or headers.get("sec-fetch-site") == "cross-site":
                message = "this server answers programs on this machine, as localhost or 127.0.0.1; others need a key"
                raise Refused(403, "wrong_host", message)
            return
        if shown(headers, key) is None:
            message = f"a key is needed: authorization: Bearer KEY, x-api-key: KEY, or {KEY}: KEY"
            raise Refused(401, "no_key", message, {"www-authenticate": "Bearer"})


def shown(headers: Mapping[str, str], key: str) -> str | None:
    """The name of the header that shows the key; None where none does. A wrong key takes as long as the right one."""
    values = {KEY: headers.get(KEY, ""), **{name: headers.get(name, "") for name in CREDENTIALS}}
    wanted, found = key.encode(), None
    for name, value in values.items():
        given = value[7:] if name == "authorization" and value[:7].lower() == "bearer " else value
        if hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted) and found is None:
            found = name
    return found


def scope_of(headers: Mapping[str, str]) -> str:
    """Whose texts these are: a digest of what the client shows of itself, so that customers do not see each other's."""
    shows = [headers.get(name, "") for name in (*CREDENTIALS, KEY, "x-headroom-affinity")]
    return (
        "" if not any(shows) else sha256("\n".join(shows).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    )


async def read_body(request: Request, limits: Limits, *, json_only: bool = True) -> bytes:
    """The whole body.

    Args:
        request: The request.
        limits: Its size and time.
        json_only: Refuse what does not say that it is JSON.

    Raises:
        Refused: It is too large (413), too slow (408), or no JSON (415).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if json_only and kind != "application/json":
        message = "content-type: must be application/json"
        raise Refused(415, "wrong_content_type", message)
    chunks: list[bytes] = []
    size = 0
    try:
        with anyio.fail_after(limits.body_s):
            async for chunk in request.stream():
                size += len(chunk)
                if size > _DRAINED * limits.body_bytes:
                    raise _too_large(limits)
                if size > limits.body_bytes:
                    chunks.clear()
                else:
                    chunks.append(chunk)
    except TimeoutError:
        message = f"the body was not there after {limits.body_s:g} s"
        raise Refused(408, "too_slow", message, {"connection": "close"}) from None
    except ClientDisconnect:
        message = "the client went before its body was there"
        raise Refused(400, "broken_off", message) from None
    if size > limits.body_bytes:
        raise _too_large(limits)
    return b"".join(chunks)


def _check_headers(headers: Headers) -> None:
    names = [name.lower() for name, _ in headers.raw]
    for name in (b"host", b"content-length", b"transfer-encoding", b"content-type", b"authorization"):
        if names.count(name) > 1:
            message = f"{name.decode()}: stands twice in the request"
            raise Refused(400, "header_twice", message)
    if b"content-length" in names and b"transfer-encoding" in names:
        message = "content-length and transfer-encoding contradict each other"
        raise Refused(400, "two_lengths", message)
    if HOP in headers:
        message = "this request came from a server like this one: the upstream must not lead back here"
        raise Refused(508, "loop", message)


def _check_length(headers: Headers, limits: Limits) -> None:
    length = headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length[:20]) > _DRAINED * limits.body_bytes:
        raise _too_large(limits)


def _too_large(limits: Limits) -> Refused:
    message = f"the body is larger than {limits.body_bytes} bytes, which is the limit"
    return Refused(413, "too_large", message, {"connection": "close"})


def _name(host: str) -> str:
    """A Host header, or what an Origin has behind its scheme, without the port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


class _Answered:
    """Passes messages on and notes when the answer began."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None
        self.at: float | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.at = int(message["status"]), time.perf_counter()
        await self._send(message)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the server's own has
        return getattr(self._send, name)
