"""Training Sentinel's probe (Zhang et al., 2505.23277): attention to sentences in, the penalty by cross-validation."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from excerpt.files.jsonl import read_jsonl
from excerpt.models.attention.loading import load_proxy
from excerpt.models.attention.probe import PROBE_FILE, Probe
from excerpt.models.training.common.curve import draw_curve
from excerpt.models.training.common.model_page import PageText, write_model_page
from excerpt.models.training.common.questions import evenly_spread
from excerpt.models.training.common.recipe import TrainingProgress, require_packages
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.sentinel.examples import (
    Pairs,
    SentinelRecipe,
    load_pairs,
    probe_pairs,
    save_pairs,
)
from excerpt.models.training.sentinel.fitting import Fitted, fit_probe, learning_curve

if TYPE_CHECKING:
    from excerpt.models.attention.protocols import AttentionProxy

__all__ = ["SentinelRecipe", "train"]

_CURVE = {"auc": "held-out AUC", "auc_on_training": "AUC on the training questions"}
_PAGE = PageText(
    title="A Sentinel probe",
    what="A logistic regression from the attention of a small model to the probability that a sentence is evidence "
    "for a question (Sentinel, Zhang et al., arXiv 2505.23277). It is read by the compressor `sentinel` of excerpt.",
    data="Of each question, sentences that hold evidence and as many that do not, read with the question in a random "
    "order. The columns are the attention of each layer and head to a sentence, renormalised inside the context.",
    figures="Measured by cross-validation in five folds over questions, which also chose the penalty; "
    "`auc_on_training` on what was trained on.",
    export="",
    chain='[[stage]]\nuse = "sentinel"\nprobe = "{folder}"',
    library="excerpt",
    tag="text-classification",
)


def train(
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: SentinelRecipe,
    *,
    resume: bool = False,
    progress: TrainingProgress | None = None,
) -> dict[str, float]:
    """Train a probe; write ``probe.json``, ``README.md``, ``training.json`` and ``curve.png`` into ``output``.

    Args:
        sources: JSONL files of questions, each a set of its own in the figures.
        output: Folder to make.
        recipe: The recipe.
        resume: Go on with a training that was stopped; files that were read whole are not read again.
        progress: Called after each question with the name of its file; counts its questions.

    Returns:
        What cross-validation over questions measured: ``auc``, ``balanced_accuracy``, and ``auc_on_training``.

    Raises:
        InputError: A source or the folder is wrong, or there is too little to learn from.
        StoreError: ``resume``, and the earlier run had another recipe or other files.
        ModelError: The proxy cannot be found or run.
        MissingExtraError: scikit-learn or matplotlib is not installed.
    """
    require_packages("sklearn", "matplotlib", "huggingface_hub", purpose="training a probe")
    read = describe(sources)
    proxy = load_proxy(
        recipe.base, max_tokens=recipe.max_tokens
    )  # before a folder that a second try would find
    folder = RunFolder(output, asdict(recipe), read, resume=resume)
    sets = [_questions_of(source, folder, proxy, recipe, progress) for source in sources]
    questions = [pairs for group in sets for pairs in group]
    fitted = fit_probe(questions)
    history = learning_curve(questions, seed=recipe.seed)
    counts = {Path(source).name: len(group) for source, group in zip(sources, sets, strict=True)}
    counts["rows"] = sum(len(pairs.relevant) for pairs in questions)
    facts = {"questions": counts, "penalty": fitted.penalty, "figures": fitted.figures}
    _probe(fitted, proxy, recipe, facts).save(folder.path / PROBE_FILE)
    draw_curve(history, folder.path / "curve.png", _CURVE, along="questions")
    folder.finish(fitted.figures, history)
    write_model_page(folder, _PAGE, fitted.figures, counts)
    return fitted.figures


def _questions_of(
    source: str | Path,
    folder: RunFolder,
    proxy: "AttentionProxy",
    recipe: SentinelRecipe,
    progress: TrainingProgress | None,
) -> list[Pairs]:
    """The rows of one file, evenly spread over it; what was read before is read again from the folder."""
    cache = folder.checkpoints / f"{sha256(str(source).encode()).hexdigest()[:16]}.npz"
    if cache.is_file():
        return load_pairs(cache)
    questions = []
    rows = evenly_spread(list(read_jsonl(source)), recipe.per_file)
    for done, (number, row) in enumerate(rows, 1):
        pairs = probe_pairs(proxy, row, f"{source}, line {number}", recipe)
        questions += [pairs] if pairs else []
        if progress is not None:
            progress(Path(source).name, done, len(rows), {})
    save_pairs(questions, cache)
    return questions


def _probe(
    fitted: Fitted, proxy: "AttentionProxy", recipe: SentinelRecipe, facts: Mapping[str, Any]
) -> Probe:
    return Probe(
        coefficients=fitted.coefficients,
        intercept=fitted.intercept,
        mean=fitted.mean,
        scale=fitted.scale,
        columns=recipe.columns,
        max_tokens=proxy.max_tokens,
        proxy=proxy.name,
        fingerprint=proxy.fingerprint,
        settings=proxy.settings,
        facts=facts,
    )
