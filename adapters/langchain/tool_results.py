"""Tool messages of LangChain: their question, their thread, and copies with shorter text."""

from collections.abc import Mapping, Sequence
from typing import Any

from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.conversation import Conversation
from excerpt.adapters.texts import OnError
from excerpt.adapters.tool_results import ToolResult, shorten_result
from excerpt.imports.extras import importing

with importing("langchain", extra="langchain-agents", purpose="LangChain agents"):
    import langchain.agents  # noqa: F401 - LangGraph alone is not what the extra brings
    from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
    from langgraph.config import get_config

__all__ = ["asked_before", "call_of", "current_thread", "is_summary", "shorten", "thread_of"]


def shorten(  # noqa: PLR0913 - what a result needs to be understood
    conversation: Conversation,
    message: ToolMessage,
    asked: str,
    call: ToolCall | None,
    *,
    scope: str,
    on_error: OnError,
    first_sight: bool = True,
) -> ToolMessage:
    """A copy with shorter text; the same message where there is nothing to shorten, or it has been shortened before.

    Its `response_metadata`, which no model is sent, have the accounts (`excerpt.adapters.tool_results.ShortResult`).

    Args:
        conversation: Compresses at first sight, and replays.
        message: What a tool gave. Errors are left as they are; of a list of parts only text is touched.
        asked: What the user said last before it; may be empty.
        call: The call that it answers, whose arguments may have a query.
        scope: Whose conversation it is.
        on_error: As for `shorten_result`.
        first_sight: As for `shorten_result`.

    Raises:
        ExcerptError: As `shorten_result`.
    """
    if message.status == "error" or ACCOUNT_KEY in message.response_metadata:
        return message
    given = ToolResult(message.content, message.tool_call_id, call["args"] if call else None, asked)
    short = shorten_result(conversation, given, scope=scope, on_error=on_error, first_sight=first_sight)
    if short is None:
        return message
    metadata = {**message.response_metadata, ACCOUNT_KEY: short.accounts}
    return message.model_copy(update={"content": short.content, "response_metadata": metadata})


def asked_before(messages: Sequence[BaseMessage]) -> str:
    """What the user said last; empty for nothing."""
    said = (
        message.text
        for message in reversed(messages)
        if isinstance(message, HumanMessage) and not is_summary(message)
    )
    return next(said, "")


def is_summary(message: BaseMessage) -> bool:
    """Whether a message is what LangChain's summarization put in the place of others."""
    return message.additional_kwargs.get("lc_source") == "summarization"


def call_of(message: ToolMessage, messages: Sequence[BaseMessage]) -> ToolCall | None:
    """The call that a result answers, from the messages before it; None where there is none."""
    calls = (
        call
        for each in reversed(messages)
        if isinstance(each, AIMessage)
        for call in each.tool_calls
        if call["id"] == message.tool_call_id
    )
    return next(calls, None)


def thread_of(config: Mapping[str, Any] | None) -> str:
    """The thread that a run belongs to, which keeps conversations apart; empty for none."""
    configurable = (config or {}).get("configurable") or {}
    return str(configurable.get("thread_id") or "")


def current_thread() -> str:
    """`thread_of` the run that this is called in."""
    try:
        return thread_of(get_config())
    except RuntimeError:  # outside of any
        return ""
