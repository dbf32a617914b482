import pytest

from excerpt.errors import DeadlineExceeded, InputError, ModelError
from excerpt.models.runtime.torch_model import TorchModel


def test_no_sequence_changes_another(checkpoint):
    """The same bytes alone and in company, as on the ONNX side."""
    model = TorchModel(checkpoint("bert"), "encoder")
    sequences = [[2, 7, 8, 3], [2, *range(5, 30), 3], [2, 3]]
    alone = [model.run([ids])[0].tobytes() for ids in sequences]
    assert [states.tobytes() for states in model.run(sequences)] == alone


def test_a_check_that_raises_ends_the_run(checkpoint):
    """The check is called before every sequence."""

    def check():
        raise DeadlineExceeded

    with pytest.raises(DeadlineExceeded):
        TorchModel(checkpoint("bert"), "encoder").run([[2, 3]], check=check)


def test_an_empty_sequence_is_refused(checkpoint):
    """As on the ONNX side."""
    with pytest.raises(InputError, match="no tokens"):
        TorchModel(checkpoint("bert"), "encoder").run([[]])


def test_an_unreadable_checkpoint_is_refused(tmp_path):
    """The reason that transformers gives is in the message."""
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ModelError, match="cannot load"):
        TorchModel(tmp_path, "encoder").run([[1]])
