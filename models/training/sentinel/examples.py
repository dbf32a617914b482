"""From questions with known evidence to what Sentinel's probe learns from (Zhang et al., 2505.23277, section 3)."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.scorers.attention import sentences_of
from excerpt.compressors.units.splitting import split
from excerpt.errors import InputError
from excerpt.files.atomic import replacing
from excerpt.models.attention.probe import Columns, feature_columns
from excerpt.models.attention.shares import read_contexts
from excerpt.models.training.common.questions import read_question, relevance
from excerpt.models.training.common.recipe import setting
from excerpt.values.types import Context

if TYPE_CHECKING:
    from excerpt.models.attention.protocols import AttentionProxy

__all__ = ["Pairs", "SentinelRecipe", "load_pairs", "probe_pairs", "save_pairs", "stacked"]


@dataclass(frozen=True, slots=True)
class SentinelRecipe:
    """Every setting that shapes the result.

    Args:
        base: The proxy: a bundled name, a directory or a hub name.
        max_tokens: Its window; None for as long as it takes.
        per_file: Questions of a file, evenly spread over it, at most; None for all.
        pairs: Sentences with evidence that are taken of a question, at most, and as many without.
        sentences: Sentences of a question that are read, at most: passages with evidence first, then others by
            chance, whole passages as long as they fit.
        shuffle: Read the passages, and the sentences of each, in a random order, against learning positions.
        columns: What the probe's columns hold.
        seed: Of all choices, together with the question.
    """

    base: str = setting(
        "all-MiniLM-L6-v2",
        help="The model whose attention is read: a bundled name, a directory or a Hugging Face name.",
        option="proxy",
    )
    max_tokens: int | None = setting(None, help="Its window; default: as long as it takes.", least=8)
    per_file: int | None = setting(
        None, help="At most so many questions of each file, evenly spread.", least=1
    )
    pairs: int = setting(4, help="Pairs of sentences of a question.", least=1)
    sentences: int = setting(48, help="Sentences of a question to read.", least=2)
    shuffle: bool = setting(True, help="Read sentences in a random order.")
    columns: Columns = "log-share"
    seed: int = setting(13, help="Of all choices.")


class Pairs(NamedTuple):
    """The rows of one question: as many with evidence as without.

    Attributes:
        columns: Float64 ``(rows, width)``.
        relevant: 1 or 0, int64 ``(rows,)``.
    """

    columns: NDArray[np.float64]
    relevant: NDArray[np.int64]


def probe_pairs(
    proxy: "AttentionProxy", row: Mapping[str, Any], where: str, recipe: SentinelRecipe
) -> Pairs | None:
    """Balanced rows of one question in the JSONL input form.

    Args:
        proxy: Reads the question with its passages.
        row: ``question`` (or ``query``), ``passages``, and ``evidence`` in passages or ``answers``.
        where: Named in error messages, such as ``"train.jsonl, line 3"``.
        recipe: What is taken.

    Returns:
        None where there is no sentence with evidence, or none without: the row teaches nothing.

    Raises:
        InputError: A field is missing or wrong.
    """
    query, passages, evidence = read_question(row, where)
    units = split("sentence", context := Context.start(query, passages), Guards())
    relevant = relevance(units, evidence)
    chance = random.Random(f"{recipe.seed} {query}")
    order = _reading_order(units.passage, relevant, recipe, chance)
    relevant = relevant[order]
    count = min(recipe.pairs, int(relevant.sum()), int((relevant == 0).sum()))
    if count == 0:
        return None
    sentences = sentences_of(context, units, titles=True)
    read = read_contexts(proxy, [(query, [sentences[index] for index in order])])[0]
    chosen = [
        place
        for wanted in (1, 0)
        for place in chance.sample(np.flatnonzero(relevant == wanted).tolist(), count)
    ]
    return Pairs(feature_columns(*read, recipe.columns)[chosen], relevant[chosen])


def _reading_order(
    passage: NDArray[np.int64], relevant: NDArray[np.int64], recipe: SentinelRecipe, chance: random.Random
) -> list[int]:
    """Which sentences are read, and in which order: those of a passage stay together."""
    names = np.unique(passage)
    holds = np.isin(names, passage[relevant == 1])
    by_chance = chance.sample(names.tolist(), len(names))
    wanted = sorted(by_chance, key=lambda name: not holds[np.searchsorted(names, name)])
    chosen: list[list[int]] = []
    for name in wanted:
        sentences = np.flatnonzero(passage == name).tolist()
        if not chosen or sum(map(len, chosen)) + len(sentences) <= recipe.sentences:
            chosen.append(sentences)
    if recipe.shuffle:
        chosen = [
            chance.sample(sentences, len(sentences)) for sentences in chance.sample(chosen, len(chosen))
        ]
    else:
        chosen.sort()
    return [index for sentences in chosen for index in sentences]


def save_pairs(questions: Sequence[Pairs], path: Path) -> None:
    """Write rows to an ``.npz`` file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns, relevant, question = (
        stacked(questions) if questions else (np.zeros((0, 0)), *[np.zeros(0, int)] * 2)
    )
    with replacing(path) as draft, draft.open("wb") as file:
        np.savez_compressed(file, columns=columns.astype(np.float32), relevant=relevant, question=question)


def load_pairs(path: Path) -> list[Pairs]:
    """Rows that ``save_pairs`` wrote.

    Raises:
        InputError: The file is damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as table:
            columns, relevant = table["columns"].astype(np.float64), table["relevant"]
            ends = np.flatnonzero(np.diff(table["question"])) + 1
        pairs = zip(np.split(columns, ends), np.split(relevant, ends), strict=True)
        return [Pairs(*pair) for pair in pairs if len(pair[1])]
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        message = f"{path} is damaged ({error}); delete it to have it made again"
        raise InputError(message) from error


def stacked(
    questions: Sequence[Pairs],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """All rows, their labels, and the number of the question of each."""
    sizes = [len(pairs.relevant) for pairs in questions]
    columns = np.concatenate([pairs.columns for pairs in questions])
    relevant = np.concatenate([pairs.relevant for pairs in questions])
    return columns, relevant, np.repeat(np.arange(len(sizes)), sizes)
