"""Which questions the evidence ranker is trained on and measured on, and what its encoder makes of their passages.

An encoder pass over all of them takes most of an hour, so what it made is kept in a folder, a file a set; features and
trees can then be changed and made again in minutes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.quantized import mean_states, quantize_vectors
from excerpt.compressors.evidence.scan import scan_terms
from excerpt.compressors.evidence.signals import PassageSignals, TokenHead
from excerpt.compressors.units.structure import split_records
from excerpt.compressors.vectors.passage_states import passage_states
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.models import SentenceEncoder
from excerpt.models.training.common.questions import evenly_spread
from excerpt.values.types import Passage

__all__ = ["DEV", "DOMAINS", "PROSE", "PROSE_WEIGHT", "TRAIN", "SignalFile", "chosen"]

Row = dict[str, Any]


class Part(NamedTuple):
    """How much of a set is read.

    Args:
        questions: At most so many with evidence, evenly spread; None for all.
        documents: Only questions about so many documents, evenly spread; None for all.
    """

    questions: int | None = None
    documents: int | None = None


PROSE = {
    "hotpotqa": Part(336),
    "hotpotqa_fullwiki": Part(60),
    "2wikimultihopqa": Part(480),
    "musique": Part(),
    "triviaqa_retrieved": Part(160),
    "selqa": Part(300),
    "squad": Part(400, 10),
    "fairytaleqa": Part(400, 40),
    "nq_multidoc": Part(30),
    "qed": Part(20),
}
TRAIN = {
    **PROSE,
    "wikitablequestions": Part(),
    "fetaqa": Part(),
    "aitqa": Part(),
    "machine_csv": Part(40),
    "machine_logs": Part(),
    "machine_commands": Part(60),
    "machine_tracebacks": Part(),
    "machine_json": Part(50),
    "machine_locks": Part(30),
    "machine_config": Part(150),
    "machine_code": Part(),
    "molweni": Part(400),
    "contractnli": Part(),
    "tldr": Part(150),
    "faquad": Part(),
    "cmrc2018": Part(60),
}
"""Several questions about one document cost one pass over it."""

PROSE_WEIGHT = 2.0
"""What a question of a set of prose counts for in training beside one of another form, of which there are more sets."""

DEV = {
    "hotpotqa": Part(),
    "hotpotqa_fullwiki": Part(30),
    "2wikimultihopqa": Part(100),
    "musique": Part(),
    "triviaqa_retrieved": Part(80),
    "selqa": Part(150),
    "squad": Part(200),
    "fairytaleqa": Part(200),
    "nq_multidoc": Part(15),
    "qed": Part(20),
    **{name: Part() for name in TRAIN if name not in PROSE},
    "machine_logs": Part(30),
    "machine_locks": Part(15),
    "cmrc2018": Part(30),
    "xquad": Part(),
}
DOMAINS = {
    "tables": ("wikitablequestions", "fetaqa", "aitqa", "machine_csv"),
    "logs": ("machine_logs", "machine_commands", "machine_tracebacks"),
    "JSON": ("machine_json", "machine_locks", "machine_config"),
    "code": ("machine_code",),
    "chats": ("molweni",),
    "contracts": ("contractnli",),
    "manuals": ("tldr",),
    "languages": ("faquad", "cmrc2018", "xquad"),
}
"""Sets of one kind; what is no prose of an encyclopedia or a story."""

_NOT_FOR_TRAINING = "loghub"
"""``meta.source`` of rows whose licence is for research alone: measured on, never trained on."""


def chosen(folder: PreparedFolder, name: str, part: str) -> list[Row]:
    """The questions of a set that have evidence, and may be trained on where ``part`` is ``"train"``."""
    rows = [row for row in folder.rows(name, part) if any(map(_evidence, row["passages"]))]
    wanted = (TRAIN if part == "train" else DEV)[name]
    if part == "train":
        rows = [row for row in rows if _NOT_FOR_TRAINING not in str(row.get("meta", {}).get("source"))]
    if wanted.documents:
        documents = evenly_spread(list(dict.fromkeys(map(_document, rows))), wanted.documents)
        rows = [row for row in rows if _document(row) in set(documents)]
    return evenly_spread(rows, wanted.questions)


def _evidence(passage: Mapping[str, Any]) -> bool:
    return bool(passage.get("evidence"))


def _document(row: Row) -> str:
    return str(row["passages"][0]["id"])


class SignalFile:
    """Token states of all passages of some questions, made once.

    Args:
        path: The ``.npz`` file; its texts stand beside it. Made where it is not there.
        encoder: Makes the states.
        rows: The questions.
    """

    def __init__(self, path: Path, encoder: SentenceEncoder, rows: Sequence[Row]) -> None:
        texts = path.with_suffix(".json")
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            pairs = dict.fromkeys(
                (each.get("title", ""), each["text"]) for row in rows for each in row["passages"]
            )
            given = sorted(pairs, key=lambda pair: len(pair[1]))
            texts.write_text(json.dumps(given), encoding="utf-8")
            with path.open("wb") as file:
                np.savez(file, **_encoded(encoder, given))
        with path.open("rb") as file, np.load(file, allow_pickle=False) as table:
            self._columns: dict[str, NDArray[Any]] = {name: table[name] for name in table.files}
        pairs = json.loads(texts.read_text(encoding="utf-8"))
        self._place = {(title, text): number for number, (title, text) in enumerate(pairs)}
        self._bounds = np.concatenate([[0], np.cumsum(self._columns["n"])]).tolist()
        self._known: dict[tuple[str, str], PassageSignals] = {}

    def knows(self, passage: Passage) -> bool:
        """Whether the file has it."""
        return (passage.title, passage.text) in self._place

    def signals(self, passages: Sequence[Passage], head: TokenHead | None = None) -> list[PassageSignals]:
        """What `excerpt.compressors.evidence.signals.passage_signals` gives, but for the rounding of a head's input."""
        return [self._signals(passage, head) for passage in passages]

    def _signals(self, passage: Passage, head: TokenHead | None) -> PassageSignals:
        key = (passage.title, passage.text)
        if key not in self._known:
            self._known[key] = self._made(passage)
        own = self._known[key]
        if head is None:
            return own
        states = own.tokens * (own.scale * own.norm)[:, None]
        tokens, scale, _ = quantize_vectors(head.read(states.astype(np.float32)))
        return own._replace(tokens=tokens, scale=scale, norm=own.norm[:0])

    def _made(self, passage: Passage) -> PassageSignals:
        number, all_ = self._place[passage.title, passage.text], self._columns
        own = slice(self._bounds[number], self._bounds[number + 1])
        tokens, scale, norm, start = (all_[name][own] for name in ("tokens", "scale", "norm", "start"))
        pieces = np.array(split_records(passage.text), dtype=np.int32).reshape(-1, 3)
        means, mean_scale = mean_states(tokens, scale * norm, start, pieces[:, :2])
        whole = slice(number, number + 1)
        return PassageSignals(
            *(tokens, scale, norm, start, all_["vector"][whole], all_["vscale"][whole]),
            *(pieces[:, :2], pieces[:, 2], means, mean_scale),
            scan_terms(passage.text),
            scan_terms(passage.title),
        )


def _encoded(encoder: SentenceEncoder, pairs: Sequence[tuple[str, str]]) -> dict[str, NDArray[Any]]:
    columns: dict[str, list[NDArray[Any]]] = {}
    for states in _states(encoder, pairs):
        tokens, scale, norm = quantize_vectors(states.hidden)
        whole, whole_scale, _ = quantize_vectors(states.mean[None, :])
        row = {"tokens": tokens, "scale": scale, "norm": norm, "vector": whole, "vscale": whole_scale}
        row |= {"start": states.offsets[:, 0].astype(np.int32), "n": np.array([len(tokens)])}
        for name, values in row.items():
            columns.setdefault(name, []).append(values)
    return {name: np.concatenate(values) for name, values in columns.items()}


def _states(encoder: SentenceEncoder, pairs: Sequence[tuple[str, str]]) -> Iterator[Any]:
    for first in range(0, len(pairs), 64):
        given = [Passage(text, title=title) for title, text in pairs[first : first + 64]]
        yield from passage_states(encoder, given)
        encoder.forget()
