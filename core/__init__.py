"""winnow: context compression for prompts and retrieval-augmented generation.

    >>> from winnow import compress
    >>> result = compress("who ...?", passages, budget=200)  # doctest: +SKIP

Names are loaded on first use: ``import winnow`` imports none of the heavy packages.
"""

from typing import TYPE_CHECKING

from winnow.lazy import lazy_attributes

if TYPE_CHECKING:
    from winnow.budget import Budget as Budget
    from winnow.chain import Chain as Chain
    from winnow.chain import compress as compress
    from winnow.compressed import Compressed as Compressed
    from winnow.compressed import KeptPassage as KeptPassage
    from winnow.errors import BudgetError as BudgetError
    from winnow.errors import ConfigError as ConfigError
    from winnow.errors import DeadlineExceeded as DeadlineExceeded
    from winnow.errors import InputError as InputError
    from winnow.errors import MissingExtraError as MissingExtraError
    from winnow.errors import ModelError as ModelError
    from winnow.errors import PolicyError as PolicyError
    from winnow.errors import StoreError as StoreError
    from winnow.errors import WinnowError as WinnowError
    from winnow.presets import load_chain as load_chain
    from winnow.render import Template as Template
    from winnow.spans import Span as Span
    from winnow.types import Context as Context
    from winnow.types import Passage as Passage
    from winnow.types import Units as Units

_PLACES = {
    "Budget": "winnow.budget",
    "BudgetError": "winnow.errors",
    "Chain": "winnow.chain",
    "Compressed": "winnow.compressed",
    "ConfigError": "winnow.errors",
    "Context": "winnow.types",
    "DeadlineExceeded": "winnow.errors",
    "InputError": "winnow.errors",
    "KeptPassage": "winnow.compressed",
    "MissingExtraError": "winnow.errors",
    "ModelError": "winnow.errors",
    "Passage": "winnow.types",
    "PolicyError": "winnow.errors",
    "Span": "winnow.spans",
    "StoreError": "winnow.errors",
    "Template": "winnow.render",
    "Units": "winnow.types",
    "WinnowError": "winnow.errors",
    "compress": "winnow.chain",
    "load_chain": "winnow.presets",
}

__all__ = sorted(_PLACES)  # noqa: PLE0605 - a test holds it equal to what can be imported
__version__ = "0.1.0"

__getattr__, __dir__ = lazy_attributes(__name__, _PLACES)
