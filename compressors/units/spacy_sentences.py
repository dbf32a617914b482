"""Sentences by spaCy, for those who run it anyway or need its pipelines. Extra: ``spacy``.

Without a pipeline this is spaCy's rule-based ``sentencizer``, which knows stops but no
abbreviations; ``docs/results/splitters.md`` has the comparison with the default splitter.
"""

from typing import Any

from excerpt.errors import ConfigError
from excerpt.imports.extras import require
from excerpt.values.spans import Span

__all__ = ["SpacySentences"]


class SpacySentences:
    """A sentence splitter made of a spaCy pipeline.

    Args:
        pipeline: Name of an installed pipeline such as ``"en_core_web_sm"``, or a path to one; None
            for a blank pipeline with the rule-based ``sentencizer``.
        language: Language code of the blank pipeline, ``"xx"`` for any; not used with ``pipeline``.

    Raises:
        MissingExtraError: spaCy is not installed.
        ConfigError: The pipeline or the language cannot be loaded, or sets no sentence bounds.
    """

    kind = "sentence"

    def __init__(self, pipeline: str | None = None, *, language: str = "en") -> None:
        spacy = require("spacy", extra="spacy", purpose="splitting sentences with spaCy")
        self.pipeline = pipeline
        self.language = language
        try:
            self._nlp: Any = spacy.blank(language) if pipeline is None else spacy.load(pipeline)
        except (ImportError, OSError, ValueError) as error:
            what = f"language {language!r}" if pipeline is None else f"pipeline {pipeline!r}"
            message = f"spaCy cannot load the {what}: {error}"
            raise ConfigError(message) from error
        if not {"sentencizer", "senter", "parser"} & set(self._nlp.pipe_names):
            if pipeline is not None and "sentencizer" not in self._nlp.factory_names:
                message = f"the spaCy pipeline {pipeline!r} sets no sentence bounds"
                raise ConfigError(message)
            self._nlp.add_pipe("sentencizer")

    def __call__(self, text: str) -> list[Span]:
        """Split one text.

        spaCy keeps every character, so the spans cover all that is not white space. A text that is
        longer than the pipeline's ``max_length`` is an error of spaCy's own for pipelines that hold
        a parser; the rule-based pipeline takes any length.
        """
        limit = self._nlp.max_length
        if len(text) > limit and "parser" not in self._nlp.pipe_names:
            self._nlp.max_length = len(text)
        spans = []
        for sentence in self._nlp(text).sents:
            piece = text[sentence.start_char : sentence.end_char].lstrip()
            start = sentence.end_char - len(piece)
            if piece:
                spans.append(Span(start, start + len(piece.rstrip())))
        return spans
