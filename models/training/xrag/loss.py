"""The losses of xRAG: likelihood of the answer, and agreement with the reader that reads the text."""

from typing import Any

from excerpt.imports.extras import require

__all__ = ["agreement", "answer_logits", "likelihood"]

_IGNORED = -100
_PURPOSE = "training xRAG"


def answer_logits(logits: Any, labels: Any) -> Any:  # noqa: ANN401 - torch tensors
    """The logits that predict an answer's tokens, in order, ``(answer tokens of the batch, vocabulary)``.

    The token at a position is predicted by the logits of the position before it. xRAG's published code shifts so for
    the likelihood and not for the distillation, whose two sides then compare different places.

    Args:
        logits: ``(batch, tokens, vocabulary)``.
        labels: ``(batch, tokens)``, -100 outside of the answer.
    """
    return logits[:, :-1][labels[:, 1:] != _IGNORED].float()


def likelihood(logits: Any, labels: Any) -> Any:  # noqa: ANN401 - torch tensors
    """Mean negative log-likelihood of the answers' tokens, in nats.

    Args:
        logits: ``(batch, tokens, vocabulary)``.
        labels: ``(batch, tokens)``, -100 outside of the answer.
    """
    functional = require("torch.nn.functional", extra="train", purpose=_PURPOSE)
    wanted = labels[:, 1:][labels[:, 1:] != _IGNORED]
    return functional.cross_entropy(answer_logits(logits, labels), wanted)


def agreement(student: Any, teacher: Any) -> Any:  # noqa: ANN401 - torch tensors
    """KL(teacher || student) at temperature 1, mean over the answers' tokens, in nats.

    Args:
        student: `answer_logits` of the reader that reads vectors.
        teacher: Those of the same reader reading the text; the same tokens.
    """
    functional = require("torch.nn.functional", extra="train", purpose=_PURPOSE)
    return functional.kl_div(
        student.log_softmax(-1), teacher.log_softmax(-1), reduction="batchmean", log_target=True
    )
