"""What token vectors are trained for: the softmax over MaxSim, and how often it is right."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from excerpt.models.training.common.heads import MatchHead, listwise
from excerpt.models.training.common.state_cache import states_of
from excerpt.models.training.late_interaction.examples import Asked
from excerpt.values.vectors import unit_rows

__all__ = ["Scoring", "first_projection"]

_SCALE = 20.0  # of cosines in the softmax: sentence-transformers' own
_SAMPLE = 20_000  # tokens that the first projection is computed from


def first_projection(learnt: Sequence[Asked], dim: int, *, passages: int) -> torch.Tensor:
    """The directions in which token states differ most, ``(dim, h)``.

    Args:
        learnt: The questions to learn from.
        dim: How many directions.
        passages: Passages of a question, about.
    """
    rows: list[NDArray[np.int8]] = []
    step = max(1, len(learnt) * 8 * passages // _SAMPLE)
    for asked in learnt[::step] or learnt[:1]:
        rows += [asked.states.whole, *(passage.whole[::8] for passage in asked.passages)]
    sample = unit_rows(np.concatenate(rows)[:_SAMPLE].astype(np.float32))
    _, vectors = np.linalg.eigh(sample.T @ sample)
    return torch.from_numpy(np.ascontiguousarray(vectors[:, ::-1][:, :dim].T))


class Scoring(NamedTuple):
    """How a head scores sentences, and what it is trained for.

    Args:
        head: The head.
        passage_share: What the passage's MaxSim counts beside the sentence's.
        bf16: Multiply in bfloat16.
    """

    head: MatchHead
    passage_share: float
    bf16: bool = False

    def loss(self, group: Sequence[Asked]) -> torch.Tensor:
        """The weighted mean over questions of the softmax loss of their relevant sentences."""
        total = torch.zeros(())
        for asked, scores in zip(group, self.scores(group), strict=True):
            relevant = torch.from_numpy(asked.relevant)
            total = total + asked.weight * listwise(scores * _SCALE, relevant)
        return total / sum(asked.weight for asked in group)

    def scores(self, group: Sequence[Asked]) -> list[torch.Tensor]:
        """The scores of each question's sentences, as `excerpt.compressors.late_interaction.MaxSim` gives them."""
        states = torch.from_numpy(states_of([passage for asked in group for passage in asked.passages]))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16):
            directions = self.head.directions(states)
        vectors = torch.split(directions, [len(asked.sentence) for asked in group])
        return [self._score(asked, tokens) for asked, tokens in zip(group, vectors, strict=True)]

    def _score(self, asked: Asked, vectors: torch.Tensor) -> torch.Tensor:
        states = torch.from_numpy(states_of([asked.states]))
        weight = self.head.weights(states)
        inside = torch.from_numpy(np.flatnonzero(asked.sentence >= 0))
        cosines = vectors[inside] @ self.head.directions(states).T
        sentence = torch.from_numpy(asked.sentence).long()[inside]
        passage = torch.from_numpy(asked.passage).long()
        best = _highest(cosines, sentence, len(asked.relevant))
        around = _highest(best, passage, int(passage[-1]) + 1)
        share = self.passage_share
        mixed: torch.Tensor = (best + share * around[passage]) @ (weight / weight.sum()) / (1 + share)
        return mixed

    def recall(self, held_out: Sequence[Asked], batch: int) -> dict[str, float]:
        """The share of a question's relevant sentences among its 3 and its 1 best, averaged over the questions."""
        shares: dict[str, list[float]] = {"recall@3": [], "recall@1": []}
        for start in range(0, len(held_out), batch):
            group = held_out[start : start + batch]
            for asked, scores in zip(group, self.scores(group), strict=True):
                order = np.argsort(-scores.numpy(), kind="stable")
                for top, name in ((3, "recall@3"), (1, "recall@1")):
                    shares[name].append(float(asked.relevant[order[:top]].sum() / asked.relevant.sum()))
        return {name: float(np.mean(values)) for name, values in shares.items()}


def _highest(rows: torch.Tensor, place: torch.Tensor, count: int) -> torch.Tensor:
    """The maximum of the rows of each place, ``(count, columns)``; -1 where there is none."""
    start = rows.new_full((count, rows.shape[1]), -1.0)
    return start.scatter_reduce(0, place[:, None].expand(-1, rows.shape[1]), rows, "amax", include_self=False)
