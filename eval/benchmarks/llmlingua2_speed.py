"""Measure LLMLingua2 against the public llmlingua package on the same checkpoint and the same text.

Checkpoints have random weights in real shapes (speed does not depend on their values): 6 layers of 384
(MiniLM) and 12 of 768 (BERT base, the shape of the released multilingual checkpoint). The WordPiece
vocabulary is trained on the benchmark's own text and is small, which spares both sides the same large
embedding table.

Texts, written here: ``passages`` is 20 of about 130 tokens, ``long`` one of about 4,000 tokens. All
sides keep half and count tokens with the tokenizer that ships with excerpt (tiktoken would have to be
downloaded). Within a round the sides take turns; ratios are medians over rounds of the package's time in
a round by ours in the same round; what stands outside the forward pass is compared in CPU seconds. Run
from the repository root:

    python eval/benchmarks/llmlingua2_speed.py --out eval/results/llmlingua2_speed.csv
"""

import argparse
import csv
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from excerpt.chain import Chain
from excerpt.compressors.llmlingua2 import LLMLingua2
from excerpt.compressors.units.piece_words import cut_windows
from excerpt.models import export_model, load_token_classifier
from excerpt.render import Layout
from excerpt.run.deadline import Deadline
from excerpt.run.fit import Room
from excerpt.tokens import resolve_tokenizer
from excerpt.values.types import Context, Passage

THREADS = 2
SHAPES = {"minilm-6x384": (6, 384, 12, 1536), "bert-base-12x768": (12, 768, 12, 3072)}
PACKAGES = ("excerpt", "llmlingua", "torch", "transformers", "onnxruntime", "tokenizers", "numpy")
FIELDS = (
    "what", "model", "data", "side", "rounds", "wall_s", "cpu_s", "times_faster_than_llmlingua", "times_less_cpu",
    "over_forward_pct",
    "threads", "versions", "hardware", "load_1min", "date", "command",
)  # fmt: skip
WHO = (
    "The keeper of the mill",
    "A surveyor from the coast",
    "Our oldest neighbour",
    "The committee",
    "A young chemist",
)
DID = (
    "wrote down",
    "had never believed",
    "measured again",
    "quietly explained",
    "sold the rights to",
    "rebuilt",
)
WHAT = ("the height of the spring flood", "a press for linen and hemp", "seventeen maps of the canal",
        "what the glass workers earned in 1874", "an engine that ran on alcohol",
        "the weight of 240 sacks of barley")  # fmt: skip
WHY = ("because the bridge had been closed since March", "although nobody had asked for it",
       "while the others were still arguing about the price", "so that the harvest could be stored until winter",
       "in the hope of a second contract worth 3,500 crowns")  # fmt: skip


def write_text(tokens: int, count: Callable[[str], int], chance: random.Random) -> str:
    """Sentences until there are about so many tokens."""
    text = ""
    while count(text) < tokens:
        text += " ".join(map(chance.choice, (WHO, DID, WHAT, WHY))) + ". "
    return text.strip()


def make_checkpoint(folder: Path, shape: tuple[int, int, int, int], texts: list[str]) -> None:
    """A BERT token classifier with random weights and a vocabulary trained on ``texts``."""
    import torch  # noqa: PLC0415
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers  # noqa: PLC0415
    from transformers import BertConfig, BertForTokenClassification  # noqa: PLC0415

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106 - not a password
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=600, special_tokens=specials, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "pad_token": "[PAD]",
        "mask_token": "[MASK]",
    }
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": False, **names}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    layers, hidden, heads, inner = shape
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size() + 100, num_hidden_layers=layers, hidden_size=hidden,
        num_attention_heads=heads, intermediate_size=inner, max_position_embeddings=512, num_labels=2,
        initializer_range=0.1,
    )  # fmt: skip
    BertForTokenClassification(config).save_pretrained(folder)


def load_package(folder: Path, count: Callable[[str], int]) -> Any:  # noqa: ANN401 - untyped package
    """The public package's compressor, counting with our tokenizer."""
    import tiktoken  # noqa: PLC0415
    from llmlingua import PromptCompressor  # noqa: PLC0415

    class Encoding:
        def encode(self, text: str) -> range:
            return range(count(text))

    tiktoken.encoding_for_model = lambda _: Encoding()
    return PromptCompressor(
        str(folder), device_map="cpu", use_llmlingua2=True, model_config={"trust_remote_code": False}
    )


def windows_of(stage: LLMLingua2, classifier: Any, texts: list[str]) -> list[list[int]]:  # noqa: ANN401
    """The model's inputs for these texts, with their special tokens."""
    tokenizer = classifier.tokenizer
    windows = []
    for text, pieces, ids in zip(texts, stage.scorer.pieces(texts), tokenizer.ids(texts), strict=True):
        ranges = cut_windows(text, pieces.start, pieces.end, classifier.max_tokens - 2)
        windows += [classifier.frame(ids[first:last]) for first, last in ranges]
    return windows


def sides_of(folder: Path, scratch: Path, texts: list[str]) -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    counter = resolve_tokenizer("bundled")
    package = load_package(folder, counter.count)
    passages = tuple(map(Passage, texts))
    sides: dict[str, Callable[[], object]] = {
        "llmlingua": lambda: package.compress_prompt_llmlingua2(list(texts), rate=0.5)
    }
    for scheme in ("none", "int8"):
        exported = scratch / f"{folder.name}-{scheme}"
        if not exported.exists():
            export_model(folder, exported, task="token-classifier", quantization=scheme)
        classifier = load_token_classifier(exported, threads=THREADS)
        stage = LLMLingua2(classifier)
        chain = Chain([stage])
        room = Room("llmlingua2", None, Layout(), counter, Deadline())
        label = "excerpt onnx " + ("float32" if scheme == "none" else scheme)
        windows = windows_of(stage, classifier, texts)
        sides[f"{label}: forward pass only"] = lambda c=classifier, w=windows: c.keep_probabilities(w)
        sides[f"{label}: stage"] = lambda s=stage, r=room: s.compress(Context.start("q", passages), r)
        sides[f"{label}: chain, exact budget"] = lambda c=chain: c.compress("q", passages, budget=0.5)
    return sides


def measure(sides: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Wall and CPU seconds of each side in each round; the first round is thrown away."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for _ in range(rounds + 1):
        for name, run in sides.items():
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            taken[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    return {name: times[1:] for name, times in taken.items()}


def rows_of(model: str, text: str, taken: dict[str, list[tuple[float, float]]]) -> list[dict[str, Any]]:
    """One row a side."""
    rows = []
    for name, times in taken.items():
        faster = statistics.median(a / b for (a, _), (b, _) in zip(taken["llmlingua"], times, strict=True))
        less = statistics.median(a / b for (_, a), (_, b) in zip(taken["llmlingua"], times, strict=True))
        over: float | str = ""
        if ": " in name and "forward" not in name:
            forward = taken[f"{name.partition(':')[0]}: forward pass only"]
            shares = [
                b / a - 1 for (_, a), (_, b) in zip(forward, times, strict=True)
            ]  # CPU: steadier than wall
            over = round(100 * statistics.median(shares), 1)
        rows.append(
            {
                "what": "seconds to compress to half", "model": model, "data": text, "side": name, "rounds": len(times),
                "wall_s": round(statistics.median(wall for wall, _ in times), 4),
                "cpu_s": round(statistics.median(cpu for _, cpu in times), 4),
                "times_faster_than_llmlingua": round(faster, 2), "times_less_cpu": round(less, 2),
                "over_forward_pct": over,
            }
        )  # fmt: skip
    return rows


def hardware() -> str:
    """The processor, as far as the system names it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    model = next(
        (line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor()
    )
    return f"{model}, {os.cpu_count()} cores"


def main() -> None:
    """Measure every shape on both texts and write the rows."""
    import torch  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    chance = random.Random(5)
    count = resolve_tokenizer("bundled").count
    data = {
        "passages": [write_text(130, count, chance) for _ in range(20)],
        "long": [write_text(4000, count, chance)],
    }
    rows: list[dict[str, Any]] = []
    for model in options.shapes:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / f"{model}-bert-base-multilingual-cased"
            make_checkpoint(folder, SHAPES[model], [text for texts in data.values() for text in texts])
            for name, texts in data.items():
                rows += rows_of(model, name, measure(sides_of(folder, Path(scratch), texts), options.rounds))
                print(json.dumps(rows[-7:]), flush=True)
    common = {
        "threads": THREADS,
        "versions": " ".join(f"{name}={version(name)}" for name in PACKAGES),
        "hardware": hardware(),
        "load_1min": round(os.getloadavg()[0], 1),
        "date": datetime.now(UTC).date().isoformat(),
        "command": " ".join(["python", *sys.argv]),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, **common} for row in rows)


if __name__ == "__main__":
    main()
