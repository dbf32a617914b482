"""An endpoint that speaks OpenAI's chat completions: one client for teachers and readers."""

import email.utils
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from excerpt.errors import InputError, ModelError
from excerpt.imports.extras import require

__all__ = ["ChatClient", "Endpoint", "NoAnswer"]

_TRY_AGAIN = {408, 409, 425, 429}
_NO_USE = {401, 403, 404, 405}  # the address, the key or the model is wrong: so it will be for all questions
_LONGEST_WAIT_S = 60.0


class NoAnswer(Exception):  # noqa: N818 - reads as what happened; callers turn it into an error of their own
    """No usable answer to one question could be had; the text says why."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to ask.

    Args:
        url: Base address, such as ``http://127.0.0.1:8000/v1``.
        model: The model's name there.
        key: Sent as a bearer token; empty for none.
        temperature: Of the sampling.
        top_p: Of the sampling.
        timeout_s: For one answer.
        tries: For one question, at most.
        answer_tokens: At most so many tokens in an answer; None leaves it to the endpoint.
        per_minute: Send at most so many questions a minute; None for as many as are asked.

    Raises:
        InputError: ``url`` is not an address, or a number is out of range.
    """

    url: str
    model: str
    key: str = ""
    temperature: float = 0.3
    top_p: float = 1.0
    timeout_s: float = 120.0
    tries: int = 6
    answer_tokens: int | None = None
    per_minute: float | None = None

    def __post_init__(self) -> None:
        """Check address and numbers before anything is sent."""
        try:
            address = urlsplit(self.url)
        except ValueError:
            address = urlsplit("")
        if address.scheme not in ("http", "https") or not address.hostname:
            message = f"endpoint: {self.url!r} is not an address such as http://127.0.0.1:8000/v1"
            raise InputError(message)
        numbers = (self.timeout_s, self.tries, self.answer_tokens, self.per_minute)
        if any(number is not None and not number > 0 for number in numbers):
            message = (
                f"endpoint: timeout_s ({self.timeout_s}), tries ({self.tries}), answer_tokens ({self.answer_tokens}) "
                f"and per_minute ({self.per_minute}) must be more than 0"
            )
            raise InputError(message)

    def __repr__(self) -> str:
        """Without the key."""
        return f"Endpoint({self.url!r}, {self.model!r})"


class _TryAgain(NoAnswer):
    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class ChatClient:
    """An open connection; `complete` may be called from several threads.

    Args:
        endpoint: Where and how to ask.
        extra: The extra that brings httpx and tenacity, for the message where they are missing.

    Raises:
        MissingExtraError: httpx or tenacity is not installed.
    """

    def __init__(self, endpoint: Endpoint, *, extra: str = "endpoint") -> None:
        self.endpoint = endpoint
        self._httpx = require("httpx", extra=extra, purpose="asking an endpoint")
        tenacity = require("tenacity", extra=extra, purpose="asking an endpoint")
        key = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
        self._client = self._httpx.Client(headers=key, timeout=endpoint.timeout_s)
        self._lock = threading.Lock()
        self._next_turn = 0.0
        slower = tenacity.wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT_S)

        def wait(state: Any) -> float:  # noqa: ANN401 - untyped package
            asked: float | None = state.outcome.exception().wait_s
            return float(slower(state)) if asked is None else min(asked, _LONGEST_WAIT_S)

        self._persistent = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_TryAgain),
            stop=tenacity.stop_after_attempt(endpoint.tries),
            wait=wait,
            reraise=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def complete(
        self, messages: Sequence[Mapping[str, str]], *, whole: bool = True, empty: bool = False
    ) -> str:
        """Ask one question; waits and asks again when the endpoint is busy or fails.

        Args:
            messages: ``role`` and ``content`` of each.
            whole: Whether an answer that was cut at its longest is none.
            empty: Whether an empty answer is one.

        Raises:
            NoAnswer: There was none.
            ModelError: The endpoint refuses us altogether (address, key or model).
        """
        # A copy: the state of `Retrying` is not shared between threads.
        answer: str = self._persistent.copy()(self._ask, messages, whole, empty)
        return answer

    def echoed(self, text: str) -> list[tuple[int, float]]:
        """Where each token of a text begins, in characters, and its log-probability after those before it, in nats.

        By the older route ``/completions``, with ``echo`` and ``logprobs``, as vLLM and others have it. The first token
        comes after nothing and is left out.

        Raises:
            NoAnswer: There was no answer, or one without log-probabilities.
            ModelError: As `complete`.
        """
        body = {
            "model": self.endpoint.model,
            "prompt": text,
            "max_tokens": 1,
            "temperature": 0.0,
            "echo": True,
            "logprobs": 1,
        }
        found: list[tuple[int, float]] = self._persistent.copy()(
            lambda: _token_logprobs(self._post("completions", body), text)
        )
        return found

    def _ask(self, messages: Sequence[Mapping[str, str]], whole: bool, empty: bool) -> str:
        endpoint = self.endpoint
        body: dict[str, Any] = {
            "model": endpoint.model,
            "messages": [dict(message) for message in messages],
            "temperature": endpoint.temperature,
            "top_p": endpoint.top_p,
        }
        if endpoint.answer_tokens is not None:
            body["max_tokens"] = endpoint.answer_tokens
        response = self._post("chat/completions", body)
        content = _content(response, {None, "stop"} if whole else {None, "stop", "length"})
        if not content and not empty:
            message = "the answer is empty"
            raise _TryAgain(message)
        return content

    def _post(self, route: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - untyped package
        endpoint = self.endpoint
        time.sleep(self._until_turn(time.monotonic()))
        try:
            response = self._client.post(f"{endpoint.url.rstrip('/')}/{route}", json=dict(body))
        except self._httpx.HTTPError as error:
            message = f"no answer ({type(error).__name__}: {error})"
            raise _TryAgain(message) from error
        _check_status(endpoint, response)
        return response

    def _until_turn(self, now: float) -> float:
        """Seconds until the next question may be sent; takes the turn."""
        if self.endpoint.per_minute is None:
            return 0.0
        with self._lock:
            turn = max(self._next_turn, now)
            self._next_turn = turn + 60.0 / self.endpoint.per_minute
        return turn - now


def _check_status(endpoint: Endpoint, response: Any) -> None:  # noqa: ANN401 - untyped package
    status = response.status_code
    if status in _NO_USE:
        message = (
            f"endpoint: {endpoint.url} refuses (HTTP {status}: {response.text[:200]!r}); check its address, the "
            f"model's name ({endpoint.model}) and the key"
        )
        raise ModelError(message)
    if status in _TRY_AGAIN or status >= 500:
        message = f"HTTP {status}"
        raise _TryAgain(message, _retry_after(response.headers))
    if status != 200:
        message = f"HTTP {status}: {response.text[:200]!r}"
        raise NoAnswer(message)


def _retry_after(headers: Any) -> float | None:  # noqa: ANN401 - untyped package
    """Seconds, from a number or a date (RFC 9110, 10.2.3); None when there is neither."""
    value = headers.get("retry-after")
    if value is None:
        return None
    if value.isdecimal():
        return float(value)
    try:
        return max(email.utils.parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except ValueError:
        return None


def _content(response: Any, finished: set[str | None]) -> str:  # noqa: ANN401 - untyped package
    try:
        choice = response.json()["choices"][0]
        content, finish = choice["message"]["content"], choice.get("finish_reason")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        message = f"the answer is not a chat completion: {response.text[:100]!r}"
        raise _TryAgain(message) from error
    if finish not in finished:
        message = f"the answer ended early ({finish})"
        raise NoAnswer(message)
    return content.strip() if isinstance(content, str) else ""


def _token_logprobs(response: Any, text: str) -> list[tuple[int, float]]:  # noqa: ANN401 - untyped package
    try:
        told = response.json()["choices"][0]["logprobs"]
        pairs = zip(told["text_offset"], told["token_logprobs"], strict=True)
        return [
            (int(place), float(value)) for place, value in pairs if value is not None and place < len(text)
        ]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        said = response.text[:100]
        message = f"its /completions gives no log-probabilities of a prompt (echo and logprobs): {said!r}"
        raise NoAnswer(message) from error
