"""The text of one tool result of LangChain, shortened once and replayed ever after."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.conversation import CompressedRequest, Conversation
from excerpt.adapters.documents import OnError
from excerpt.adapters.texts import TextCompressor
from excerpt.budget import BudgetLike
from excerpt.imports.extras import importing

with importing("langchain", extra="langchain-agents", purpose="LangChain agents"):
    import langchain.agents  # noqa: F401 - LangGraph alone is not what the extra brings
    from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
    from langgraph.config import get_config

__all__ = [
    "EXPAND_NOTE",
    "asked_before",
    "call_of",
    "current_thread",
    "is_summary",
    "shorten",
    "thread_of",
    "tool_conversation",
]

EXPAND_NOTE = (
    "\n\n[shortened from {tokens_in} to {tokens_out} tokens; `expand` with the id {id} gives the rest]"
)
"""What stands behind a shortened text, for a model that has the tool `expand`."""

_LOG = logging.getLogger(__name__)


def tool_conversation(budget: BudgetLike, *, note: str | None) -> Conversation:
    """A conversation with a store in memory, by the default chain.

    Args:
        budget: For each text, as for `excerpt.Chain.compress`.
        note: As for `Conversation`.
    """
    return Conversation(TextCompressor(budget=budget, budget_for="each"), note=note)


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

    Its `response_metadata`, which no model is sent, have an account of each shortened text: ``id`` for
    `Conversation.expand`, ``spans`` in the original, ``tokens_in``, ``tokens_out``.

    Args:
        conversation: Compresses at first sight, and replays.
        message: What a tool gave. Errors are left as they are; of a list of parts only text is touched.
        asked: What the user said last before it; may be empty.
        call: The call that it answers, whose arguments may have a query.
        scope: Whose conversation it is.
        on_error: ``"keep"`` the message where it cannot be shortened, or ``"raise"``.
        first_sight: Shorten what is seen for the first time; False only replays.

    Raises:
        ExcerptError: It could not be shortened, and ``on_error`` is ``"raise"``.
    """
    if message.status == "error" or ACCOUNT_KEY in message.response_metadata:
        return message
    try:
        result = conversation.compress(_request(message, asked, call, first_sight), "chat", scope=scope)
        return _copy(message, result, conversation) if result.changed else message
    except Exception as error:
        if on_error == "raise":
            raise
        # An error's own words may quote the text, and logs go where texts may not.
        _LOG.warning("a result of a tool was left as it was: %s", type(error).__name__)
        return message


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


def _request(message: ToolMessage, asked: str, call: ToolCall | None, first_sight: bool) -> Mapping[str, Any]:
    """The result with what it answers, in the form of chat completions."""
    # Some models number their calls from 0 in every conversation: the question tells them apart.
    call_id = f"{message.tool_call_id} {asked}"
    arguments = json.dumps(call["args"], default=str) if call else ""
    content = message.content if isinstance(message.content, str) else list(map(_part, message.content))
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": asked},
        {"role": "assistant", "tool_calls": [{"id": call_id, "function": {"arguments": arguments}}]},
        {"role": "tool", "tool_call_id": call_id, "content": content},
    ]
    return {"messages": messages if first_sight else [*messages, {"role": "assistant"}]}


def _copy(message: ToolMessage, result: CompressedRequest, conversation: Conversation) -> ToolMessage:
    new = result.request["messages"][2]["content"]
    if not isinstance(message.content, str):
        pairs = zip(message.content, new, strict=True)
        new = [part["text"] if isinstance(old, str) else part for old, part in pairs]
    accounts = {**message.response_metadata, ACCOUNT_KEY: _accounts(conversation, result)}
    return message.model_copy(update={"content": new, "response_metadata": accounts})


def _part(part: str | Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "text", "text": part} if isinstance(part, str) else part


def _accounts(conversation: Conversation, result: CompressedRequest) -> list[dict[str, Any]]:
    accounts = []
    for part in result.parts:
        kept = conversation.store.get(part.id) if part.action != "left" else None
        if kept is not None:
            accounts.append(
                {
                    "id": part.id,
                    "spans": [list(span) for span in kept.spans],
                    "tokens_in": part.tokens_in,
                    "tokens_out": part.tokens_out,
                }
                | ({"warnings": list(part.warnings)} if part.warnings else {})
            )
    return accounts
