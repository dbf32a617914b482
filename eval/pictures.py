"""Whether a picture can be drawn, found out before the work that it is to show."""

from pathlib import Path

from excerpt.errors import InputError
from excerpt.imports.extras import require

__all__ = ["check_picture"]


def check_picture(path: str | Path, *, option: str = "--picture") -> None:
    """Refuse a picture that could not be written at the end.

    Args:
        path: The file.
        option: What names it.

    Raises:
        InputError: It is of no kind that matplotlib writes.
        MissingExtraError: The extra ``plots`` is not installed.
    """
    require("matplotlib", extra="plots", purpose=f"the picture of {option}")
    from matplotlib.backend_bases import FigureCanvasBase  # noqa: PLC0415 - an optional package

    kinds = sorted(FigureCanvasBase.filetypes)
    if Path(path).suffix.removeprefix(".").lower() not in kinds:
        message = (
            f"{option.lstrip('-')}: {path} is of no kind that can be drawn; end it in .svg or .png "
            f"(of {', '.join(kinds)})"
        )
        raise InputError(message)
