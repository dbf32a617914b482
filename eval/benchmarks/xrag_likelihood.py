"""What a reader finds likely, by what stands in its context: for `xrag_proof.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from excerpt.compressors.vectors.document_vectors import DocumentVectors
from excerpt.models import load_encoder
from excerpt.models.generation.generator import load_generator
from excerpt.models.training.xrag.frozen_reader import FrozenReader
from excerpt.models.training.xrag.loss import likelihood
from excerpt.models.training.xrag.rows import Collate, answer_ids
from excerpt.models.xrag.injection import marking
from excerpt.models.xrag.loading import load_bridge
from excerpt.models.xrag.manifest import reader_traits
from excerpt.retrievers.dense.encoding import query_vector
from excerpt.values.types import Passage
from excerpt.values.vectors import unit_rows

__all__ = ["CONDITIONS", "Item", "Measure"]

CONDITIONS = ("nothing", "wrong vector", "right vector", "full text")
_SAID = 120  # tokens of a passage that are measured
_SEED = 13  # of who gets whose vector
_AT_ONCE = 8
_NEAR = 10  # passages that a search gives


@dataclass(frozen=True, slots=True)
class Item:
    """Something to say after a context.

    Args:
        question: The question; empty where the passage is to be restated.
        vectors: Places of the passages that stand as vectors.
        text: What stands as text.
        said: What is to be said.
    """

    question: str
    vectors: tuple[int, ...]
    text: str
    said: str


class Measure:
    """A reader with its bridge, and one vector for each question's passage.

    Args:
        reader: Directory of the reader.
        bridge: Directory of the bridge.
        rows: The questions, a passage each.
        bf16: Hold the reader in bfloat16.
        said: Tokens of a passage that are measured.
    """

    def __init__(
        self, reader: Path, bridge: Path, rows: Sequence[dict[str, Any]], *, bf16: bool, said: int = _SAID
    ) -> None:
        self.rows, self.said = rows, said
        self.bridge = load_bridge(bridge)
        self.prompts = self.bridge.manifest.prompts
        self.bridge.manifest.check_reader(reader_traits(reader))
        tokenizer, network = load_generator(
            reader, "causal language model", dtype="bfloat16" if bf16 else "float32"
        )
        self.tokenizer, mark = marking(tokenizer, self.prompts.mark)
        self.reader = FrozenReader(network.requires_grad_(requires_grad=False), mark)
        self.collate = Collate(torch, self.tokenizer.pad_token_id, mark)
        passages = [Passage(row["passages"][0]["text"], title=row["passages"][0]["title"]) for row in rows]
        self.texts = [one.titled_text for one in passages]
        raw = np.stack(DocumentVectors(self.bridge.manifest.encoder).signals(passages))
        self.raw = unit_rows(np.asarray(raw, dtype=np.float32))
        self.vectors = torch.from_numpy(self.bridge.project(self.raw))
        order = np.random.default_rng(_SEED).permutation(len(rows))
        self.other = dict(zip(order.tolist(), np.roll(order, 1).tolist(), strict=True))

    def items(self, what: str, condition: str) -> list[Item]:
        """One for each question: its passage, or its answer, after a context."""
        made = []
        for place, row in enumerate(self.rows):
            which = {"right vector": (place,), "wrong vector": (self.other[place],)}.get(condition, ())
            text = self.texts[place] if condition == "full text" else ""
            answer = what == "answer"
            said = row["answers"][0] if answer else self.texts[place]
            made.append(Item(row["question"] if answer else "", which, text, said))
        return made

    def near(self) -> list[list[int]]:
        """For each question the places of the passages that its vector is nearest to, the best first."""
        encoder = load_encoder(self.bridge.manifest.encoder.name)
        asked = np.stack([query_vector(encoder, row["question"]) for row in self.rows])
        order = np.argsort(-(asked @ self.raw.T), axis=1, kind="stable")
        return [[int(place) for place in row[:_NEAR]] for row in order]

    def cut(self, text: str, tokens: int) -> str:
        """The beginning of a text, of so many of the reader's tokens."""
        ids = self.tokenizer(text, add_special_tokens=False)["input_ids"][: max(0, tokens)]
        return str(self.tokenizer.decode(ids))

    def likelihoods(self, items: Sequence[Item]) -> NDArray[np.float64]:
        """Mean negative log-likelihood of a token of what is said, in nats, one for each item."""
        rows = [self._row(item) for item in items]
        order = sorted(range(len(rows)), key=lambda at: len(rows[at]["prompt"]) + len(rows[at]["answer"]))
        found = np.empty(len(items))
        with torch.no_grad():
            for start in range(0, len(order), _AT_ONCE):
                places = order[start : start + _AT_ONCE]
                batch = self.collate([rows[at] for at in places], "prompt")
                which = [place for at in places for place in items[at].vectors]
                states = self.reader.states(batch, self.vectors[which])
                losses = iter(likelihood(self.reader.logits(states), batch["labels"]).tolist())
                for at in places:
                    found[at] = np.mean([next(losses) for _ in rows[at]["answer"]])
        return found

    def _row(self, item: Item) -> dict[str, list[int]]:
        said = answer_ids(self.tokenizer, self.prompts, item.said)
        return {
            "prompt": self._prompt(item),
            "answer": said if item.question else said[: self.said],
        }

    def _prompt(self, item: Item) -> list[int]:
        context = self.prompts.background(len(item.vectors), item.text)
        if item.question:
            prompt = str(self.prompts.ask.messages(item.question, context)[0]["content"])
        else:
            prompt = self.prompts.restate[0].replace("{context}", context)
        return list(self.tokenizer(prompt)["input_ids"])

    def restated(self, place: int, tokens: int) -> str:
        """What the reader says of a passage when it sees its vector alone: the likeliest token each time."""
        item, said = Item("", (place,), "", ""), list[int]()
        for _ in range(tokens):
            batch = self.collate([{"prompt": self._prompt(item) + said, "answer": [0]}], "prompt")
            with torch.no_grad():
                states = self.reader.states(batch, self.vectors[list(item.vectors)])
                said.append(int(self.reader.logits(states)[0].argmax()))
            if said[-1] == self.tokenizer.eos_token_id:
                break
        return str(self.tokenizer.decode(said, skip_special_tokens=True)).strip()
