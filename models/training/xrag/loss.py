"""The losses of xRAG: likelihood of the answer, and agreement with the reader that reads the text."""

from typing import Any

from excerpt.imports.extras import require

__all__ = ["agreement", "answer_states", "likelihood", "likelihood_in_pieces"]

_IGNORED = -100
_PURPOSE = "training xRAG"
_PIECE = 128  # rows of logits at once: of 50,000 words 25 MB, which a processor's cache may hold


def answer_states(states: Any, labels: Any) -> Any:  # noqa: ANN401 - torch tensors
    """The states, or logits, that predict an answer's tokens, in order, ``(answer tokens of the batch, ...)``.

    The token at a position is predicted by the position before it. xRAG's published code shifts so for the likelihood
    and not for the distillation, whose two sides then compare different places.

    Args:
        states: ``(batch, tokens, ...)``.
        labels: ``(batch, tokens)``, -100 outside of the answer.
    """
    return states[:, :-1][labels[:, 1:] != _IGNORED]


def likelihood(logits: Any, labels: Any) -> Any:  # noqa: ANN401 - torch tensors
    """Negative log-likelihood of each of the answers' tokens, in nats, ``(answer tokens of the batch,)``.

    Args:
        logits: Of `answer_states`.
        labels: ``(batch, tokens)``, -100 outside of the answer.
    """
    functional = require("torch.nn.functional", extra="train", purpose=_PURPOSE)
    wanted = labels[:, 1:][labels[:, 1:] != _IGNORED]
    return functional.cross_entropy(logits, wanted, reduction="none")


def likelihood_in_pieces(states: Any, weight: Any, bias: Any, labels: Any) -> Any:  # noqa: ANN401 - torch tensors
    """The sum of `likelihood` over a batch, from states, without all logits in memory at once.

    What a state's gradient is is known as soon as its logits are, so these are dropped again: the logits of a batch are
    by far its largest tensors, and reading and writing them several times takes longer than making them. Weight and
    bias get no gradient. Only for one backward pass.

    Args:
        states: Of `answer_states`.
        weight: ``(vocabulary, dim)``.
        bias: ``(vocabulary,)`` or None.
        labels: ``(batch, tokens)``, -100 outside of the answer.
    """
    torch = require("torch", extra="train", purpose=_PURPOSE)
    wanted = labels[:, 1:][labels[:, 1:] != _IGNORED]
    total = torch.zeros((), device=states.device)
    gradient = torch.empty_like(states)
    with torch.no_grad():
        for start in range(0, len(states), _PIECE):
            end = start + _PIECE
            logits = torch.nn.functional.linear(states[start:end], weight, bias).float()
            logits -= logits.amax(1, keepdim=True)
            said = wanted[start:end, None]
            at_said = logits.gather(1, said)
            sums = logits.exp_().sum(1, keepdim=True)
            total += (sums.log() - at_said).sum()
            logits /= sums
            logits.scatter_add_(1, said, torch.full_like(at_said, -1.0))
            gradient[start:end] = logits.to(weight.dtype) @ weight
    return _with_gradient(states, gradient, total)


def _with_gradient(states: Any, gradient: Any, total: Any) -> Any:  # noqa: ANN401 - torch tensors
    """A number whose gradient is known: its value is ``total``, and what flows back from it is ``gradient``."""
    if not states.requires_grad:
        return total
    linear = (states * gradient).sum(dtype=total.dtype)
    return linear - linear.detach() + total


def agreement(student: Any, teacher: Any) -> Any:  # noqa: ANN401 - torch tensors
    """KL(teacher || student) at temperature 1, of each of the answers' tokens, in nats.

    Args:
        student: Logits of the reader that reads vectors, ``(answer tokens, vocabulary)``.
        teacher: Those of the same reader reading the text; the same tokens.
    """
    functional = require("torch.nn.functional", extra="train", purpose=_PURPOSE)
    divergences = functional.kl_div(
        student.log_softmax(-1), teacher.log_softmax(-1), reduction="none", log_target=True
    )
    return divergences.sum(-1)
