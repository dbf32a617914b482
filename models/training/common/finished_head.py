"""The end of every training of a head: the head itself, its card, its curve and its page."""

from typing import TYPE_CHECKING

from torch import nn

from excerpt.models.card import HeadKind
from excerpt.models.training.common.curve import draw_curve
from excerpt.models.training.common.head_export import write_encoder_head
from excerpt.models.training.common.heads import FitResult
from excerpt.models.training.common.model_page import PageText, write_model_page
from excerpt.models.training.common.run_folder import RunFolder

if TYPE_CHECKING:
    from excerpt.models.tasks.encoder import SentenceEncoder

__all__ = ["finish_head"]

_LINES = {"loss": "training loss", "eval_recall@1": "held-out recall@1", "eval_recall@3": "held-out recall@3"}


def finish_head(  # noqa: PLR0913 - what was trained, on what, how it went, and where it goes
    folder: RunFolder,
    head: nn.Module,
    encoder: "SentenceEncoder",
    fitted: FitResult,
    *,
    dim: int,
    kind: HeadKind,
    page: PageText,
    questions: tuple[int, int],
) -> dict[str, float]:
    """Write a trained head that makes another encoder of ``encoder``, and close its folder.

    Args:
        folder: Of the training.
        head: From token states to token vectors, where cosine is meant.
        encoder: Whose states it was trained on.
        fitted: How the training went.
        dim: Length of a token's vector.
        kind: The compressor that the head was trained for.
        page: What its page says.
        questions: How many were trained on, and held out.

    Returns:
        The held-out figures, and the same ``before`` the training.
    """
    write_encoder_head(head, encoder, folder.path, dim, normalize=True, kind=kind)
    draw_curve(fitted.history, folder.path / "curve.png", _LINES)
    figures = fitted.with_start()
    counts = dict(zip(("questions", "questions held out"), questions, strict=True))
    write_model_page(folder, page, figures, counts)
    folder.finish(figures, fitted.history)
    return figures
