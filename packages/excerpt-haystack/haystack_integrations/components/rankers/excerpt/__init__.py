"""excerpt for Haystack. The code is in `excerpt.adapters.haystack`.

The class is one of its own, not the same by another name: a pipeline is written with the module of its components, and
read back only if that is in a namespace that Haystack trusts, which this one is.
"""

from haystack import component

from excerpt.adapters import haystack

__all__ = ["ExcerptCompressor"]


@component
class ExcerptCompressor(haystack.ExcerptCompressor):
    """Keeps of each document what the question needs; `excerpt.adapters.haystack.ExcerptCompressor` has the options."""
