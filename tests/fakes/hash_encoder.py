"""The public encoder without a model, by the name that the tests know."""

from excerpt.testing import HashEncoder

__all__ = ["HashEncoder"]
