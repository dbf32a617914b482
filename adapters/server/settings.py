"""What an operator decides when the server starts. Clients decide none of it."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from excerpt.budget import BudgetLike
from excerpt.chain import ChainLike
from excerpt.checks import check_number, check_whole
from excerpt.errors import ConfigError
from excerpt.parallel.cores import available_cores
from excerpt.presets import DEFAULT_RATIO
from excerpt.tokens import BUNDLED, TokenizerLike

__all__ = ["Limits", "Settings", "is_loopback"]

_MIB = 1024 * 1024
_KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may take of the machine; beyond it the answer is a 4xx or 5xx that says so.

    Args:
        body_bytes: Of a request's body (413).
        header_bytes: Of a request's line and headers (400).
        header_s: Seconds until all headers are there; then the connection is closed.
        body_s: Seconds until the whole body is there (408).
        requests: At once, waiting ones and open streams included (503).
        workers: Requests that are compressed at once; as many as there are cores (`excerpt.parallel.cores`).
        wait_s: Seconds that a request waits for a worker (503).
        pass_after_s: Seconds that a request for the upstream waits for one; then it is passed on as it came.
        compress_s: Seconds for the compression of one request (504; passed on as it came).
        items: Messages, passages or documents in a request (413).
        upstream_s: Seconds of silence of the upstream (504).
        grace_s: Seconds that running requests get when the server stops.

    Raises:
        ConfigError: One is out of range.
    """

    body_bytes: int = 16 * _MIB
    header_bytes: int = 32 * 1024
    header_s: float = 10.0
    body_s: float = 30.0
    requests: int = 256
    workers: int = field(default_factory=available_cores)
    wait_s: float = 60.0
    pass_after_s: float = 15.0
    compress_s: float = 20.0
    items: int = 10_000
    upstream_s: float = 600.0
    grace_s: float = 20.0

    def __post_init__(self) -> None:
        for name in ("body_bytes", "header_bytes", "requests", "workers", "items"):
            check_whole(getattr(self, name), f"limits: {name}", least=1)
        for name in ("header_s", "body_s", "wait_s", "pass_after_s", "compress_s", "upstream_s", "grace_s"):
            check_number(getattr(self, name), f"limits: {name}", least=0.001)


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server runs.

    Args:
        chain: What compresses: a `Chain`, a preset's name or a TOML file's path.
        chains: Others that a request to ``/v1/context`` or ``/v1/rerank`` may name; names only, never paths.
        budget: For each text of a conversation, and where ``/v1/context`` is asked for none.
        tokenizer: What counts; the budget's own when None.
        tokenizers: Others that a request to ``/v1/context`` may name, such as ``"gpt-4o"``; read at the start.
        min_tokens: Shorter texts of conversations are left alone.
        json: Also shorten tool texts that are JSON.
        note: As for `excerpt.adapters.conversation.Conversation`.
        store: The file of the conversation store; None for memory.
        store_bytes: Its size.
        upstream: Where ``/v1/chat/completions`` and the like go on to, such as ``https://api.openai.com``; None for
            nowhere.
        upstream_key: Sent to the upstream in the place of the client's credentials; None to pass these on.
        key: Clients must show it; None for none, which only a server on this machine alone may have.
        host: The address to listen on.
        port: The port; 0 for any that is free.
        limits: See `Limits`.

    Raises:
        ConfigError: A value is wrong, or a server that others can reach has no key.
    """

    chain: ChainLike = "default"
    chains: Mapping[str, ChainLike] = field(default_factory=lambda: MappingProxyType({"fast": "fast"}))
    budget: BudgetLike = DEFAULT_RATIO
    tokenizer: TokenizerLike | None = None
    tokenizers: Sequence[str] = ()
    min_tokens: int = 200
    json: bool = False
    note: str | None = None
    store: str | Path | None = None
    store_bytes: int = 512 * _MIB
    upstream: str | None = None
    upstream_key: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8791
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.key is None and not is_loopback(self.host):
            message = (
                f"host: {self.host} can be reached from other machines, and there is no key; set one "
                "(EXCERPT_SERVER_KEY for `excerpt serve`), or listen on 127.0.0.1"
            )
            raise ConfigError(message)
        if self.key is not None and not _is_key(self.key):
            message = f"key: needs at least {_KEY_LENGTH} visible ASCII characters without a space"
            raise ConfigError(message)
        if self.upstream_key is not None and (self.upstream is None or not _is_key(self.upstream_key)):
            message = "upstream_key: goes with an upstream, and is made of visible ASCII characters"
            raise ConfigError(message)
        if self.upstream is not None:
            _check_upstream(self.upstream)

    @property
    def counted_by(self) -> TokenizerLike:
        """The tokenizer, by whatever name it was given."""
        return BUNDLED if self.tokenizer is None else self.tokenizer


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_key(key: str) -> bool:
    return len(key) >= _KEY_LENGTH and all("!" <= character <= "~" for character in key)


def _check_upstream(url: str) -> None:
    try:
        parts = urlsplit(url)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        port_is_right, parts = False, urlsplit("")
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain or not port_is_right:
        message = "upstream: expected a URL such as https://api.openai.com, without user, query and fragment"
        raise ConfigError(message)
