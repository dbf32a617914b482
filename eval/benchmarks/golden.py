"""Two checkouts against each other: the same spans and texts out of every chain, in the same time.

    python eval/benchmarks/golden.py sample FOLDER --out QUESTIONS
    OLD_PYTHON -P eval/benchmarks/golden.py spans QUESTIONS --package OLD_NAME --out OLD_SPANS
    python eval/benchmarks/golden.py spans QUESTIONS --out NEW_SPANS
    python eval/benchmarks/golden.py compare OLD_SPANS NEW_SPANS
    python eval/benchmarks/golden.py speed QUESTIONS --old OLD_PYTHON OLD_NAME --out eval/results/golden_speed.csv

``sample`` and ``speed --out`` need this package; ``spans`` runs in any interpreter that has the package it names, so
that a tree under another name, or from before a change, is measured by the same script. A text that differs while its
spans are the same is a change of the template.
"""

import argparse
import hashlib
import importlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

CHAINS = ("default", "fast", "llmlingua2", "recomp-extractive", "sentinel", "adaptive-k")
RATIOS = (0.1, 0.25)
NAME = "excerpt"
"""The import name of the tree that this script stands in."""


def main() -> int:
    """Run one of the modes; 1 where `compare` finds a difference."""
    given = arguments()
    modes = {"sample": sample, "spans": spans, "serve": serve, "compare": compare, "speed": speed}
    return modes[given.mode](given)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    modes = parser.add_subparsers(dest="mode", required=True)
    made = {name: modes.add_parser(name) for name in ("sample", "spans", "serve", "compare", "speed")}
    made["sample"].add_argument("folder", type=Path, help="prepared question sets")
    made["sample"].add_argument("--questions", type=int, default=200, help="over all sets together")
    made["sample"].add_argument("--split", default="dev")
    made["compare"].add_argument("old", type=Path)
    made["compare"].add_argument("new", type=Path)
    made["compare"].add_argument("--show", type=int, default=10, help="how many differences to print")
    for name in ("spans", "serve", "speed"):
        made[name].add_argument("questions", type=Path, help="what `sample` wrote")
        made[name].add_argument("--chains", nargs="*", default=list(CHAINS))
        made[name].add_argument("--ratios", nargs="*", type=float, default=list(RATIOS))
        made[name].add_argument("--limit", type=int, help="only so many questions, spread evenly")
    for name in ("spans", "serve"):
        made[name].add_argument("--package", default=NAME, help="import name")
    for name in ("sample", "spans"):
        made[name].add_argument("--out", type=Path, required=True)
    made["speed"].add_argument("--out", type=Path, help="CSV of ratios; only printed if not given")
    made["speed"].add_argument("--old", nargs=2, metavar=("PYTHON", "PACKAGE"), required=True)
    made["speed"].add_argument(
        "--new", nargs=2, metavar=("PYTHON", "PACKAGE"), default=[sys.executable, NAME]
    )
    made["speed"].add_argument("--rounds", type=int, default=3, help="each in two fresh processes")
    return parser.parse_args()


def sample(given: argparse.Namespace) -> int:
    """Write questions of every set, the same number of each, spread evenly over its file."""
    from excerpt.eval.data.datasets import PreparedFolder  # noqa: PLC0415 - the other modes run without it

    folder = PreparedFolder(given.folder)
    names = [name for name, split in folder.sets() if split == given.split]
    count = 0
    with given.out.open("w", encoding="utf-8") as file:
        for place, name in enumerate(names):
            wanted = given.questions * (place + 1) // len(names) - given.questions * place // len(names)
            for row in folder.rows(name, given.split, limit=wanted):
                asked = {
                    "set": name,
                    "id": row["id"],
                    "question": row["question"],
                    "passages": row["passages"],
                }
                file.write(json.dumps(asked, ensure_ascii=False) + "\n")
                count += 1
    print(f"{count} questions of {len(names)} sets: {given.out}")
    return 0


def spans(given: argparse.Namespace) -> int:
    """Write a JSON line for each question, chain and ratio: kept spans, tokens, the hash of the text."""
    with given.out.open("w", encoding="utf-8") as file:
        for row, _ in compressed(given, questions(given)):
            file.write(json.dumps(row) + "\n")
    print(f"spans: {given.out}")
    return 0


def questions(given: argparse.Namespace) -> list[dict[str, Any]]:
    """The questions to ask."""
    with given.questions.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    wanted = min(given.limit or len(rows), len(rows))
    return [rows[index * len(rows) // wanted] for index in range(wanted)]


def compressed(
    given: argparse.Namespace, rows: Iterable[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], float]]:
    """What became of every question with every chain at every ratio, and the seconds that it took."""
    package = importlib.import_module(given.package)
    presets = importlib.import_module(f"{given.package}.presets")
    chains = {
        name: presets.load_chain(name) if name in presets.PRESETS else package.Chain([name])
        for name in given.chains
    }
    for row in rows:
        for name, chain in chains.items():
            for ratio in given.ratios:
                budget = package.Budget(ratio=ratio)
                started = time.perf_counter()
                result = chain.compress(row["question"], row["passages"], budget=budget)
                seconds = time.perf_counter() - started
                outcome = {
                    "set": row["set"],
                    "id": row["id"],
                    "chain": name,
                    "ratio": ratio,
                    "tokens": [result.tokens_in, result.tokens_out],
                    "text": hashlib.sha256(result.text.encode()).hexdigest()[:16],
                    "spans": [[list(span) for span in passage.spans] for passage in result.passages],
                }
                yield outcome, seconds


def compare(given: argparse.Namespace) -> int:
    """Print how many outcomes of each chain are the same, and the first differences."""
    old, new = (outcomes(path) for path in (given.old, given.new))
    alone = old.keys() ^ new.keys()
    different = [key for key in old if key in new and old[key] != new[key]]
    for chain in dict.fromkeys(key[2] for key in old):
        both = [key for key in old if key in new and key[2] == chain]
        print(f"{chain}: {sum(old[key] == new[key] for key in both)} of {len(both)} the same")
    for key in different[: given.show]:
        fields = ", ".join(name for name in old[key] if old[key][name] != new[key].get(name))
        print(f"different in {fields}: {' '.join(map(str, key))}")
    for key in sorted(alone, key=str)[: given.show]:
        print(f"in one file only: {' '.join(map(str, key))}")
    return int(bool(different or alone))


def outcomes(path: Path) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The lines of a file that `spans` wrote, by what they are of."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {(row["set"], row["id"], row["chain"], row["ratio"]): row for row in rows}


def serve(given: argparse.Namespace) -> int:
    """For each line read, compress the next question and answer with the seconds of each chain and ratio."""
    rows = questions(given)
    list(compressed(given, rows[:1]))  # models are loaded, and not counted
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _, row in zip(sys.stdin, rows, strict=False):
        seconds = [taken for _, taken in compressed(given, [row])]
        sys.stdout.write(json.dumps(seconds) + "\n")
        sys.stdout.flush()
    return 0


def speed(given: argparse.Namespace) -> int:
    """Time two packages question by question in turns, and print the median ratio new to old.

    Each round starts both anew, so that no cache is warmer in one of them; which of the two goes first changes with
    every question. The time of a question is its median over the rounds.
    """
    asked = len(questions(given))
    rounds: list[list[list[list[float]]]] = []  # round, side, question, chain and ratio
    for number in range(given.rounds):
        rounds.append(one_round(given, asked, number))
        print(f"round {number + 1} of {given.rounds}", file=sys.stderr)
    keys = [(chain, ratio) for chain in given.chains for ratio in given.ratios]
    rows = []
    for place, (chain, ratio) in enumerate(keys):
        old, new = (
            [statistics.median(each[side][question][place] for each in rounds) for question in range(asked)]
            for side in (0, 1)
        )
        ratios = [after / before for before, after in zip(old, new, strict=True)]
        rows.append(speed_row(chain, ratio, old, new, ratios))
    pooled = statistics.median(float(row["median_ratio"]) for row in rows)
    for row in rows:
        print(
            f"{row['chain']} at {row['ratio']}: {row['median_ratio']} ({row['old_ms']} to {row['new_ms']} ms)"
        )
    print(f"median of these: {pooled:.3f}")
    if given.out is not None:
        write(given, rows)
    return 0


def one_round(given: argparse.Namespace, asked: int, number: int) -> list[list[list[float]]]:
    """Seconds of the old and the new package, ``[side][question][chain and ratio]``."""
    with ExitStack() as stack:
        sides = [
            stack.enter_context(
                subprocess.Popen(
                    server(given, python, package), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for python, package in (given.old, given.new)
        ]
        for side in sides:
            answer(side)
        times: list[list[list[float]]] = [[], []]
        for question in range(asked):
            first = (question + number) % 2
            for which in (first, 1 - first):
                sides[which].stdin.write("\n")
                sides[which].stdin.flush()
                times[which].append(json.loads(answer(sides[which])))
        for side in sides:
            side.stdin.close()
    return times


def answer(process: "subprocess.Popen[str]") -> str:
    """The next line of a process."""
    line = process.stdout.readline()
    if not line:
        message = f"{' '.join(process.args[:1])}: ended early; its own message stands above"
        raise SystemExit(message)
    return line


def server(given: argparse.Namespace, python: str, package: str) -> list[str]:
    """The command of one side."""
    limit = ["--limit", str(given.limit)] if given.limit else []
    return [
        python, "-P", __file__, "serve", str(given.questions), "--package", package, *limit,
        "--chains", *given.chains, "--ratios", *map(str, given.ratios),
    ]  # fmt: skip


def speed_row(
    chain: str, ratio: float, old: Sequence[float], new: Sequence[float], ratios: Sequence[float]
) -> dict[str, str]:
    """A chain at a ratio: medians over questions, in milliseconds."""
    return {
        "what": "golden_speed",
        "chain": chain,
        "ratio": f"{ratio:g}",
        "questions": str(len(old)),
        "median_ratio": f"{statistics.median(ratios):.3f}",
        "old_ms": f"{statistics.median(old) * 1000:.2f}",
        "new_ms": f"{statistics.median(new) * 1000:.2f}",
        "total_ratio": f"{sum(new) / sum(old):.3f}",
    }


def write(given: argparse.Namespace, rows: Sequence[dict[str, str]]) -> None:
    """Rows with what every row says about itself."""
    from excerpt.eval.provenance import provenance  # noqa: PLC0415 - the other modes run without it
    from excerpt.eval.table import write_rows  # noqa: PLC0415

    command = f"python eval/benchmarks/golden.py speed QUESTIONS --old PYTHON PACKAGE --rounds {given.rounds}"
    command += (f" --limit {given.limit}" if given.limit else "") + " --out OUT"
    write_rows(given.out, [{**row, "rounds": str(given.rounds), **provenance(command)} for row in rows])


if __name__ == "__main__":
    sys.exit(main())
