"""What adapters for agents have in common: whose results are shortened, and the tool that gives originals back."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from excerpt.adapters.conversation import Conversation
from excerpt.adapters.texts import OnError
from excerpt.adapters.tool_results import (
    EXPAND_NOTE,
    ShortResult,
    ToolResult,
    shorten_result,
    tool_conversation,
)
from excerpt.budget import BudgetLike
from excerpt.errors import ConfigError, InputError

__all__ = ["EXPAND", "EXPAND_DOC", "ToolSettings"]

EXPAND = "expand"
"""Name of the tool that gives originals back."""

EXPAND_DOC = "Get the original of a shortened tool result, whole or from one character to another."


@dataclass(frozen=True, slots=True)
class ToolSettings:
    """Checked settings of an adapter.

    Args:
        conversation: Compresses at first sight, replays, and keeps the originals.
        only: Results of these tools alone are shortened; None for all.
        exclude: Results of these are not.
        on_error: ``"keep"`` a result as it was where it cannot be shortened, or ``"raise"``.
    """

    conversation: Conversation
    only: frozenset[str] | None
    exclude: frozenset[str]
    on_error: OnError

    @classmethod
    def of(
        cls,
        conversation: Conversation | None,
        budget: BudgetLike,
        *,
        only: Collection[str] | None,
        exclude: Collection[str],
        on_error: OnError,
    ) -> Self:
        """Check them.

        Args:
            conversation: None for one in memory, whose note names the tool `expand`.
            budget: For each result, if there is no ``conversation``.
            only: As for the class.
            exclude: As for the class.
            on_error: As for the class.

        Raises:
            ConfigError: An option is wrong.
            BudgetError: The budget cannot be read.
        """
        for name, value in (("only", only), ("exclude", exclude)):
            if isinstance(value, str):
                message = f"{name}: must be a list of tools' names, got {value!r}"
                raise ConfigError(message)
        if on_error not in ("keep", "raise"):
            message = f"on_error: must be 'keep' or 'raise', got {on_error!r}"
            raise ConfigError(message)
        return cls(
            tool_conversation(conversation, budget=budget, note=EXPAND_NOTE),
            None if only is None else frozenset(only),
            frozenset(exclude) | {EXPAND},
            on_error,
        )

    @property
    def expands(self) -> bool:
        """Whether notes behind shortened texts say that there is a tool `expand`."""
        return self.conversation.note is not None

    def takes(self, tool: str) -> bool:
        """Whether results of a tool are shortened."""
        return tool not in self.exclude and (self.only is None or tool in self.only)

    def shorten(
        self, tool: str, result: ToolResult, *, scope: str = "", first_sight: bool = True
    ) -> ShortResult | None:
        """`shorten_result`; None for tools whose results are left.

        Raises:
            ExcerptError: It could not be shortened, and ``on_error`` is ``"raise"``.
        """
        if not self.takes(tool):
            return None
        return shorten_result(
            self.conversation, result, scope=scope, on_error=self.on_error, first_sight=first_sight
        )

    def expand(self, text_id: str, start: int, end: int | None, *, scope: str) -> str:
        """What the tool `expand` gives: the original, or what is wrong, by which the model can ask again."""
        try:
            return self.conversation.expand(text_id, start, end, scope=scope)
        except InputError as error:
            return f"Error: {error}"
