"""What xRAG saves a reader, and what it costs itself.

    python eval/benchmarks/xrag_cost.py --out eval/results/xrag_cost.csv

A reader of random weights (the time of a forward pass does not depend on their values) reads the same passages from
the demo's index as text, as one vector each, and hybrid: two as text, the rest as vectors. Input tokens are the
whole prompt's. The time is that to the first token, in processor time of one thread, which other work on the machine
hardly lengthens. The three are measured in turn, and the ratios are medians over the rounds. Then the stage itself, and
the projector's product alone for 50 passages, at this size and at the paper's.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer

from excerpt import Chain, compress
from excerpt.compressors import XRAG, Truncate
from excerpt.compressors.vectors.document_vectors import traits_of
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import read_jsonl
from excerpt.models import load_encoder
from excerpt.models.readers import XragReader
from excerpt.models.xrag.bridge import Bridge
from excerpt.models.xrag.manifest import BridgeManifest, EncoderTraits, ReaderTraits
from excerpt.models.xrag.projector import make_projector
from excerpt.models.xrag.prompts import PLAIN
from excerpt.render import Layout
from excerpt.retrievers import Index
from excerpt.run.deadline import Deadline
from excerpt.run.fit import Room
from excerpt.tokens import resolve_tokenizer
from excerpt.values.compressed import Compressed
from excerpt.values.stored import Recall
from excerpt.values.types import Context

_QUESTION = "When was the lighthouse built, and by whom?"
_TEXTS = 2
_PROJECTED = 50


def make_reader(folder: Path, width: int, layers: int) -> int:
    """A Llama of random weights with the bundled tokenizer; returns its weights' number."""
    source = files("excerpt.models") / "weights" / "all-MiniLM-L6-v2" / "tokenizer.json"
    backend = Tokenizer.from_str(source.read_text(encoding="utf-8"))
    backend.no_truncation()
    backend.no_padding()
    special = {"eos_token": "[SEP]", "pad_token": "[PAD]"}
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=backend, **special)
    tokenizer.save_pretrained(str(folder))
    config = transformers.LlamaConfig(
        vocab_size=32_000, hidden_size=width, intermediate_size=11 * width // 4, num_hidden_layers=layers,
        num_attention_heads=width // 64, max_position_embeddings=8192, tie_word_embeddings=True,
        bos_token_id=101, eos_token_id=102, pad_token_id=0,
    )  # fmt: skip
    network = transformers.LlamaForCausalLM(config).to(torch.bfloat16)
    network.save_pretrained(str(folder))
    return sum(weight.numel() for weight in network.parameters())


def contexts(index: Index, bridge: Bridge, passages: int) -> dict[str, Compressed]:
    """The same passages in three forms."""
    found = [hit.scored() for hit in index.search(_QUESTION, passages)]
    chains = {
        "text": Chain([Truncate()]),
        "vectors": Chain([XRAG(bridge)]),
        "hybrid": Chain([XRAG(bridge, text=_TEXTS)]),
    }
    return {
        name: compress(_QUESTION, found, budget=None, chain=chain, stored=index.features)
        for name, chain in chains.items()
    }


def prompt_tokens(reader: XragReader, result: Compressed) -> int:
    """Tokens of the whole prompt."""
    tokenizer, _ = reader._marking  # noqa: SLF001 - what is sent is no part of a reader's interface
    vectors = 0 if result.soft is None else len(result.soft)
    said = reader.prompts.ask.messages(_QUESTION, reader.prompts.background(vectors, result.text))
    return len(tokenizer(said[0]["content"])["input_ids"])


def first_token(reader: XragReader, result: Compressed) -> Callable[[], Any]:
    """Reads, and writes one token."""
    if result.soft is None:
        return lambda: reader.read(_QUESTION, result.text)
    soft = result.soft
    return lambda: reader.read_soft(_QUESTION, result.text, soft)


def timed(work: Callable[[], Any]) -> float:
    """Seconds of processor time."""
    started = time.process_time()
    work()
    return time.process_time() - started


def reading_rows(reader: XragReader, found: dict[str, Compressed], rounds: int) -> list[dict[str, str]]:
    """Tokens and times of the three forms, and their ratios to text."""
    works = {name: first_token(reader, result) for name, result in found.items()}
    for work in works.values():
        work()
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(timed(work))
    tokens = {name: prompt_tokens(reader, result) for name, result in found.items()}
    return [
        {
            "what": "first token", "form": name, "passages": str(len(found[name].passages)),
            "input_tokens": str(tokens[name]), "tokens_to_text": f"{tokens[name] / tokens['text']:.4f}",
            "seconds": f"{statistics.median(times[name]):.3f}",
            "time_to_text": f"{statistics.median(a / b for a, b in zip(times[name], times['text'], strict=True)):.4f}",
            "rounds": str(rounds),
        }
        for name in found
    ]  # fmt: skip


def projector_row(encoder: int, reader: int, rounds: int) -> dict[str, str]:
    """Microseconds a passage of the product."""
    traits = EncoderTraits("any", "", encoder), ReaderTraits("any", "", reader)
    bridge = Bridge(BridgeManifest(*traits, PLAIN), make_projector(encoder, reader))
    vectors = np.random.default_rng(0).normal(size=(_PROJECTED, encoder)).astype(np.float32)
    bridge.project(vectors)
    seconds = [timed(lambda: bridge.project(vectors)) for _ in range(rounds)]
    return {"what": f"projector {encoder} to {reader}", "passages": str(_PROJECTED), "rounds": str(rounds),
            "microseconds_a_passage": f"{1e6 * statistics.median(seconds) / _PROJECTED:.1f}"}  # fmt: skip


def stage_row(index: Index, bridge: Bridge, passages: int, rounds: int) -> dict[str, str]:
    """Microseconds a passage of the whole stage, vectors taken from the index."""
    found = [hit.scored() for hit in index.search(_QUESTION, passages)]
    stage = XRAG(bridge)
    room = Room(stage.name, None, Layout(), resolve_tokenizer("bundled"), Deadline())
    recalls = [Recall(index.features) for _ in range(rounds)]  # one remembers what it has looked up
    contexts = [Context.start(_QUESTION, found, recall) for recall in recalls]
    seconds = statistics.median(timed(partial(stage.compress, context, room)) for context in contexts)
    stored = recalls[-1].counted()["document-vectors"].stored
    return {"what": f"stage, vectors of {stored} from the index", "passages": str(passages), "rounds": str(rounds),
            "microseconds_a_passage": f"{1e6 * seconds / passages:.1f}"}  # fmt: skip


def main() -> None:
    """Measure and write the rows."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--width", type=int, default=1536)
    arguments.add_argument("--layers", type=int, default=16)
    arguments.add_argument("--passages", type=int, default=20)
    arguments.add_argument("--rounds", type=int, default=4)
    arguments.add_argument("--out", type=Path, required=True)
    asked = arguments.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(13)
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        corpus = [row for _, row in read_jsonl(str(files("excerpt.demo") / "corpus.jsonl"))]
        index = Index.build(corpus, folder / "demo.excerpt", encoder=encoder)
        weights = make_reader(folder / "reader", asked.width, asked.layers)
        reader = XragReader(folder / "reader", PLAIN, answer_tokens=1, dtype="bfloat16")
        manifest = BridgeManifest(traits_of(encoder), reader.traits, PLAIN)
        bridge = Bridge(manifest, make_projector(encoder.dim, asked.width))
        rows = reading_rows(reader, contexts(index, bridge, asked.passages), asked.rounds)
        rows.append(stage_row(index, bridge, asked.passages, 50))
    rows += [projector_row(384, asked.width, 50), projector_row(4096, 4096, 10)]
    common = {
        "reader": f"random Llama, {weights / 1e6:.0f}M weights, width {asked.width}, {asked.layers} layers, bfloat16",
        "data": "the demo's corpus",
        **provenance(
            f"eval/benchmarks/xrag_cost.py --width {asked.width} --layers {asked.layers} --rounds {asked.rounds}",
            ("torch", "transformers", "numpy"),
        ),
    }
    write_rows(asked.out, [row | common for row in rows])
    for row in rows:
        print(row)


if __name__ == "__main__":
    main()
