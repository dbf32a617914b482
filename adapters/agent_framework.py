"""A compaction strategy for Microsoft's Agent Framework that shortens what tools gave, and drops nothing."""

from collections.abc import Collection, Iterator, Sequence
from copy import copy
from typing import Any

from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.conversation import Conversation
from excerpt.adapters.texts import OnError
from excerpt.adapters.tool_results import ToolResult
from excerpt.adapters.tool_settings import EXPAND, EXPAND_DOC, ToolSettings
from excerpt.budget import BudgetLike
from excerpt.imports.extras import importing
from excerpt.parallel.pool import CALLS
from excerpt.presets import DEFAULT_RATIO

with importing("agent_framework", extra="agent-framework", purpose="Microsoft's Agent Framework"):
    from agent_framework import (
        GROUP_ANNOTATION_KEY,
        GROUP_TOKEN_COUNT_KEY,
        Content,
        FunctionTool,
        Message,
        tool,
    )
__all__ = ["ExcerptStrategy"]


class ExcerptStrategy:
    """Shortens what tools gave, once, before the model sees it.

    ``Agent(client, compaction_strategy=ExcerptStrategy(budget=500))``

    In the host's list of messages a copy with shorter text takes the place of a message with results; the message
    itself is not changed, and none is left out. What was shortened is known again, so every later call of the model has
    the same bytes, also where the host begins with the whole text anew; the conversation's store must then outlive it.
    The question is what the user said last, with the query among the call's arguments. The account
    (`excerpt.adapters.tool_results.ShortResult`) is in the message's additional properties, which no service is sent.

    Never touched: system text, what the user and the model say, calls and their arguments, failed calls, results of
    tools that the service runs itself, images and files, text that reads like an error or is JSON (unless the
    conversation is made with ``json=True``), and what is shorter than its ``min_tokens``.

    Args:
        conversation: Compresses at first sight, replays, and keeps the originals (`excerpt.adapters.conversation`).
            None for one in memory, with a note behind a shortened text.
        budget: For each result, if there is no ``conversation``: an int (tokens), a float (ratio kept) or a `Budget`.
        only: Results of these tools alone are shortened; None for all.
        exclude: Results of these are not.
        scope: Keeps apart what must not see each other: the same for all that this strategy is used for.
        on_error: ``"keep"`` a result as it was where it cannot be shortened, or ``"raise"``.

    Raises:
        ConfigError: An option is wrong.
        BudgetError: The budget cannot be read.
    """

    def __init__(
        self,
        conversation: Conversation | None = None,
        *,
        budget: BudgetLike = DEFAULT_RATIO,
        only: Collection[str] | None = None,
        exclude: Collection[str] = (),
        scope: str = "",
        on_error: OnError = "keep",
    ) -> None:
        self.settings = ToolSettings.of(conversation, budget, only=only, exclude=exclude, on_error=on_error)
        self.scope = scope

    @property
    def tools(self) -> list[FunctionTool]:
        """The tool `expand` for the agent, ``Agent(tools=[..., *strategy.tools])``; none where no note names it."""
        if not self.settings.expands:
            return []

        async def expand(id: str, start: int = 0, end: int | None = None) -> str:  # noqa: A002 - as the note has it
            return await CALLS.run(lambda: self.settings.expand(id, start, end, scope=self.scope))

        return [tool(expand, name=EXPAND, description=EXPAND_DOC)]

    async def __call__(self, messages: list[Message]) -> bool:
        """Put copies with shorter text into the list; whether any was put.

        Args:
            messages: The conversation, oldest first.

        Raises:
            ExcerptError: A result could not be shortened, and ``on_error`` is ``"raise"``.
        """
        short = await CALLS.run(lambda: dict(self.shortened(messages)))
        for index, message in short.items():
            messages[index] = message
        return bool(short)

    def shortened(self, messages: Sequence[Message]) -> Iterator[tuple[int, Message]]:
        """Copies with shorter text, by their place.

        Args:
            messages: The conversation, oldest first.

        Raises:
            ExcerptError: As for calling it.
        """
        spoken = (index for index, message in enumerate(messages) if message.role == "assistant")
        last = max(spoken, default=-1)
        for index, message in enumerate(messages):
            if ACCOUNT_KEY in message.additional_properties:
                continue
            contents, accounts = list(message.contents), []
            for place, content in enumerate(contents):
                short = self._short(content, messages[:index], first_sight=index > last)
                if short is not None:
                    contents[place], made = short
                    accounts += made
            if accounts:
                yield index, _copy(message, contents, accounts)

    def _short(
        self, content: Content, before: Sequence[Message], *, first_sight: bool
    ) -> tuple[Content, list[dict[str, Any]]] | None:
        if content.type != "function_result" or content.exception is not None:
            return None
        call = _call(content.call_id, before)
        items = content.items or [Content.from_text(str(content.result))]
        given = ToolResult(
            [item.text or "" if item.type == "text" else {"type": "other"} for item in items],
            content.call_id or "",
            call.parse_arguments() if call is not None else None,
            _asked(before),
        )
        name = (call.name if call is not None else None) or ""
        short = self.settings.shorten(name, given, scope=self.scope, first_sight=first_sight)
        if short is None:
            return None
        made = copy(content)
        made.items = [
            Content.from_text(text) if item.type == "text" else item
            for item, text in zip(items, short.content, strict=True)
        ]
        made.result = "\n".join(item.text for item in made.items if item.type == "text" and item.text)
        return made, short.accounts


def _copy(message: Message, contents: list[Content], accounts: list[dict[str, Any]]) -> Message:
    made = copy(message)
    made.contents = contents
    group = message.additional_properties.get(GROUP_ANNOTATION_KEY)
    if isinstance(group, dict):  # the host counts a message once
        group = {name: value for name, value in group.items() if name != GROUP_TOKEN_COUNT_KEY}
    made.additional_properties = {**message.additional_properties, ACCOUNT_KEY: accounts}
    if group is not None:
        made.additional_properties[GROUP_ANNOTATION_KEY] = group
    return made


def _call(call_id: str | None, before: Sequence[Message]) -> Content | None:
    calls = (
        content
        for message in reversed(before)
        for content in message.contents
        if content.type == "function_call" and content.call_id == call_id
    )
    return next(calls, None)


def _asked(before: Sequence[Message]) -> str:
    """What the user said last."""
    return next((message.text for message in reversed(before) if message.role == "user"), "")
