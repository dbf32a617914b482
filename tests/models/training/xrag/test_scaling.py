"""A projector that learns in scales of its own is stored as one without any."""

import pytest

torch = pytest.importorskip("torch")

from excerpt.models.training.xrag.scaling import Scales  # noqa: E402 - after the skip
from excerpt.models.xrag.projector import make_projector  # noqa: E402 - as above


def test_the_plain_projector_says_the_same():
    """And at first it says what has the mean and the spread of the reader's embeddings."""
    generator = torch.Generator().manual_seed(5)
    vectors = torch.nn.functional.normalize(0.3 + torch.randn(400, 12, generator=generator), dim=1)
    table = 0.1 * torch.randn(50, 16, generator=generator) + 0.4
    learning, plain = make_projector(12, 16), make_projector(12, 16)
    scales = Scales.of(vectors, table, learning)
    with torch.no_grad():
        said = scales.apply(learning, vectors)
        plain.load_state_dict(scales.plain(learning.state_dict()))
        assert torch.allclose(plain(vectors), said, atol=1e-4)
    assert float((said - said.mean(0)).std()) == pytest.approx(float((table - table.mean(0)).std()), rel=0.2)
    assert float(said.mean()) == pytest.approx(0.4, abs=0.2)
