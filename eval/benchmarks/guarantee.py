"""Does the promise hold, and what does it buy? Rows of docs/results/guarantee.md, and its pictures.

    python eval/benchmarks/guarantee.py FOLDER --cache DIR --docs docs

Each question of a set is measured at every setting of both knobs once, and kept in the cache. Then, 200 times, the
questions are split in two at random: one half calibrates, the other is held out. Over such splits the mean held-out
loss must be at most the risk: that is what conformal risk control proves. Where a half refuses to promise anything,
its other half counts as kept whole. ``same_loss_ratio`` is the kept share at which one fixed ratio for all questions,
chosen with hindsight over all of them, loses as much as the policy did.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from excerpt.calibrated.drift import WATCHED, Drift, places
from excerpt.calibrated.policy import Knob, Loss, Method
from excerpt.chain import Chain
from excerpt.eval.calibration.calibrate import RiskTarget, policy_of
from excerpt.eval.calibration.conformal import (
    Verdict,
    conformal_risk_control,
    envelope,
    learn_then_test,
    questions_needed,
)
from excerpt.eval.calibration.knob_settings import GRIDS, Measured, measure
from excerpt.eval.calibration.risk_plot import risk_plot
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.pictures import check_picture
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models.registry import DEFAULT_ENCODER, load_encoder
from excerpt.presets import load_chain
from excerpt.values.report import Promise

SETS = ("2wikimultihopqa", "hotpotqa", "qed")
RISKS = (0.02, 0.05, 0.1)
LOSSES: tuple[Loss, ...] = ("evidence", "any-evidence", "answer")
KNOBS: tuple[Knob, ...] = ("score", "ratio")
METHODS: tuple[Method, ...] = ("crc", "ltt")
DELTA = 0.1
SPLITS = 200
# A question of these has thousands of words: fewer questions say as much per minute.
LONG = {"fairytaleqa": 120, "squad": 120}
RISK_PICTURE = "guarantee-risk.svg"
PICTURED = "hotpotqa"
# What other chains than the first are measured on.
FEW = ("2wikimultihopqa",)
ROOT = Path(__file__).parents[2]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--cache", type=Path, required=True, help="where measurements are kept")
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--limit", type=int, default=240, help="questions a set, spread evenly")
    parser.add_argument("--chains", nargs="*", default=["default", "fast"])
    parser.add_argument("--output", type=Path, default=ROOT / "eval" / "results" / "guarantee.csv")
    parser.add_argument(
        "--docs", type=Path, help="folder of guarantee.md, whose table and picture are made anew"
    )
    return parser.parse_args()


def wanted(folder: PreparedFolder, name: str, limit: int) -> list[dict[str, object]]:
    """The development questions of a set that have evidence."""
    rows = [row for row in folder.rows(name, "dev") if any(p.get("evidence") for p in row["passages"])]
    return [rows[index * len(rows) // limit] for index in range(limit)] if len(rows) > limit else rows


def measured(
    folder: PreparedFolder, name: str, chain: str, knob: Knob, given: argparse.Namespace
) -> Measured:
    """A set at every setting, from the cache where it is there."""
    path = given.cache / f"{chain}.{name}.{knob}.{given.limit}.npz"
    if not path.is_file():
        started = time.monotonic()
        limit = min(given.limit, LONG.get(name, given.limit))
        made = measure(wanted(folder, name, limit), load_chain(chain), knob)
        path.parent.mkdir(parents=True, exist_ok=True)
        temperature = np.nan if made.temperature is None else made.temperature
        tables = {f"loss {loss}": table for loss, table in made.losses.items()}
        with path.open("wb") as file:
            np.savez(file, kept=made.kept, numbers=made.numbers, temperature=temperature, **tables)
        print(
            f"{chain} {name} {knob}: {len(made.kept)} questions, {time.monotonic() - started:.0f} s",
            flush=True,
        )
    with path.open("rb") as file, np.load(file, allow_pickle=False) as table:
        temperature = float(table["temperature"])
        return Measured(
            knob,
            GRIDS[knob],
            None if np.isnan(temperature) else temperature,
            {loss: table[f"loss {loss}"].tolist() for loss in LOSSES},
            table["kept"].tolist(),
            table["numbers"].tolist(),
            [""] * len(table["kept"]),
        )


def verdict(losses: NDArray[np.float64], alpha: float, method: Method) -> Verdict | None:
    """What a method says; None where it has too few questions."""
    delta = DELTA if method == "ltt" else None
    if len(losses) < questions_needed(alpha, delta=delta):
        return None
    return (
        conformal_risk_control(losses, alpha)
        if delta is None
        else learn_then_test(losses, alpha, delta=delta)
    )


def held_out(
    losses: NDArray[np.float64], kept: NDArray[np.float64], alpha: float, method: Method
) -> dict[str, NDArray[np.float64]]:
    """Mean loss and kept share of the other half, for each split; and every kept share."""
    generator = np.random.default_rng(0)
    found: dict[str, list[float]] = {"loss": [], "kept": [], "refused": [], "shares": []}
    half = len(losses) // 2
    for _ in range(SPLITS):
        order = generator.permutation(len(losses))
        said = verdict(losses[order[:half]], alpha, method)
        column = None if said is None else said.column
        rest = order[half:]
        lost = np.zeros(len(rest)) if column is None else losses[rest, column]
        share = np.ones(len(rest)) if column is None else kept[rest, column]
        found["loss"].append(float(lost.mean()))
        found["kept"].append(float(share.mean()))
        found["refused"].append(float(column is None))
        found["shares"] += share.tolist()
    return {name: np.array(values) for name, values in found.items()}


def same_loss_ratio(fixed: Measured, loss: Loss, lost: float) -> float:
    """The kept share at which one ratio for all loses so much, over all questions; linear between settings."""
    table = np.array(fixed.losses[loss])
    mine = ~np.isnan(table).any(axis=1)
    risks = envelope(table[mine]).mean(axis=0)
    kept = np.array(fixed.kept)[mine].mean(axis=0)
    return float(np.interp(lost, [0.0, *risks], [1.0, *kept]))


def rows_of(name: str, tables: Mapping[Knob, Measured]) -> Iterator[dict[str, str]]:
    """The rows of one set."""
    for knob in KNOBS:
        for loss in LOSSES:
            table = np.array(tables[knob].losses[loss])
            mine = ~np.isnan(table).any(axis=1)
            losses, kept = table[mine], np.array(tables[knob].kept)[mine]
            rises = float((np.diff(losses, axis=1) < -1e-12).any(axis=1).mean())
            for method in METHODS:
                for alpha in RISKS:
                    found = held_out(losses, kept, alpha, method)
                    yield {
                        "what": "guarantee",
                        "data": name,
                        "loss": loss,
                        "knob": knob,
                        "method": method,
                        "risk": f"{alpha:g}",
                        "questions": str(len(losses)),
                        "left_out": str(int((~mine).sum())),
                        "not_monotone": f"{rises:.4f}",
                        **summary(found, alpha),
                        "same_loss_ratio": f"{same_loss_ratio(tables['ratio'], loss, float(found['loss'].mean())):.4f}",
                    }


def summary(found: Mapping[str, NDArray[np.float64]], alpha: float) -> dict[str, str]:
    """The numbers of one row."""
    error = float(found["loss"].std(ddof=1) / np.sqrt(SPLITS))
    low, middle, high = np.quantile(found["shares"], [0.1, 0.5, 0.9])
    return {
        "splits": str(SPLITS),
        "refused": f"{found['refused'].mean():.3f}",
        "held_out_loss": f"{found['loss'].mean():.5f}",
        "standard_error": f"{error:.5f}",
        "holds": str(bool(found["loss"].mean() <= alpha + 2 * error)).lower(),
        "splits_above": f"{(found['loss'] > alpha).mean():.3f}",
        "kept": f"{found['kept'].mean():.4f}",
        "kept_p10": f"{low:.4f}",
        "kept_p50": f"{middle:.4f}",
        "kept_p90": f"{high:.4f}",
    }


def shifted(
    tables: Mapping[str, Mapping[Knob, Measured]], chain: Chain, alpha: float = 0.05
) -> Iterator[dict[str, str]]:
    """What becomes of the promise on questions of another kind: calibrated on all of one set, used on another."""
    for name, source in tables.items():
        policy = policy_of(source["score"], chain, RiskTarget(alpha=alpha))
        found = policy.group()
        for other, target in tables.items():
            if other == name:
                continue
            column = target["score"].grid.index(found.value or 0.0)
            losses = np.array(target["score"].losses["evidence"])[:, column]
            drift = Drift(found.questions)
            for numbers in np.array(target["score"].numbers)[:, column]:
                known = dict(zip(WATCHED, numbers.tolist(), strict=True))
                drift.add(Promise("", places=places(known, found.usual or {})))
            lost = float(losses[~np.isnan(losses)].mean())
            yield {
                "what": "shift",
                "data": f"{name} to {other}",
                "loss": "evidence",
                "knob": "score",
                "method": "crc",
                "risk": f"{alpha:g}",
                "questions": str(len(losses)),
                "held_out_loss": f"{lost:.5f}",
                "holds": str(lost <= alpha).lower(),
                "kept": f"{np.array(target['score'].kept)[:, column].mean():.4f}",
                "drift": str(bool(drift.warnings())).lower(),
            }


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """The table of the docs: conformal risk control, both knobs side by side."""
    keys = ("data", "loss", "risk")
    lines = [
        "| set | loss | risk | questions | loss held out | kept | fixed ratio, same loss | ratio: loss | ratio: kept |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    by_ratio = {
        tuple(row[key] for key in keys): row
        for row in rows
        if (row["knob"], row["method"]) == ("ratio", "crc")
    }
    for row in rows:
        if (row["knob"], row["method"]) != ("score", "crc") or row["loss"] == "answer":
            continue
        other = by_ratio[tuple(row[key] for key in keys)]
        kept = f"{float(row['kept']):.2f} ({float(row['kept_p10']):.2f} to {float(row['kept_p90']):.2f})"
        cells = [
            row["data"],
            row["loss"],
            row["risk"],
            row["questions"],
            f"{float(row['held_out_loss']):.3f}",
            kept,
        ]
        cells += [f"{float(row['same_loss_ratio']):.2f}", f"{float(other['held_out_loss']):.3f}"]
        lines.append("| " + " | ".join([*cells, f"{float(other['kept']):.2f}"]) + " |")
    return "\n".join(lines)


def shift_table(rows: Sequence[Mapping[str, str]]) -> str:
    """The table of the docs on questions of another kind."""
    lines = [
        "| calibrated on, used on | loss, promised at most 0.05 | kept | warned of drift |",
        "| --- | ---: | ---: | --- |",
    ]
    for row in rows:
        if row["what"] == "shift":
            numbers = f"{float(row['held_out_loss']):.3f} | {float(row['kept']):.2f}"
            lines.append(f"| {row['data']} | {numbers} | {'yes' if row['drift'] == 'true' else 'no'} |")
    return "\n".join(lines)


def fill_in(document: Path, tables: Mapping[str, str]) -> None:
    """Put each table between its marks."""
    text = document.read_text(encoding="utf-8")
    for name, made in tables.items():
        start, end = f"<!-- {name} -->\n", f"\n<!-- end {name} -->"
        text = text.split(start)[0] + start + made + end + text.split(end)[1]
    document.write_text(text, encoding="utf-8")


def main() -> None:
    """Measure, split, write."""
    given = arguments()
    if given.docs is not None:
        check_picture(given.docs / RISK_PICTURE)
    folder = PreparedFolder(given.folder)
    model = f"{DEFAULT_ENCODER} {load_encoder().fingerprint[:12]}"
    words = [
        "python",
        "eval/benchmarks/guarantee.py",
        "FOLDER",
        "--cache",
        "DIR",
        "--limit",
        str(given.limit),
    ]
    about = provenance(shlex.join(words), ("numpy", "onnxruntime", "tokenizers"))
    about["versions"] += f"; {model}"
    rows: list[dict[str, str]] = []
    tables: dict[str, dict[Knob, Measured]] = {}
    for chain in given.chains:
        for name in given.sets if chain == given.chains[0] else [name for name in FEW if name in given.sets]:
            found = {knob: measured(folder, name, chain, knob, given) for knob in KNOBS}
            for row in rows_of(name, found):
                rows.append({**row, "chain": chain, **about})
                if row["holds"] == "false":
                    print("does not hold:", {key: row[key] for key in list(row)[1:16]}, file=sys.stderr)
            write_rows(given.output, rows)
            if chain == given.chains[0]:
                tables[name] = found
    first = load_chain(given.chains[0])
    rows += [{**row, "chain": given.chains[0], **about} for row in shifted(tables, first)]
    write_rows(given.output, rows)
    if given.docs is not None:
        shown = [row for row in rows if row["what"] == "guarantee"]
        by_chain = {
            f"guarantee {chain}": table([row for row in shown if row["chain"] == chain])
            for chain in given.chains
        }
        fill_in(given.docs / "guarantee.md", {**by_chain, "shift": shift_table(rows)})
        pictured = tables.get(PICTURED, tables[given.sets[0]])
        policies = {knob: policy_of(pictured[knob], first, RiskTarget(alpha=0.05)) for knob in KNOBS}
        risk_plot(policies, given.docs / RISK_PICTURE)


if __name__ == "__main__":
    main()
