"""Which texts of a conversation may be shortened, and for what question; how a copy with other texts is made.

Three shapes are read: ``"chat"`` (OpenAI chat completions, and any ``[{"role", "content"}]``), ``"responses"`` (OpenAI
responses) and ``"anthropic"`` (Anthropic messages). Only these are ever parts:

============= ===============================================================================================
chat          text of messages with the role ``tool`` or ``function``
responses     ``output`` of ``function_call_output``: a text, or its ``input_text`` parts
anthropic     text in ``tool_result``, ``search_result`` and ``document`` blocks, block by block
all           what stands between ``<excerpt-context>`` and ``</excerpt-context>`` in a user's text
============= ===============================================================================================

Never: system and developer text, what the user says, assistant turns, tool calls and their arguments, ids, thinking,
reasoning and compaction items, images, files, results marked as errors. JSON and text that reads like an error are
parts that say so (`TextPart.leave`), and so are documents with citations, whose characters the answer counts.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, TypeAlias

from excerpt.errors import InputError

__all__ = [
    "CONTEXT_TAG",
    "Path",
    "Shape",
    "TextPart",
    "find_parts",
    "leave_as_it_is",
    "question_of",
    "replace_texts",
]

Shape: TypeAlias = Literal["chat", "responses", "anthropic"]
Path: TypeAlias = tuple[str | int, ...]
Leave: TypeAlias = Literal["", "json", "error", "cited"]
Message: TypeAlias = Mapping[str, Any]

CONTEXT_TAG = "excerpt-context"
"""With this tag callers mark retrieved text inside what a user says."""

_OPEN, _CLOSE = f"<{CONTEXT_TAG}>", f"</{CONTEXT_TAG}>"
_ERROR = re.compile(
    r"\s*(?:[\w.]*(?:error|exception)\s*[:\[(]|traceback \(most recent call last\)|fatal:|panic:)",
    re.IGNORECASE,
)
_ASKING = ("query", "question", "q", "search_query", "pattern", "prompt")
_LONGEST_QUESTION = 2000  # characters, from the end
_LONGEST_ARGUMENTS = 20_000  # characters of a call's arguments that are read for a query


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text in a conversation that was retrieved, or that a tool gave.

    Args:
        path: Where it stands in the request, such as ``("messages", 3, "content")``; for a marked part of a text the
            last element is its number there, from 0.
        text: The text.
        call_id: Of the tool call that it answers; empty for none.
        question: What the user asked last before it, and what the call looks for; None where nobody asked.
        new: No assistant turn stands after it, so that the model has not seen it yet.
        leave: Why it should be left as it is: ``"json"``, ``"error"``, ``"cited"``; else empty.
    """

    path: Path
    text: str
    call_id: str = ""
    question: str | None = None
    new: bool = True
    leave: Leave = ""


def find_parts(request: Mapping[str, Any], shape: Shape) -> list[TextPart]:
    """The texts of a request that may be shortened, in order.

    Args:
        request: With ``messages`` (``chat``, ``anthropic``) or ``input`` (``responses``). Anything in it that is not of
            the expected form is passed over.
        shape: How it is read.

    Raises:
        InputError: ``shape`` is none, or there is no list of messages; the message says what there is.
    """
    field, read = _shape(shape)
    messages = request.get(field)
    if shape == "responses" and isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
        return [replace(part, path=("input", *part.path[3:])) for part in _walk(messages, field, read)]
    if not isinstance(messages, Sequence) or isinstance(messages, str | bytes):
        message = f"{field}: expected a list of messages, got {type(messages).__name__}"
        raise InputError(message)
    return list(_walk(messages, field, read))


def question_of(request: Mapping[str, Any], shape: Shape) -> str | None:
    """What the user said last, without what is marked as context; None where there is nothing.

    Raises:
        InputError: As `find_parts`.
    """
    field, _ = _shape(shape)
    messages = request.get(field)
    if isinstance(messages, str):
        return _asked(messages) or None
    for message in reversed(messages or ()):
        said = _said(message) if isinstance(message, Mapping) else ""
        if said:
            return said
    return None


def replace_texts(request: Mapping[str, Any], texts: Mapping[Path, str]) -> dict[str, Any]:
    """A copy of a request with other texts in some places; what is around them is shared, nothing is changed in place.

    Args:
        request: The request.
        texts: The new texts by `TextPart.path`.
    """
    copy = dict(request)
    marked: dict[Path, dict[int, str]] = {}
    for path, text in texts.items():
        if isinstance(path[-1], int):
            marked.setdefault(path[:-1], {})[path[-1]] = text
        else:
            copy = _set(copy, path, partial(_take, text))
    for path, parts in marked.items():
        copy = _set(copy, path, partial(_fill, parts))
    return copy


def leave_as_it_is(text: str) -> Leave:
    """Why a tool's text should not be shortened by default: it is JSON, or reads like an error; else empty."""
    if _ERROR.match(text):
        return "error"
    return "json" if _is_json(text) else ""


@dataclass(frozen=True, slots=True)
class _Place:
    """A text in one message."""

    path: Path
    text: str
    call_id: str = ""
    leave: Leave = ""


_Read: TypeAlias = Callable[[Message], Iterator[_Place]]


def _shape(shape: str) -> tuple[str, _Read]:
    known: dict[str, tuple[str, _Read]] = {
        "chat": ("messages", _chat),
        "responses": ("input", _responses),
        "anthropic": ("messages", _anthropic),
    }
    if shape not in known:
        message = f"shape: there is no {shape!r}; there are {', '.join(known)}"
        raise InputError(message)
    return known[shape]


def _walk(messages: Sequence[Any], field: str, read: _Read) -> Iterator[TextPart]:
    last = max((index for index, message in enumerate(messages) if _is_models(message)), default=-1)
    asked: str | None = None
    sought: dict[str, str] = {}
    for index, message in enumerate(messages):
        if not isinstance(message, Mapping):
            continue
        sought |= dict(_queries(message))
        asked = _said(message) or asked
        for place in read(message):
            query = sought.get(place.call_id, "")
            question = f"{asked or ''}\n{query}".strip() or None
            leave = place.leave or leave_as_it_is(place.text)
            path = (field, index, *place.path)
            yield TextPart(path, place.text, place.call_id, question, index > last, leave)


def _is_models(message: Any) -> bool:  # noqa: ANN401 - whatever the client sent
    if not isinstance(message, Mapping):
        return False
    kind = message.get("type")
    ours = kind in (None, "message") or (isinstance(kind, str) and kind.endswith("_output"))
    return message.get("role") == "assistant" or not ours


def _chat(message: Message) -> Iterator[_Place]:
    if message.get("role") in ("tool", "function"):
        call_id = _text(message.get("tool_call_id"))
        for path, text in _texts(message.get("content"), ("content",), "text"):
            yield _Place(path, text, call_id)
    else:
        yield from _marked(message, "text")


def _responses(message: Message) -> Iterator[_Place]:
    if message.get("type") == "function_call_output":
        call_id = _text(message.get("call_id"))
        for path, text in _texts(message.get("output"), ("output",), "input_text"):
            yield _Place(path, text, call_id)
    else:
        yield from _marked(message, "input_text")


def _anthropic(message: Message) -> Iterator[_Place]:
    if message.get("role") != "user":
        return
    yield from _marked(message, "text")
    for path, block in _items(message.get("content"), ("content",)):
        if block.get("type") != "tool_result":
            yield from _retrieved(block, path, "")
        elif not block.get("is_error"):
            call_id = _text(block.get("tool_use_id"))
            for inner, text in _texts(block.get("content"), (*path, "content"), "text"):
                yield _Place(inner, text, call_id)
            for inner, nested in _items(block.get("content"), (*path, "content")):
                yield from _retrieved(nested, inner, call_id)


def _retrieved(block: Message, path: Path, call_id: str) -> Iterator[_Place]:
    """Texts of a ``search_result`` or ``document`` block."""
    citing = block.get("citations")
    cited = isinstance(citing, Mapping) and bool(citing.get("enabled"))
    if block.get("type") == "search_result":
        for inner, text in _texts(block.get("content"), (*path, "content"), "text"):
            yield _Place(inner, text, call_id)  # citations count blocks, and these stay
    source = block.get("source")
    if block.get("type") != "document" or not isinstance(source, Mapping):
        return
    if source.get("type") == "text" and isinstance(source.get("data"), str):
        yield _Place((*path, "source", "data"), source["data"], call_id, "cited" if cited else "")
    if source.get("type") == "content":
        for inner, text in _texts(source.get("content"), (*path, "source", "content"), "text"):
            yield _Place(inner, text, call_id)


def _marked(message: Message, kind: str) -> Iterator[_Place]:
    """What a user's text marks as context."""
    if message.get("role") != "user":
        return
    for path, text in _texts(message.get("content"), ("content",), kind):
        for number, span in enumerate(_context(text)):
            yield _Place((*path, number), text[slice(*span)])


def _context(text: str) -> list[tuple[int, int]]:
    """Where the marked parts of a text stand; in one pass, however many marks are never closed."""
    spans, at = [], 0
    while (start := text.find(_OPEN, at)) >= 0 and (end := text.find(_CLOSE, start)) >= 0:
        spans.append((start + len(_OPEN), end))
        at = end + len(_CLOSE)
    return spans


def _texts(content: Any, path: Path, kind: str) -> Iterator[tuple[Path, str]]:  # noqa: ANN401 - whatever was sent
    """A text, or the texts of a list of parts of one kind."""
    if isinstance(content, str):
        yield path, content
    for inner, part in _items(content, path):
        if part.get("type") == kind and isinstance(part.get("text"), str):
            yield (*inner, "text"), part["text"]


def _items(content: Any, path: Path) -> Iterator[tuple[Path, Message]]:  # noqa: ANN401 - whatever was sent
    if isinstance(content, Sequence) and not isinstance(content, str | bytes):
        for index, part in enumerate(content):
            if isinstance(part, Mapping):
                yield (*path, index), part


def _said(message: Message) -> str:
    """What the user says in a message; empty for any other."""
    content = message.get("content")
    if message.get("role") != "user":
        return ""
    if isinstance(content, str):
        return _asked(content)
    parts = [part for _, part in _items(content, ()) if part.get("type") in ("text", "input_text")]
    return _asked("\n".join(_text(part.get("text")) for part in parts))


def _asked(text: str) -> str:
    said = _fill(dict.fromkeys(range(len(_context(text))), ""), text)
    return said.replace(_OPEN + _CLOSE, " ").strip()[-_LONGEST_QUESTION:]


def _queries(message: Message) -> Iterator[tuple[str, str]]:
    """What the calls of an assistant's turn look for, by the call's id."""
    for _, call in _items(message.get("tool_calls"), ()):  # chat
        function = call.get("function")
        if isinstance(function, Mapping):
            yield _text(call.get("id")), _query(function.get("arguments"))
    if message.get("type") == "function_call":  # responses
        yield _text(message.get("call_id")), _query(message.get("arguments"))
    for _, block in _items(message.get("content"), ()):  # anthropic
        if block.get("type") == "tool_use":
            yield _text(block.get("id")), _query(block.get("input"))


def _query(arguments: Any) -> str:  # noqa: ANN401 - whatever was sent
    if isinstance(arguments, str) and len(arguments) <= _LONGEST_ARGUMENTS:
        arguments = _loaded(arguments)
    if not isinstance(arguments, Mapping):
        return ""
    return next((arguments[key] for key in _ASKING if isinstance(arguments.get(key), str)), "")[
        :_LONGEST_QUESTION
    ]


def _is_json(text: str) -> bool:
    body = text.strip()
    if body[:1] + body[-1:] not in ("{}", "[]"):
        return False
    return _loaded(body) is not None or _loaded(body.partition("\n")[0]) is not None


def _loaded(text: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text)
    except RecursionError:
        return {}  # JSON, and deeper than anyone reads
    except ValueError:
        return None


def _text(value: Any) -> str:  # noqa: ANN401 - whatever was sent
    return value if isinstance(value, str) else ""


def _set(container: Any, path: Path, change: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - any JSON
    if not path:
        return change(container)
    copy: Any = dict(container) if isinstance(container, Mapping) else list(container)
    copy[path[0]] = _set(copy[path[0]], path[1:], change)
    return copy


def _take(text: str, _: object) -> str:
    return text


def _fill(parts: Mapping[int, str], text: str) -> str:
    """A text with other context between its marks."""
    pieces, at = [], 0
    for number, (start, end) in enumerate(_context(text)):
        pieces += [text[at:start], parts.get(number, text[start:end])]
        at = end
    return "".join((*pieces, text[at:]))
