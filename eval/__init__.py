"""Evaluation: data sets, metrics, upper and lower bounds, tables, calibration. Loaded on first use."""

from typing import TYPE_CHECKING

from winnow.lazy import lazy_attributes

if TYPE_CHECKING:
    from winnow.eval.bootstrap import Estimate as Estimate
    from winnow.eval.calibration import Recipe as Recipe
    from winnow.eval.calibration import calibrate as calibrate
    from winnow.eval.chains import named_chain as named_chain
    from winnow.eval.datasets import PreparedFolder as PreparedFolder
    from winnow.eval.evaluation import evaluate as evaluate
    from winnow.eval.metrics import count_words as count_words
    from winnow.eval.oracle import Oracle as Oracle
    from winnow.eval.remembering import ScoreMemory as ScoreMemory
    from winnow.eval.table import Table as Table

_PLACES = {
    "Estimate": "winnow.eval.bootstrap",
    "Oracle": "winnow.eval.oracle",
    "PreparedFolder": "winnow.eval.datasets",
    "Recipe": "winnow.eval.calibration",
    "ScoreMemory": "winnow.eval.remembering",
    "Table": "winnow.eval.table",
    "calibrate": "winnow.eval.calibration",
    "count_words": "winnow.eval.metrics",
    "evaluate": "winnow.eval.evaluation",
    "named_chain": "winnow.eval.chains",
}

__all__ = sorted(_PLACES)  # noqa: PLE0605 - a test holds it equal to what can be imported

__getattr__, __dir__ = lazy_attributes(__name__, _PLACES)
