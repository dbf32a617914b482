"""Bodies of requests: read once, checked field by field; what is wrong is named, never repeated at length."""

import json
from collections.abc import Mapping
from typing import Any

from excerpt.adapters.server.refusals import Refused

__all__ = ["flag", "items", "number", "read_object", "text", "whole", "write_json"]


def read_object(body: bytes) -> dict[str, Any]:
    """A body as the JSON object that it must be.

    Raises:
        Refused: It is none (400).
    """
    try:
        value = json.loads(body.decode(), parse_constant=_no_constant)  # bytes would be read as UTF-16 too
    except RecursionError:
        message = "the body is nested too deeply"
        raise Refused(400, "too_deep", message) from None
    except UnicodeDecodeError as error:
        message = f"the body is no UTF-8 (byte {error.start})"
        raise Refused(400, "not_utf8", message) from None
    except json.JSONDecodeError as error:
        message = f"the body is no JSON: {error.msg} at character {error.pos}"
        raise Refused(400, "not_json", message) from None
    except ValueError as error:  # NaN, or a number of thousands of digits
        message = f"the body is no JSON: {error}"
        raise Refused(400, "not_json", message) from None
    if not isinstance(value, dict):
        message = f"the body must be a JSON object, and is {_kind(value)}"
        raise Refused(400, "not_an_object", message)
    return value


def write_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Compact JSON in UTF-8; lone surrogates stay escaped.

    Raises:
        ValueError: A number has no JSON, such as one that was read as infinity.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def text(body: Mapping[str, Any], *names: str, required: bool = True) -> str | None:
    """A field that is text and not blank, under the first of its names that is there; None where it may be missing.

    Raises:
        Refused: It is missing, blank or of another kind (400).
    """
    name = next((name for name in names if body.get(name) is not None), None)
    if name is None:
        if not required:
            return None
        message = f"{names[0]}: is missing"
        raise Refused(400, "missing", message)
    value = body[name]
    if not isinstance(value, str) or not value.strip():
        message = f"{name}: must be a text that is not empty, and is {_kind(value)}"
        raise Refused(400, "wrong_type", message)
    return value


def items(body: Mapping[str, Any], name: str, most: int) -> list[Any]:
    """A field that is a list.

    Raises:
        Refused: It is missing or no list (400), or longer than ``most`` (413).
    """
    value = body.get(name)
    if not isinstance(value, list):
        message = f"{name}: must be a list, and is {_kind(value)}"
        raise Refused(400, "missing" if value is None else "wrong_type", message)
    if len(value) > most:
        message = f"{name}: has {len(value)} elements; this server takes {most}"
        raise Refused(413, "too_many", message)
    return value


def whole(body: Mapping[str, Any], name: str, default: int | None, *, least: int = 1) -> int | None:
    """A field that is a whole number of at least ``least``, or missing.

    Raises:
        Refused: It is something else (400).
    """
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        message = f"{name}: must be a whole number of at least {least}, and is {_kind(value)}"
        raise Refused(400, "wrong_type", message)
    return value


def number(body: Mapping[str, Any], name: str) -> int | float | None:
    """A field that is a number of at least 0, or missing.

    Raises:
        Refused: It is something else (400).
    """
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        message = f"{name}: must be a number of at least 0, and is {_kind(value)}"
        raise Refused(400, "wrong_type", message)
    return value


def flag(body: Mapping[str, Any], name: str) -> bool:
    """A field that is true or false, or missing, which is false.

    Raises:
        Refused: It is something else (400).
    """
    value = body.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    message = f"{name}: must be true or false, and is {_kind(value)}"
    raise Refused(400, "wrong_type", message)


def _kind(value: object) -> str:
    names = {str: "a text", list: "a list", dict: "an object", bool: "true or false", type(None): "missing"}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {value:.6g}"
    if value == "":
        return "an empty text"
    return names.get(type(value), type(value).__name__)


def _no_constant(name: str) -> None:
    message = f"{name} is no number of JSON"
    raise ValueError(message)
