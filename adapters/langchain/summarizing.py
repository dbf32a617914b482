"""The old part of an agent's history as one text: written down, tool results shortened, and nothing else left out.

LangChain's `SummarizationMiddleware` has a model write a summary of the old messages and puts it in their place. Here
no model is asked: what the user and the assistant said, calls with their arguments, and errors are written down as they
are, and only what tools gave is shortened. That is done without a question, since the one that the agent works on is
not in the old part.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from excerpt.adapters.conversation import Conversation
from excerpt.adapters.langchain.tool_results import current_thread, is_summary, shorten
from excerpt.adapters.texts import OnError
from excerpt.adapters.tool_results import tool_conversation
from excerpt.errors import ConfigError
from excerpt.imports.extras import importing
from excerpt.parallel.pool import CALLS

with importing("langchain", extra="langchain-agents", purpose="LangChain agents"):
    from langchain.agents.middleware import SummarizationMiddleware
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage, ChatMessage, ToolMessage
    from langchain_core.runnables import Runnable, RunnableLambda

__all__ = ["make_summarization", "make_summarizer", "write_messages"]

_HEAD = "Here is a summary of the conversation to date:\n\n"
"""What LangChain writes before a summary."""

_ELSEWHERE = {"tool_use", "tool_call", "function_call", "input_json_delta", "invalid_tool_call"}
"""Parts of an assistant's turn that repeat its calls."""

_PRIVATE = {"reasoning", "thinking", "redacted_thinking"}
"""Parts that are of one turn, and of no use in another message."""


def make_summarization(
    model: str | BaseChatModel,
    conversation: Conversation | None = None,
    *,
    on_error: OnError = "keep",
    **options: Any,  # noqa: ANN401 - LangChain's
) -> SummarizationMiddleware:
    """LangChain's middleware with `make_summarizer`, and without its own trimming, which would drop messages.

    Args:
        model: The agent's model: counts tokens, and writes nothing.
        conversation: As for `make_summarizer`.
        on_error: As for `make_summarizer`.
        options: ``trigger``, ``keep`` and ``token_counter`` of `SummarizationMiddleware`.

    Raises:
        ConfigError: ``on_error`` is neither word, or an option is among those that would drop messages.
    """
    wrong = {"summarizer", "trim_tokens_to_summarize", "summary_prompt"} & set(options)
    if wrong:
        message = f"{', '.join(sorted(wrong))}: cannot be given here; use LangChain's SummarizationMiddleware"
        raise ConfigError(message)
    return SummarizationMiddleware(
        model,
        summarizer=make_summarizer(conversation, on_error=on_error),
        trim_tokens_to_summarize=None,
        **options,
    )


def make_summarizer(
    conversation: Conversation | None = None, *, on_error: OnError = "keep"
) -> Runnable[Sequence[BaseMessage], str]:
    """What `SummarizationMiddleware(summarizer=...)` takes; give it ``trim_tokens_to_summarize=None`` too.

    Args:
        conversation: Shortens the results, and keeps the originals; None for one in memory that keeps half the tokens.
        on_error: ``"keep"`` a result whole where it cannot be shortened, or ``"raise"``.

    Raises:
        ConfigError: ``on_error`` is neither word, or the conversation is none.
    """
    if on_error not in ("keep", "raise"):
        message = f"on_error: must be 'keep' or 'raise', got {on_error!r}"
        raise ConfigError(message)
    shortening = tool_conversation(conversation)

    def summarize(messages: Sequence[BaseMessage]) -> str:
        scope = current_thread()
        return write_messages(
            [
                shorten(shortening, each, "", None, scope=scope, on_error=on_error)
                if isinstance(each, ToolMessage)
                else each
                for each in messages
            ]
        )

    async def asummarize(messages: Sequence[BaseMessage]) -> str:
        return await CALLS.run(lambda: summarize(messages))

    return RunnableLambda(summarize, asummarize, name="ExcerptSummarizer")


def write_messages(messages: Sequence[BaseMessage]) -> str:
    """Messages as one text, one after another under their roles.

    Left out are the model's private reasoning and data such as images, in whose place it says so. An earlier text of
    this kind is continued, not quoted.
    """
    return "\n\n".join(part for message in messages for part in _written(message))


def _written(message: BaseMessage) -> Iterator[str]:
    text = "\n".join(_texts(message.content))
    if is_summary(message):
        yield text.removeprefix(_HEAD)
    elif isinstance(message, ToolMessage):
        what = "error" if message.status == "error" else "result"
        yield f"[{what} of {message.name or 'a tool'}, call {message.tool_call_id}]\n{text}"
    elif text or not isinstance(message, AIMessage):
        yield f"[{_role(message)}]\n{text}"
    if isinstance(message, AIMessage):
        for call in [*message.tool_calls, *message.invalid_tool_calls]:
            arguments = call["args"]
            written = arguments if isinstance(arguments, str) else _json(arguments)
            yield f"[assistant calls {call['name']}, call {call['id']}]\n{written}"


def _role(message: BaseMessage) -> str:
    if isinstance(message, ChatMessage):
        return message.role
    return {"human": "user", "ai": "assistant"}.get(message.type, message.type)


def _texts(content: str | Sequence[str | Mapping[str, Any]]) -> Iterator[str]:
    for part in [content] if isinstance(content, str) else content:
        if isinstance(part, str):
            yield part
        elif part.get("type") == "text":
            yield str(part.get("text", ""))
        elif part.get("type") not in _ELSEWHERE | _PRIVATE:
            yield _data_apart(part)


def _data_apart(part: Mapping[str, Any]) -> str:
    """A part that is no text, as JSON; or, where it carries data, that it was there."""
    written = _json(part)
    carried = "base64" in written or '"data:' in written or '"data": ' in written
    return f"[{part.get('type', 'data')}: not carried over]" if carried else written


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps(value, ensure_ascii=False, default=str)
