import threading

import numpy as np
import pytest

from excerpt.errors import DeadlineExceeded, InputError, ModelError
from excerpt.models.directories import find_directory
from excerpt.models.registry import load_encoder
from excerpt.models.runtime.onnx import OnnxModel

SEQUENCES = [[101, *range(2000, 2000 + length), 102] for length in (3, 40, 1, 17, 90, 8, 8, 25)]


@pytest.fixture(scope="module")
def path():
    return find_directory("all-MiniLM-L6-v2") / "model.onnx"


def test_the_output_has_one_row_a_token_in_the_order_given(path):
    """Results stand in the order of the sequences, each as long as its own."""
    assert [states.shape for states in OnnxModel(path).run(SEQUENCES)] == [
        (len(ids), 384) for ids in SEQUENCES
    ]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_no_sequence_changes_another(path, threads):
    """Alone, together, in another order, on any number of threads: the same bytes."""
    alone = [OnnxModel(path, threads=1).run([ids])[0].tobytes() for ids in SEQUENCES]
    model = OnnxModel(path, threads=threads)
    assert [states.tobytes() for states in model.run(SEQUENCES)] == alone
    assert [states.tobytes() for states in model.run(SEQUENCES[::-1])] == alone[::-1]


def test_one_model_serves_many_threads(path):
    """Calls from several threads at once give what one call gives."""
    model = OnnxModel(path, threads=2)
    expected = [states.tobytes() for states in model.run(SEQUENCES)]
    found = []
    callers = [
        threading.Thread(target=lambda: found.append([s.tobytes() for s in model.run(SEQUENCES)]))
        for _ in range(4)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert found == [expected] * 4


def test_nothing_in_nothing_out(path):
    """No sequences need no session."""
    assert OnnxModel(path).run([]) == []


def test_an_empty_sequence_is_named(path):
    """The position of the sequence without tokens is in the message."""
    with pytest.raises(InputError, match="sequence 1 has no tokens"):
        OnnxModel(path).run([[101, 102], []])


def test_a_check_that_raises_ends_the_run(path):
    """A deadline stops a long run between two sequences."""
    left = iter([None, None])

    def check():
        if next(left, "none") == "none":
            raise DeadlineExceeded

    with pytest.raises(DeadlineExceeded):
        OnnxModel(path, threads=2).run(SEQUENCES * 50, check=check)


def test_a_missing_file_is_named(tmp_path):
    """The message holds the path."""
    with pytest.raises(ModelError, match=r"no model file at .*gone\.onnx"):
        OnnxModel(tmp_path / "gone.onnx").run([[1]])


def test_a_file_that_is_not_onnx_is_refused(tmp_path):
    """A broken file is an error of ours, with the reason."""
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="cannot open"):
        OnnxModel(tmp_path / "model.onnx").run([[1]])


def test_an_id_outside_the_vocabulary_is_refused(path):
    """An impossible id is an error of ours, not a crash."""
    with pytest.raises(ModelError, match="failed on a sequence of 3 tokens"):
        OnnxModel(path).run([[101, 999_999, 102]])


@pytest.mark.parametrize("batch", [1, 7, 64])
def test_a_text_has_one_vector_whatever_the_batch(batch):
    """Invariant 5 on real texts: the same bytes in batches of 1, 7 and 64."""
    texts = [f"Sack {number} of {number % 9 + 1} " + "weighs more " * (number % 13) for number in range(64)]
    whole = load_encoder(threads=2).encode(texts)
    encoder = load_encoder(threads=1)
    parts = [encoder.encode(texts[start : start + batch]) for start in range(0, 64, batch)]
    assert np.concatenate(parts).tobytes() == whole.tobytes()
