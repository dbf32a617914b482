"""Training token vectors for late interaction on a frozen encoder (ColBERT; Khattab and Zaharia 2020, 2004.12832).

For a question its sentences compete: the relevant ones against all others of its passages, in a softmax over
their MaxSim. The encoder's states are kept as the scorer sees them, so what is trained is what will run.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from excerpt.models.registry import load_encoder
from excerpt.models.tasks.encoder import SentenceEncoder
from excerpt.models.training.common.finished_head import finish_head
from excerpt.models.training.common.heads import FitSettings, MatchHead, ProgressCallback, fit, listwise
from excerpt.models.training.common.held_out import file_weight, parted
from excerpt.models.training.common.readme import Story
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.common.state_cache import StateCache, Tokens, states_of
from excerpt.values.vectors import unit_rows

__all__ = ["Asked", "Read", "Recipe", "scores_of", "train"]

_SCALE = 20.0  # of cosines in the softmax: sentence-transformers' own
_SAMPLE = 20_000  # tokens that the first projection is computed from
_STORY = Story(
    title="Token vectors for late interaction",
    what=(
        "A small head on an encoder's token states: short vectors whose best matches say which sentence helps with a "
        "question (ColBERT's MaxSim, arXiv:2004.12832, over sentences). Trained with excerpt."
    ),
    data=(
        "Sentences that hold evidence, or an answer where none is marked, against the other sentences of the "
        "question's passages. Files count alike, however long."
    ),
    figures=(
        "On questions that were not trained on: the share of a question's relevant sentences among its 1 and its 3 "
        "best, before and after the training. Int8 vectors: see docs/results/sentence-scorers.md."
    ),
    export="",
    chain='[[stage]]\nuse = "late-interaction"\nmodel = "{folder}"',
    library="onnx",
    tag="sentence-similarity",
)


class Asked(NamedTuple):
    """One question with the sentences that may help with it.

    Attributes:
        question: The question.
        states: Its tokens.
        passages: The tokens of some passages.
        sentence: The sentence of each of their tokens, one passage after the other, -1 for none; int32 ``(t,)``.
        passage: The passage of each sentence; int32 ``(n,)``.
        relevant: Bool ``(n,)``.
        weight: What the question counts for.
    """

    question: str
    states: Tokens
    passages: tuple[Tokens, ...]
    sentence: NDArray[np.int32]
    passage: NDArray[np.int32]
    relevant: NDArray[np.bool_]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every setting that shapes the result.

    Args:
        base: Bundled name, directory or hub name of the encoder whose states are read.
        dim: Length of a token's vector; a token costs so many bytes in an index.
        width: Of the head's hidden layer.
        passage_share: What the passage's MaxSim counts beside the sentence's.
        passages: Passages of a question that are read: those with evidence, and others.
        per_file: Questions of a file that are read at most, evenly spread.
        held_out: Share of the questions that is not trained on.
        bf16: Multiply in bfloat16, two to three times as fast where the processor can.
        fit: How the head is trained.
    """

    base: str = "all-MiniLM-L6-v2"
    dim: int = 64
    width: int = 256
    passage_share: float = 0.4
    passages: int = 8
    per_file: int | None = None
    held_out: float = 0.05
    bf16: bool = False
    fit: FitSettings = field(default_factory=lambda: FitSettings(epochs=2, learning_rate=1e-3))


Read: TypeAlias = Callable[[SentenceEncoder, str | Path, StateCache, Recipe, ProgressCallback], list[Asked]]
"""The questions of a file (`excerpt.models.training.late_interaction.examples.read_asked`)."""


def train(  # noqa: PLR0913 - each is a setting of its own, keywords but for the first
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: Recipe,
    *,
    read: Read,
    states: str | Path | None = None,
    resume: bool = False,
    progress: ProgressCallback | None = None,
) -> dict[str, float]:
    """Train a head, and write ``head.onnx``, its cards and its curve into ``output``.

    Args:
        sources: JSONL files of questions with ``evidence`` or ``answers``.
        output: Folder to write to.
        recipe: The settings.
        read: Makes questions of a file.
        states: Folder in which the encoder's states are kept for other trainings; default: in ``output``
            until the training is finished.
        resume: Go on with the states that an earlier run computed.
        progress: Called with a step's name and how much of it is done.

    Returns:
        Held-out ``recall@1`` and ``recall@3``, and the same ``before`` the training.

    Raises:
        InputError: A source is wrong or holds nothing to learn from, or there is something in ``output``.
        StoreError: ``resume`` is set and the earlier run had another recipe or other sources.
        MissingExtraError: torch is not installed.
    """
    notify: ProgressCallback = progress or (lambda _step, _done: None)
    folder = RunFolder(output, asdict(recipe), describe(sources), resume=resume)
    encoder = load_encoder(recipe.base)
    cache = StateCache(states or folder.checkpoints / "states", f"tokens-1 {encoder.fingerprint}")
    learnt, held_out = _parted(
        [read(encoder, source, cache, recipe, notify) for source in sources], sources, recipe
    )
    with torch.random.fork_rng():  # the caller's random numbers stay as they were
        torch.manual_seed(recipe.fit.seed)
        head = MatchHead(_principal(learnt, recipe), recipe.width)

        def loss(group: Sequence[Asked], _chance: np.random.Generator) -> torch.Tensor:
            return _loss(head, group, recipe)

        fitted = fit(
            head, learnt, loss, lambda: _recall(head, held_out, recipe), settings=recipe.fit, progress=notify
        )
    counts = (len(learnt), len(held_out))
    return finish_head(
        folder, head, encoder, fitted, dim=recipe.dim, kind="late-interaction", story=_STORY, questions=counts
    )


def _parted(
    files: Sequence[Sequence[Asked]], sources: Sequence[str | Path], recipe: Recipe
) -> tuple[list[Asked], list[Asked]]:
    """Questions to learn from and to hold out; the same question is never in both."""
    found: dict[str, list[Asked]] = {}
    for of_one in files:
        for asked in of_one:
            found.setdefault(asked.question, []).append(asked._replace(weight=file_weight(len(of_one))))
    return parted(found, sources, share=recipe.held_out, seed=recipe.fit.seed)


def _principal(learnt: Sequence[Asked], recipe: Recipe) -> torch.Tensor:
    """The directions in which token states differ most, ``(dim, h)``: the first projection."""
    rows: list[NDArray[np.int8]] = []
    step = max(1, len(learnt) * 8 * recipe.passages // _SAMPLE)
    for asked in learnt[::step] or learnt[:1]:
        rows += [asked.states.whole, *(passage.whole[::8] for passage in asked.passages)]
    sample = unit_rows(np.concatenate(rows)[:_SAMPLE].astype(np.float32))
    _, vectors = np.linalg.eigh(sample.T @ sample)
    return torch.from_numpy(np.ascontiguousarray(vectors[:, ::-1][:, : recipe.dim].T))


def _loss(head: MatchHead, group: Sequence[Asked], recipe: Recipe) -> torch.Tensor:
    total = torch.zeros(())
    for asked, scores in zip(group, scores_of(head, group, recipe), strict=True):
        relevant = torch.from_numpy(asked.relevant)
        total = total + asked.weight * listwise(scores * _SCALE, relevant)
    return total / sum(asked.weight for asked in group)


def scores_of(head: MatchHead, group: Sequence[Asked], recipe: Recipe) -> list[torch.Tensor]:
    """The scores of each question's sentences, as `excerpt.compressors.late_interaction.MaxSim` gives them."""
    states = torch.from_numpy(states_of([passage for asked in group for passage in asked.passages]))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.bf16):
        found = head.directions(states)
    vectors = torch.split(found, [len(asked.sentence) for asked in group])
    return [
        _score(head, asked, of_one, recipe.passage_share)
        for asked, of_one in zip(group, vectors, strict=True)
    ]


def _score(head: MatchHead, asked: Asked, vectors: torch.Tensor, share: float) -> torch.Tensor:
    states = torch.from_numpy(states_of([asked.states]))
    weight = head.weights(states)
    inside = torch.from_numpy(np.flatnonzero(asked.sentence >= 0))
    cosines = vectors[inside] @ head.directions(states).T
    sentence = torch.from_numpy(asked.sentence).long()[inside]
    passage = torch.from_numpy(asked.passage).long()
    best = _highest(cosines, sentence, len(asked.relevant))
    around = _highest(best, passage, int(passage[-1]) + 1)
    mixed: torch.Tensor = (best + share * around[passage]) @ (weight / weight.sum()) / (1 + share)
    return mixed


def _highest(rows: torch.Tensor, place: torch.Tensor, count: int) -> torch.Tensor:
    """The maximum of the rows of each place, ``(count, columns)``; -1 where there is none."""
    start = rows.new_full((count, rows.shape[1]), -1.0)
    return start.scatter_reduce(0, place[:, None].expand(-1, rows.shape[1]), rows, "amax", include_self=False)


def _recall(head: MatchHead, held_out: Sequence[Asked], recipe: Recipe) -> dict[str, float]:
    shares: dict[str, list[float]] = {"recall@3": [], "recall@1": []}
    for start in range(0, len(held_out), recipe.fit.batch):
        group = held_out[start : start + recipe.fit.batch]
        for asked, scores in zip(group, scores_of(head, group, recipe), strict=True):
            order = np.argsort(-scores.numpy(), kind="stable")
            for top, name in ((3, "recall@3"), (1, "recall@1")):
                shares[name].append(float(asked.relevant[order[:top]].sum() / asked.relevant.sum()))
    return {name: float(np.mean(values)) for name, values in shares.items()}
