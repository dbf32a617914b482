import numpy as np

from excerpt.models import load_encoder
from excerpt.models.training.common.kept_states import with_kept_states

TEXTS = ["the miller weighs grain", "old river"]


def test_states_are_near_the_encoders_and_are_not_computed_again(tmp_path, monkeypatch):
    """One byte a number; the second process reads them from the disk."""
    encoder = load_encoder("all-MiniLM-L6-v2")
    first = with_kept_states(encoder, tmp_path).encode(TEXTS)
    exact = encoder.encode(TEXTS)
    cosines = (first * exact).sum(1) / np.linalg.norm(first, axis=1) / np.linalg.norm(exact, axis=1)
    assert cosines.min() > 0.999

    monkeypatch.setattr(encoder.model, "run", lambda *_args, **_options: 1 / 0)
    np.testing.assert_array_equal(with_kept_states(encoder, tmp_path).encode(TEXTS), first)
