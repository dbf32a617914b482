"""Training RECOMP's dual encoder (Xu et al. 2023, 2310.04408) as a small head on an encoder that stays as it is.

The objective is that of `excerpt.models.training.recomp.recipe`. The encoder is run once over the
sentences; the head learns what each token counts for in a sentence's mean, and how that mean should be bent.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from excerpt.compressors.units.sentences import split_sentences
from excerpt.models.registry import load_encoder
from excerpt.models.training.common.held_out import file_weight, split_questions
from excerpt.models.training.common.model_page import PageText
from excerpt.models.training.common.questions import evenly_spread
from excerpt.models.training.common.recipe import (
    FitSettings,
    TrainingProgress,
    part,
    require_packages,
    setting,
)
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.common.state_cache import StateCache
from excerpt.models.training.recomp.examples import most_alike, read_candidates
from excerpt.models.training.recomp_head.examples import Asked, asked_of, encode_questions

__all__ = ["RecompHeadRecipe", "train"]

_PAGE = PageText(
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
class RecompHeadRecipe:
    """Every setting that shapes the result.

    Args:
        base: Bundled name, directory or hub name of the encoder whose states are read.
        width: Of the head's hidden layer.
        others: Sentences of a question that do not help and are read: those that share most words with it.
        per_file: Questions of a file that are read at most, evenly spread.
        held_out: Share of the questions that is not trained on.
        fit: How the head is trained.
    """

    base: str = setting("all-MiniLM-L6-v2", help="The encoder whose states it reads.")
    width: int = setting(256, help="Of the hidden layer.", least=1)
    others: int = setting(8, help="Sentences that do not help.", least=1)
    per_file: int | None = setting(
        None, help="At most so many questions of each file, evenly spread.", least=1
    )
    held_out: float = setting(0.05, help="Share of the questions to measure on.", kind="share")
    fit: FitSettings = part(lambda: FitSettings(epochs=3, learning_rate=2e-3, batch=64), least={"batch": 2})


def train(
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: RecompHeadRecipe,
    *,
    states: str | Path | None = None,
    resume: bool = False,
    progress: TrainingProgress | None = None,
) -> dict[str, float]:
    """Train a head, and write ``head.onnx``, its cards and its curve into ``output``.

    Args:
        sources: JSONL files of questions with ``evidence`` or ``answers``.
        output: Folder to write to.
        recipe: The settings.
        states: Folder in which the encoder's states are kept for other trainings; default: in ``output``
            until the training is finished.
        resume: Go on with the states that an earlier run computed.
        progress: Called as texts are encoded and after each step; counts texts and questions.

    Returns:
        Held-out ``recall@1`` and ``recall@3``, and the same ``before`` the training.

    Raises:
        InputError: A source is wrong or holds nothing to learn from, or there is something in ``output``.
        StoreError: ``resume`` is set and the earlier run had another recipe or other sources.
        MissingExtraError: torch, onnx, onnxscript or matplotlib is not installed.
    """
    require_packages("torch", "onnx", "onnxscript", "matplotlib", "huggingface_hub")
    # Only now: whoever asks for the settings alone needs no torch.
    import torch  # noqa: PLC0415

    from excerpt.models.training.common.finished_head import finish_head  # noqa: PLC0415
    from excerpt.models.training.common.heads import SentenceHead, fit  # noqa: PLC0415
    from excerpt.models.training.recomp_head import loss  # noqa: PLC0415

    report: TrainingProgress = progress or (lambda *_: None)
    folder = RunFolder(output, asdict(recipe), describe(sources), resume=resume)
    encoder = load_encoder(recipe.base)
    learnt, held_out = _questions(sources, recipe)
    cache = StateCache(states or folder.checkpoints / "states", f"sentences-1 {encoder.fingerprint}")
    encode_questions(encoder, [*learnt, *held_out], cache, report)
    with torch.random.fork_rng():  # the caller's random numbers stay as they were
        torch.manual_seed(recipe.fit.seed)
        head = SentenceHead(encoder.dim, recipe.width)

        fitted = fit(
            head,
            learnt,
            lambda group, _chance: loss.contrast(head, group, cache),
            lambda: loss.recall(head, held_out, cache),
            settings=recipe.fit,
            progress=report,
        )
    counts = (len(learnt), len(held_out))
    return finish_head(
        folder,
        head,
        encoder,
        fitted,
        dim=encoder.dim,
        kind="recomp-extractive",
        page=_PAGE,
        questions=counts,
    )


def _questions(sources: Sequence[str | Path], recipe: RecompHeadRecipe) -> tuple[list[Asked], list[Asked]]:
    """Questions to learn from and to hold out; the same question is never in both."""
    by_question: dict[str, list[Asked]] = {}
    for source in sources:
        chosen = evenly_spread(list(read_candidates(source, split_sentences)), recipe.per_file)
        for candidates in chosen:
            asked = asked_of(most_alike(candidates, recipe.others), file_weight(len(chosen)))
            by_question.setdefault(asked.question, []).append(asked)
    return split_questions(by_question, sources, share=recipe.held_out, seed=recipe.fit.seed)
