"""What tools give to an agent of the OpenAI Agents SDK, shortened before the model sees it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from excerpt.adapters.conversation import Conversation
from excerpt.adapters.texts import OnError
from excerpt.adapters.tool_settings import EXPAND, EXPAND_DOC, ToolSettings
from excerpt.budget import BudgetLike
from excerpt.imports.extras import importing
from excerpt.observe.logs import get_logger
from excerpt.parallel.pool import CALLS
from excerpt.presets import DEFAULT_RATIO

with importing("agents", extra="openai-agents", purpose="agents of the OpenAI Agents SDK"):
    from agents import FunctionTool, RunContextWrapper, function_tool
    from agents.run_config import CallModelData, ModelInputData

__all__ = ["ExcerptInputFilter", "Scope"]

Scope: TypeAlias = Callable[[Any], str]
"""From a run's context object to whose conversation it is."""

_LOG = get_logger(__name__)


class ExcerptInputFilter:
    """Shortens what tools gave, at first sight, in what is sent to the model.

    ``RunConfig(call_model_input_filter=ExcerptInputFilter(budget=500))``

    The run's own items and its session keep the whole text; every call of the model gets the short one, the same bytes
    each time. So the conversation's store must outlive the run where a session does: a text that a model has seen, and
    of which the store knows nothing, is sent as it is. The question is what the user said last, with the query among
    the call's arguments.

    Never touched: instructions, what the user and the model say, calls and their arguments, reasoning and compaction
    items, images and files, text that reads like an error or is JSON (unless the conversation is made with
    ``json=True``), and what is shorter than its ``min_tokens``. All other items are the same objects, by which the host
    knows what was sent.

    Args:
        conversation: Compresses at first sight, replays, and keeps the originals (`excerpt.adapters.conversation`).
            None for one in memory, with a note behind a shortened text.
        budget: For each result, if there is no ``conversation``: an int (tokens), a float (ratio kept) or a `Budget`.
        only: Results of these tools alone are shortened; None for all.
        exclude: Results of these are not.
        scope: Keeps apart what must not see each other, such as customers; None for one scope. Models that number
            their calls from 0 in every conversation need one for each.
        on_error: ``"keep"`` the items as they were where they cannot be shortened, or ``"raise"``.

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
        scope: Scope | None = None,
        on_error: OnError = "keep",
    ) -> None:
        self.settings = ToolSettings.of(conversation, budget, only=only, exclude=exclude, on_error=on_error)
        self.scope = scope

    @property
    def tools(self) -> list[FunctionTool]:
        """The tool `expand` for the agent, ``Agent(tools=[..., *input_filter.tools])``; none where no note names it."""
        if not self.settings.expands:
            return []

        async def expand(ctx: RunContextWrapper[Any], id: str, start: int = 0, end: int | None = None) -> str:  # noqa: A002 - as the note has it
            scope = self._scope(ctx.context)
            return await CALLS.run(lambda: self.settings.expand(id, start, end, scope=scope))

        return [function_tool(expand, name_override=EXPAND, description_override=EXPAND_DOC)]

    async def __call__(self, data: CallModelData[Any]) -> ModelInputData:
        """The model's input with shorter results.

        Raises:
            ExcerptError: They could not be shortened, and ``on_error`` is ``"raise"``.
        """
        scope = self._scope(data.context)
        return await CALLS.run(lambda: self.shorten(data.model_data, scope))

    def shorten(self, given: ModelInputData, scope: str = "") -> ModelInputData:
        """A copy of a model's input with shorter results; the same object where there is nothing to shorten.

        Args:
            given: Items and instructions.
            scope: Whose conversation it is.

        Raises:
            ExcerptError: As for calling it.
        """
        left = set(_results_of_others(given.input, self.settings.takes))
        # What is left goes in without its text: it may be what the user asks about, and is nothing to shorten.
        items = [{**item, "output": ""} if index in left else item for index, item in enumerate(given.input)]
        try:
            made = self.settings.conversation.compress({"input": items}, "responses", scope=scope)
        except Exception as error:
            if self.settings.on_error == "raise":
                raise
            # An error's own words may quote the text, and logs go where texts may not.
            _LOG.warning("a model's input was left as it was: %s", type(error).__name__)
            return given
        if not made.changed:
            return given
        short = [
            given.input[index] if index in left else item for index, item in enumerate(made.request["input"])
        ]
        return ModelInputData(input=short, instructions=given.instructions)

    def _scope(self, context: Any) -> str:  # noqa: ANN401 - the program's own object
        return "" if self.scope is None else self.scope(context)


def _results_of_others(items: Sequence[Any], takes: Callable[[str], bool]) -> Iterator[int]:
    """Places of results that are not to be shortened."""
    names = {
        item.get("call_id"): item.get("name")
        for item in items
        if isinstance(item, Mapping) and item.get("type") == "function_call"
    }
    for index, item in enumerate(items):
        if isinstance(item, Mapping) and item.get("type") == "function_call_output":
            name = names.get(item.get("call_id"))
            if not takes(name if isinstance(name, str) else ""):
                yield index
