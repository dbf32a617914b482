"""Evaluation: data sets, metrics, upper and lower bounds, tables. Loaded on first use."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from winnow.eval.bootstrap import Estimate as Estimate
    from winnow.eval.chains import named_chain as named_chain
    from winnow.eval.datasets import PreparedFolder as PreparedFolder
    from winnow.eval.evaluation import evaluate as evaluate
    from winnow.eval.metrics import count_words as count_words
    from winnow.eval.oracle import Oracle as Oracle
    from winnow.eval.table import Table as Table

_PLACES = {
    "Estimate": "winnow.eval.bootstrap",
    "Oracle": "winnow.eval.oracle",
    "PreparedFolder": "winnow.eval.datasets",
    "Table": "winnow.eval.table",
    "count_words": "winnow.eval.metrics",
    "evaluate": "winnow.eval.evaluation",
    "named_chain": "winnow.eval.chains",
}

__all__ = [  # noqa: PLE0604 - the list is the table's keys, and a test holds them equal
    *sorted(_PLACES),
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - module attributes are of any type
    if name not in _PLACES:
        message = f"module 'winnow.eval' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(importlib.import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])
