"""Readers: what answers a question from the context that a chain left. Loaded on first use."""

from typing import TYPE_CHECKING

from excerpt.imports.lazy import lazy_attributes

if TYPE_CHECKING:
    from excerpt.models.generation.prompt import ANSWER_SHORTLY as ANSWER_SHORTLY
    from excerpt.models.generation.prompt import CITE as CITE
    from excerpt.models.generation.prompt import Prompt as Prompt
    from excerpt.models.readers.causal_lm import CausalLMReader as CausalLMReader
    from excerpt.models.readers.completions import CompletionsLikelihood as CompletionsLikelihood
    from excerpt.models.readers.extractive import ExtractiveReader as ExtractiveReader
    from excerpt.models.readers.openai_compatible import OpenAICompatibleReader as OpenAICompatibleReader
    from excerpt.models.readers.protocols import Answer as Answer
    from excerpt.models.readers.protocols import Likelihood as Likelihood
    from excerpt.models.readers.protocols import Reader as Reader
    from excerpt.models.readers.protocols import TellsLikelihood as TellsLikelihood
    from excerpt.models.readers.remembering import RememberingLikelihood as RememberingLikelihood
    from excerpt.models.readers.remembering import RememberingReader as RememberingReader
    from excerpt.models.readers.xrag import XragReader as XragReader

_PLACES = {
    "ANSWER_SHORTLY": "excerpt.models.generation.prompt",
    "Answer": "excerpt.models.readers.protocols",
    "CITE": "excerpt.models.generation.prompt",
    "CausalLMReader": "excerpt.models.readers.causal_lm",
    "CompletionsLikelihood": "excerpt.models.readers.completions",
    "ExtractiveReader": "excerpt.models.readers.extractive",
    "Likelihood": "excerpt.models.readers.protocols",
    "OpenAICompatibleReader": "excerpt.models.readers.openai_compatible",
    "Prompt": "excerpt.models.generation.prompt",
    "Reader": "excerpt.models.readers.protocols",
    "RememberingLikelihood": "excerpt.models.readers.remembering",
    "RememberingReader": "excerpt.models.readers.remembering",
    "TellsLikelihood": "excerpt.models.readers.protocols",
    "XragReader": "excerpt.models.readers.xrag",
}

__all__ = sorted(_PLACES)  # noqa: PLE0605 - a test holds it equal to what can be imported

__getattr__, __dir__ = lazy_attributes(__name__, _PLACES)
