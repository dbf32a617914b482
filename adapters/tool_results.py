"""One tool result of any agent framework, shortened once and replayed ever after.

A host's adapter reads text and call out of its own message, and writes what comes back into a copy. Rules about what is
left alone, and the question, are those of `excerpt.adapters.messages`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from excerpt.adapters.conversation import Conversation, PartOutcome
from excerpt.adapters.texts import OnError, TextCompressor
from excerpt.budget import BudgetLike
from excerpt.errors import ConfigError
from excerpt.observe.logs import get_logger
from excerpt.presets import DEFAULT_RATIO

__all__ = ["EXPAND_NOTE", "Content", "ShortResult", "ToolResult", "shorten_result", "tool_conversation"]

EXPAND_NOTE = (
    "\n\n[shortened from {tokens_in} to {tokens_out} tokens; `expand` with the id {id} gives the rest]"
)
"""What stands behind a shortened text, for a model that has a tool `expand`."""

Content: TypeAlias = str | Sequence[str | Mapping[str, Any]]
"""A text; or parts, of which texts and ``{"type": "text", "text": ...}`` may be shortened."""

_LOG = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave, and to what.

    Args:
        content: Its text or parts.
        call_id: Of the call.
        arguments: Of the call; a query among them is part of the question.
        asked: What the user said last before it; empty where nobody did, or it is not what matters.
    """

    content: Content
    call_id: str = ""
    arguments: Mapping[str, Any] | None = None
    asked: str = ""


@dataclass(frozen=True, slots=True)
class ShortResult:
    """A shorter result.

    Args:
        content: As it came in, text or parts, with other text.
        accounts: Of each shortened text: ``id`` for `Conversation.expand`, ``spans`` in the original, ``tokens_in``,
            ``tokens_out``, and ``warnings`` where there are any; as JSON goes.
    """

    content: str | list[Any]
    accounts: list[dict[str, Any]]


def tool_conversation(
    given: Conversation | None = None, *, budget: BudgetLike = DEFAULT_RATIO, note: str | None = None
) -> Conversation:
    """The conversation that a user gave; else one with a store in memory, by the default chain.

    Args:
        given: What the user gave.
        budget: For each text, as for `excerpt.Chain.compress`.
        note: As for `Conversation`.

    Raises:
        ConfigError: What was given is something else.
        BudgetError: The budget cannot be read.
    """
    if isinstance(given, Conversation):
        return given
    if given is not None:
        message = (
            f"conversation: expected an excerpt.adapters.conversation.Conversation, got {type(given).__name__}; "
            "Conversation(TextCompressor(budget=500, budget_for='each')) is one"
        )
        raise ConfigError(message)
    return Conversation(TextCompressor(budget=budget, budget_for="each"), note=note)


def shorten_result(
    conversation: Conversation,
    result: ToolResult,
    *,
    scope: str = "",
    on_error: OnError = "keep",
    first_sight: bool = True,
) -> ShortResult | None:
    """The result with shorter text; None where nothing is to be changed.

    Args:
        conversation: Compresses at first sight, and replays.
        result: Not an error: those are the host's to know, and are left whole.
        scope: Whose conversation it is.
        on_error: ``"keep"`` the result where it cannot be shortened, or ``"raise"``.
        first_sight: Shorten what is seen for the first time; False only replays.

    Raises:
        ExcerptError: It could not be shortened, and ``on_error`` is ``"raise"``.
    """
    try:
        made = conversation.compress(_request(result, first_sight), "chat", scope=scope)
        if not made.changed:
            return None
        accounts = [_account(conversation, part) for part in made.parts if part.action != "left"]
    except Exception as error:
        if on_error == "raise":
            raise
        # An error's own words may quote the text, and logs go where texts may not.
        _LOG.warning("a result of a tool was left as it was: %s", type(error).__name__)
        return None
    content = made.request["messages"][2]["content"]
    if not isinstance(result.content, str):
        pairs = zip(result.content, content, strict=True)
        content = [new["text"] if isinstance(old, str) else new for old, new in pairs]
    return ShortResult(content, accounts)


def _request(result: ToolResult, first_sight: bool) -> Mapping[str, Any]:
    """The result with what it answers, in the form of chat completions."""
    # Some models number their calls from 0 in every conversation: the question tells them apart.
    call_id = f"{result.call_id} {result.asked}"
    arguments = json.dumps(result.arguments or {}, default=str)
    content = result.content if isinstance(result.content, str) else list(map(_part, result.content))
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": result.asked},
        {"role": "assistant", "tool_calls": [{"id": call_id, "function": {"arguments": arguments}}]},
        {"role": "tool", "tool_call_id": call_id, "content": content},
    ]
    return {"messages": messages if first_sight else [*messages, {"role": "assistant"}]}


def _part(part: str | Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "text", "text": part} if isinstance(part, str) else part


def _account(conversation: Conversation, part: PartOutcome) -> dict[str, Any]:
    kept = conversation.store.get(part.id)
    return {
        "id": part.id,
        "spans": [list(span) for span in kept.spans] if kept else [],
        "tokens_in": part.tokens_in,
        "tokens_out": part.tokens_out,
    } | ({"warnings": list(part.warnings)} if part.warnings else {})
