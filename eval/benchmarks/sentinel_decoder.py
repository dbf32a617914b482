"""Sentinel's probe and perplexities on a decoder, beside the encoder's probe, cosine, BM25 and a ranker.

    python eval/benchmarks/sentinel_decoder.py FOLDER --cache DIR --model DECODER --dtype bfloat16

Rows of docs/results/sentinel.md and docs/methods/language-model-scorers.md. Metrics, sets and intervals are those of
``sentinel.py``; the questions are fewer, since a decoder reads slowly. Probes are trained as ``excerpt train sentinel``
trains them, on the same training questions for decoder and encoder. ``ranker`` is trained on these too. Whether the
probe adds to it is asked with one number: the probe's log-odds times a weight are added, both standardised within a
question, and the weight of a set is the best of the other sets. Perplexities are read on some of the questions.

Costs are processor time on one thread; both probes read every question in turns, so what else the machine does falls on
both. What was read is kept in the cache, a file a question: a run that was stopped goes on where it was, and what
``--divide 2`` read serves the whole run too.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from evidence_ranker import Seen, cached, trained
from numpy.typing import NDArray
from sentinel import (
    SEEN_SETS,
    TOKEN_COST_WEIGHT,
    Columns,
    MeasuredRows,
    Read,
    Scores,
    measured,
    questions,
    read,
)

from excerpt.compressors.evidence.features import standard
from excerpt.compressors.evidence.links import FEATURES
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.scorers.language_model.contrastive_perplexity import ContrastivePerplexity
from excerpt.compressors.scorers.language_model.question_likelihood import QuestionLikelihood
from excerpt.compressors.units.splitting import split
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.data.questions import Question
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.atomic import replacing
from excerpt.models.attention.decoder.options import DecoderRun
from excerpt.models.attention.decoder.proxy import DecoderProxy
from excerpt.models.attention.encoder import EncoderProxy
from excerpt.models.attention.probe import Probe, feature_columns
from excerpt.models.attention.protocols import AttentionFeatures, AttentionProxy, ProbeRequest
from excerpt.models.generation.likelihood import CausalLikelihood
from excerpt.models.protocols import Check
from excerpt.models.training.sentinel.examples import Pairs, SentinelRecipe, probe_pairs
from excerpt.models.training.sentinel.fitting import Fitted, fit_probe
from excerpt.values.coerce import to_passages
from excerpt.values.types import Context

TRAIN = {name: count for name, (count, _) in SEEN_SETS.items()}
DEV = {
    "hotpotqa": 16, "hotpotqa_fullwiki": 8, "2wikimultihopqa": 24, "selqa": 32, "nq_multidoc": 4, "qed": 8,
    "musique": 12, "fairytaleqa": 8, "triviaqa_retrieved": 32,
}  # fmt: skip
"""Questions to measure on; those without evidence are passed over. Whole articles (SQuAD) would take too long."""
PERPLEXITIES = {
    "hotpotqa": 4,
    "2wikimultihopqa": 8,
    "selqa": 8,
    "qed": 4,
    "musique": 4,
    "triviaqa_retrieved": 8,
}
"""How many of them are read for perplexities."""
SENTENCES = 24  # of a training question, at most
WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
KINDS = ("encoder", "decoder")
COLUMNS: tuple[Any, ...] = ("log-share", "mean")
ENCODER_LAST = slice(60, 72)  # the question's attention in the last of 6 layers of 12 heads


class Both(NamedTuple):
    """One question as both proxies saw it.

    Attributes:
        encoder: Through the bundled encoder.
        decoder: Through the decoder.
        seconds: Processor seconds of encoder and decoder.
        tokens: Of the passages, in the decoder's tokens.
    """

    encoder: Read
    decoder: Read
    seconds: tuple[float, float]
    tokens: int


class Trained(NamedTuple):
    """Probes of one proxy.

    Attributes:
        probes: By what their columns hold.
        questions: How many they learnt from.
    """

    probes: dict[str, Fitted]
    questions: int


class Remembered:
    """A proxy that reads each window once: the two kinds of columns come from the same pass.

    Args:
        proxy: Reads.
    """

    def __init__(self, proxy: AttentionProxy) -> None:
        self.proxy = proxy
        self.known: dict[ProbeRequest, AttentionFeatures] = {}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the proxy has
        return getattr(self.proxy, name)

    def features_many(
        self, requests: Sequence[ProbeRequest], *, check: Check = None
    ) -> list[AttentionFeatures]:
        """As the proxy does."""
        new = [one for one in dict.fromkeys(requests) if one not in self.known]
        self.known |= dict(zip(new, self.proxy.features_many(new, check=check), strict=True))
        return [self.known[one] for one in requests]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--cache", type=Path, required=True, help="where what was read is kept, of one model")
    parser.add_argument("--model", required=True, help="a decoder: a directory, an imported or a hub name")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16"), help="of the decoder")
    parser.add_argument("--max-tokens", type=int, default=2048, help="the decoder's window")
    parser.add_argument("--divide", type=int, default=1, help="read one question in so many, for a trial")
    target = Path(__file__).parents[1] / "results" / "sentinel_decoder.csv"
    parser.add_argument("--output", type=Path, default=target)
    return parser.parse_args()


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it returns, and its processor seconds."""
    begun = time.process_time()
    return work(), time.process_time() - begun


def kept(path: Path, make: Callable[[], Mapping[str, Any]]) -> dict[str, NDArray[Any]]:
    """What is in a file; made where it is not there."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = make()
        with replacing(path) as draft, draft.open("wb") as file:
            np.savez(file, **made)
    with np.load(path, allow_pickle=False) as table:
        return {name: table[name] for name in table.files}


def place(given: argparse.Namespace, kind: str, name: str, query: str) -> Path:
    """Where one question is kept."""
    return given.cache / kind / name / f"{sha256(query.encode()).hexdigest()[:16]}.npz"


def counted(counts: Mapping[str, int], given: argparse.Namespace) -> dict[str, int]:
    """So many of a set."""
    return {name: max(1, count // given.divide) for name, count in counts.items()}


def dev_questions(
    folder: PreparedFolder, given: argparse.Namespace, encoder: EncoderProxy, decoder: DecoderProxy
) -> dict[str, list[Both]]:
    """Every set, read by both proxies."""
    found: dict[str, list[Both]] = {}
    for name, count in counted(DEV, given).items():
        known = cached(folder, name, "dev", count, given.cache / f"ranker-{count}")
        found[name] = []
        for question, seen in zip(questions(folder, name, "dev", count), known, strict=True):
            path = place(given, "dev", name, question.query)
            table = kept(path, lambda: read_both(encoder, decoder, question, seen))  # noqa: B023 - called at once
            halves = [Read(seen, *(table[f"{kind}.{key}"] for key in Read._fields[1:])) for kind in KINDS]
            found[name].append(Both(*halves, tuple(table["seconds"].tolist()), int(table["count"])))
        print(
            "dev", name, len(found[name]), f"{sum(one.seconds[1] for one in found[name]):.0f} s", flush=True
        )
    return found


def read_both(
    encoder: EncoderProxy, decoder: DecoderProxy, question: Question, seen: Seen
) -> dict[str, NDArray[Any]]:
    """One question through both proxies, with the time of each."""
    done = [timed(lambda proxy=proxy: read(proxy, question, seen)) for proxy in (encoder, decoder)]
    columns = {
        f"{kind}.{key}": getattr(one, key)
        for kind, (one, _) in zip(KINDS, done, strict=True)
        for key in Read._fields[1:]
    }
    count = sum(decoder.count([passage.text for passage in question.passages]))
    return {**columns, "seconds": np.array([seconds for _, seconds in done]), "count": np.array(count)}


def fitted(folder: PreparedFolder, given: argparse.Namespace, kind: str, proxy: AttentionProxy) -> Trained:
    """A probe of each sort of columns, from the same reading of the training questions."""
    groups: dict[str, list[Pairs]] = {columns: [] for columns in COLUMNS}
    for name, count in counted(TRAIN, given).items():
        for row in folder.rows(name, "train", limit=count):
            path = place(given, f"train.{kind}", name, row["question"])
            table = kept(path, lambda: training_rows(Remembered(proxy), row, name))  # noqa: B023 - called at once
            if len(table["relevant"]):
                for columns, found in groups.items():
                    found.append(Pairs(table[columns], table["relevant"]))
        print("train", kind, name, len(groups["mean"]), flush=True)
    return Trained({columns: fit_probe(pairs) for columns, pairs in groups.items()}, len(groups["mean"]))


def training_figures(probes: Mapping[str, Trained]) -> Iterator[dict[str, object]]:
    """What cross-validation over the training questions measured."""
    for kind, (by_columns, count) in probes.items():
        for columns, probe in by_columns.items():
            yield {
                "what": f"{kind}, {columns}", "data": "training questions", "group": "cross-validated",
                "metric": "auc", "value": round(probe.figures["auc"], 4), "low": "", "high": "", "questions": count,
            }  # fmt: skip


def training_rows(proxy: Remembered, row: Mapping[str, Any], name: str) -> dict[str, NDArray[Any]]:
    """What ``excerpt train sentinel`` takes of a question; no rows where it teaches nothing."""
    recipes = {columns: SentinelRecipe(columns=columns, sentences=SENTENCES) for columns in COLUMNS}
    found = {columns: probe_pairs(proxy, row, name, recipe) for columns, recipe in recipes.items()}
    taken = {columns: pairs.columns for columns, pairs in found.items() if pairs is not None}
    first = found["mean"]
    return {**taken, "relevant": np.zeros(0, np.int64) if first is None else first.relevant}


def published(one: Read) -> Columns:
    """The mean attention itself, each window for itself."""
    return one.window / np.maximum(one.tokens, 1)


def feature(name: str) -> Callable[[Both], Scores]:
    """A signal of the ranker."""
    column = list(FEATURES).index(name)
    return lambda one: one.decoder.seen.group.features[:, column]


def scores(
    probes: Mapping[str, Mapping[str, Fitted]],
    decoder: DecoderProxy,
    trees: Any,  # noqa: ANN401 - the ranker's
) -> dict[str, Callable[[Both], Scores]]:
    """All that is compared, by name."""
    bundled = Probe.load("excerpt-sentinel-probe")
    last = slice((decoder.layers - 1) * decoder.heads, decoder.layers * decoder.heads)

    def log_share(one: Read) -> Columns:
        return feature_columns(one.shares, 1, "log-share")

    def ranked(one: Both) -> Scores:
        seen = one.decoder.seen
        return trees.score(seen.group.features) - TOKEN_COST_WEIGHT * np.log(np.maximum(seen.cost, 1))

    return {
        "cosine": feature("cosine"),
        "bm25": feature("bm25"),
        "ranker": ranked,
        "encoder, bundled probe": lambda one: bundled.probability(one.encoder.shares, 1),
        "encoder, probe": lambda one: probes["encoder"]["log-share"].logits(log_share(one.encoder)),
        "encoder, raw attention": lambda one: one.encoder.shares[:, ENCODER_LAST].mean(axis=1),
        "decoder, probe": lambda one: probes["decoder"]["log-share"].logits(log_share(one.decoder)),
        "decoder, published columns": lambda one: probes["decoder"]["mean"].logits(published(one.decoder)),
        "decoder, raw attention": lambda one: one.decoder.shares[:, last].mean(axis=1),
    }


def mixed(
    dev: Mapping[str, list[Both]], ranked: Callable[[Both], Scores], probed: Callable[[Both], Scores]
) -> Callable[[Both], Scores]:
    """The ranker with the probe, each set with the weight that is best for the mean of the others."""

    def together(weight: float) -> Callable[[Both], Scores]:
        return lambda one: (
            standard(np.asarray(ranked(one), np.float32))
            + weight * standard(np.asarray(probed(one), np.float32))
        )

    found = {
        weight: {
            name: float(measured_of(reads, together(weight))["evidence_recall@0.25"].mean())
            for name, reads in dev.items()
        }
        for weight in WEIGHTS
    }
    best = {
        name: max(WEIGHTS, key=lambda weight: sum(found[weight].values()) - found[weight][name])
        for name in dev
    }
    print("weight of the probe", best, flush=True)
    weight_of = {id(one): best[name] for name, reads in dev.items() for one in reads}
    return lambda one: together(weight_of[id(one)])(one)


def measured_of(reads: Sequence[Both], score: Callable[[Both], Scores]) -> dict[str, NDArray[np.float64]]:
    """Each metric, question by question."""
    known = {id(one.decoder): one for one in reads}
    return measured([one.decoder for one in reads], lambda half: score(known[id(half)]))


class PairedRows(MeasuredRows):
    """`MeasuredRows` of what both proxies saw."""

    def __init__(self, dev: Mapping[str, list[Both]]) -> None:
        super().__init__({name: [one.decoder for one in reads] for name, reads in dev.items()})
        self._both = {id(one.decoder): one for reads in dev.values() for one in reads}

    def of(self, score: Callable[[Both], Scores]) -> Callable[[Read], Scores]:
        """A score as `add` takes it."""
        return lambda half: score(self._both[id(half)])


def perplexities(
    folder: PreparedFolder, given: argparse.Namespace, dev: Mapping[str, list[Both]]
) -> dict[str, list[tuple[Both, NDArray[np.float64]]]]:
    """Some questions of some sets: both scores, and the seconds of each in the last two rows."""
    model = CausalLikelihood(given.model, dtype=given.dtype, batch=8)
    scorers = (QuestionLikelihood(model), ContrastivePerplexity(model))
    model.log_probabilities([("It was built", " in 1861.")])  # loaded before anything is timed
    found = {}
    for name, count in counted(PERPLEXITIES, given).items():
        asked = list(questions(folder, name, "dev", counted(DEV, given)[name]))
        chosen = sorted({index * len(asked) // count for index in range(count)})
        found[name] = [
            (dev[name][index], kept(path, lambda index=index: read_twice(asked[index], scorers))["scores"])  # noqa: B023
            for index in chosen
            for path in [place(given, "perplexities", name, asked[index].query)]
        ]
        print("perplexities", name, len(found[name]), flush=True)
    return found


def read_twice(question: Question, scorers: Sequence[Any]) -> dict[str, NDArray[np.float64]]:
    """The scores of each scorer, with its processor seconds behind them, ``(scorers, sentences + 1)``."""
    context = Context.start(question.query, to_passages(question.passages, "passages"))
    units = split("sentence", context, Guards())
    done = [timed(lambda scorer=scorer: scorer.score(context, units)) for scorer in scorers]
    return {"scores": np.array([[*values.tolist(), seconds] for values, seconds in done])}


def cost_rows(
    dev: Mapping[str, list[Both]], read_too: Mapping[str, list[tuple[Both, NDArray[np.float64]]]]
) -> Iterator[dict[str, object]]:
    """Processor seconds for a thousand tokens of passages, and as a multiple of the encoder's probe."""
    everything = [one for reads in dev.values() for one in reads]
    some = [pair for pairs in read_too.values() for pair in pairs]
    timings = {
        "encoder, probe": [(one, one.seconds[0]) for one in everything],
        "decoder, probe": [(one, one.seconds[1]) for one in everything],
        "decoder, question-likelihood": [(one, float(rows[0, -1])) for one, rows in some],
        "decoder, contrastive-perplexity": [(one, float(rows[1, -1])) for one, rows in some],
    }
    for what, pairs in timings.items():
        each = {
            "seconds per 1000 tokens": [1000 * seconds / one.tokens for one, seconds in pairs],
            "times the encoder probe": [seconds / one.seconds[0] for one, seconds in pairs],
        }
        for metric, values in each.items():
            low, value, high = np.quantile(values, [0.25, 0.5, 0.75]).round(4).tolist()
            yield {
                "what": what, "data": "median", "group": "cost", "metric": metric,
                "value": value, "low": low, "high": high, "questions": len(values),
            }  # fmt: skip


def main() -> None:
    """Read or load what was read, measure, write the rows."""
    given = arguments()
    given.cache.mkdir(parents=True, exist_ok=True)
    folder = PreparedFolder(given.folder)
    encoder = EncoderProxy("all-MiniLM-L6-v2", threads=1)
    decoder = DecoderProxy(given.model, max_tokens=given.max_tokens, run=DecoderRun(dtype=given.dtype))
    torch.set_num_threads(1)
    for proxy in (encoder, decoder):  # loaded before anything is timed
        proxy.features("When was it built?", "It was built in 1861.", [(0, 21)])
    dev = dev_questions(folder, given, encoder, decoder)
    probes = {
        kind: fitted(folder, given, kind, proxy)
        for kind, proxy in (("encoder", encoder), ("decoder", decoder))
    }
    training = {
        name: cached(folder, name, "train", count, given.cache / f"ranker-{count}")
        for name, count in counted(TRAIN, given).items()
    }
    by_kind = {kind: one.probes for kind, one in probes.items()}
    compared = scores(by_kind, decoder, trained(training, range(len(FEATURES))))
    report = PairedRows(dev)
    results = {}
    for name, score in compared.items():
        against = [
            (other, results[other])
            for other in ("cosine", "encoder, probe", "decoder, probe")
            if other in results
        ]
        results[name] = report.add(name, report.of(score), against)
    together = mixed(dev, compared["ranker"], compared["decoder, probe"])
    report.add("ranker with the decoder's probe", report.of(together), [("ranker", results["ranker"])])
    read_too = perplexities(folder, given, dev)
    rows = [row for row in report.rows if row["data"] == "mean" or " minus " not in str(row["what"])]
    rows += [*perplexity_rows(read_too, compared), *cost_rows(dev, read_too), *training_figures(probes)]
    command = ["python", "eval/benchmarks/sentinel_decoder.py", "FOLDER", "--cache", "DIR", "--model"]
    command += [Path(given.model).name, "--dtype", given.dtype, "--max-tokens", str(given.max_tokens)]
    command += ["--divide", str(given.divide)] if given.divide > 1 else []
    origin = provenance(
        shlex.join(command), ("torch", "transformers", "onnxruntime", "scikit-learn", "lightgbm")
    )
    write_rows(given.output, [{key: str(value) for key, value in {**row, **origin}.items()} for row in rows])


def perplexity_rows(
    read_too: Mapping[str, list[tuple[Both, NDArray[np.float64]]]],
    compared: Mapping[str, Callable[[Both], Scores]],
) -> list[dict[str, object]]:
    """Everything again on the questions that were read for perplexities; their groups are named apart."""
    report = PairedRows({name: [one for one, _ in pairs] for name, pairs in read_too.items()})
    known = {id(one): rows for pairs in read_too.values() for one, rows in pairs}
    more = {
        "decoder, question-likelihood": lambda one: known[id(one)][0, :-1],
        "decoder, contrastive-perplexity": lambda one: known[id(one)][1, :-1],
    }
    cosine = report.add("cosine", report.of(compared["cosine"]))
    for name, score in {**compared, **more}.items():
        if name != "cosine":
            report.add(name, report.of(score), [("cosine", cosine)])
    return [{**row, "group": f"perplexities, {row['group']}"} for row in report.rows if row["data"] == "mean"]


if __name__ == "__main__":
    sys.exit(main())
