"""From questions with known evidence to what Sentinel's probe learns from (Zhang et al., 2505.23277, section 3)."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.sentinel import sentences_of
from excerpt.compressors.units.splitting import split
from excerpt.files.jsonl import read_jsonl
from excerpt.imports.extras import require
from excerpt.models.attention.loading import load_proxy
from excerpt.models.attention.probe import PROBE_FILE, Columns, Probe, feature_columns
from excerpt.models.attention.shares import read_contexts
from excerpt.models.training.common.curve import draw_curve
from excerpt.models.training.common.readme import Story, write_readme
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.ranker.examples import evidence_spans, relevance
from excerpt.models.training.sentinel.fitting import (
    Fitted,
    Pairs,
    fit_probe,
    learning_curve,
    load_pairs,
    save_pairs,
)
from excerpt.values.coerce import to_asked
from excerpt.values.types import Context

if TYPE_CHECKING:
    from excerpt.models.attention.protocols import AttentionProxy

__all__ = ["Recipe", "probe_pairs", "train_sentinel"]

ProgressCallback: TypeAlias = Callable[[str, int], None]
"""Called after each question with the name of its file and how many questions that has."""

_CURVE = {"auc": "held-out AUC", "auc_on_training": "AUC on the training questions"}
_STORY = Story(
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


@dataclass(frozen=True, slots=True)
class Recipe:
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

    base: str = "all-MiniLM-L6-v2"
    max_tokens: int | None = None
    per_file: int | None = None
    pairs: int = 4
    sentences: int = 48
    shuffle: bool = True
    columns: Columns = "log-share"
    seed: int = 13


def probe_pairs(proxy: "AttentionProxy", row: Mapping[str, Any], where: str, recipe: Recipe) -> Pairs | None:
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
    query, passages = to_asked(row, where)
    units = split("sentence", context := Context.start(query, passages), Guards())
    relevant = relevance(units, evidence_spans(passages, row.get("answers") or (), where))
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
    passage: NDArray[np.int64], relevant: NDArray[np.int64], recipe: Recipe, chance: random.Random
) -> list[int]:
    """Which sentences are read, and in which order: those of a passage stay together."""
    names = np.unique(passage)
    holds = np.isin(names, passage[relevant == 1])
    by_chance = chance.sample(names.tolist(), len(names))
    wanted = sorted(by_chance, key=lambda name: not holds[np.searchsorted(names, name)])
    chosen: list[list[int]] = []
    for name in wanted:
        of_one = np.flatnonzero(passage == name).tolist()
        if not chosen or sum(map(len, chosen)) + len(of_one) <= recipe.sentences:
            chosen.append(of_one)
    if recipe.shuffle:
        chosen = [chance.sample(of_one, len(of_one)) for of_one in chance.sample(chosen, len(chosen))]
    else:
        chosen.sort()
    return [index for of_one in chosen for index in of_one]


def train_sentinel(
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: Recipe,
    *,
    resume: bool = False,
    progress: ProgressCallback | None = None,
) -> dict[str, float]:
    """Train a probe; write ``probe.json``, ``README.md``, ``training.json`` and ``curve.png`` into ``output``.

    Args:
        sources: JSONL files of questions, each a set of its own in the figures.
        output: Folder to make.
        recipe: The recipe.
        resume: Go on with a training that was stopped; files that were read whole are not read again.
        progress: Called after each question with the source's name and how many it has.

    Returns:
        What cross-validation over questions measured: ``auc``, ``balanced_accuracy``, and ``auc_on_training``.

    Raises:
        InputError: A source or the folder is wrong, or there is too little to learn from.
        StoreError: ``resume``, and the earlier run had another recipe or other files.
        ModelError: The proxy cannot be found or run.
        MissingExtraError: scikit-learn or matplotlib is not installed.
    """
    require("sklearn", extra="train", purpose="training a probe")
    folder = RunFolder(output, asdict(recipe), describe(sources), resume=resume)
    proxy = load_proxy(recipe.base, max_tokens=recipe.max_tokens)
    sets = [_questions_of(source, folder, proxy, recipe, progress) for source in sources]
    questions = [pairs for of_one in sets for pairs in of_one]
    fitted = fit_probe(questions)
    history = learning_curve(questions, seed=recipe.seed)
    counts = {Path(source).name: len(of_one) for source, of_one in zip(sources, sets, strict=True)}
    counts["rows"] = sum(len(pairs.relevant) for pairs in questions)
    facts = {"questions": counts, "penalty": fitted.penalty, "figures": fitted.figures}
    _probe(fitted, proxy, recipe, facts).save(folder.path / PROBE_FILE)
    draw_curve(history, folder.path / "curve.png", _CURVE, along="questions")
    folder.finish(fitted.figures, history)
    write_readme(folder, _STORY, fitted.figures, counts)
    return fitted.figures


def _questions_of(
    source: str | Path,
    folder: RunFolder,
    proxy: "AttentionProxy",
    recipe: Recipe,
    progress: ProgressCallback | None,
) -> list[Pairs]:
    """The rows of one file, evenly spread over it; what was read before is read again from the folder."""
    cache = folder.checkpoints / f"{sha256(str(source).encode()).hexdigest()[:16]}.npz"
    if cache.is_file():
        return load_pairs(cache)
    rows = list(read_jsonl(source))
    count = min(recipe.per_file or len(rows), len(rows))
    found = []
    for index in range(count):
        number, row = rows[index * len(rows) // count]
        pairs = probe_pairs(proxy, row, f"{source}, line {number}", recipe)
        found += [pairs] if pairs else []
        if progress is not None:
            progress(Path(source).name, count)
    save_pairs(found, cache)
    return found


def _probe(fitted: Fitted, proxy: "AttentionProxy", recipe: Recipe, facts: Mapping[str, Any]) -> Probe:
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
