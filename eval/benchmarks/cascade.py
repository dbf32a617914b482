"""How much of its input the default reads, what that costs of the evidence, and the trees that decide it.

    python eval/benchmarks/cascade.py FOLDER --cache DIR --write RANKER    # the cascade of a ranker
    python eval/benchmarks/cascade.py FOLDER --cache DIR                   # rows
    python eval/benchmarks/cascade.py FOLDER --cache DIR --ranker evidence-ranker-multilingual-e5-small \
        --encoder multilingual-e5-small --languages --kept-states DIR      # rows of a multilingual ranker
    python eval/benchmarks/cascade.py --picture PICTURE                    # of the rows

The encoder's states come from the cache of ``evidence_ranker.py``, so nothing is encoded twice; features, ranker and
rounds are those of a call. Records are bought best first as long as they fit.

The trees: on training questions windows are read up to some share, in the order of words with some noise; of each that
is not read, what share of the evidence that the full pass keeps does it hold? Boosted trees under cross-entropy
(LightGBM).
"""

import argparse
import csv
import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from cascade_questions import CachedScore, Seen, Set, pooled, questions, signal_file
from cascade_trees import write
from evidence_ranker_chains import Plain

from excerpt.chain import Chain
from excerpt.compressors.cascade.rounds import CASCADE_FILES, Cascade, read_in_rounds
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.evidence import evidence_score
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.evaluation import evaluate
from excerpt.eval.metrics.bootstrap import difference, mean
from excerpt.eval.provenance import provenance
from excerpt.eval.table import merged_rows, write_rows
from excerpt.models.card import file_sha256
from excerpt.models.training.common.kept_states import with_kept_states

MEASURED = (
    *map(Set, ("hotpotqa", "2wikimultihopqa", "musique", "nq_multidoc", "qed", "squad", "fairytaleqa")),
    *map(Set, ("triviaqa_retrieved", "wikitablequestions", "aitqa", "machine_csv", "machine_code")),
    *map(Set, ("machine_tracebacks", "molweni", "contractnli", "tldr")),
    *(Set("hotpotqa", 2), Set("2wikimultihopqa", 2)),
    *(Set("hotpotqa", 10), Set("2wikimultihopqa", 10), Set("musique", 5), Set("nq_multidoc", 5)),
)
"""Those of 20 passages are musique, nq_multidoc and two pooled; of 100, the last four."""
OTHER_LANGUAGES = (
    *map(Set, ("xquad", "faquad", "cmrc2018")),
    *(Set("faquad", 3), Set("cmrc2018", 4)),
)
"""A question of XQuAD is not put among the passages of others: these have translations of them."""
RATIOS, OF_100 = (0.1, 0.185), (0.04, 0.1)
"""What is kept, of 100 passages less: 0.185 is a budget of 500 of 2,700 tokens, 0.04 one of 500 of 13,000."""
BIG = "all of 100 passages"
GAINS = (0.0, 0.02, 0.05, 0.12)


class Outcome(NamedTuple):
    """One question under one policy.

    Attributes:
        recall: Evidence recall.
        share: Tokens read, as a share of those that there are.
        tokens: Tokens that there are.
        rounds: In how many rounds.
    """

    recall: float
    share: float
    tokens: int
    rounds: int


def rounds(one: Seen, cascade: Cascade, ratio: float, gain: float) -> Outcome:
    """What the rounds read and what is bought then."""
    read, prospects = one.prospects(ratio)
    tokens = int(read.tokens.sum())
    if not gain:
        return Outcome(one.recall(one.full, ratio), 1.0, tokens, 1)
    found = read_in_rounds(replace(cascade, least_gain=gain), read, prospects, check=lambda: None)
    return Outcome(one.recall(found.scores, ratio), found.share.tokens / tokens, tokens, found.share.rounds)


def blind(one: Seen, ratio: float, share: float) -> Outcome:
    """One selection by words before anything is read; what is unread comes behind."""
    read, prospects = one.prospects(ratio)
    tokens = int(read.tokens.sum())
    lexical, _ = prospects.lexical()
    order = np.argsort(-prospects.best(lexical), kind="stable")
    chosen = order[np.cumsum(read.tokens[order]) - read.tokens[order] < share * tokens]
    read.read_windows(chosen)
    known = read.known()
    scores = read.score()[0]
    rank = np.argsort(np.argsort(lexical[~known]))
    scores[~known] = scores[known].min() - 2 + rank / (len(rank) + 1)
    return Outcome(one.recall(scores, ratio), read.tokens[read.read].sum() / tokens, tokens, 1)


COLUMNS = (
    *("what", "data", "ratio", "setting", "evidence_recall", "points", "points_low", "points_high"),
    *("read_share", "rounds", "tokens", "questions"),
)


class Key(NamedTuple):
    """A policy and what the budget buys.

    Attributes:
        what: ``"rounds"``, or ``"blind"``: one selection by words.
        setting: Of rounds the least gain, 0 for the full pass; of the other the share that is read.
        ratio: The share of all tokens that is kept.
    """

    what: str
    setting: float
    ratio: float


def row(data: str, key: Key, found: Sequence[Outcome], full: Sequence[Outcome]) -> dict[str, str]:
    """One row: what is lost against the full pass, question by question, and what was read."""
    recall, whole = (np.array([one.recall for one in outcomes]) for outcomes in (found, full))
    less = difference(recall, whole)
    numbers = {
        "evidence_recall": mean(recall).value,
        "points": 100 * less.value,
        "points_low": 100 * less.low,
        "points_high": 100 * less.high,
        "read_share": np.mean([one.share for one in found]),
        "rounds": np.mean([one.rounds for one in found]),
    }
    return {
        "what": key.what,
        "data": data,
        "ratio": f"{key.ratio:g}",
        "setting": f"{key.setting:g}",
        **{name: f"{value:.4f}" for name, value in numbers.items()},
        "tokens": f"{np.median([one.tokens for one in found]):.0f}",
        "questions": str(len(found)),
    }


def keys(of: Set, given: argparse.Namespace) -> list[Key]:
    """What a set is measured with."""
    policies = [*(("rounds", gain) for gain in given.gains), *(("blind", share) for share in given.blind)]
    return [Key(*policy, ratio) for policy in policies for ratio in (OF_100 if of.pool >= 5 else RATIOS)]


def outcomes(one: Seen, cascade: Cascade, wanted: Sequence[Key]) -> dict[Key, Outcome]:
    """One question under every policy."""
    return {
        key: blind(one, key.ratio, key.setting)
        if key.what == "blind"
        else rounds(one, cascade, key.ratio, key.setting)
        for key in wanted
    }


def kept_outcomes(
    of: Set, given: argparse.Namespace, folder: PreparedFolder, scorer: CachedScore
) -> dict[Key, list[Outcome]]:
    """Those of a set; what this ranker and cascade came to before is in the cache."""
    cascade = scorer.cascade
    if cascade is None:
        message = "the ranker has no cascade; write one first (--write)"
        raise SystemExit(message)
    files = [scorer.ranker.path, *(scorer.ranker.path.parent / name for name in CASCADE_FILES[1:])]
    wanted = keys(of, given)
    limit = given.measured if of.pool == 1 else given.measured // 2
    kind = sha256(repr((wanted, limit, *map(file_sha256, files))).encode()).hexdigest()[:12]
    path = given.cache / "cascade" / f"{of.name}.{of.pool}.{kind}.json"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = [outcomes(one, cascade, wanted) for one in questions(folder, of, "dev", given, scorer, limit)]
        rows = [[*key, [one[key] for one in made]] for key in wanted]
        path.write_text(json.dumps(rows), encoding="utf-8")
        print(of.shown, flush=True)
    read = json.loads(path.read_text(encoding="utf-8"))
    return {Key(*key): [Outcome(*one) for one in found] for *key, found in read}


def measured_sets(given: argparse.Namespace) -> list[Set]:
    """Those that the command line asks for."""
    every = OTHER_LANGUAGES if given.languages else MEASURED
    return [of for of in every if not given.sets or of.shown in given.sets]


def curves(given: argparse.Namespace, folder: PreparedFolder, scorer: CachedScore) -> list[dict[str, str]]:
    """Rows of every set, and of all questions of about one size together."""
    groups: dict[str, dict[Key, list[Outcome]]] = {}
    for of in measured_sets(given):
        size = BIG if of.pool >= 5 else "all"
        for key, found in kept_outcomes(of, given, folder, scorer).items():
            groups.setdefault(of.shown, {})[key] = found
            groups.setdefault(size, {}).setdefault(key, []).extend(found)
    return [
        row(name, key, found, by_key[key._replace(what="rounds", setting=0.0)])
        for name, by_key in groups.items()
        for key, found in by_key.items()
    ]


def chain_rows(
    given: argparse.Namespace, folder: PreparedFolder, scorer: CachedScore
) -> list[dict[str, str]]:
    """Whole chains, their fit included: what the default keeps beside what it keeps when all is read."""
    if scorer.cascade is None:
        return []
    chains = {
        name: Plain(Chain([Extractive("evidence-ranker", "record", one, headroom=2.0)], name=name))
        for name, one in {"rounds": scorer, "full": replace(scorer, cascade=None)}.items()
    }
    ratio, setting, recalls = RATIOS[-1], scorer.cascade.least_gain, []
    for of in measured_sets(given):
        if of.pool >= 5:
            continue
        scorer.files[:] = [signal_file(given, folder, of, "dev", scorer.encoder)]
        cells = evaluate(pooled(folder, of, "dev", given.measured // 2), chains, (ratio,)).cells
        recalls.append({name: cells[name, ratio].column("evidence_recall") for name in chains})
        print(of.shown, "chains", flush=True)
    if not recalls:
        return []
    found, full = (np.concatenate([one[name] for one in recalls]) for name in chains)
    less = difference(found, full)
    numbers = {"points": less.value, "points_low": less.low, "points_high": less.high}
    return [
        {
            **dict.fromkeys(COLUMNS, ""),
            "what": "chain",
            "data": "all",
            "ratio": f"{ratio:g}",
            "setting": f"{setting:g}",
            **{name: f"{100 * value:.4f}" for name, value in numbers.items()},
            "questions": str(less.questions),
        }
    ]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", help="prepared question sets")
    parser.add_argument(
        "--cache", type=Path, default=Path("cache"), help="where the encoder's states are kept"
    )
    parser.add_argument("--ranker", default="evidence-ranker", help="a bundled ranker or its folder")
    parser.add_argument("--encoder", default="all-MiniLM-L6-v2", help="what it was trained with")
    parser.add_argument(
        "--kept-states", type=Path, help="where another training has kept that encoder's states"
    )
    parser.add_argument("--languages", action="store_true", help="measure on other languages than English")
    parser.add_argument(
        "--write", type=Path, help="the ranker's folder: write its cascade there, measure nothing"
    )
    parser.add_argument("--least-gain", type=float, default=0.05, help="the setting to write")
    parser.add_argument("--questions", type=int, default=40, help="training questions a set")
    parser.add_argument("--states", type=int, default=3, help="states of a training question")
    parser.add_argument("--trees", type=int, default=150)
    parser.add_argument("--sets", nargs="*", default=[], help="measure these alone, as rows show them")
    parser.add_argument(
        "--gains", nargs="*", type=float, default=GAINS, help="least gains to measure; 0 is needed"
    )
    parser.add_argument("--blind", nargs="*", type=float, default=(0.35, 0.5), help="shares of one selection")
    parser.add_argument("--measured", type=int, default=40, help="development questions a set")
    results = Path(__file__).parents[1] / "results"
    parser.add_argument("--output", type=Path, default=results / "cascade.csv")
    parser.add_argument("--picture", type=Path, help="draw the rows of --output, measure nothing")
    return parser.parse_args()


def made_by() -> dict[str, str]:
    """What a reader needs to run it again."""
    words = ["FOLDER", *sys.argv[2:]]
    if "--ranker" in words:
        words[words.index("--ranker") + 1] = Path(words[words.index("--ranker") + 1]).name
    for name, shown in {
        "--cache": "DIR",
        "--kept-states": "DIR",
        "--write": "RANKER",
        "--output": "OUT",
        "--picture": "PICTURE",
    }.items():
        if name in words:
            words[words.index(name) + 1] = shown
    return provenance(shlex.join(["python", "eval/benchmarks/cascade.py", *words]), ("numpy", "lightgbm"))


def draw(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    """Points lost against the share that is read, for both sizes, at a budget of about 500."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - for the picture alone

    figure = Figure(figsize=(8, 3.4), layout="constrained")
    sizes = {"all": RATIOS[-1], BIG: OF_100[0]}
    for axes, (size, ratio) in zip(figure.subplots(1, 2, sharey=True), sizes.items(), strict=True):
        for what, style in (("rounds", "o-"), ("blind", "s--")):
            mine = [row for row in rows if row["data"] == size and row["what"] == what]
            mine = sorted(
                (row for row in mine if float(row["ratio"]) == ratio),
                key=lambda row: float(row["read_share"]),
            )
            points, low, high, share = (
                np.array([float(row[name]) for row in mine])
                for name in ("points", "points_low", "points_high", "read_share")
            )
            axes.errorbar(share, points, [points - low, high - points], fmt=style, capsize=2, label=what)
        axes.axhline(-0.5, color="0.5", lw=1)
        axes.set(xlabel="share of the tokens that is read", title=size, xlim=(0, 1.03))
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    figure.axes[0].set_ylabel("evidence recall, points less")
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Write the trees, draw, or measure."""
    given = arguments()
    if given.picture:
        with given.output.open(newline="", encoding="utf-8") as file:
            draw(list(csv.DictReader(file)), given.picture)
        return
    if given.folder is None:
        message = "the folder of prepared question sets is missing"
        raise SystemExit(message)
    folder = PreparedFolder(given.folder)
    made = evidence_score(given.ranker, encoder=given.encoder)
    encoder = with_kept_states(made.encoder, given.kept_states) if given.kept_states else made.encoder
    scorer = CachedScore(encoder, made.ranker, made.head, cascade=made.cascade)
    around = made_by()
    if given.write:
        write(given, folder, scorer, {key: around[key] for key in ("date", "command")})
        return
    rows = [{**one, **around} for one in (*curves(given, folder, scorer), *chain_rows(given, folder, scorer))]
    write_rows(given.output, merged_rows(given.output, rows, ("what", "data", "ratio", "setting")))


if __name__ == "__main__":
    main()
