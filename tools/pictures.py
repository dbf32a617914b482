"""Which command makes each picture of README and docs; all of them are of real runs.

python -P tools/pictures.py            list them
python -P tools/pictures.py --draw     draw those again that need neither data nor hours (``make pictures``)
"""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Picture(NamedTuple):
    """How a picture is made.

    Attributes:
        command: Arguments of the interpreter, in the root of a checkout.
        needs: What it takes besides a checkout; empty for nothing.
    """

    command: str
    needs: str = ""


PICTURES = {
    "docs/start/kept.svg": Picture("tools/draw_kept.py docs/start/kept.svg"),
    "docs/results/cascade.svg": Picture(
        "eval/benchmarks/cascade.py --output eval/results/cascade.csv --picture docs/results/cascade.svg"
    ),
    "docs/results/large-inputs.svg": Picture(
        "eval/benchmarks/large_inputs.py --rows eval/results/large_inputs.csv --picture docs/results/large-inputs.svg"
    ),
    "docs/results/probe-cost.svg": Picture("eval/benchmarks/probe_cost.py plot docs/results/probe-cost.svg"),
    "docs/results/speed.svg": Picture(
        "-m excerpt bench --rows eval/results/bench.csv --picture docs/results/speed.svg",
        "two minutes of a machine that does nothing else",
    ),
    "docs/results/scaling.svg": Picture("eval/benchmarks/scaling.py docs/results/scaling.svg"),
    **{
        f"docs/results/flame-{name}.svg": Picture(
            f"eval/benchmarks/flame_graphs.py docs/results --only {name}"
        )
        for name in ("default", "fast", "indexed", "build")
    },
    "docs/results/guarantee-risk.svg": Picture(
        "eval/benchmarks/guarantee.py DATA --cache CACHE --docs docs/results",
        "prepared question sets, an hour",
    ),
    "docs/results/answers.svg": Picture(
        "eval/benchmarks/answers.py DATA --cache CACHE",
        "prepared question sets, an imported language model, hours",
    ),
    **dict.fromkeys(
        ("docs/results/xrag.svg", "docs/results/xrag-curve.svg"),
        Picture(
            "eval/benchmarks/xrag_proof.py TEXTS BRIDGE --reader READER --out eval/results/xrag.csv"
            " --pictures docs/results",
            "a bridge that was trained for the reader",
        ),
    ),
    "eval/results/training/excerpt-sentinel-probe/curve.png": Picture(
        "-m excerpt train sentinel TRAIN -o excerpt-sentinel-probe", "the training questions"
    ),
}


def main() -> None:
    """List the pictures, or draw them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draw", action="store_true")
    draw = parser.parse_args().draw
    for name, picture in PICTURES.items():
        needs = f"  # needs {picture.needs}" if picture.needs else ""
        print(f"{name}\n    python -P {picture.command}{needs}", flush=True)
        if draw and not picture.needs:
            subprocess.run([sys.executable, "-P", *shlex.split(picture.command)], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
