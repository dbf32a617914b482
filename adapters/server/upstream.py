"""To the one upstream that the operator chose, and back: bytes as they come, nothing followed, nothing logged."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from excerpt.adapters.server.guard import CREDENTIALS, HOP, KEY, shown
from excerpt.adapters.server.metrics import Metrics
from excerpt.adapters.server.refusals import Refused
from excerpt.adapters.server.settings import Settings

__all__ = ["Relayed", "Upstream"]

_PATH = re.compile(rb"/v1/[A-Za-z0-9._~:@!$&'()*+,;=/%-]*")
_SAME_AGAIN = re.compile(rb"//|/\.{1,2}(?:/|$)|%(?:2[eEfF]|5[cC]|00|0[aAdD])")
# Of one connection (RFC 9110, 7.6.1), or made anew for the next.
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
        "content-length",
        "expect",
        "forwarded",
    }
)


class Upstream:
    """A client of one server.

    Args:
        settings: Which one, with which key, within which limits.
        metrics: Where failures are counted.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        parts = urlsplit(str(settings.upstream))
        self._base = httpx2.URL(f"{parts.scheme}://{parts.netloc}")
        self._prefix = parts.path.rstrip("/").removesuffix("/v1").encode()
        self._settings, self._metrics = settings, metrics
        limits = settings.limits
        self._client = httpx2.AsyncClient(
            follow_redirects=False,
            trust_env=False,  # no proxy and no .netrc that the environment names
            timeout=httpx2.Timeout(limits.upstream_s, connect=10.0, pool=limits.wait_s),
            limits=httpx2.Limits(max_connections=limits.requests, max_keepalive_connections=32),
        )
        self._client.headers.clear()

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.aclose()

    async def send(self, request: Request, body: bytes) -> httpx2.Response:
        """The upstream's answer, its body not read yet.

        Raises:
            Refused: The path is none of an API (400), the upstream cannot be reached (502), is silent (504), or sends
                the client elsewhere (502).
        """
        url = self._base.copy_with(raw_path=self._prefix + _raw_path(request.scope))
        headers = self._headers(request.headers.raw, request.headers)
        try:
            answer = await self._client.send(
                self._client.build_request(request.method, url, headers=headers, content=body), stream=True
            )
        except httpx2.TimeoutException as error:
            self._metrics.upstream_errors.labels("timeout").inc()
            message = f"the upstream did not answer in time ({type(error).__name__})"
            raise Refused(504, "upstream_timeout", message) from None
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            self._metrics.upstream_errors.labels("unreachable").inc()
            message = f"the upstream could not be reached ({type(error).__name__})"
            raise Refused(502, "upstream_unreachable", message) from None
        if answer.is_redirect:
            await answer.aclose()
            self._metrics.upstream_errors.labels("redirect").inc()
            message = f"the upstream answered {answer.status_code}, and redirects are not followed: name its last place"
            raise Refused(502, "upstream_redirect", message)
        return answer

    def _headers(
        self, raw: list[tuple[bytes, bytes]], headers: Mapping[str, str]
    ) -> list[tuple[bytes, bytes]]:
        connection = {name.strip().lower() for name in headers.get("connection", "").split(",")}
        dropped = _HOP_BY_HOP | connection | {KEY}
        if self._settings.key is not None:
            dropped |= {str(shown(headers, self._settings.key))}  # ours is not the upstream's
        if self._settings.upstream_key is not None:
            dropped |= set(CREDENTIALS)
        kept = [(name, value) for name, value in raw if name.decode("latin-1").lower() not in dropped]
        if not any(name.lower() == b"accept-encoding" for name, _ in kept):
            kept.append((b"accept-encoding", b"identity"))
        return [*kept, *self._credentials(headers), (HOP.encode(), b"1")]

    def _credentials(self, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
        """The operator's own key, in the header that the client used for its own."""
        key = self._settings.upstream_key
        if key is None:
            return []
        if "x-api-key" in headers:
            return [(b"x-api-key", key.encode())]
        return [(b"authorization", f"Bearer {key}".encode())]


class Relayed(Response):
    """An answer of the upstream's, passed on chunk by chunk as it comes; closed when the client goes.

    Args:
        answer: The answer.
        extra: Headers of ours.
        metrics: Where answers that break off are counted.
    """

    def __init__(self, answer: httpx2.Response, extra: Mapping[str, str], metrics: Metrics) -> None:
        self._answer, self._metrics = answer, metrics
        self.status_code = answer.status_code
        self.background = None
        ours = [(name.encode(), value.encode("latin-1", "replace")) for name, value in extra.items()]
        self.raw_headers = [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.lower() == b"content-length"
            or name.decode("latin-1").lower() not in _HOP_BY_HOP | {"date"}
        ] + ours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        del scope
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_cancel_when_gone, receive, tasks.cancel_scope)
                await self._relay(send)
                tasks.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await self._answer.aclose()

    async def _relay(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for chunk in self._chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._answer.aiter_raw():
                yield chunk
        except httpx2.HTTPError:
            # The client must see that the answer broke off: the connection ends without the last chunk.
            self._metrics.upstream_errors.labels("broken_off").inc()
            raise


async def _cancel_when_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    message: Mapping[str, Any] = {}
    while message.get("type") != "http.disconnect":
        message = await receive()
    scope.cancel()


def _raw_path(scope: Scope) -> bytes:
    """The path and query of a request for the upstream.

    Raises:
        Refused: It is none that an API has: another host, a way up, an escaped slash (400).
    """
    path = bytes(scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
    if not _PATH.fullmatch(path) or _SAME_AGAIN.search(path):
        message = "path: only plain paths under /v1/ are passed on"
        raise Refused(400, "wrong_path", message)
    query = bytes(scope.get("query_string", b""))
    return path + b"?" + query if query else path
