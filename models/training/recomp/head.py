"""Training RECOMP's dual encoder (Xu et al. 2023, 2310.04408) as a small head on an encoder that stays as it is.

The objective is that of `excerpt.models.training.recomp.recipe`. The encoder is run once over the
sentences; the head learns what each token counts for in a sentence's mean, and how that mean should be bent.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from excerpt.models.registry import load_encoder
from excerpt.models.tasks.encoder import SentenceEncoder
from excerpt.models.training.common.finished_head import finish_head
from excerpt.models.training.common.heads import FitSettings, ProgressCallback, SentenceHead, fit
from excerpt.models.training.common.held_out import file_weight, parted
from excerpt.models.training.common.readme import Story
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.common.state_cache import StateCache, Tokens, quantized, states_of
from excerpt.models.training.recomp.candidates import Split, most_alike, read_candidates

__all__ = ["HeadRecipe", "train"]

_SCALE = 20.0  # of cosines in the softmax: sentence-transformers' own
_TOGETHER = 256  # texts encoded in one call, and written to one file
_STORY = Story(
    title="A dual encoder that picks sentences for a question, as a head",
    what=(
        "The sentences nearest to a question are the ones to keep: RECOMP's extractive compressor (Xu et al. 2023, "
        "arXiv:2310.04408). A small head on the token states of a frozen encoder, trained with excerpt."
    ),
    data=(
        "Positives are sentences that hold evidence, or, where none is marked, an answer; negatives the other "
        "sentences of the same question that share most words with it, and the sentences of the other questions in "
        "the batch. The title stands before each sentence. Files count alike, however long."
    ),
    figures=(
        "On questions that were not trained on: the share of a question's useful sentences among its 1 and its 3 "
        "nearest of those that were read, averaged over the questions, before and after the training."
    ),
    export="",
    chain='[[stage]]\nuse = "recomp-extractive"\nmodel = "{folder}"',
    library="onnx",
    tag="sentence-similarity",
)


@dataclass(frozen=True, slots=True)
class HeadRecipe:
    """Every setting that shapes the result.

    Args:
        base: Bundled name, directory or hub name of the encoder whose states are read.
        width: Of the head's hidden layer.
        others: Sentences of a question that do not help and are read: those that share most words with it.
        per_file: Questions of a file that are read at most, evenly spread.
        held_out: Share of the questions that is not trained on.
        fit: How the head is trained.
    """

    base: str = "all-MiniLM-L6-v2"
    width: int = 256
    others: int = 8
    per_file: int | None = None
    held_out: float = 0.05
    fit: FitSettings = field(default_factory=lambda: FitSettings(epochs=3, learning_rate=2e-3, batch=64))


class _Asked(NamedTuple):
    """A question and its sentences, useful ones first."""

    question: str
    sentences: tuple[str, ...]
    useful: int
    weight: float = 1.0


def train(  # noqa: PLR0913 - each is a setting of its own, keywords but for the first
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: HeadRecipe,
    *,
    split: Split,
    states: str | Path | None = None,
    resume: bool = False,
    progress: ProgressCallback | None = None,
) -> dict[str, float]:
    """Train a head, and write ``head.onnx``, its cards and its curve into ``output``.

    Args:
        sources: JSONL files of questions with ``evidence`` or ``answers``.
        output: Folder to write to.
        recipe: The settings.
        split: Cuts a text into sentences (`excerpt.compressors.units.sentences.split_sentences`).
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
    learnt, held_out = _questions(sources, split, recipe)
    cache = StateCache(states or folder.checkpoints / "states", f"sentences-1 {encoder.fingerprint}")
    _encode(encoder, [*learnt, *held_out], cache, notify)
    with torch.random.fork_rng():  # the caller's random numbers stay as they were
        torch.manual_seed(recipe.fit.seed)
        head = SentenceHead(encoder.dim, recipe.width)

        def loss(group: Sequence[_Asked], _chance: np.random.Generator) -> torch.Tensor:
            return _loss(head, group, cache)

        fitted = fit(
            head, learnt, loss, lambda: _recall(head, held_out, cache), settings=recipe.fit, progress=notify
        )
    counts = (len(learnt), len(held_out))
    return finish_head(
        folder,
        head,
        encoder,
        fitted,
        dim=encoder.dim,
        kind="recomp-extractive",
        story=_STORY,
        questions=counts,
    )


def _questions(
    sources: Sequence[str | Path], split: Split, recipe: HeadRecipe
) -> tuple[list[_Asked], list[_Asked]]:
    """Questions to learn from and to hold out; the same question is never in both."""
    found: dict[str, list[_Asked]] = {}
    for source in sources:
        read = list(read_candidates(source, split))
        count = min(recipe.per_file or len(read), len(read))
        for index in range(count):
            of_one = most_alike(read[index * len(read) // count], recipe.others)
            asked = _Asked(of_one.question, (*of_one.useful, *of_one.others), len(of_one.useful))
            found.setdefault(asked.question, []).append(asked._replace(weight=file_weight(count)))
    return parted(found, sources, share=recipe.held_out, seed=recipe.fit.seed)


def _encode(
    encoder: SentenceEncoder, questions: Sequence[_Asked], cache: StateCache, progress: ProgressCallback
) -> None:
    texts = dict.fromkeys(text for asked in questions for text in (asked.question, *asked.sentences))
    missing = [text for text in texts if text not in cache]
    for start in range(0, len(missing), _TOGETHER):
        part = missing[start : start + _TOGETHER]
        found = (quantized(states.hidden) for states in encoder.encode_tokens(part))
        cache.add({text: tokens._asdict() for text, tokens in zip(part, found, strict=True)})
        progress("encoding", len(part))


def _vectors(head: SentenceHead, texts: Sequence[str], cache: StateCache) -> torch.Tensor:
    """Vectors of length 1, ``(n, dim)``."""
    tokens = [Tokens(**cache[text]) for text in texts]
    weighted = head.weighted(torch.from_numpy(states_of(tokens)))
    owner = torch.from_numpy(np.repeat(np.arange(len(texts)), [len(of_one.length) for of_one in tokens]))
    return head.vectors(weighted.new_zeros(len(texts), weighted.shape[1]).index_add(0, owner, weighted))


def _loss(head: SentenceHead, group: Sequence[_Asked], cache: StateCache) -> torch.Tensor:
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
    found: torch.Tensor = (losses.sum(1) / useful.sum(1) * weight).sum() / weight.sum()
    return found


def _recall(head: SentenceHead, held_out: Sequence[_Asked], cache: StateCache) -> dict[str, float]:
    shares: dict[str, list[float]] = {"recall@1": [], "recall@3": []}
    for asked in held_out:
        vectors = _vectors(head, [asked.question, *asked.sentences], cache)
        order = np.argsort(-(vectors[1:] @ vectors[0]).numpy(), kind="stable")
        for top, name in ((1, "recall@1"), (3, "recall@3")):
            shares[name].append(float((order[:top] < asked.useful).sum() / asked.useful))
    return {name: float(np.mean(values)) for name, values in shares.items()}
