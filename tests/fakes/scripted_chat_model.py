"""A chat model of LangChain that says what it was told to, and remembers what it was asked."""

from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

__all__ = ["ScriptedChatModel", "calling"]


class ScriptedChatModel(BaseChatModel):
    """Says its lines one after another."""

    lines: list[AIMessage]
    _asked: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    @property
    def asked(self) -> list[list[BaseMessage]]:
        """The messages of each request."""
        return self._asked

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> "ScriptedChatModel":
        """It calls tools as its lines have it."""
        return self

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self._asked.append(list(messages))
        line = self.lines[len(self._asked) - 1].model_copy(update={"id": None})
        return ChatResult(generations=[ChatGeneration(message=line)])


def calling(name: str, call_id: str, **arguments: Any) -> AIMessage:
    """A line that calls a tool."""
    return AIMessage(content="", tool_calls=[{"name": name, "args": arguments, "id": call_id}])
