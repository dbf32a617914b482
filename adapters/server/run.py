"""Running the server: uvicorn with its limits set, a stop that lets running requests end."""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from excerpt.adapters.server.app import create_app
from excerpt.adapters.server.settings import Limits, Settings
from excerpt.errors import ConfigError

__all__ = ["make_server"]


def make_server(settings: Settings, started: Callable[[str, int], None] | None = None) -> uvicorn.Server:
    """A server that ``run()`` starts, or says with a `ConfigError` that it cannot listen; SIGINT and SIGTERM stop it.

    Args:
        settings: How it runs.
        started: Called with the host and port when it listens.

    Raises:
        ExcerptError: A setting is wrong.
    """
    limits = settings.limits
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host.strip("[]"),
        port=settings.port,
        http=_protocol(limits),
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=int(max(1, limits.grace_s)),
        h11_max_incomplete_event_size=limits.header_bytes,
        limit_concurrency=4 * limits.requests,  # connections, idle ones included; the guard counts requests
    )
    return _Server(config, started)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[str, int], None] | None) -> None:
        super().__init__(config)
        self._tell = started

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        super().run(sockets or [_listening(self.config.host, self.config.port)])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._tell is not None:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._tell(host, port)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        message = f"cannot listen on {host}, port {port} ({why}); name another with --host or --port"
        raise ConfigError(message) from error


def _protocol(limits: Limits) -> type[asyncio.Protocol]:
    class Impatient(H11Protocol):
        """Closes a connection whose headers do not come: uvicorn waits for them for ever."""

        _timer: asyncio.TimerHandle | None = None

        def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
            super().__init__(*arguments, **named)
            self.access_log = False  # its lines have query strings; the guard's have none

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
            super().connection_made(transport)
            self._wait()

        def data_received(self, data: bytes) -> None:
            if self._timer is None and self.conn.their_state is h11.IDLE:
                self._wait()
            super().data_received(data)
            if self.conn.their_state is not h11.IDLE and self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def connection_lost(self, exc: Exception | None) -> None:
            if self._timer is not None:
                self._timer.cancel()
            super().connection_lost(exc)

        def _wait(self) -> None:
            self._timer = self.loop.call_later(limits.header_s, self.transport.close)

    return Impatient
