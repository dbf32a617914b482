"""Training LDAR's band (2509.21865): ridge regression from similarities to the narrowest band that was right."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import numpy as np

from excerpt.compressors.vectors.encoders import encoder_of
from excerpt.errors import InputError
from excerpt.models.tasks.band_regressor import BAND_FILE, BandRegressor, band_features
from excerpt.models.training.band.examples import BandRecipe, Needed, needed_bands
from excerpt.models.training.common.curve import draw_curve
from excerpt.models.training.common.model_page import PageText, write_model_page
from excerpt.models.training.common.recipe import TrainingProgress, require_packages
from excerpt.models.training.common.run_folder import RunFolder, describe

__all__ = ["BandRecipe", "fit_band", "train"]

_FEWEST = 10
_SIZES = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
_CURVE = {"error": "held-out error of the band's ends"}
_PAGE = PageText(
    title="A band of ranks",
    what="A ridge regression from the similarities of a question's passages to the band of ranks that a reader needs "
    "(after LDAR, arXiv 2509.21865, whose policy is trained by reinforcement). It is read by the compressor `ldar` of "
    "excerpt.",
    data="Of each question the narrowest band that was answered right, or that holds its evidence; questions without "
    "any are left out.",
    figures="Measured on held-out questions: `error`, the mean distance of the band's ends, as a share of the ranks; "
    "`inside`, the share of questions whose band was reached without a margin; `margin`, what both sides are widened "
    "by so that the asked share is reached; `kept`, the mean share of the ranks that is then passed on. The margin was "
    "chosen on these same questions.",
    export="",
    chain='[[stage]]\nuse = "ldar"\nband = "{folder}"',
    library="excerpt",
    tag="tabular-regression",
)


def train(
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: BandRecipe,
    *,
    progress: TrainingProgress | None = None,
) -> dict[str, float]:
    """Train a band regressor; write ``band.json``, ``README.md``, ``training.json`` and ``curve.png`` into ``output``.

    Args:
        sources: JSONL files of logs or of questions with evidence (`needed_bands`).
        output: Folder to make.
        recipe: The recipe.
        progress: Called after each file with its name and how many questions it gave.

    Returns:
        What was measured on held-out questions: ``error``, ``inside``, ``margin`` and ``kept``.

    Raises:
        InputError: A source or the folder is wrong, or there are fewer than ten questions to learn from.
        ModelError: The encoder cannot be found.
        MissingExtraError: matplotlib or huggingface_hub is not installed.
    """
    require_packages("matplotlib", "huggingface_hub", purpose="training a band")
    folder = RunFolder(output, asdict(recipe), describe(sources), resume=False)
    encoder = cache(lambda: encoder_of(recipe.base))  # logs need none
    questions: list[Needed] = []
    counts: dict[str, int] = {}
    for source in sources:
        found = needed_bands(source, encoder)
        questions += found
        counts[Path(source).name] = len(found)
        if progress is not None:
            progress(Path(source).name, len(found), len(found), {})
    if len(questions) < _FEWEST:
        message = (
            f"sources: {len(questions)} questions have a band that was right; at least {_FEWEST} are needed"
        )
        raise InputError(message)
    order = np.random.default_rng(recipe.seed).permutation(len(questions)).tolist()
    split = max(1, round(recipe.held_out * len(questions)))
    held, learnt = ([questions[index] for index in some] for some in (order[:split], order[split:]))
    history = [
        {"questions": size, "error": _figures(fit_band(learnt[:size], recipe.penalty), held)["error"]}
        for size in sorted({min(size, len(learnt)) for size in _SIZES})
    ]
    regressor = fit_band(learnt, recipe.penalty)
    margin = _margin(regressor, held, recipe.coverage)
    regressor = replace(regressor, margin=margin, base=recipe.base)
    figures = {**_figures(regressor, held), "margin": margin}
    replace(regressor, facts={"questions": counts, "figures": figures}).save(folder.path / BAND_FILE)
    draw_curve(history, folder.path / "curve.png", _CURVE, along="questions")
    folder.finish(figures, history)
    write_model_page(folder, _PAGE, figures, counts)
    return figures


def fit_band(questions: Sequence[Needed], penalty: float) -> BandRegressor:
    """A ridge regression on standardised features.

    Args:
        questions: At least one.
        penalty: Of the squared coefficients; 0 for none.
    """
    features = np.array([band_features(each.scores) for each in questions])
    ends = np.array([(each.low, each.high) for each in questions])
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale > 1e-12, scale, 1.0)
    rows, centre = (features - mean) / scale, ends.mean(axis=0)
    weight = rows.T @ rows + max(penalty, 1e-9) * np.eye(rows.shape[1])
    return BandRegressor(np.linalg.solve(weight, rows.T @ (ends - centre)), centre, mean, scale)


def _short(regressor: BandRegressor, question: Needed) -> float:
    """By how much the predicted band falls short of the one that is needed, on its worse side; 0 for not at all."""
    low, high = regressor.predict(question.scores, margin=False)
    return max(low - question.low, question.high - high, 0.0)


def _margin(regressor: BandRegressor, held: Sequence[Needed], coverage: float) -> float:
    return float(np.quantile([_short(regressor, each) for each in held], coverage, method="higher"))


def _figures(regressor: BandRegressor, held: Sequence[Needed]) -> dict[str, float]:
    bare = np.array([regressor.predict(each.scores, margin=False) for each in held])
    wide = np.array([regressor.predict(each.scores) for each in held])
    needed = np.array([(each.low, each.high) for each in held])
    return {
        "error": float(np.abs(bare - needed).mean()),
        "inside": float(np.mean([_short(regressor, each) == 0 for each in held])),
        "kept": float((wide[:, 1] - wide[:, 0]).mean()),
    }
