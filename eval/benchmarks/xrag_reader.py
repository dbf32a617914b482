"""A small reader for the proof that xRAG learns, and the files that its bridge is trained and measured with.

    python eval/benchmarks/xrag_reader.py DATA -o FOLDER --minutes 18

No pretrained language model is needed: a Llama of three layers and width 128 is trained from nothing on one thread, on
encyclopedia passages and stories, and on questions with the passage before them. FOLDER gets ``reader/`` (Hugging
Face layout), ``corpus.jsonl`` and ``qa.jsonl`` for ``winnow train xrag``, and ``unseen.jsonl``: questions whose
passages, and all others under the same titles, are in none of the trainings.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from torch import nn

from winnow.eval.datasets import PreparedFolder
from winnow.jsonl import dump, read_jsonl
from winnow.models.xrag.prompts import PLAIN

_ROW, _BATCH, _PEAK, _RISE = 384, 8, 3e-3, 0.03
_WIDTH, _LAYERS, _PIECES, _WINDOW = 128, 3, 3072, 1024
_LEARNT_FROM = 24_000  # documents: more than there is time for
_START, _END = "<s>", "</s>"
_PLAIN_TEXTS = (
    "corpora/wikipedia_passages",
    "store/nqwiki.passages",
    "store/squad.passages",
    "store/fairytaleqa.passages",
    "corpora/squality_stories.train",
)
_QUESTIONS = (
    ("squad", "train"),
    ("squad", "dev"),
    ("qed", "train"),
    ("qed", "dev"),
    ("nq_multidoc", "train"),
)
_LONGEST = 1200  # characters of a passage: about the reader's window with the passage in it twice


def is_unseen(title: str) -> bool:
    """One title in twelve."""
    return blake2b(title.encode(), digest_size=4).digest()[0] % 12 == 0


def passages(data: Path) -> Iterator[dict[str, str]]:
    """Titles and texts, long ones in pieces; none that is unseen."""
    known = set()
    for name in _PLAIN_TEXTS:
        for _, row in read_jsonl(data / f"{name}.jsonl.gz"):
            title, text = row.get("title", ""), row["text"]
            if is_unseen(title) or text in known:
                continue
            known.add(text)
            for piece in pieces(text):
                yield {"title": title, "text": piece}


def pieces(text: str) -> list[str]:
    """A text cut at line breaks and spaces."""
    found, words = [""], text.split(" ")
    for word in words:
        if len(found[-1]) + len(word) > _LONGEST:
            found.append("")
        found[-1] = f"{found[-1]} {word}".strip()
    return [piece for piece in found if len(piece) > 80]


def questions(data: Path, *, unseen: bool) -> Iterator[dict[str, Any]]:
    """Questions with an answer that stands in the one passage that they keep."""
    folder = PreparedFolder(data)
    for number, (name, split) in enumerate(_QUESTIONS):
        for row in folder.rows(name, split):
            gold = [p for p in row["passages"] if p["gold"] and len(p["text"]) <= _LONGEST]
            for passage in gold[:1]:
                answer = next((a for a in row["answers"] if a in passage["text"]), None)
                if answer and is_unseen(passage["title"]) == unseen:
                    kept = {key: passage[key] for key in ("id", "title", "text")}
                    yield {"id": f"{number}-{row['id']}", "question": row["question"], "answers": [answer],
                           "passages": [kept]}  # fmt: skip


def write(path: Path, rows: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write rows as JSON lines, and give them back."""
    kept = list(rows)
    path.write_bytes(b"".join(map(dump, kept)))
    return kept


def documents(corpus: list[dict[str, str]], qa: list[dict[str, Any]], chance: random.Random) -> Iterator[str]:
    """What the reader learns from: passages, passages said twice, and questions with and without the passage."""
    mixed: list[tuple[str, Any]] = [("passage", one) for one in corpus] + [("question", one) for one in qa]
    chance.shuffle(mixed)
    for kind, row in mixed:
        text = whole(row if kind == "passage" else row["passages"][0])
        if kind == "question":
            context = text if chance.random() < 0.8 else ""
            asked = PLAIN.ask.messages(row["question"], context)[0]["content"]
            yield f"{asked} {row['answers'][0]}"
        elif chance.random() < 0.5:
            yield PLAIN.restate[0].replace("{context}", text[:600]) + f" {text[:600]}"
        else:
            yield text


def whole(passage: dict[str, str]) -> str:
    """Title and text, as an index embeds them."""
    return f"{passage['title']}\n{passage['text']}" if passage["title"] else passage["text"]


def make_tokenizer(texts: list[str], folder: Path) -> Any:  # noqa: ANN401 - untyped package
    """Byte-level BPE."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    backend.train_from_iterator(
        texts,
        trainers.BpeTrainer(vocab_size=_PIECES, special_tokens=[_START, _END], initial_alphabet=alphabet),
    )
    backend.post_processor = processors.TemplateProcessing(
        single=f"{_START} $A", special_tokens=[(_START, 0)]
    )
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token=_START, eos_token=_END, pad_token=_END, model_max_length=_WINDOW
    )
    tokenizer.save_pretrained(str(folder))
    return backend


def make_network() -> Any:  # noqa: ANN401 - untyped package
    """Small enough to see millions of tokens in minutes: what a reader must learn first is to look at its context."""
    return transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=_PIECES, hidden_size=_WIDTH, intermediate_size=384, num_hidden_layers=_LAYERS,
            num_attention_heads=4,
            max_position_embeddings=_WINDOW, tie_word_embeddings=True, bos_token_id=0, eos_token_id=1, pad_token_id=1,
        )
    )  # fmt: skip


def train(network: Any, rows: torch.Tensor, minutes: float) -> int:  # noqa: ANN401 - untyped package
    """AdamW with a cosine over the time there is; returns the steps."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=_PEAK, betas=(0.9, 0.95), weight_decay=0.05)
    started, step, seen = time.monotonic(), 0, 0.0
    while (share := (time.monotonic() - started) / (60 * minutes)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = (
                _PEAK * min(1.0, share / _RISE) * (0.05 + 0.95 * (1 + math.cos(math.pi * share)) / 2)
            )
        order = [(step * _BATCH + offset) % len(rows) for offset in range(_BATCH)]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = network(input_ids=rows[order], labels=rows[order]).loss
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        step += 1
        seen = loss.item() if step == 1 else 0.98 * seen + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"step {step} ({share:.0%}): loss {seen:.3f}", flush=True)
    return step


def main() -> None:
    """Make everything in the folder."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data", type=Path)
    arguments.add_argument("-o", "--output", type=Path, required=True)
    arguments.add_argument("--minutes", type=float, default=18.0)
    asked = arguments.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(13)
    asked.output.mkdir(parents=True, exist_ok=True)
    corpus = write(asked.output / "corpus.jsonl", passages(asked.data))
    qa = write(asked.output / "qa.jsonl", questions(asked.data, unseen=False))
    unseen = write(asked.output / "unseen.jsonl", questions(asked.data, unseen=True))
    texts = list(documents(corpus, qa, random.Random(13)))[:_LEARNT_FROM]
    tokenizer = make_tokenizer(texts[:6000], asked.output / "reader")
    ids = [one for found in tokenizer.encode_batch_fast(texts) for one in [*found.ids, 1]]
    rows = torch.tensor(ids[: len(ids) // _ROW * _ROW]).reshape(-1, _ROW)
    network = make_network()
    steps = train(network, rows, asked.minutes)
    network.save_pretrained(str(asked.output / "reader"))
    story = {"passages": len(corpus), "questions": len(qa), "questions unseen": len(unseen),
             "steps": steps, "minutes": asked.minutes}  # fmt: skip
    (asked.output / "reader.json").write_text(json.dumps(story, indent=1) + "\n")
    print(story)


if __name__ == "__main__":
    main()
