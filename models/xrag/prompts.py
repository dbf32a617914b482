"""The prompts of xRAG as data. Wherever a passage would stand as text, the reader's mark may stand for its vector.

A bridge's manifest holds the prompts that it was trained among, word for word; those of a chat model are what the
model's own template makes of the requests here.
"""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from excerpt.errors import ConfigError
from excerpt.models.generation.prompt import Prompt

__all__ = ["PAPER", "PLAIN", "PROMPT_NAMES", "XragPrompts", "chat_prompts", "prompts_for"]


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
        lead: Between a prompt and what is said after it.
    """

    name: str
    ask: Prompt
    restate: tuple[str, ...]
    mark: str = "<xRAG>"
    separator: str = " "
    gap: str = "\n\n"
    lead: str = " "

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

PROMPT_NAMES = ("auto", "chat", "paper", "plain")
"""What `prompts_for` takes. ``auto`` is ``chat`` for a model with a chat template and ``plain`` for another."""

# What the template is given. The place of the passage stands last, so that prompts of one request begin alike and their
# beginning is read once for many.
_REQUESTS = (
    "Write out the passage that this stands for: {context}",
    "What does this passage say? {context}",
    "Say this in words: {context}",
)
_ASK = "Background: {context}\n\nQuestion: {question}\nAnswer in a few words."
_ASK_WITHOUT = "Question: {question}\nAnswer in a few words."


def prompts_for(name: str, tokenizer: Any) -> XragPrompts:  # noqa: ANN401 - untyped package
    """The prompts for a reader.

    Args:
        name: One of `PROMPT_NAMES`. ``auto`` takes those of the paper for a checkpoint as xRAG was released, which is
            known by its mark.
        tokenizer: The reader's, of transformers.

    Raises:
        ConfigError: There are none of that name, or the tokenizer has no chat template for ``chat``.
    """
    if name not in PROMPT_NAMES:
        message = f"prompts: there are no {name!r}; there are {', '.join(PROMPT_NAMES)}"
        raise ConfigError(message)
    if name == "auto":
        if PAPER.mark in tokenizer.get_added_vocab():
            return PAPER
        return chat_prompts(tokenizer) if tokenizer.chat_template else PLAIN
    return chat_prompts(tokenizer) if name == "chat" else {"paper": PAPER, "plain": PLAIN}[name]


def chat_prompts(tokenizer: Any) -> XragPrompts:  # noqa: ANN401 - untyped package
    """Prompts as a chat model's own template writes them, each up to where the answer begins.

    Args:
        tokenizer: The reader's, of transformers.

    Raises:
        ConfigError: It has no chat template.
    """
    if not tokenizer.chat_template:
        message = "prompts: the reader has no chat template; use the plain prompts"
        raise ConfigError(message)
    restate = tuple(_in_turns(tokenizer, request) for request in _REQUESTS)
    ask = Prompt("", _in_turns(tokenizer, _ASK), _in_turns(tokenizer, _ASK_WITHOUT), raw=True)
    lead = "" if ask.user[-1].isspace() else " "
    return XragPrompts("chat", ask, restate, lead=lead)


def _in_turns(tokenizer: Any, request: str) -> str:  # noqa: ANN401 - untyped package
    """A user's turn and the beginning of the answer, without what the tokenizer puts before every text itself."""
    written: str = tokenizer.apply_chat_template(
        [{"role": "user", "content": request}], tokenize=False, add_generation_prompt=True
    )
    if tokenizer("")["input_ids"][:1] == [tokenizer.bos_token_id] and tokenizer.bos_token:
        return written.removeprefix(tokenizer.bos_token)
    return written
