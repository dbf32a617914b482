"""excerpt: context compression for prompts and retrieval-augmented generation.

    >>> from excerpt import compress
    >>> result = compress("who ...?", passages, budget=200)  # doctest: +SKIP

Names are loaded on first use: ``import excerpt`` imports none of the heavy packages.
"""

from typing import TYPE_CHECKING

from excerpt._installed import declare_tables
from excerpt.imports.lazy import lazy_attributes
from excerpt.privacy import keep_private
from excerpt.version import __version__ as __version__

if TYPE_CHECKING:
    from excerpt.budget import Budget as Budget
    from excerpt.chain import Chain as Chain
    from excerpt.errors import BudgetError as BudgetError
    from excerpt.errors import ConfigError as ConfigError
    from excerpt.errors import DeadlineExceeded as DeadlineExceeded
    from excerpt.errors import ExcerptError as ExcerptError
    from excerpt.errors import InputError as InputError
    from excerpt.errors import MissingExtraError as MissingExtraError
    from excerpt.errors import ModelError as ModelError
    from excerpt.errors import PolicyError as PolicyError
    from excerpt.errors import StoreError as StoreError
    from excerpt.presets import acompress as acompress
    from excerpt.presets import compress as compress
    from excerpt.presets import load_chain as load_chain
    from excerpt.render import Template as Template
    from excerpt.values.compressed import Compressed as Compressed
    from excerpt.values.kept import KeptPassage as KeptPassage
    from excerpt.values.spans import Span as Span
    from excerpt.values.types import Context as Context
    from excerpt.values.types import Passage as Passage
    from excerpt.values.types import Units as Units

_PLACES = {
    "Budget": "excerpt.budget",
    "BudgetError": "excerpt.errors",
    "Chain": "excerpt.chain",
    "Compressed": "excerpt.values.compressed",
    "ConfigError": "excerpt.errors",
    "Context": "excerpt.values.types",
    "DeadlineExceeded": "excerpt.errors",
    "InputError": "excerpt.errors",
    "KeptPassage": "excerpt.values.kept",
    "MissingExtraError": "excerpt.errors",
    "ModelError": "excerpt.errors",
    "Passage": "excerpt.values.types",
    "PolicyError": "excerpt.errors",
    "Span": "excerpt.values.spans",
    "StoreError": "excerpt.errors",
    "Template": "excerpt.render",
    "Units": "excerpt.values.types",
    "ExcerptError": "excerpt.errors",
    "acompress": "excerpt.presets",
    "compress": "excerpt.presets",
    "load_chain": "excerpt.presets",
}

__all__ = sorted(_PLACES)  # noqa: PLE0605 - a test holds it equal to what can be imported

__getattr__, __dir__ = lazy_attributes(__name__, _PLACES)

keep_private()  # before anything is imported that would send statistics
declare_tables()
