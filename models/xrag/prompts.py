"""The prompts of xRAG as data. Wherever a passage would stand as text, the reader's mark may stand for its vector."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from types import MappingProxyType

from excerpt.errors import ConfigError
from excerpt.models.generation.prompt import Prompt

__all__ = ["PAPER", "PLAIN", "PROMPTS", "XragPrompts", "named_prompts"]


@dataclass(frozen=True, slots=True)
class XragPrompts:
    """What is said around vectors, in use and in training.

    Args:
        name: What manifests call them.
        ask: For a question; ``{context}`` takes marks and text.
        restate: Requests to restate what stands in ``{context}``, for paraphrase pre-training; one is drawn.
        mark: Stands for one vector. It never reaches the reader: an embedding does.
        separator: Between two marks.
        gap: Between the marks and the text of other passages.
    """

    name: str
    ask: Prompt
    restate: tuple[str, ...]
    mark: str = "<xRAG>"
    separator: str = " "
    gap: str = "\n\n"

    @property
    def sha256(self) -> str:
        """Of every word that the projector was trained to stand among."""
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def background(self, vectors: int, text: str = "") -> str:
        """What stands for the context: a mark for each vector, then the text.

        Args:
            vectors: How many passages stand as vectors.
            text: The passages that stand as text; may be empty.
        """
        marks = self.separator.join([self.mark] * vectors)
        return self.gap.join(part for part in (marks, text) if part)


PAPER = XragPrompts(
    "paper",
    Prompt(
        "",
        "[INST] Refer to the background document and answer the questions:\n\nBackground: {context}\n\n"
        "Question: {question}? [/INST] The answer is:",
        "[INST] Answer the questions:\n\nQuestion: {question}? [/INST] The answer is:",
        raw=True,
    ),
    (
        "[INST] Background: {context}\n\nSay in your own words what the background says. [/INST]",
        "[INST] What does this passage say? {context} [/INST]",
        "[INST] Here is a passage: {context}\n\nWrite it out in full. [/INST]",
        "[INST] {context} stands for a text. Give the text in other words. [/INST]",
        "[INST] Restate the following background: {context} [/INST]",
        "[INST] Background: {context}\n\nWhich text is meant? [/INST]",
        "[INST] Tell me everything that {context} says. [/INST]",
        "[INST] Unfold this passage into words: {context} [/INST]",
    ),
)
"""Question prompt as in xRAG's evaluation, for readers of the Mistral-Instruct kind."""

PLAIN = XragPrompts(
    "plain",
    Prompt(
        "",
        "Background: {context}\n\nQuestion: {question}\nAnswer:",
        "Question: {question}\nAnswer:",
        raw=True,
    ),
    ("Background: {context}\n\nIn other words:",),
)
"""For readers that know no instruction format."""

PROMPTS: Mapping[str, XragPrompts] = MappingProxyType({prompts.name: prompts for prompts in (PAPER, PLAIN)})
"""Prompts by name."""


def named_prompts(name: str) -> XragPrompts:
    """Prompts by name.

    Raises:
        ConfigError: There are none of that name.
    """
    if name not in PROMPTS:
        message = f"prompts: there are no {name!r}; there are {', '.join(PROMPTS)}"
        raise ConfigError(message)
    return PROMPTS[name]
