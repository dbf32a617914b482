"""A strategy for LangChain's `ContextEditingMiddleware`: shorten old tool results instead of clearing them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from excerpt.adapters.conversation import Conversation
from excerpt.adapters.langchain.tool_results import (
    asked_before,
    call_of,
    current_thread,
    shorten,
)
from excerpt.adapters.texts import OnError
from excerpt.adapters.tool_results import tool_conversation
from excerpt.checks import check_number, check_whole
from excerpt.errors import ConfigError
from excerpt.imports.extras import importing

with importing("langchain", extra="langchain-agents", purpose="LangChain agents"):
    from langchain.agents.middleware.context_editing import ContextEdit, TokenCounter
    from langchain_core.messages import AIMessage, AnyMessage, ToolMessage

__all__ = ["ExcerptEdit"]


@dataclass
class ExcerptEdit(ContextEdit):
    """Shortens tool results when the messages are too long: ``ContextEditingMiddleware(edits=[ExcerptEdit()])``.

    An edit of LangChain changes what one model call is sent, and is done anew at the next. So what was shortened once
    is shortened to the same bytes at every call, above the trigger and below, and a provider's prompt cache holds. What
    is new is shortened first, since the model has not seen it; then the oldest, far enough below the trigger that the
    cache is not lost again soon. The question of a result is what the user had said last before it.

    `ExcerptMiddleware` is to be preferred where a result may be shortened from the first: it never loses the cache.

    Args:
        trigger: Tokens of the messages above which something is shortened, by the middleware's counter.
        target: The share of the trigger to come down to, from 0 to 1.
        keep: So many of the last tool results stay as they are, new ones included.
        exclude_tools: Results of these tools are left as they are.
        conversation: Compresses, replays and keeps the originals; None for one in memory that keeps half the tokens.
        on_error: ``"keep"`` a result as it was where it cannot be shortened, or ``"raise"``.

    Raises:
        ConfigError: A number is out of range, or ``on_error`` is neither word.
    """

    trigger: int = 100_000
    target: float = 0.5
    keep: int = 0
    exclude_tools: Collection[str] = ()
    conversation: Conversation | None = None
    on_error: OnError = "keep"
    _shortening: Conversation = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_whole(self.trigger, "trigger", least=0)
        check_whole(self.keep, "keep", least=0)
        check_number(self.target, "target", least=0, most=1)
        if self.on_error not in ("keep", "raise"):
            message = f"on_error: must be 'keep' or 'raise', got {self.on_error!r}"
            raise ConfigError(message)
        if isinstance(self.exclude_tools, str):
            message = f"exclude_tools: must be a list of tools' names, got {self.exclude_tools!r}"
            raise ConfigError(message)
        self._shortening = tool_conversation(self.conversation)

    def apply(self, messages: list[AnyMessage], *, count_tokens: TokenCounter) -> None:
        """Put shorter results in their places; the middleware gives a list of copies.

        Raises:
            ExcerptError: A result could not be shortened, and ``on_error`` is ``"raise"``.
        """
        places = [
            index
            for index, message in enumerate(messages)
            if isinstance(message, ToolMessage) and not self._is_excluded(message, messages[:index])
        ]
        for index in places:
            messages[index] = self._short(messages, index, first_sight=False)
        tokens = count_tokens(messages)
        if tokens <= self.trigger:
            return
        for index in _new_first(messages, places[: max(0, len(places) - self.keep)]):
            before = messages[index]
            messages[index] = self._short(messages, index, first_sight=True)
            if messages[index] is not before:
                tokens -= count_tokens([before]) - count_tokens([messages[index]])
            if tokens <= self.trigger * self.target:
                return

    def _is_excluded(self, message: ToolMessage, before: Sequence[AnyMessage]) -> bool:
        call = call_of(message, before)
        return (message.name or (call["name"] if call else "")) in self.exclude_tools

    def _short(self, messages: Sequence[AnyMessage], index: int, *, first_sight: bool) -> AnyMessage:
        message, before = messages[index], messages[:index]
        if not isinstance(message, ToolMessage):
            return message
        return shorten(
            self._shortening,
            message,
            asked_before(before),
            call_of(message, before),
            scope=current_thread(),
            on_error=self.on_error,
            first_sight=first_sight,
        )


def _new_first(messages: Sequence[AnyMessage], places: Sequence[int]) -> list[int]:
    """Results that no model has answered yet, then the others, each oldest first."""
    last = max(
        (index for index, message in enumerate(messages) if isinstance(message, AIMessage)), default=-1
    )
    return [index for index in places if index > last] + [index for index in places if index < last]
