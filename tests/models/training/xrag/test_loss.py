"""The losses against sums by hand."""

import pytest

torch = pytest.importorskip("torch")

from excerpt.models.training.xrag.loss import agreement, answer_logits, likelihood  # noqa: E402 - after the skip

LOGITS = torch.tensor([[[1.0, 2.0, 0.0], [0.5, 0.0, 3.0], [2.0, 2.0, 1.0], [9.0, 9.0, 9.0]]])
LABELS = torch.tensor([[-100, -100, 2, 0]])


def test_a_token_is_predicted_by_the_place_before_it():
    """Two answer tokens, two rows of logits: those of places 1 and 2."""
    assert torch.equal(answer_logits(LOGITS, LABELS), LOGITS[0, 1:3])


def test_the_likelihood_is_the_mean_over_answer_tokens():
    """Prompt and padding take no part."""
    by_hand = -(LOGITS[0, 1].log_softmax(-1)[2] + LOGITS[0, 2].log_softmax(-1)[0]) / 2
    assert torch.allclose(likelihood(LOGITS, LABELS), by_hand)


def test_the_divergence_is_the_teachers():
    """KL(teacher || student), mean over tokens."""
    student, teacher = torch.randn(4, 5), torch.randn(4, 5)
    p, q = teacher.softmax(-1), student.softmax(-1)
    assert torch.allclose(agreement(student, teacher), (p * (p / q).log()).sum() / 4, atol=1e-6)


def test_a_student_that_says_the_same_costs_nothing():
    """Although the teacher's prompt is longer: the same answer tokens are compared, each where it is predicted.

    The published code compares the places of the labels instead, one too late.
    """
    said = torch.randn(2, 6)
    student = torch.cat([torch.randn(1, 6), said, torch.randn(1, 6)])[None]
    teacher = torch.cat([torch.randn(3, 6), said, torch.randn(1, 6)])[None]
    of_student = answer_logits(student, torch.tensor([[-100, -100, 3, 4]]))
    of_teacher = answer_logits(teacher, torch.tensor([[-100, -100, -100, -100, 3, 4]]))
    assert float(agreement(of_student, of_teacher)) == pytest.approx(0.0, abs=1e-6)
