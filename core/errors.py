"""Every error excerpt raises on purpose.

::

    ExcerptError
    ├── InputError        (ValueError)   a query, passage, record or option is wrong
    │   ├── BudgetError                  a budget that cannot be read or met
    │   └── WriteError    (OSError)      a file cannot be written: a full disk, no such folder
    ├── ConfigError       (ValueError)   a chain, preset or TOML file is wrong
    ├── PolicyError       (ValueError)   a calibrated policy cannot be made, read or used here
    ├── ModelError        (RuntimeError) a model cannot be read or trusted
    │   └── NoModelError  (ValueError)   there is no model or tokenizer of that name
    ├── StoreError        (RuntimeError) an index or result file is corrupt or foreign
    │   └── NoIndexError  (ValueError)   there is no index at that place
    ├── DeadlineExceeded  (TimeoutError) a stage ran out of the time it was given
    └── MissingExtraError (ImportError)  an optional package is not installed

Each message says what was wrong, where, and what to do about it.
"""

__all__ = [
    "BudgetError",
    "ConfigError",
    "DeadlineExceeded",
    "ExcerptError",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "NoIndexError",
    "NoModelError",
    "PolicyError",
    "StoreError",
    "WriteError",
]


class ExcerptError(Exception):
    """Root of the tree: catch this to catch everything excerpt raises on purpose."""


class InputError(ExcerptError, ValueError):
    """A query, a passage, a record or an option has the wrong type or value."""


class BudgetError(InputError):
    """A budget cannot be read, or contradicts itself."""


class WriteError(InputError, OSError):
    """A file cannot be written where it was asked for: the disk is full, or there is no such folder, or no right to."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""  # OSError would print number and file name instead


class ConfigError(ExcerptError, ValueError):
    """A chain, a preset or a configuration file is wrong."""


class PolicyError(ExcerptError, ValueError):
    """A calibrated policy cannot be made, cannot be read, or belongs to another chain."""


class ModelError(ExcerptError, RuntimeError):
    """A model cannot be found, read, or does not match its manifest."""


class NoModelError(ModelError, ValueError):
    """There is no model, or no tokenizer, of the name that was given."""


class StoreError(ExcerptError, RuntimeError):
    """An index or a result file is corrupt, incomplete or not one of ours."""


class NoIndexError(StoreError, ValueError):
    """There is no index where one was to be opened."""


class DeadlineExceeded(ExcerptError, TimeoutError):  # noqa: N818 - reads as what happened
    """A stage ran out of the time it was given."""


class MissingExtraError(ExcerptError, ImportError):
    """An optional package is not installed; the message names the extra that brings it."""
