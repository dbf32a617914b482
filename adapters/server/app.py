"""The routes."""

import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from excerpt.adapters.messages import Shape
from excerpt.adapters.server.guard import Guard, read_body, scope_of
from excerpt.adapters.server.metrics import CONTENT_TYPE, Metrics
from excerpt.adapters.server.refusals import Refused, refusal
from excerpt.adapters.server.service import Passed, Service
from excerpt.adapters.server.settings import Settings
from excerpt.adapters.server.shapes import write_json
from excerpt.adapters.server.upstream import Relayed, Upstream
from excerpt.adapters.server.workers import Workers
from excerpt.errors import ConfigError, DeadlineExceeded, InputError
from excerpt.observe.logs import get_logger
from excerpt.version import __version__

__all__ = ["create_app"]

T = TypeVar("T")

_LOG = get_logger("excerpt.server")
_SHAPES: dict[str, Shape] = {
    "/v1/chat/completions": "chat",
    "/v1/responses": "responses",
    "/v1/messages": "anthropic",
    "/v1/messages/count_tokens": "anthropic",  # must count what will be sent
}
_OURS = ("/health", "/metrics", "/v1/compress", "/v1/context", "/v1/rerank", "/v1/retrieve")


def create_app(settings: Settings) -> ASGIApp:
    """The server as an ASGI application; chains are loaded here.

    Raises:
        ExcerptError: A setting is wrong.
    """
    service, metrics = Service(settings), Metrics()
    service.warm_up()
    routes = _Routes(settings, service, metrics)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await routes.open()
        yield
        await routes.close()

    app = Starlette(
        routes=[
            Route("/health", routes.health, methods=["GET"]),
            Route("/metrics", routes.metrics_page, methods=["GET"]),
            Route("/v1/compress", routes.answering(routes.compress), methods=["POST"]),
            Route("/v1/context", routes.answering(routes.context), methods=["POST"]),
            Route("/v1/rerank", routes.answering(routes.rerank), methods=["POST"]),
            Route("/v1/retrieve/{id}", routes.answering(routes.retrieve), methods=["GET"]),
            *[Route(path, routes.shortened, methods=["POST"]) for path in _SHAPES],
            Route("/v1/{rest:path}", routes.passed_on, methods=["GET", "POST", "DELETE"]),
        ],
        exception_handlers={404: _not_found, 405: _not_allowed, Refused: _refused},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return Guard(app, settings, metrics, frozenset((*_OURS, *_SHAPES)))


class _Routes:
    """What each route does with a request."""

    def __init__(self, settings: Settings, service: Service, metrics: Metrics) -> None:
        self._settings, self._service, self._metrics = settings, service, metrics
        self._workers = Workers(settings.limits)
        self._upstream: Upstream | None = None

    async def open(self) -> None:
        if self._settings.upstream is not None:
            self._upstream = Upstream(self._settings, self._metrics)

    async def close(self) -> None:
        if self._upstream is not None:
            await self._upstream.close()
        self._service.store.close()

    def answering(
        self, work: Callable[[Request], Awaitable[dict[str, Any]]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """A route that answers JSON, and what goes wrong in it as a refusal."""

        async def answer(request: Request) -> Response:
            try:
                return Response(write_json(await work(request)), media_type="application/json")
            except DeadlineExceeded as error:
                raise Refused(504, "deadline", str(error)) from error
            except (InputError, ConfigError) as error:
                raise Refused(400, "wrong_input", str(error)) from error
            except Refused:
                raise
            except Exception as error:
                # Where it failed, and not its message, which may quote a text.
                frames = "".join(traceback.format_tb(error.__traceback__))
                _LOG.error("%s failed: %s\n%s", request.url.path, type(error).__name__, frames)
                message = f"the chain failed ({type(error).__name__}); the server's log has more"
                raise Refused(500, "failed", message) from error

        return answer

    async def health(self, _: Request) -> Response:
        """That the server answers."""
        return JSONResponse({"status": "ok", "version": __version__, "chain": self._service.default.name})

    async def metrics_page(self, _: Request) -> Response:
        """For Prometheus."""
        store = self._service.store
        self._metrics.store_bytes.set(store.size)
        self._metrics.store_texts.set(len(store))
        return Response(self._metrics.page(), headers={"content-type": CONTENT_TYPE})

    async def compress(self, request: Request) -> dict[str, Any]:
        """Messages, shortened."""
        body = await read_body(request, self._settings.limits)
        answer, result = await self._run(self._service.compress, body, scope_of(request.headers))
        self._metrics.count(result)
        return answer

    async def context(self, request: Request) -> dict[str, Any]:
        """A question and passages, compressed."""
        body = await read_body(request, self._settings.limits)
        answer = await self._run(self._service.context, body)
        self._metrics.tokens.labels("in").inc(answer["tokens_in"])
        self._metrics.tokens.labels("out").inc(answer["tokens_out"])
        return answer

    async def rerank(self, request: Request) -> dict[str, Any]:
        """Documents in another order."""
        body = await read_body(request, self._settings.limits)
        return await self._run(self._service.rerank, body)

    async def retrieve(self, request: Request) -> dict[str, Any]:
        """An original, or some characters of it."""
        places = {name: request.query_params.get(name) for name in ("start", "end")}
        for name, value in places.items():
            if value is not None and not (value.isascii() and value.isdigit() and len(value) < 16):
                message = f"{name}: must be a whole number of characters, 0 or more"
                raise Refused(400, "wrong_type", message)
        start, end = (None if value is None else int(value) for value in places.values())
        scope = scope_of(request.headers)
        return await self._run(self._service.expand, request.path_params["id"], start or 0, end, scope)

    async def shortened(self, request: Request) -> Response:
        """A request for the upstream, with shorter texts where that is allowed."""
        upstream = self._existing_upstream()
        body = await read_body(request, self._settings.limits)
        passed = await self._shorten(request, body)
        answer = await upstream.send(request, passed.body)
        return Relayed(answer, _account(passed), self._metrics)

    async def passed_on(self, request: Request) -> Response:
        """Whatever else the upstream's API has."""
        if request.url.path in _OURS:
            return await _not_allowed(request, Refused(405, "wrong_method", "", {"allow": "POST"}))
        upstream = self._existing_upstream()
        body = await read_body(request, self._settings.limits, json_only=False)
        return Relayed(await upstream.send(request, body), {}, self._metrics)

    async def _shorten(self, request: Request, body: bytes) -> Passed:
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            passed = Passed(body, skipped="encoded")  # packed by the client: passed on unread
        else:
            work = partial(self._service.passed, body, _SHAPES[request.url.path], scope_of(request.headers))
            try:
                passed = await self._workers.run(work, wait_s=self._settings.limits.pass_after_s)
            except Refused as refused:
                if refused.code != "busy":
                    raise
                passed = Passed(body, skipped="busy")
        if passed.result is not None:
            self._metrics.count(passed.result)
        if passed.skipped:
            self._metrics.skipped.labels(passed.skipped).inc()
        return passed

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        return await self._workers.run(work, *arguments, wait_s=self._settings.limits.wait_s)

    def _existing_upstream(self) -> Upstream:
        if self._upstream is None:
            message = "this server passes nothing on; start it with --upstream URL"
            raise Refused(404, "no_upstream", message)
        return self._upstream


def _account(passed: Passed) -> dict[str, str]:
    """What was done, as headers of the answer."""
    if passed.result is None:
        return {"x-excerpt-skipped": passed.skipped}
    return {
        "x-excerpt-tokens-before": str(passed.result.tokens_in),
        "x-excerpt-tokens-after": str(passed.result.tokens_out),
    }


async def _refused(_: Request, error: Exception) -> Response:
    return refusal(error if isinstance(error, Refused) else Refused(500, "failed", "the server failed"))


async def _not_found(_: Request, __: Exception) -> Response:
    return refusal(Refused(404, "no_such_path", "there is no such path; docs/guides/server.md lists them"))


async def _not_allowed(_: Request, error: Exception) -> Response:
    headers = getattr(error, "headers", None)
    return refusal(Refused(405, "wrong_method", "this path takes another method", headers))
