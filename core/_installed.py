"""What stands above the core: the one module beside the command line that names the rooms to it.

`excerpt` calls this before anything else of the package runs. It imports no room: a table is read when a name in it
is first looked up (`excerpt.registry`).
"""

from excerpt import registry

__all__ = ["declare_tables"]


def declare_tables() -> None:
    """Tell the core's registries where the rooms' rows stand."""
    registry.COMPRESSORS.declare("excerpt.compressors.registered:COMPRESSORS")
    registry.SCORERS.declare("excerpt.compressors.registered:SCORERS")
    registry.SELECTORS.declare("excerpt.compressors.registered:SELECTORS")
    registry.SPLITTERS.declare("excerpt.compressors.registered:SPLITTERS")
    registry.GATES.declare("excerpt.compressors.registered:GATES")
    registry.PRESETS.declare("excerpt.compressors.registered:PRESETS")
    registry.DEFAULTS.declare("excerpt.compressors.registered:DEFAULTS")
    registry.DEFAULTS.declare("excerpt.models.registered:DEFAULTS")
