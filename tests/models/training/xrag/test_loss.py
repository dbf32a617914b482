"""The losses against sums by hand."""

import pytest

torch = pytest.importorskip("torch")

from excerpt.models.training.xrag.loss import (  # noqa: E402 - after the skip
    agreement,
    answer_states,
    likelihood,
    likelihood_in_pieces,
)

LOGITS = torch.tensor([[[1.0, 2.0, 0.0], [0.5, 0.0, 3.0], [2.0, 2.0, 1.0], [9.0, 9.0, 9.0]]])
LABELS = torch.tensor([[-100, -100, 2, 0]])


def test_a_token_is_predicted_by_the_place_before_it():
    """Two answer tokens, two rows of logits: those of places 1 and 2."""
    assert torch.equal(answer_states(LOGITS, LABELS), LOGITS[0, 1:3])


def test_the_likelihood_is_that_of_each_answer_token():
    """Prompt and padding take no part."""
    by_hand = -torch.stack([LOGITS[0, 1].log_softmax(-1)[2], LOGITS[0, 2].log_softmax(-1)[0]])
    assert torch.allclose(likelihood(answer_states(LOGITS, LABELS), LABELS), by_hand)


def test_the_divergence_is_the_teachers():
    """KL(teacher || student), token by token."""
    student, teacher = torch.randn(4, 5), torch.randn(4, 5)
    p, q = teacher.softmax(-1), student.softmax(-1)
    assert torch.allclose(agreement(student, teacher), (p * (p / q).log()).sum(-1), atol=1e-6)


def test_a_student_that_says_the_same_costs_nothing():
    """Although the teacher's prompt is longer: the same answer tokens are compared, each where it is predicted.

    The published code compares the places of the labels instead, one too late.
    """
    said = torch.randn(2, 6)
    student = torch.cat([torch.randn(1, 6), said, torch.randn(1, 6)])[None]
    teacher = torch.cat([torch.randn(3, 6), said, torch.randn(1, 6)])[None]
    of_student = answer_states(student, torch.tensor([[-100, -100, 3, 4]]))
    of_teacher = answer_states(teacher, torch.tensor([[-100, -100, -100, -100, 3, 4]]))
    assert agreement(of_student, of_teacher).tolist() == pytest.approx([0.0, 0.0], abs=1e-6)


@pytest.mark.parametrize("bias", [None, torch.randn(7)])
def test_in_pieces_value_and_gradient_are_the_same(bias):
    """300 tokens are three pieces; the reader's matrix takes no gradient."""
    generator = torch.Generator().manual_seed(2)
    labels = torch.randint(0, 7, (2, 151), generator=generator)
    states = torch.randn(300, 5, generator=generator)
    weight = torch.randn(7, 5, generator=generator)
    values, gradients = [], []
    for pieces in (False, True):
        given = (2 * states).requires_grad_()
        if pieces:
            value = likelihood_in_pieces(3 * given, weight, bias, labels)
        else:
            logits = torch.nn.functional.linear(3 * given, weight, bias)
            value = likelihood(logits, labels).sum()
        (value / 4).backward()
        values.append(float(value.detach()))
        gradients.append(given.grad)
    assert values[1] == pytest.approx(values[0], rel=1e-5)
    assert torch.allclose(*gradients, atol=1e-4)
