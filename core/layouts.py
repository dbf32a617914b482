"""Layouts by the names of a template and an order."""

from excerpt.errors import ConfigError
from excerpt.render import ORDERS, TEMPLATES, Layout, Template
from excerpt.sections import SectionLayout

__all__ = ["layout"]


def layout(
    template: Template | str = "plain", order: str = "document", *, preserve_slots: bool = False
) -> Layout:
    """A layout from names.

    Raises:
        ConfigError: No such template or order, or the template is of another kind.
    """
    if isinstance(template, str):
        if template not in TEMPLATES:
            message = f"template: there is no {template!r}; there are {', '.join(sorted(TEMPLATES))}"
            raise ConfigError(message)
        template = TEMPLATES[template]
    if not isinstance(template, Template):
        message = f"template: expected an excerpt.Template or one of {', '.join(sorted(TEMPLATES))}, got {template!r}"
        raise ConfigError(message)
    if order not in ORDERS:
        message = f"order: there is no {order!r}; there are {', '.join(ORDERS)}"
        raise ConfigError(message)
    if template is TEMPLATES["sections"]:
        return SectionLayout(template, order, preserve_slots)
    return Layout(template, order, preserve_slots)
