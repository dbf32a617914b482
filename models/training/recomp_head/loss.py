"""What the head of a dual encoder is trained for, and how often its nearest sentences are useful."""

from collections.abc import Sequence

import numpy as np
import torch

from excerpt.models.training.common.heads import SentenceHead
from excerpt.models.training.common.state_cache import StateCache, Tokens, states_of
from excerpt.models.training.recomp_head.examples import Asked

__all__ = ["contrast", "recall"]

_SCALE = 20.0  # of cosines in the softmax: sentence-transformers' own


def _vectors(head: SentenceHead, texts: Sequence[str], cache: StateCache) -> torch.Tensor:
    """Vectors of length 1, ``(n, dim)``."""
    tokens = [Tokens(**cache[text]) for text in texts]
    weighted = head.weighted(torch.from_numpy(states_of(tokens)))
    owner = torch.from_numpy(np.repeat(np.arange(len(texts)), [len(text.length) for text in tokens]))
    return head.vectors(weighted.new_zeros(len(texts), weighted.shape[1]).index_add(0, owner, weighted))


def contrast(head: SentenceHead, group: Sequence[Asked], cache: StateCache) -> torch.Tensor:
    """Each useful sentence against all that are not the question's own useful ones, as texts."""
    texts = list(dict.fromkeys(text for asked in group for text in asked.sentences))
    place = {text: index for index, text in enumerate(texts)}
    vectors = _vectors(head, [*(asked.question for asked in group), *texts], cache)
    scores = vectors[: len(group)] @ vectors[len(group) :].T * _SCALE
    useful = torch.zeros(scores.shape, dtype=torch.bool)
    for row, asked in enumerate(group):
        useful[row, [place[text] for text in asked.sentences[: asked.useful]]] = True
    against = torch.logsumexp(scores.masked_fill(useful, -torch.inf), dim=1, keepdim=True)
    losses = torch.nn.functional.softplus(against - scores) * useful
    weight = torch.tensor([asked.weight for asked in group])
    mean: torch.Tensor = (losses.sum(1) / useful.sum(1) * weight).sum() / weight.sum()
    return mean


def recall(head: SentenceHead, held_out: Sequence[Asked], cache: StateCache) -> dict[str, float]:
    """The share of a question's useful sentences among its 1 and its 3 nearest, averaged over the questions."""
    shares: dict[str, list[float]] = {"recall@1": [], "recall@3": []}
    for asked in held_out:
        vectors = _vectors(head, [asked.question, *asked.sentences], cache)
        order = np.argsort(-(vectors[1:] @ vectors[0]).numpy(), kind="stable")
        for top, name in ((1, "recall@1"), (3, "recall@3")):
            shares[name].append(float((order[:top] < asked.useful).sum() / asked.useful))
    return {name: float(np.mean(values)) for name, values in shares.items()}
