"""Training token vectors for late interaction on a frozen encoder (ColBERT; Khattab and Zaharia 2020, 2004.12832).

For a question its sentences compete: the relevant ones against all others of its passages, in a softmax over
their MaxSim. The encoder's states are kept as the scorer sees them, so what is trained is what will run.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from excerpt.models.registry import load_encoder
from excerpt.models.training.common.held_out import file_weight, split_questions
from excerpt.models.training.common.model_page import PageText
from excerpt.models.training.common.recipe import (
    FitSettings,
    TrainingProgress,
    part,
    require_packages,
    setting,
)
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.common.state_cache import StateCache
from excerpt.models.training.late_interaction.examples import Asked, read_asked

__all__ = ["LateInteractionRecipe", "train"]

_PAGE = PageText(
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


@dataclass(frozen=True, slots=True)
class LateInteractionRecipe:
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

    base: str = setting("all-MiniLM-L6-v2", help="The encoder whose states it reads.")
    dim: int = setting(64, help="Bytes that a token takes.", least=4, most=384)
    width: int = setting(256, help="Of the hidden layer.", least=1)
    passage_share: float = 0.4
    passages: int = setting(8, help="Of a question, at most.", least=1)
    per_file: int | None = setting(
        None, help="At most so many questions of each file, evenly spread.", least=1
    )
    held_out: float = setting(0.05, help="Share of the questions to measure on.", kind="share")
    bf16: bool = setting(False, help="Multiply in bfloat16: faster where the processor can.")
    fit: FitSettings = part(lambda: FitSettings(epochs=2, learning_rate=1e-3))


def train(
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: LateInteractionRecipe,
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
    from excerpt.models.training.common.heads import MatchHead, fit  # noqa: PLC0415
    from excerpt.models.training.late_interaction import loss  # noqa: PLC0415

    report: TrainingProgress = progress or (lambda *_: None)
    folder = RunFolder(output, asdict(recipe), describe(sources), resume=resume)
    encoder = load_encoder(recipe.base)
    cache = StateCache(states or folder.checkpoints / "states", f"tokens-1 {encoder.fingerprint}")
    files = [
        read_asked(
            encoder, source, cache, passages=recipe.passages, per_file=recipe.per_file, progress=report
        )
        for source in sources
    ]
    learnt, held_out = _split(files, sources, recipe)
    with torch.random.fork_rng():  # the caller's random numbers stay as they were
        torch.manual_seed(recipe.fit.seed)
        head = MatchHead(loss.first_projection(learnt, recipe.dim, passages=recipe.passages), recipe.width)

        scoring = loss.Scoring(head, recipe.passage_share, bf16=recipe.bf16)
        fitted = fit(
            head,
            learnt,
            lambda group, _chance: scoring.loss(group),
            lambda: scoring.recall(held_out, recipe.fit.batch),
            settings=recipe.fit,
            progress=report,
        )
    counts = (len(learnt), len(held_out))
    return finish_head(
        folder, head, encoder, fitted, dim=recipe.dim, kind="late-interaction", page=_PAGE, questions=counts
    )


def _split(
    files: Sequence[Sequence[Asked]], sources: Sequence[str | Path], recipe: LateInteractionRecipe
) -> tuple[list[Asked], list[Asked]]:
    """Questions to learn from and to hold out; the same question is never in both."""
    by_question: dict[str, list[Asked]] = {}
    for questions in files:
        for asked in questions:
            weighted = asked._replace(weight=file_weight(len(questions)))
            by_question.setdefault(asked.question, []).append(weighted)
    return split_questions(by_question, sources, share=recipe.held_out, seed=recipe.fit.seed)
