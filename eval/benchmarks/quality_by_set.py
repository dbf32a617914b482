"""What each chain keeps of answers and evidence, on every prepared set: the rows of docs/results/quality.md.

    python eval/benchmarks/quality_by_set.py FOLDER                      # everything
    python eval/benchmarks/quality_by_set.py FOLDER --chains mine.toml   # rows of one more chain

Rows that are there for the same set, split, chain, ratio and tokenizer are replaced; all others stay. Questions
are spread evenly over a set. Each distinct text goes through the encoder once, so times are not measured here.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from excerpt.eval.cache.scorers import ScoreCache
from excerpt.eval.chains import Compresses, named_chain
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.evaluation import evaluate
from excerpt.eval.metrics.scores import count_words
from excerpt.eval.provenance import provenance
from excerpt.eval.table import Table, merged_rows, write_rows
from excerpt.models.registry import DEFAULT_ENCODER, load_encoder
from excerpt.models.runtime.disk_cache import DiskCache
from excerpt.registry import PRESETS

CHAINS = (
    "full",
    "truncate",
    "random",
    "bm25-sentences",
    "lexical",
    "passage-similarity",
    "recomp-extractive",
    "similarity-mix",
    "llmlingua2",
    str(Path(__file__).parent / "chains" / "excerpt-recomp.toml"),
    "late-interaction",
    "sentinel",
    str(Path(__file__).parent / "chains" / "pruner.toml"),
    "fast",
    "default",
    "oracle",
)
KEY = ("data", "split", "chain", "ratio", "tokenizer")
# A question of these has thousands of words, or hundreds of passages: fewer questions say as much per minute.
LONG = {"fairytaleqa": 60, "qmsum": 10, "squad": 60}


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--sets", nargs="*", help="all that have the split if not given")
    parser.add_argument("--chains", nargs="*", default=list(CHAINS))
    parser.add_argument("--ratios", nargs="*", type=float, default=[0.1, 0.25])
    parser.add_argument("--limit", type=int, default=150, help="questions a set; long sets have their own")
    parser.add_argument("--tokenizer", default="bundled", help="`words` counts words")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "quality_by_set.csv"
    )
    return parser.parse_args()


def aliases(names: Sequence[str]) -> dict[str, str]:
    """Presets that are one compressor with its defaults, which is compared too: the same numbers, once."""
    return {
        name: str(stage["use"])
        for name, preset in PRESETS.items()
        for stage in preset["stage"][:1]
        if name in names and stage["use"] in names and preset == {"stage": [{"use": stage["use"]}]}
    }


def chains(names: Sequence[str]) -> dict[str, Compresses]:
    """The chains by name. A file's chain goes by the file's name."""
    return {Path(name).stem if name.endswith(".toml") else name: named_chain(name) for name in names}


def with_aliases(table: Table, same: Mapping[str, str]) -> Table:
    """The table with a row more for each alias."""
    cells = {
        (name, ratio): table.cells[other, ratio] for name, other in same.items() for _, ratio in table.cells
    }
    return Table(table.tokenizer, {**table.cells, **cells}, table.seed)


def made_by() -> dict[str, str]:
    """What a reader needs to run it again."""
    words = ["FOLDER", *(Path(word).name if word.endswith(".toml") else word for word in sys.argv[2:])]
    if "--output" in words:
        del words[words.index("--output") : words.index("--output") + 2]
    model = f"{DEFAULT_ENCODER} {load_encoder().fingerprint[:12]}"
    about = provenance(
        shlex.join(["python", "eval/benchmarks/quality_by_set.py", *words]),
        ("numpy", "onnxruntime", "tokenizers"),
    )
    return {**about, "versions": f"{about['versions']}; {model}"}


def merged(path: Path, rows: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The rows in the file, those with the same key replaced, and the new ones."""
    table = {tuple(row[name] for name in KEY): row for row in merged_rows(path, rows, KEY)}
    order = {Path(name).stem: number for number, name in enumerate(CHAINS)}
    return [
        table[key]
        for key in sorted(
            table, key=lambda key: (key[0], key[1], key[4], float(key[3]), order.get(key[2], -1), key[2])
        )
    ]


def report(name: str, table: Table, seconds: float) -> None:
    """Say what came out, and what went wrong."""
    print(f"{name}: {seconds:.0f} s")
    for row in table.rows():
        shown = " ".join(
            f"{metric}={row.estimates[metric].value:.3f}"
            for metric in (
                "answer_recall",
                "evidence_recall",
                "all_evidence",
                "gold_recall",
                "rate_adherence",
            )
        )
        print(
            f"  {row.limit:<5g}{row.chain:20s} n={row.questions} errors={row.errors} breaches={row.breaches} {shown}"
        )
    for (chain, ratio), cell in table.cells.items():
        for problem in [*cell.errors[:2], *cell.breaches[:2]]:
            print(f"  ! {chain} at {ratio:g}: {problem}")
    sys.stdout.flush()


def main() -> None:
    """Measure set by set, writing after each."""
    given = arguments()
    folder = PreparedFolder(given.folder)
    names = given.sets or [name for name, split in folder.sets() if split == given.split]
    cache = ScoreCache(DiskCache(":memory:"))
    same = aliases(given.chains)
    compared = chains([name for name in given.chains if name not in same])
    around = made_by()
    for name in names:
        cache.vectors.clear()
        started = time.monotonic()
        limit = min(given.limit, LONG.get(name, given.limit))
        table = evaluate(
            folder.rows(name, given.split, limit=limit),
            compared,
            given.ratios,
            tokenizer=count_words if given.tokenizer == "words" else given.tokenizer,
            cache=cache,
        )
        table = with_aliases(table, same)
        report(name, table, time.monotonic() - started)
        what = {"what": "quality", "data": name, "split": given.split}
        rows = [{**what, **row.to_dict(), **around} for row in table.rows()]
        write_rows(given.output, merged(given.output, rows))


if __name__ == "__main__":
    main()
