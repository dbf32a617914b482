"""excerpt for Haystack's agents. The code is in `excerpt.adapters.haystack_agents`.

A class of its own for the reason that is given in `haystack_integrations.components.rankers.excerpt`.
"""

from excerpt.adapters import haystack_agents

__all__ = ["ExcerptCompactor"]


class ExcerptCompactor(haystack_agents.ExcerptCompactor):
    """Shortens tool results; `excerpt.adapters.haystack_agents.ExcerptCompactor` has the options."""
