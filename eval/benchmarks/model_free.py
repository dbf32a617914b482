"""`fast` beside the rivals that need no model either: what each keeps of the evidence, and how long it takes.

    python eval/benchmarks/model_free.py FOLDER --peers-python .venv-peers/bin/python

Development splits, all chains on the same questions; a set of several languages counts as one set a language. Rows of
kind ``quality`` are those of quality_by_set.py; ``paired`` is the difference of evidence recall to ``fast`` on the same
questions; ``speed`` the processor time of each in turn on the same questions: the median of ``fast`` over the rival,
question by question. The rivals' budget is a share of their own tokens.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from excerpt.eval.chains import Compresses, named_chain
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.evaluation import evaluate
from excerpt.eval.metrics.bootstrap import difference
from excerpt.eval.peers.catalogue import start_peers
from excerpt.eval.peers.process import Peer
from excerpt.eval.provenance import provenance
from excerpt.eval.table import Table, merged_rows, write_rows

OURS = ("bm25-sentences", "fast")
PEERS = ("llmslim", "trimwise")
RATIOS = (0.05, 0.1, 0.25)
KEY = ("what", "data", "chain", "ratio")
SKIPPED = {"qmsum"}  # neither evidence nor answers that could be found in a text
# A question of these has hundreds of passages: fewer questions say as much per minute.
LONG = {"fairytaleqa": 30, "squad": 20}
TIMED = (
    "nq_multidoc",
    "hotpotqa",
    "faquad",
    "cmrc2018",
    "wikitablequestions",
    "machine_json",
    "machine_logs",
)
COUNTS = {"chain", "ratio", "tokenizer", "questions", "errors", "breaches"}
METRICS = ("evidence_recall", "all_evidence", "answer_recall", "kept_tokens")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument(
        "--peers-python", default=sys.executable, help="interpreter with the rivals' packages"
    )
    parser.add_argument("--sets", nargs="*", help="all development sets if not given; none: time alone")
    parser.add_argument("--limit", type=int, default=40, help="questions a set; long sets have their own")
    parser.add_argument("--timed", type=int, default=20, help="questions to take the time of; 0 for none")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "model_free.csv"
    )
    return parser.parse_args()


def made_by() -> dict[str, str]:
    """What a reader needs to run it again."""
    words = ["FOLDER", *sys.argv[2:]]
    for name, shown in (("--output", ""), ("--peers-python", ".venv-peers/bin/python")):
        if name in words:
            at = words.index(name)
            words[at : at + 2] = [name, shown] if shown else []
    return provenance(
        shlex.join(["python", "eval/benchmarks/model_free.py", *words]), ("numpy", "tokenizers")
    )


def parts(folder: PreparedFolder, name: str, limit: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The questions of a set, or of each language of a set with several."""
    rows = list(folder.rows(name, "dev", limit=limit if name != "xquad" else None))
    languages = sorted({str(row.get("meta", {}).get("lang", "")) for row in rows})
    if len(languages) == 1:
        yield name, rows
        return
    for language in languages:
        yield f"{name}.{language}", [row for row in rows if row["meta"]["lang"] == language][:limit]


def quality(name: str, table: Table) -> list[dict[str, str]]:
    """A row for each chain and ratio, and one for the paired difference of each rival to ``fast``."""
    rows = []
    for row in table.rows():
        kept = {
            key: value for key, value in row.to_dict().items() if key in COUNTS or key.startswith(METRICS)
        }
        rows.append({"what": "quality", "data": name, **kept})
    for chain, ratio in table.cells:
        if chain == "fast":
            continue
        ours, theirs = (table.cells[one, ratio].column("evidence_recall") for one in ("fast", chain))
        if np.isnan(ours).all():
            continue
        estimate = difference(ours, theirs)
        rows.append(
            {
                "what": "paired",
                "data": name,
                "chain": chain,
                "ratio": f"{ratio:g}",
                "questions": str(estimate.questions),
                "value": f"{estimate.value:.4f}",
                "low": f"{estimate.low:.4f}",
                "high": f"{estimate.high:.4f}",
            }
        )
    return rows


def speed(
    name: str, rows: Sequence[Mapping[str, Any]], chains: Mapping[str, Compresses]
) -> list[dict[str, str]]:
    """What each takes for a question at a quarter, one after the other on every question."""
    # It comes first: of a question that another chain has seen, words are counted already.
    order = sorted(chains, key=lambda chain: chain != "fast")
    taken: dict[str, list[float]] = {chain: [] for chain in order}
    for number, row in enumerate(rows):  # the first one warms up
        for each in order:
            chain, started = chains[each], time.process_time()
            chain.compress(row["question"], row["passages"], budget=0.25)
            # A rival takes its own time, without what it costs to ask another process.
            spent = chain.processor_ms if isinstance(chain, Peer) else 1000 * (time.process_time() - started)
            if number:
                taken[each].append(spent)
    return [
        {
            "what": "speed",
            "data": name,
            "chain": chain,
            "ratio": "0.25",
            "questions": str(len(times)),
            "milliseconds": f"{np.median(times):.1f}",
            "fast_over_chain": f"{np.median(np.array(taken['fast']) / np.array(times)):.2f}",
        }
        for chain, times in taken.items()
    ]


def main() -> None:
    """Measure set by set, writing after each."""
    given = arguments()
    folder = PreparedFolder(given.folder)
    everything = [name for name, split in folder.sets() if split == "dev" and name not in SKIPPED]
    names = everything if given.sets is None else given.sets
    around = made_by()
    with ExitStack() as stack:
        peers, skipped = start_peers(PEERS, python=given.peers_python)
        for name, why in skipped.items():
            print(f"{name} was skipped: {why}", file=sys.stderr)
        chains: dict[str, Compresses] = {name: named_chain(name) for name in OURS}
        for name, peer in peers.items():
            chains[name] = stack.enter_context(peer)
        versions = {name: "; ".join(map(" ".join, peer.versions.items())) for name, peer in peers.items()}
        if given.timed:
            for name in TIMED:
                rows = speed(name, list(folder.rows(name, "dev", limit=given.timed + 1)), chains)
                save(
                    given.output, [{**row, **around, "peer": versions.get(row["chain"], "")} for row in rows]
                )
        for name in names:
            for part, questions in parts(folder, name, min(given.limit, LONG.get(name, given.limit))):
                rows = quality(part, evaluate(questions, chains, RATIOS))
                save(
                    given.output, [{**row, **around, "peer": versions.get(row["chain"], "")} for row in rows]
                )
                measured = [row for row in rows if row["what"] == "quality"]
                print(
                    part,
                    *(f"{row['chain']} {row['ratio']}: {row['evidence_recall']};" for row in measured),
                    flush=True,
                )


def save(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Put rows in the file, in the place of those with the same key."""
    write_rows(path, merged_rows(path, rows, KEY))


if __name__ == "__main__":
    main()
