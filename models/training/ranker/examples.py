"""From questions with known evidence to what the evidence ranker learns from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.links import FEATURES, evidence_features
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.scorers.evidence import candidates_of
from excerpt.compressors.units.splitting import split
from excerpt.errors import InputError
from excerpt.files.atomic import replacing
from excerpt.models.training.common.held_out import file_weight
from excerpt.models.training.common.questions import read_question, relevance
from excerpt.values.types import Context

if TYPE_CHECKING:
    from excerpt.compressors.evidence.signals import TokenHead
    from excerpt.models import SentenceEncoder

__all__ = ["UNIT", "RankingGroup", "balanced", "load_groups", "ranking_group", "save_groups", "thinned"]

Floats = NDArray[np.float32]
UNIT = "record"
"""What rankers are trained on: sentences of prose, and the records of whatever else a text is made of."""

_BEST, _SPREAD = 80, 40  # candidates of a question that are learnt from


class RankingGroup(NamedTuple):
    """The candidates of one question.

    Attributes:
        features: Float32 ``(n, columns)``.
        relevance: Whole numbers from 0 up, int64 ``(n,)``.
        weight: What the question counts for.
        start: Scores of an earlier ranker that new trees add to, float32 ``(n,)``; None for none.
    """

    features: Floats
    relevance: NDArray[np.int64]
    weight: float = 1.0
    start: Floats | None = None


def ranking_group(
    encoder: "SentenceEncoder", row: Mapping[str, Any], where: str, *, head: "TokenHead | None" = None
) -> RankingGroup | None:
    """The candidates of one row of the JSONL input form, with what is relevant among them.

    Args:
        encoder: The sentence encoder that the ranker will run with.
        row: ``question`` (or ``query``), ``passages``, and ``evidence`` in passages or ``answers``.
        where: Named in error messages, such as ``"train.jsonl, line 3"``.
        head: Makes the token vectors; best one that was not trained on this question.

    Returns:
        None where no record holds evidence: there is nothing to learn from the row.

    Raises:
        InputError: A field is missing or wrong.
    """
    query, passages, evidence = read_question(row, where)
    units = split(UNIT, context := Context.start(query, passages), Guards())
    if len(units) == 0 or not (relevant := relevance(units, evidence)).any():
        return None
    return RankingGroup(evidence_features(candidates_of(encoder, context, units, head=head)), relevant)


def balanced(sets: Sequence[Sequence[RankingGroup]]) -> list[RankingGroup]:
    """The questions of several sets, thinned, and weighted so that a long set counts little more than a short one.

    A weight that a question has already counts beside that.
    """
    return [
        thinned(group)._replace(weight=group.weight * file_weight(len(groups)))
        for groups in sets
        for group in groups
    ]


def thinned(group: RankingGroup) -> RankingGroup:
    """At most some 120 candidates: the relevant, the best by ``blend``, and some of the rest, evenly spread.

    A book has thousands of records, of which nearly all teach the same.
    """
    order = np.argsort(-group.features[:, list(FEATURES).index("blend")], kind="stable")
    rest = order[_BEST:]
    spread = rest[np.arange(min(_SPREAD, len(rest))) * len(rest) // max(min(_SPREAD, len(rest)), 1)]
    chosen = np.unique(np.concatenate([np.flatnonzero(group.relevance), order[:_BEST], spread]))
    start = None if group.start is None else group.start[chosen]
    return group._replace(features=group.features[chosen], relevance=group.relevance[chosen], start=start)


def save_groups(groups: Sequence[RankingGroup], path: Path) -> None:
    """Write questions to an ``.npz`` file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    width = groups[0].features.shape[1] if groups else 0
    with replacing(path) as draft, draft.open("wb") as file:
        np.savez_compressed(
            file,
            features=np.concatenate(
                [np.zeros((0, width), np.float32), *(group.features for group in groups)]
            ),
            relevance=np.concatenate([np.zeros(0, np.int64), *(group.relevance for group in groups)]),
            sizes=np.array([len(group.relevance) for group in groups], dtype=np.int64),
        )


def load_groups(path: Path) -> list[RankingGroup]:
    """Questions that ``save_groups`` wrote; weights are 1.

    Raises:
        InputError: The file is damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as table:
            ends = np.cumsum(table["sizes"])[:-1]
            pairs = zip(np.split(table["features"], ends), np.split(table["relevance"], ends), strict=True)
            return [RankingGroup(features, relevance) for features, relevance in pairs if len(relevance)]
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        message = f"{path} is damaged ({error}); delete it to have it made again"
        raise InputError(message) from error
