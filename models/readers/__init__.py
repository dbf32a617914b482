"""Readers: what answers a question from the context that a chain left. Loaded on first use."""

from typing import TYPE_CHECKING

from winnow.lazy import lazy_attributes

if TYPE_CHECKING:
    from winnow.models.readers.protocols import Answer as Answer
    from winnow.models.readers.protocols import Reader as Reader

_PLACES = {
    "Answer": "winnow.models.readers.protocols",
    "Reader": "winnow.models.readers.protocols",
}

__all__ = sorted(_PLACES)  # noqa: PLE0605 - a test holds it equal to what can be imported

__getattr__, __dir__ = lazy_attributes(__name__, _PLACES)
