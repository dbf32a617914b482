"""What the pruner is measured on: questions, what is known of their sentences, and which questions trained it."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.links import evidence_features
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.scorers.evidence import candidates_of
from excerpt.compressors.scorers.needed_tokens import unit_means
from excerpt.compressors.units.sentences import split_sentences
from excerpt.compressors.units.splitting import split
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.models import load_encoder
from excerpt.models.tasks.pair_windows import between_sentences
from excerpt.models.tasks.token_cross_encoder import PairScores, TokenCrossEncoder
from excerpt.models.training.common.questions import evidence_spans, relevance
from excerpt.models.training.ranker.examples import RankingGroup
from excerpt.tokens import resolve_tokenizer
from excerpt.values.coerce import to_passages
from excerpt.values.types import Context, Units

__all__ = ["SEEN", "UNSEEN", "Case", "cases", "read_signals", "training_rows"]

SEEN = {
    "hotpotqa": None,
    "2wikimultihopqa": None,
    "hotpotqa_fullwiki": None,
    "squad": 8000,
    "qed": 3000,
    "selqa": 700,
    "nq_multidoc": 600,
}
"""Sets that the pruner is trained on: so many questions, or three of four."""
UNSEEN = ("musique", "triviaqa_retrieved", "fairytaleqa")
_DEV = {
    "hotpotqa": 60,
    "2wikimultihopqa": 60,
    "hotpotqa_fullwiki": 50,
    "squad": 25,
    "qed": 40,
    "selqa": 80,
    "nq_multidoc": 30,
    "fairytaleqa": 25,
    "triviaqa_retrieved": 50,
}
_FUSING = {
    "hotpotqa": 42,
    "2wikimultihopqa": 50,
    "hotpotqa_fullwiki": 30,
    "squad": 15,
    "qed": 20,
    "selqa": 40,
    "nq_multidoc": 15,
}
Floats = NDArray[np.float32]


class Case(NamedTuple):
    """One question with its sentences.

    Attributes:
        row: The question in the JSONL input form.
        context: Its passages.
        units: Its sentences.
        tokens: How many each has, int64 ``(n,)``.
        group: The evidence ranker's features, and which sentences are evidence.
        signals: What the pruner says of each sentence, float32 ``(n, 3)``: how likely its tokens are needed, how
            likely its passage helps, and the best odds (logarithm) that an answer begins in it.
    """

    row: dict[str, Any]
    context: Context
    units: Units
    tokens: NDArray[np.int64]
    group: RankingGroup
    signals: Floats


def training_rows(folder: PreparedFolder, name: str) -> Iterator[dict[str, Any]]:
    """The questions of a set that the pruner is trained on."""
    chosen = _trained(folder, name)
    return (row for index, row in enumerate(folder.rows(name, "train")) if index in chosen)


def _trained(folder: PreparedFolder, name: str) -> set[int]:
    total, limit = folder.count(name, "train"), SEEN[name]
    if limit is None:
        return {index for index in range(total) if index % 4 != 3}
    return {index * total // limit for index in range(limit)}


def _rows(folder: PreparedFolder, name: str, part: str) -> list[dict[str, Any]]:
    """Development questions, or training questions that the pruner was not trained on, evenly spread."""
    if part == "dev":
        return list(folder.rows(name, part, limit=_DEV.get(name)))
    known = _trained(folder, name)
    left = [index for index in range(folder.count(name, part)) if index not in known]
    limit = min(_FUSING.get(name, len(left)), len(left))
    chosen = {left[index * len(left) // limit] for index in range(limit)}
    return [row for index, row in enumerate(folder.rows(name, part)) if index in chosen]


def cases(
    folder: PreparedFolder, name: str, part: str, cross_encoder: TokenCrossEncoder | None, cache: Path
) -> list[Case]:
    """The questions of a set that have evidence; what costs time is kept in the cache.

    Args:
        folder: Prepared question sets.
        name: The set.
        part: ``"dev"``, or ``"train"`` for questions that the pruner was not trained on.
        cross_encoder: Reads question and passage together; None leaves the signals out.
        cache: Where numbers are kept, those of a cross-encoder under its fingerprint.
    """
    given = [_begun(row, name) for row in _rows(folder, name, part)]
    given = [case for case in given if case.group.relevance.any()]
    encoder = load_encoder()
    features = _kept(
        cache / f"{name}.{part}.features.npz",
        given,
        lambda case: evidence_features(candidates_of(encoder, case.context, case.units)),
    )
    if cross_encoder is None:
        return given
    path = cache / f"{name}.{part}.{cross_encoder.fingerprint[:12]}.npz"
    signals = _kept(path, given, lambda case: read_signals(cross_encoder, case))
    return [
        case._replace(group=case.group._replace(features=table), signals=said)
        for case, table, said in zip(given, features, signals, strict=True)
    ]


def _begun(row: dict[str, Any], name: str) -> Case:
    context = Context.start(row["question"], to_passages(row["passages"], name))
    units = split("sentence", context, Guards())
    wanted = evidence_spans(context.passages, row.get("answers") or (), name)
    none = np.zeros((len(units), 0), np.float32)
    counted = resolve_tokenizer("bundled").count_many(units.texts(context.passages))
    return Case(row, context, units, np.array(counted), RankingGroup(none, relevance(units, wanted)), none)


def _kept(path: Path, given: Sequence[Case], make: Any) -> list[Floats]:  # noqa: ANN401 - a case to a table
    """One table for each case, from the file where it is there."""
    ends = np.cumsum([len(case.units) for case in given])[:-1]
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        table = np.concatenate([make(case) for case in given]).astype(np.float32)
        with path.open("wb") as file:
            np.savez_compressed(file, table=table)
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return np.split(stored["table"], ends)


def read_signals(cross_encoder: TokenCrossEncoder, case: Case) -> Floats:
    """What the pruner says of each sentence; see `Case`."""
    passages = case.context.passages
    outputs = cross_encoder.score(
        case.context.query,
        [(passage.title, passage.text) for passage in passages],
        [between_sentences(split_sentences(passage.text)) for passage in passages],
    )
    bounds = np.searchsorted(case.units.passage, np.arange(len(passages) + 1))
    tables = [
        _of_passage(output, case.units.start[begin:end], case.units.end[begin:end])
        for output, (begin, end) in zip(outputs, pairwise(bounds.tolist()), strict=True)
    ]
    return np.concatenate(tables).astype(np.float32)


def _of_passage(output: PairScores, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.float64]:
    kept = unit_means(output, start, end)
    odds = np.full(len(output.offsets), -np.inf)
    for window, logits in zip(output.windows, output.logits, strict=True):
        last = window.first + window.end - window.begin
        odds[window.begin : window.end] = logits[window.first : last, 2] - logits[0, 2]
    low, high = (np.searchsorted(output.offsets[:, 0], edge) for edge in (start, end))
    best = [odds[first:last].max(initial=-20.0) for first, last in zip(low, high, strict=True)]
    return np.stack([kept, np.full(len(start), output.relevance), np.array(best)], axis=1)
