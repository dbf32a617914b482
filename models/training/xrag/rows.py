"""Examples of xRAG's training as token ids, in the order of their steps, and as padded tensors."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from excerpt.models.training.xrag.examples import Example
from excerpt.models.xrag.prompts import XragPrompts

__all__ = ["IGNORED", "Collate", "Row", "Written", "answer_ids", "steps_of"]

IGNORED = -100
_SORTED_TOGETHER = 32  # steps

Row: TypeAlias = dict[str, list[int]]
"""``passages``, ``request`` (one number), ``prompt``, ``bare`` (the prompt with nothing for the passages), ``teacher``
(with their text; empty where there is no teacher) and ``answer``."""


@dataclass(frozen=True, slots=True)
class Written:
    """Examples as token ids, ready for the reader.

    Args:
        tokenizer: The reader's, which knows the mark.
        prompts: What is said around the vectors.
        longest: Tokens of prompt and answer, at most. A passage to restate is cut to fit; a question that does not fit
            is left out.
        teach: Whether the reader is also to read the passages as text, for the distillation.
        seed: Of the choice among the requests to restate.
    """

    tokenizer: Any
    prompts: XragPrompts
    longest: int
    teach: bool
    seed: int

    def rows(self, examples: Sequence[Example], texts: Sequence[str]) -> list[Row]:
        """One row an example."""
        chance = random.Random(self.seed)
        rows = []
        for example in examples:
            row = self._row(example, chance.randrange(len(self.prompts.restate)), texts)
            if row is not None:
                rows.append(row)
        return rows

    def _row(self, example: Example, request: int, texts: Sequence[str]) -> Row | None:
        prompt = self._said(example, request, self.prompts.background(len(example.passages)))
        text = "\n\n".join(texts[place] for place in example.passages)
        teacher = self._said(example, request, text) if self.teach else []
        answer = [*answer_ids(self.tokenizer, self.prompts, example.answer), self.tokenizer.eos_token_id]
        room = self.longest - max(len(prompt), len(teacher))
        if room < 2 or (len(answer) > room and example.question):
            return None
        return {
            "passages": list(example.passages),
            "request": [0 if example.question else request],
            "prompt": prompt,
            "bare": self._said(example, request, ""),
            "answer": answer[:room],
            "teacher": teacher,
        }

    def _said(self, example: Example, request: int, context: str) -> list[int]:
        if example.question:
            said = str(self.prompts.ask.messages(example.question, context)[0]["content"])
        else:
            said = self.prompts.restate[request].replace("{context}", context)
        ids: list[int] = self.tokenizer(said)["input_ids"]
        return ids


def answer_ids(tokenizer: Any, prompts: XragPrompts, text: str) -> list[int]:  # noqa: ANN401 - untyped package
    """Ids of a text where it follows a prompt; Llama's tokenizer writes another space where one begins.

    Args:
        tokenizer: The reader's.
        prompts: What stands before it.
        text: What is said.
    """
    end = ":" if prompts.lead else "\n"
    before, both = (
        tokenizer(part, add_special_tokens=False)["input_ids"] for part in (end, end + prompts.lead + text)
    )
    return list(both[len(before) :])


def steps_of(rows: Sequence[Row], size: int, *, seed: int, epoch: int) -> list[list[Row]]:
    """Rows in the steps of one pass: in an order of the seed, like lengths together, none left out.

    Args:
        rows: All of a stage.
        size: Rows of a step; the last steps of a pass may have fewer.
        seed: Of the order.
        epoch: Of the order, too; each pass has its own.
    """
    chance = random.Random(f"{seed} {epoch}")
    order = list(rows)
    chance.shuffle(order)
    steps = []
    for start in range(0, len(order), size * _SORTED_TOGETHER):
        near = sorted(order[start : start + size * _SORTED_TOGETHER], key=_length)
        steps += [near[at : at + size] for at in range(0, len(near), size)]
    chance.shuffle(steps)
    return steps


def _length(row: Row) -> tuple[int, int]:
    """Rows of one request begin alike."""
    return row["request"][0], len(row["prompt"]) + len(row["answer"]) + len(row["teacher"])


@dataclass(frozen=True, slots=True)
class Collate:
    """Prompts and answers to padded tensors, padding on the right.

    Args:
        torch: The package.
        pad: The padding id.
        mark: The id that stands for a vector.
    """

    torch: Any
    pad: int
    mark: int

    def __call__(self, rows: Sequence[Row], prompt: str) -> dict[str, Any]:
        """``prefix`` (ids with which all prompts begin, before any mark), and what follows: ``input_ids``, ``labels``.

        Args:
            rows: What is read together.
            prompt: Which of a row's prompts: ``"prompt"``, ``"bare"`` or ``"teacher"``.
        """
        prefix = self._prefix([row[prompt] for row in rows])
        pairs = [(row[prompt][len(prefix) :], row["answer"]) for row in rows]
        width = max(len(before) + len(answer) for before, answer in pairs)
        ids = self.torch.full((len(pairs), width), self.pad)
        labels = self.torch.full_like(ids, IGNORED)
        for row, (before, answer) in enumerate(pairs):
            end = len(before) + len(answer)
            ids[row, :end] = self.torch.tensor([*before, *answer])
            labels[row, len(before) : end] = self.torch.tensor(answer)
        return {"prefix": tuple(prefix), "input_ids": ids, "labels": labels}

    def _prefix(self, prompts: Sequence[list[int]]) -> list[int]:
        """What all have in common; at least one token of each prompt stays, to predict the answer's first."""
        first, last = min(prompts), max(prompts)  # in the order of lists, all others lie between
        most = min(len(first), len(last)) - 1
        same = next((at for at in range(most) if first[at] != last[at] or first[at] == self.mark), most)
        return first[: max(0, same)]
