"""Readers: what answers a question from the context that a chain left. Loaded on first use."""

from typing import TYPE_CHECKING

from winnow.lazy import lazy_attributes

if TYPE_CHECKING:
    from winnow.models.readers.causal_lm import CausalLMReader as CausalLMReader
    from winnow.models.readers.extractive import ExtractiveReader as ExtractiveReader
    from winnow.models.readers.openai_compatible import OpenAICompatibleReader as OpenAICompatibleReader
    from winnow.models.readers.prompt import ANSWER_SHORTLY as ANSWER_SHORTLY
    from winnow.models.readers.prompt import CITE as CITE
    from winnow.models.readers.prompt import Prompt as Prompt
    from winnow.models.readers.protocols import Answer as Answer
    from winnow.models.readers.protocols import Reader as Reader
    from winnow.models.readers.remembering import RememberingReader as RememberingReader
    from winnow.models.readers.xrag import XragReader as XragReader

_PLACES = {
    "ANSWER_SHORTLY": "winnow.models.readers.prompt",
    "Answer": "winnow.models.readers.protocols",
    "CITE": "winnow.models.readers.prompt",
    "CausalLMReader": "winnow.models.readers.causal_lm",
    "ExtractiveReader": "winnow.models.readers.extractive",
    "OpenAICompatibleReader": "winnow.models.readers.openai_compatible",
    "Prompt": "winnow.models.readers.prompt",
    "Reader": "winnow.models.readers.protocols",
    "RememberingReader": "winnow.models.readers.remembering",
    "XragReader": "winnow.models.readers.xrag",
}

__all__ = sorted(_PLACES)  # noqa: PLE0605 - a test holds it equal to what can be imported

__getattr__, __dir__ = lazy_attributes(__name__, _PLACES)
