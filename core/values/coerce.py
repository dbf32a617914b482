"""Whatever callers have, made into passages at the edge."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from excerpt.errors import InputError
from excerpt.values.plain import to_name
from excerpt.values.tables import is_missing, rows_of
from excerpt.values.types import Passage

__all__ = [
    "PassageLike",
    "question_key",
    "to_asked",
    "to_passage",
    "to_passages",
    "to_query",
    "to_question",
    "to_text",
]

_TEXT_KEYS = ("text", "page_content", "content")

PassageLike: TypeAlias = str | Mapping[str, Any] | Passage | Any
"""A text, a mapping, a `Passage`, or a LangChain ``Document``.

A mapping has ``text`` (and ``id``, ``title``); or ``page_content`` (and ``metadata``), as LangChain documents are
written in JSON; or ``content``, as chat messages are: a text, or a list of parts of which each has ``text``.
"""


def to_query(value: object, where: str = "query") -> str:
    """Check a query.

    Raises:
        InputError: It is not a string, is empty, or holds a lone surrogate.
    """
    query = to_text(value, where)
    if not query.strip():
        message = f"{where}: is empty; a question-aware chain needs a question"
        raise InputError(message)
    return query


def question_key(row: Mapping[str, Any], where: str = "") -> str:
    """Under which key a record has its question: ``"question"``, or ``"query"`` where there is no such key.

    Args:
        row: The record.
        where: Named in the error message, such as ``"dev.jsonl, line 3"``.

    Raises:
        InputError: It has neither.
    """
    name = "question" if "question" in row else "query"
    if name not in row:
        raise InputError(_missing(row, where, "question", "give a text"))
    return name


def to_question(row: Mapping[str, Any], where: str = "") -> str:
    """The question of a record, checked; ``row`` and ``where`` as for `question_key`.

    Raises:
        InputError: It has none, or one that is no text.
    """
    name = question_key(row, where)
    return to_query(row[name], _field(where, name))


def to_asked(row: Mapping[str, Any], where: str = "") -> tuple[str, tuple[Passage, ...]]:
    """The question of a record and its passages, checked; ``row`` and ``where`` as for `question_key`.

    Raises:
        InputError: One is missing or wrong; the message has the field.
    """
    question_key(row, where)
    if "passages" not in row:
        raise InputError(_missing(row, where, "passages", "give a list of texts or of objects with 'text'"))
    return to_question(row, where), to_passages(row["passages"], _field(where, "passages"))


def _field(where: str, name: str) -> str:
    return f"{where}: {name}" if where else name


def _missing(row: Mapping[str, Any], where: str, name: str, advice: str) -> str:
    keys = ", ".join(sorted(map(str, row))) or "none"
    return f"{_field(where, name)}: is missing; the keys are {keys}; {advice}"


def to_passages(values: Iterable[PassageLike], where: str = "passages") -> tuple[Passage, ...]:
    """Check a list of passages, or the rows of a data frame with a column ``text``.

    Raises:
        InputError: It is a single string or not iterable, or an element cannot be read.
    """
    rows = rows_of(values)
    if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
        raise InputError(f"{where}: expected a list of passages, got {_not_a_list(values)}")
    return tuple(to_passage(value, f"{where}[{index}]") for index, value in enumerate(rows))


def _not_a_list(value: object) -> str:
    """What was given in place of a list, and what to do where that is one passage."""
    if isinstance(value, bytes):
        return "bytes; decode them, and give a list of texts"
    if isinstance(value, str | Mapping | Passage) or hasattr(value, "page_content"):
        return f"one {type(value).__name__}; wrap it in a list"
    return type(value).__name__


def to_passage(value: PassageLike, where: str = "passage") -> Passage:
    """Check one passage.

    Args:
        value: See `PassageLike`. Keys of a mapping beside id, title and the text become metadata.
        where: Named in the error message.

    Raises:
        InputError: The value is of another kind, or a field has the wrong type.
    """
    if isinstance(value, str):
        return Passage(to_text(value, where))
    if isinstance(value, Passage):
        for field in ("text", "id", "title"):
            text = getattr(value, field)
            if not (type(text) is str and text.isascii()):  # as most are, which is known without a look at it
                to_text(text, f"{where}.{field}")
        if not isinstance(value.metadata, Mapping):
            message = f"{where}.metadata: expected a mapping, got {type(value.metadata).__name__}"
            raise InputError(message)
        return value
    if isinstance(value, Mapping):
        return _from_mapping(value, where)
    if isinstance(getattr(value, "page_content", None), str):
        return _from_document(value, where)
    message = (
        f"{where}: expected a str, a mapping with 'text', an excerpt.Passage or a LangChain Document; "
        f"got {type(value).__name__}"
    )
    raise InputError(message)


def _from_mapping(value: Mapping[str, Any], where: str) -> Passage:
    key = next((name for name in _TEXT_KEYS if name in value), None)
    if key is None:
        message = f"{where}: has no 'text'; its keys are {sorted(map(str, value))}"
        raise InputError(message)
    if key == "page_content" and isinstance(value.get("metadata"), Mapping):
        rest = {name: item for name, item in value.items() if name not in {key, "metadata", "type"}}
        return _from_mapping({"text": value[key], **value["metadata"], **rest}, where)
    rest = {name: item for name, item in value.items() if name not in {key, "id", "title"}}
    text = value[key]
    return Passage(
        text=_from_parts(text, f"{where}.{key}") if key == "content" else to_text(text, f"{where}.{key}"),
        id=_name(value.get("id"), f"{where}.id"),
        title=to_text("" if is_missing(title := value.get("title")) else title, f"{where}.title"),
        metadata=MappingProxyType(rest),
    )


def _from_parts(content: object, where: str) -> str:
    """The text of a chat message: itself, or its parts joined by line ends."""
    if not isinstance(content, list | tuple):
        return to_text(content, where)
    texts = []
    for number, part in enumerate(content):
        if not isinstance(part, Mapping) or "text" not in part:
            message = f"{where}[{number}]: has no 'text'; only the text of a message can be compressed"
            raise InputError(message)
        texts.append(to_text(part["text"], f"{where}[{number}].text"))
    return "\n".join(texts)


def _from_document(value: Any, where: str) -> Passage:  # noqa: ANN401 - LangChain's class is not imported here
    metadata = dict(getattr(value, "metadata", None) or {})
    name = metadata.get("id") if getattr(value, "id", None) is None else value.id
    title = metadata.get("title")
    return Passage(
        text=to_text(value.page_content, f"{where}.page_content"),
        # Metadata are anybody's: an id there may be a number or a UUID, and a title whatever can be shown.
        id=to_text("" if is_missing(name) else str(name), f"{where}.id"),
        title=to_text("" if is_missing(title) else str(title), f"{where}.title"),
        metadata=MappingProxyType(metadata),
    )


def _name(value: object, where: str) -> str:
    return "" if is_missing(value) else to_text(to_name(value), where)


def to_text(value: object, where: str) -> str:
    """Check a text.

    Raises:
        InputError: It is not a string, or holds a lone surrogate.
    """
    if not isinstance(value, str):
        message = f"{where}: expected a string, got {type(value).__name__}"
        raise InputError(message)
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        message = (
            f"{where}: character {error.start} is a lone surrogate ({value[error.start]!r}), which is not text; "
            "decode the source with errors='replace'"
        )
        raise InputError(message) from error
    return value
