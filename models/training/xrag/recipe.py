"""Training xRAG's bridge (Cheng et al. 2024, arXiv:2405.13792) in two stages.

First the frozen reader learns nothing and the projector everything: from a passage's vector the passage is to be
restated. Then questions are answered from vectors, as likely as from the text itself: likelihood of the answer plus
twice the divergence from what the same reader says when it reads the text.
"""

from pathlib import Path
from typing import Any

from excerpt.errors import ModelError
from excerpt.models.training.common.curve import draw_curve
from excerpt.models.training.common.model_page import PageText, write_model_page
from excerpt.models.training.common.recipe import TrainingProgress, require_packages
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.xrag.examples import read_sources
from excerpt.models.training.xrag.settings import PURPOSE, STAGES, StageSettings, XragRecipe
from excerpt.models.training.xrag.stages import CONTEXTS, Stages

__all__ = ["StageSettings", "XragRecipe", "train"]

_LINES = {
    f"{stage} {kind}": f"{words}, {kind}"
    for stage, words in zip(STAGES, ("restating passages", "answering questions"), strict=True)
    for kind in ("training loss", *CONTEXTS)
}
_PAGE = PageText(
    title="A bridge from an encoder to a reader",
    what=(
        "Turns a passage's vector into one input embedding of a reader: xRAG (Cheng et al. 2024, arXiv:2405.13792), "
        "trained with excerpt. Encoder and reader are as they were."
    ),
    data=(
        "First every passage is restated from its vector. Then questions are answered from the vectors of the passages "
        "that hold evidence or the answer, while the same reader reads their text as the teacher."
    ),
    figures=(
        "On passages and questions that were not trained on: the mean negative log-likelihood of a token, in nats, of "
        "the passage and of the answer, from the right vector, from that of another passage, and from nothing."
    ),
    export="",
    chain='[[stage]]\nuse = "xrag"\nbridge = "{folder}"\ntext = 2',
    library="transformers",
    tag="feature-extraction",
)


def train(
    corpus: str | Path,
    questions: str | Path,
    output: str | Path,
    recipe: XragRecipe,
    *,
    resume: bool = False,
    progress: TrainingProgress | None = None,
) -> dict[str, float]:
    """Train, and write the bridge, its curve and its card into ``output``.

    Args:
        corpus: JSONL of passages.
        questions: JSONL of questions with passages and answers.
        output: Folder to write to.
        recipe: The settings.
        resume: Go on from the last checkpoint in ``output``.
        progress: Called after each step and with what is logged.

    Returns:
        Held-out negative log-likelihoods: see the card.

    Raises:
        InputError: A source is wrong or holds nothing to learn from, or there is something in ``output``.
        StoreError: ``resume`` is set and the earlier run had another recipe or other sources.
        ModelError: A model cannot be read, or reader or encoder were changed by the training.
        MissingExtraError: A package of the extra ``train`` is not installed.
    """
    require_packages("matplotlib", "huggingface_hub", "safetensors", "torch", "transformers", purpose=PURPOSE)
    sources = read_sources(corpus, questions, most=(recipe.passages, recipe.questions), seed=recipe.seed)
    folder = RunFolder(output, recipe.to_dict(), describe([corpus, questions]), resume=resume)
    job = Stages(recipe, folder, sources)
    before = job.frozen()
    history: list[dict[str, Any]] = []
    for name in STAGES:
        history += job.run(name, history, progress)
    if job.frozen() != before:
        message = "train xrag: reader or encoder is not what it was; the bridge was not written"
        raise ModelError(message)
    figures = job.figures()
    job.bridge().save(folder.path)
    draw_curve(history, folder.path / "curve.png", _LINES)
    counts = {"passages": len(sources.restated), "questions": len(sources.asked), **job.counts()}
    write_model_page(folder, _PAGE, figures, counts)
    folder.finish(
        figures | {f"sha256 of the {name}, before and after": value for name, value in before.items()},
        history,
    )
    return figures
