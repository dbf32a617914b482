"""What a step of ``excerpt train xrag`` costs in processor time, beside plain loops over the same passages.

    python eval/benchmarks/xrag_training_cost.py FOLDER READER --out eval/results/xrag_training_cost.csv

FOLDER is of `xrag_texts.py`. Every way makes the same number of steps on the same passages, on one thread: likelihood
of the passage from its vector, backward, one step of AdamW. A plain loop reads every prompt whole, pads to the longest,
and has all logits made. The vectors are random; for the time they take no matter.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import torch

from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import read_jsonl
from excerpt.models.generation.generator import load_generator
from excerpt.models.training.xrag.examples import Example
from excerpt.models.training.xrag.frozen_reader import FrozenReader
from excerpt.models.training.xrag.loss import likelihood_in_pieces
from excerpt.models.training.xrag.rows import Collate, Row, Written, steps_of
from excerpt.models.xrag.injection import injected, marking
from excerpt.models.xrag.projector import make_projector
from excerpt.models.xrag.prompts import prompts_for

_BATCH, _DIM = 16, 384
WAYS = {
    "plain loop, float32": ("float32", "sdpa", False),
    "plain loop, bfloat16": ("bfloat16", "sdpa", False),
    "excerpt train xrag": ("float32", "eager", True),
    "excerpt train xrag --bf16": ("bfloat16", "eager", True),
}


class Timed:
    """A reader that is read in one way.

    Args:
        reader: Its directory.
        way: One of `WAYS`.
        texts: The passages.
        longest: Tokens of an example, at most.
    """

    def __init__(self, reader: Path, way: str, texts: Sequence[str], longest: int) -> None:
        dtype, attention, self.ours = WAYS[way]
        tokenizer, network = load_generator(reader, "causal language model", dtype=dtype, attention=attention)
        self.network = network.requires_grad_(requires_grad=False)
        prompts = prompts_for("auto", tokenizer)
        self.tokenizer, self.mark = marking(tokenizer, prompts.mark)
        examples = [Example("", (place,), text) for place, text in enumerate(texts)]
        self.rows = Written(self.tokenizer, prompts, longest, teach=False, seed=0).rows(examples, texts)
        self.projector = make_projector(_DIM, network.get_input_embeddings().weight.shape[1])
        self.vectors = torch.randn(len(texts), _DIM, generator=torch.Generator().manual_seed(0))
        self.collate = Collate(torch, self.tokenizer.pad_token_id, self.mark)
        self.reader = FrozenReader(self.network, self.mark) if self.ours else None

    def steps(self) -> list[list[Row]]:
        """The passages, step by step."""
        if self.ours:
            return steps_of(self.rows, _BATCH, seed=0, epoch=0)
        return [self.rows[start : start + _BATCH] for start in range(0, len(self.rows), _BATCH)]

    def loss(self, rows: Sequence[Row]) -> torch.Tensor:
        """Of one step, summed."""
        vectors = self.projector(self.vectors[[row["passages"][0] for row in rows]])
        if self.reader is not None:
            batch = self.collate(rows, "prompt")
            return likelihood_in_pieces(
                self.reader.states(batch, vectors), *self.reader.matrix, batch["labels"]
            )
        width = max(len(row["prompt"]) + len(row["answer"]) for row in rows)
        ids = torch.full((len(rows), width), self.tokenizer.pad_token_id)
        labels, mask = torch.full_like(ids, -100), torch.zeros_like(ids)
        for place, row in enumerate(rows):
            whole = [*row["prompt"], *row["answer"]]
            ids[place, : len(whole)], mask[place, : len(whole)] = torch.tensor(whole), 1
            labels[place, len(row["prompt"]) : len(whole)] = torch.tensor(row["answer"])
        embeddings = injected(self.network.get_input_embeddings(), ids, self.mark, vectors)
        logits = self.network(inputs_embeds=embeddings, attention_mask=mask).logits[:, :-1]
        return torch.nn.functional.cross_entropy(
            logits.flatten(0, 1).float(), labels[:, 1:].flatten(), reduction="sum"
        )


def timed(
    steps: Sequence[list[Row]], loss: Callable[[list[Row]], torch.Tensor], optimizer: torch.optim.Optimizer
) -> tuple[int, float]:
    """Tokens of the passages, and processor seconds."""
    began, tokens = time.process_time(), 0
    for rows in steps:
        optimizer.zero_grad(set_to_none=True)
        said = sum(len(row["answer"]) for row in rows)
        (loss(rows) / said).backward()
        optimizer.step()
        tokens += said
    return tokens, time.process_time() - began


def main() -> None:
    """Time every way and write rows."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("reader", type=Path)
    arguments.add_argument("--steps", type=int, default=4)
    arguments.add_argument("--tokens", type=int, default=72, help="of prompt and passage")
    arguments.add_argument("--out", type=Path, required=True)
    asked = arguments.parse_args()
    torch.set_num_threads(1)
    lines = islice(read_jsonl(asked.folder / "corpus.jsonl"), _BATCH * (asked.steps + 1))
    texts = [f"{row['title']}\n{row['text']}" for _, row in lines]
    about = provenance("eval/benchmarks/xrag_training_cost.py FOLDER READER", ("torch", "transformers"))
    rows = []
    for way in WAYS:
        one = Timed(asked.reader, way, texts, asked.tokens)
        optimizer = torch.optim.AdamW(one.projector.parameters())
        steps = one.steps()
        timed(steps[:1], one.loss, optimizer)  # torch makes its kernels
        tokens, seconds = timed(steps[1:], one.loss, optimizer)
        rows.append({"way": way, "reader": asked.reader.name, "batch": str(_BATCH), "longest": str(asked.tokens),
                     "tokens": str(tokens), "processor_seconds": f"{seconds:.2f}",
                     "tokens_per_second": f"{tokens / seconds:.1f}", **about})  # fmt: skip
        print(way, rows[-1]["tokens_per_second"], flush=True)
    write_rows(asked.out, rows)


if __name__ == "__main__":
    main()
