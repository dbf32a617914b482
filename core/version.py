"""The version, where modules of the package can read it without its face."""

__all__ = ["__version__"]

__version__ = "0.1.0"
