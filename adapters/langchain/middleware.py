"""What tools give to an agent of LangChain, shortened before the model sees it."""

from collections.abc import Awaitable, Callable, Collection
from typing import Annotated, Any

from excerpt.adapters.conversation import Conversation
from excerpt.adapters.langchain.tool_results import (
    asked_before,
    shorten,
    thread_of,
)
from excerpt.adapters.texts import OnError
from excerpt.adapters.tool_settings import EXPAND, EXPAND_DOC, ToolSettings
from excerpt.budget import BudgetLike
from excerpt.errors import InputError
from excerpt.imports.extras import importing
from excerpt.parallel.pool import CALLS
from excerpt.presets import DEFAULT_RATIO

with importing("langchain", extra="langchain-agents", purpose="LangChain agents"):
    from langchain.agents.middleware import AgentMiddleware
    from langchain.agents.middleware.types import ToolCallRequest
    from langchain_core.messages import BaseMessage, ToolMessage
    from langchain_core.runnables import RunnableConfig
    from langchain_core.tools import BaseTool, StructuredTool
    from langgraph.types import Command

__all__ = ["ExcerptMiddleware", "expand_tool"]


class ExcerptMiddleware(AgentMiddleware[Any, Any, Any]):
    """Shortens what tools give, once, before the model sees it.

    ``create_agent(model, tools, middleware=[ExcerptMiddleware(budget=500)])``

    The short text goes into the agent's state under the same call, so every later request has the same bytes and a
    provider's prompt cache holds. The question is what the user said last, with the query among the call's arguments.

    Never touched: system text, what the user and the model say, calls and their arguments, errors, `Command` results,
    images and files, JSON (unless the conversation is made with ``json=True``), and what is shorter than its
    ``min_tokens``.

    Args:
        conversation: Compresses at first sight, replays, and keeps the originals (`excerpt.adapters.conversation`).
            Where its ``note`` is set, the agent gets a tool `expand` for them. None for one in memory with a note.
        budget: For each result, if there is no ``conversation``: an int (tokens), a float (ratio kept) or a `Budget`.
        only: Results of these tools alone are shortened; None for all.
        exclude: Results of these are not.
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
        on_error: OnError = "keep",
    ) -> None:
        super().__init__()
        self.settings = ToolSettings.of(conversation, budget, only=only, exclude=exclude, on_error=on_error)
        self.conversation = self.settings.conversation
        self.tools: list[BaseTool] = [expand_tool(self.conversation)] if self.settings.expands else []

    def wrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]],
    ) -> ToolMessage | Command[Any]:
        """Run the tool and shorten what it gives.

        Raises:
            ExcerptError: It could not be shortened, and ``on_error`` is ``"raise"``.
        """
        return self._shortened(request, handler(request))

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        """Run the tool and shorten what it gives, on one of the threads that all calls share.

        Raises:
            ExcerptError: As `wrap_tool_call`.
        """
        result = await handler(request)
        return await CALLS.run(lambda: self._shortened(request, result))

    def _shortened(
        self, request: ToolCallRequest, result: ToolMessage | Command[Any]
    ) -> ToolMessage | Command[Any]:
        if not isinstance(result, ToolMessage):
            return result
        if not self.settings.takes(result.name or request.tool_call["name"]):
            return result
        return shorten(
            self.conversation,
            result,
            asked_before(_messages(request.state)),
            request.tool_call,
            scope=thread_of(getattr(request.runtime, "config", None)),
            on_error=self.settings.on_error,
        )


def expand_tool(conversation: Conversation) -> BaseTool:
    """A tool that gives the model what was left out of a tool's result.

    Args:
        conversation: Has the originals. Only those of the same thread are given.
    """

    def expand(
        id: Annotated[str, "The id in the note behind the shortened result."],  # noqa: A002 - as the note has it
        start: Annotated[int, "The first character."] = 0,
        end: Annotated[int | None, "Behind the last character; none for the end of the text."] = None,
        *,
        config: RunnableConfig,  # LangChain fills it in
    ) -> str:
        try:
            return conversation.expand(id, start, end, scope=thread_of(config))
        except InputError as error:
            return f"Error: {error}"  # the model can ask again with what it says

    return StructuredTool.from_function(expand, name=EXPAND, description=EXPAND_DOC)


def _messages(state: Any) -> list[BaseMessage]:  # noqa: ANN401 - LangGraph's states are of many kinds
    if isinstance(state, list):
        return state
    found = state.get("messages") if isinstance(state, dict) else getattr(state, "messages", None)
    return found or []
