"""What tools give to an agent of Pydantic AI, shortened before the model sees it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
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

with importing("pydantic_ai", extra="pydantic-ai", purpose="Pydantic AI agents"):
    from pydantic_ai import FunctionToolset, RunContext, ToolReturn
    from pydantic_ai.capabilities import AbstractCapability
    from pydantic_ai.messages import ModelMessage, ModelRequest, ToolCallPart, ToolReturnPart, UserPromptPart
    from pydantic_ai.tools import ToolDefinition
    from pydantic_ai.toolsets import AgentToolset

__all__ = ["ExcerptTools"]


class ExcerptTools(AbstractCapability[Any]):
    """Shortens what tools give, once, before the model sees it.

    ``Agent(model, capabilities=[ExcerptTools(budget=500)])``

    The short text goes into the messages under the same call, so every later request has the same bytes. A history
    processor would rewrite history instead. The question is what the user said last, with the query among the call's
    arguments. The account (`excerpt.adapters.tool_results.ShortResult`) is in the result's metadata, which no model is
    sent.

    Never touched: system text, what the user and the model say, calls and their arguments, retries and failures,
    results that are no text (the host writes them as JSON; of a `ToolReturn` its ``content``), text that is JSON
    (unless the conversation is made with ``json=True``), and what is shorter than the conversation's ``min_tokens``.

    Args:
        conversation: Compresses at first sight, replays, and keeps the originals (`excerpt.adapters.conversation`), for
            each of the host's conversations apart. Where its ``note`` is set, the agent gets a tool `expand` for them.
            None for one in memory with a note.
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

    @classmethod
    def get_serialization_name(cls) -> str | None:
        """None: a conversation cannot be written into a file of settings."""
        return None

    def get_toolset(self) -> AgentToolset[Any] | None:
        """The tool `expand`, where notes name it."""
        if not self.settings.expands:
            return None
        toolset: FunctionToolset[Any] = FunctionToolset()
        toolset.add_function(self._expand, name=EXPAND, description=EXPAND_DOC)
        return toolset

    async def after_tool_execute(
        self,
        ctx: RunContext[Any],
        *,
        call: ToolCallPart,
        tool_def: ToolDefinition,  # noqa: ARG002 - the host's signature
        args: dict[str, Any],
        result: Any,  # noqa: ANN401 - whatever a tool gives
    ) -> Any:  # noqa: ANN401 - as above
        """A result with shorter text; the result itself where there is nothing to shorten.

        Raises:
            ExcerptError: It could not be shortened, and ``on_error`` is ``"raise"``.
        """
        text = result.return_value if isinstance(result, ToolReturn) else result
        if not isinstance(text, str):
            return result
        given = ToolResult(text, call.tool_call_id, args, _asked(ctx.messages))
        short = await CALLS.run(
            lambda: self.settings.shorten(call.tool_name, given, scope=ctx.conversation_id or "")
        )
        if short is None:
            return result
        account = {ACCOUNT_KEY: short.accounts}
        if not isinstance(result, ToolReturn):
            return ToolReturn(return_value=short.content, metadata=account)
        if result.metadata is None or isinstance(result.metadata, dict):
            account = {**(result.metadata or {}), **account}
        else:
            account = result.metadata  # the tool's own
        return replace(result, return_value=short.content, metadata=account)

    async def _expand(self, ctx: RunContext[Any], id: str, start: int = 0, end: int | None = None) -> str:  # noqa: A002 - as the note has it
        scope = ctx.conversation_id or ""
        return await CALLS.run(lambda: self.settings.expand(id, start, end, scope=scope))


def _asked(messages: Sequence[ModelMessage]) -> str:
    """What the user said last; what a tool sends beside its result stands with it, and is not the user's."""
    for message in reversed(messages):
        if not isinstance(message, ModelRequest):
            continue
        if any(isinstance(part, ToolReturnPart) for part in message.parts):
            continue
        said = [part.content for part in message.parts if isinstance(part, UserPromptPart)]
        if said:
            return "\n".join(_text(content) for content in said)
    return ""


def _text(content: Any) -> str:  # noqa: ANN401 - text, or parts of many kinds
    if isinstance(content, str):
        return content
    return "\n".join(part for part in content if isinstance(part, str))
