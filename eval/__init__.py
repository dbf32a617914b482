"""Evaluation: data sets, metrics, upper and lower bounds, tables, calibration. Loaded on first use."""

from typing import TYPE_CHECKING

from excerpt.imports.lazy import lazy_attributes

if TYPE_CHECKING:
    from excerpt.eval.cache.scorers import ScoreCache as ScoreCache
    from excerpt.eval.calibration.calibrate import RiskTarget as RiskTarget
    from excerpt.eval.calibration.calibrate import calibrate as calibrate
    from excerpt.eval.chains import named_chain as named_chain
    from excerpt.eval.data.datasets import PreparedFolder as PreparedFolder
    from excerpt.eval.evaluation import evaluate as evaluate
    from excerpt.eval.metrics.bootstrap import Estimate as Estimate
    from excerpt.eval.metrics.scores import count_words as count_words
    from excerpt.eval.oracle import Oracle as Oracle
    from excerpt.eval.table import Table as Table

_PLACES = {
    "Estimate": "excerpt.eval.metrics.bootstrap",
    "Oracle": "excerpt.eval.oracle",
    "PreparedFolder": "excerpt.eval.data.datasets",
    "RiskTarget": "excerpt.eval.calibration.calibrate",
    "ScoreCache": "excerpt.eval.cache.scorers",
    "Table": "excerpt.eval.table",
    "calibrate": "excerpt.eval.calibration.calibrate",
    "count_words": "excerpt.eval.metrics.scores",
    "evaluate": "excerpt.eval.evaluation",
    "named_chain": "excerpt.eval.chains",
}

__all__ = sorted(_PLACES)  # noqa: PLE0605 - a test holds it equal to what can be imported

__getattr__, __dir__ = lazy_attributes(__name__, _PLACES)
