"""Fitting Sentinel's probe: a logistic regression by the paper's recipe (2505.23277), with scikit-learn.

Rows of one question never stand on both sides of a split: neither in the cross-validation that chooses the strength
of the penalty, nor in the held-out fifth that the learning curve is measured on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.imports.extras import require
from excerpt.models.training.sentinel.examples import Pairs, stacked

__all__ = ["Fitted", "fit_probe", "learning_curve"]

_PENALTIES = (0.001, 0.003, 0.01, 0.03, 0.1, 1.0, 10.0, 100.0)
_FOLDS = 5
_SIZES = (100, 200, 500, 1000, 2000, 3000, 5000, 10000)


@dataclass(frozen=True, eq=False)
class Fitted:
    """A logistic regression on standardised columns.

    Args:
        coefficients: ``(width,)``.
        intercept: Added to the weighted sum.
        mean: Of each column over the training rows.
        scale: Standard deviation of each column; 1 for a column that does not vary.
        penalty: The C that cross-validation chose.
        figures: Cross-validated AUC and balanced accuracy, and the AUC on the rows it was fitted on.
    """

    coefficients: NDArray[np.float64]
    intercept: float
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    penalty: float
    figures: dict[str, float]

    def logits(self, columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds of each row, ``(rows,)``."""
        return np.asarray((columns - self.mean) / self.scale @ self.coefficients + self.intercept)


def fit_probe(questions: Sequence[Pairs]) -> Fitted:
    """Fit on all rows, with the penalty that does best in five folds over questions.

    Args:
        questions: At least ten.

    Raises:
        InputError: There are fewer.
        MissingExtraError: scikit-learn is not installed.
    """
    if len(questions) < 2 * _FOLDS:
        message = (
            f"sentinel: {len(questions)} questions have a sentence with evidence and one without; "
            f"{2 * _FOLDS} is the least, and a few hundred are needed for a good probe"
        )
        raise InputError(message)
    columns, relevant, question = stacked(questions)
    mean, scale = columns.mean(axis=0), columns.std(axis=0)
    scale[scale < 1e-9] = 1.0
    rows = (columns - mean) / scale
    scores = [_cross_validated(rows, relevant, question, penalty) for penalty in _PENALTIES]
    penalty, chosen = max(zip(_PENALTIES, scores, strict=True), key=lambda pair: pair[1]["auc"])
    model = _logistic(penalty).fit(rows, relevant)
    metrics = require("sklearn.metrics", extra="train", purpose="training a probe")
    on_training = float(metrics.roc_auc_score(relevant, model.decision_function(rows)))
    figures = {**chosen, "auc_on_training": on_training}
    return Fitted(model.coef_[0], float(model.intercept_[0]), mean, scale, penalty, figures)


def learning_curve(questions: Sequence[Pairs], *, seed: int = 13) -> list[dict[str, float]]:
    """The AUC on a held-out fifth of the questions for probes from 100 questions up; empty for fewer than 125.

    Args:
        questions: In any order.
        seed: Of the order in which they are taken.
    """
    metrics = require("sklearn.metrics", extra="train", purpose="training a probe")
    order = np.random.default_rng(seed).permutation(len(questions))
    held_out = [questions[index] for index in order[: len(order) // 5]]
    rest = [questions[index] for index in order[len(order) // 5 :]]
    sizes = [size for size in _SIZES if size < len(rest)] + [len(rest)] * (len(rest) >= _SIZES[0])
    points = []
    for size in sizes:
        fitted = fit_probe(rest[:size])
        columns, relevant, _ = stacked(held_out)
        auc = float(metrics.roc_auc_score(relevant, fitted.logits(columns)))
        points.append(
            {"questions": float(size), "auc": auc, "auc_on_training": fitted.figures["auc_on_training"]}
        )
    return points


def _cross_validated(
    rows: NDArray[np.float64], relevant: NDArray[np.int64], question: NDArray[np.int64], penalty: float
) -> dict[str, float]:
    """What one penalty gives on questions left out, mean over the folds."""
    metrics = require("sklearn.metrics", extra="train", purpose="training a probe")
    folds = []
    for fold in range(_FOLDS):
        out = question % _FOLDS == fold
        logits = _logistic(penalty).fit(rows[~out], relevant[~out]).decision_function(rows[out])
        accuracy = metrics.balanced_accuracy_score(relevant[out], logits > 0)
        folds.append((metrics.roc_auc_score(relevant[out], logits), accuracy))
    auc, accuracy = np.mean(folds, axis=0)
    return {"auc": float(auc), "balanced_accuracy": float(accuracy)}


def _logistic(penalty: float) -> Any:  # noqa: ANN401 - untyped package
    linear = require("sklearn.linear_model", extra="train", purpose="training a probe")
    return linear.LogisticRegression(C=penalty, class_weight="balanced", max_iter=2000)
