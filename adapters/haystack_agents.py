"""excerpt as a compactor of Haystack's agents: tool results shortened instead of removed.

``Agent(..., hooks={"before_llm": [CompactionHook(compactor=ExcerptCompactor(), context_window=200_000)]})``. Haystack
calls its compaction experimental.

What a compactor gives is written into the agent's state, so each result is shortened once and the same bytes are sent
from then on. Results that the model has not seen are shortened first, then the oldest, until the target is met. Never
touched: system text, what the user and the model say, calls and their arguments, errors, images and files, JSON by
default, results that another compactor or an offloading hook has changed. No message is removed.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.conversation import Conversation
from excerpt.adapters.kept_texts import KeptTexts
from excerpt.adapters.texts import OnError, TextCompressor
from excerpt.adapters.tool_results import ToolResult, shorten_result
from excerpt.budget import Budget, BudgetLike
from excerpt.chain import ChainLike
from excerpt.imports.extras import importing
from excerpt.parallel.pool import CALLS
from excerpt.presets import DEFAULT_RATIO
from excerpt.tokens import TokenizerLike

with importing("haystack", extra="haystack", purpose="the Haystack adapters"):
    from haystack import default_to_dict
    from haystack.dataclasses import ChatMessage, ChatRole, TextContent, ToolCallResult
    from haystack.hooks.compaction.types import Compactor
    from haystack.token_counters import TokenCounter

    from excerpt.adapters.haystack import written_settings

__all__ = ["ExcerptCompactor"]

_COMPACTED = "context_compaction"
"""Where Haystack's compactors say what they did."""

_OFFLOADED = "tool_result_offloaded"
"""Where a result says that it is a reference to a stored one."""


class ExcerptCompactor(Compactor):
    """Shortens tool results until a conversation is small enough.

    Each shortened message has an account of its texts under the meta key ``"excerpt"``: ``id`` for
    ``compactor.conversation.expand``, ``spans`` in the original, ``tokens_in`` and ``tokens_out``.

    Args:
        budget: For each result: an int (tokens), a float (ratio kept), ``"calibrated:POLICY.json"`` or a `Budget`.
        chain: A preset's name, a TOML file's path, a `Chain`, or None for the default preset. Models are loaded by
            `warm_up`.
        tokenizer: Replaces the budget's tokenizer; see `excerpt.tokens`.
        min_tokens: Shorter results are left alone.
        json: Also shorten results that are JSON.
        store: A file for the originals; None keeps them in memory. Not to be shared by people who must not see each
            other's results.
        on_error: ``"keep"`` a result as it was where it cannot be shortened, or ``"raise"``.

    Raises:
        BudgetError: The budget cannot be read.
    """

    def __init__(  # noqa: PLR0913 - the options of every adapter
        self,
        budget: BudgetLike = DEFAULT_RATIO,
        *,
        chain: ChainLike | None = None,
        tokenizer: TokenizerLike | None = None,
        min_tokens: int = 200,
        json: bool = False,
        store: str | Path | None = None,
        on_error: OnError = "keep",
    ) -> None:
        Budget.of(budget, tokenizer)
        self.budget = budget
        self.chain = chain
        self.tokenizer = tokenizer
        self.min_tokens = min_tokens
        self.json = json
        self.store = None if store is None else str(store)
        self.on_error: OnError = on_error
        self._conversation: Conversation | None = None

    def warm_up(self) -> None:
        """Load the chain and open the store, once.

        Raises:
            ConfigError: There is no such chain, or an option is wrong.
            StoreError: The file cannot be opened.
        """
        _ = self.conversation

    @property
    def conversation(self) -> Conversation:
        """Has the originals; see `excerpt.adapters.conversation.Conversation.expand`."""
        if self._conversation is None:
            self._conversation = Conversation(
                TextCompressor(
                    self.chain,
                    budget=self.budget,
                    budget_for="each",
                    tokenizer=self.tokenizer,
                    on_error=self.on_error,
                ),
                KeptTexts(self.store),
                min_tokens=self.min_tokens,
                json=self.json,
            )
        return self._conversation

    def compact(
        self, messages: list[ChatMessage], target_tokens: int, token_counter: TokenCounter
    ) -> list[ChatMessage] | None:
        """A new list with shorter tool results; None where none could be made shorter.

        Args:
            messages: The conversation, oldest first.
            target_tokens: The size to come down to, if that can be had.
            token_counter: Counts the messages.

        Raises:
            ExcerptError: A result could not be shortened, and ``on_error`` is ``"raise"``.
        """
        tokens = token_counter.count(messages=messages)
        compacted, changed = list(messages), False
        for index in _new_first(messages):
            if tokens <= target_tokens:
                break
            short = self._short(messages, index)
            if short is None:
                continue
            saved = token_counter.count(messages=[messages[index]]) - token_counter.count(messages=[short])
            if saved > 0:
                compacted[index], changed = short, True
                tokens -= saved
        return compacted if changed else None

    async def compact_async(
        self, messages: list[ChatMessage], target_tokens: int, token_counter: TokenCounter
    ) -> list[ChatMessage] | None:
        """`compact`, on one of the threads that all calls share.

        Args:
            messages: As for `compact`.
            target_tokens: As for `compact`.
            token_counter: As for `compact`.

        Raises:
            ExcerptError: As `compact`.
        """
        return await CALLS.run(lambda: self.compact(messages, target_tokens, token_counter))

    def to_dict(self) -> dict[str, Any]:
        """The settings, as JSON goes.

        Raises:
            ConfigError: One of them is an object that cannot be written down.
        """
        named = written_settings(budget=self.budget, chain=self.chain, tokenizer=self.tokenizer)
        rest = {
            "min_tokens": self.min_tokens,
            "json": self.json,
            "store": self.store,
            "on_error": self.on_error,
        }
        written: dict[str, Any] = default_to_dict(self, **named, **rest)
        return written

    def _short(self, messages: Sequence[ChatMessage], index: int) -> ChatMessage | None:
        message = messages[index]
        result = message.tool_call_result
        if result is None or result.error or {_COMPACTED, _OFFLOADED, ACCOUNT_KEY} & set(message.meta):
            return None
        origin = result.origin
        given = ToolResult(_content(result), origin.id or "", origin.arguments, _asked(messages[:index]))
        short = shorten_result(self.conversation, given, on_error=self.on_error)
        if short is None:
            return None
        meta = {**message.meta, _COMPACTED: {"strategy": "excerpt"}, ACCOUNT_KEY: short.accounts}
        return ChatMessage.from_tool(
            tool_result=_parts(result, short.content), origin=origin, error=False, meta=meta
        )


def _new_first(messages: Sequence[ChatMessage]) -> list[int]:
    """Places of tool results: those that no model has answered yet, then the others, each oldest first."""
    places = [index for index, message in enumerate(messages) if message.tool_call_result is not None]
    spoken = (index for index, message in enumerate(messages) if message.is_from(ChatRole.ASSISTANT))
    last = max(spoken, default=-1)
    return [index for index in places if index > last] + [index for index in places if index < last]


def _asked(messages: Sequence[ChatMessage]) -> str:
    """What the user said last, not counting what a compactor wrote."""
    said = (
        "\n".join(message.texts)
        for message in reversed(messages)
        if message.is_from(ChatRole.USER) and _COMPACTED not in message.meta
    )
    return next(said, "")


def _content(result: ToolCallResult) -> str | list[str | Mapping[str, Any]]:
    if isinstance(result.result, str):
        return result.result
    return [part.text if isinstance(part, TextContent) else {"type": "other"} for part in result.result]


def _parts(result: ToolCallResult, content: str | Iterable[Any]) -> Any:  # noqa: ANN401 - Haystack's union
    if isinstance(result.result, str):
        return content
    pairs = zip(result.result, content, strict=True)
    return [TextContent(text=new) if isinstance(old, TextContent) else old for old, new in pairs]
