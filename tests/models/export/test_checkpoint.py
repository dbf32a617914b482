import numpy as np
import pytest

from excerpt.errors import InputError, ModelError
from excerpt.models.card import read_card
from excerpt.models.export.checkpoint import export_model
from excerpt.models.registry import load_cross_encoder, load_encoder, load_token_classifier

KINDS = ["bert", "distilbert", "roberta", "xlm-roberta"]
TEXTS = ["the wind", "nobody counted the sacks of rye in 1903", "", "風 籾 café", "grain " * 100]


@pytest.mark.parametrize("kind", KINDS)
def test_an_exported_encoder_gives_the_vectors_of_torch(kind, checkpoint, exported):
    """Float exports agree with torch on texts of any length, windowed ones included."""
    ours = load_encoder(exported(kind)).encode(TEXTS)
    theirs = load_encoder(checkpoint(kind)).encode(TEXTS)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_an_exported_token_classifier_gives_the_probabilities_of_torch(kind, checkpoint, exported):
    """Keep probabilities agree with torch for both families."""
    ours = load_token_classifier(exported(kind, "token-classifier"))
    theirs = load_token_classifier(checkpoint(kind, "ForTokenClassification"))
    windows = [ours.frame(ids) for ids in ours.tokenizer.ids(TEXTS[:4])]
    for left, right in zip(ours.keep_probabilities(windows), theirs.keep_probabilities(windows), strict=True):
        np.testing.assert_allclose(left, right, atol=1e-5)


def test_an_exported_cross_encoder_reads_the_segments(checkpoint, exported):
    """A BERT cross-encoder is told which tokens are the query's and which the text's."""
    texts = TEXTS[:2]
    ours = load_cross_encoder(exported("bert", "cross-encoder")).score("who counted", texts)
    theirs = load_cross_encoder(checkpoint("bert", "ForSequenceClassification")).score("who counted", texts)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("quantization", ["int8", "int8-mixed", "int8-blocks"])
def test_quantized_vectors_point_the_same_way(quantization, exported):
    """Quantization costs little: cosine to the float vectors stays near one."""
    exact = load_encoder(exported("bert")).encode(TEXTS)
    rough = load_encoder(exported("bert", "encoder", quantization)).encode(TEXTS)
    cosines = (exact * rough).sum(1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(rough, axis=1)
    assert cosines.min() > 0.98


def test_an_int8_export_is_smaller(exported):
    """The int8 file is well under half of the float one even on a tiny model."""
    sizes = [(exported("bert", "encoder", kind) / "model.onnx").stat().st_size for kind in ("none", "int8")]
    assert sizes[1] < 0.7 * sizes[0]


def test_the_card_says_what_was_done(exported, checkpoint):
    """`excerpt-model.json` holds the task, the limits and the sha256 of what it came from."""
    card = read_card(exported("xlm-roberta"), "encoder")
    assert (card.task, card.dim, card.max_tokens, card.pooling) == ("encoder", 32, 40, "mean")
    assert len(card.source_sha256) == 64
    assert dict(card.files).keys() == {"model.onnx", "tokenizer.json"}


def test_the_export_holds_no_path_of_the_machine(exported, checkpoint):
    """The exporter's stack traces and paths are stripped."""
    content = (exported("bert") / "model.onnx").read_bytes()
    assert b"site-packages" not in content
    assert b".py" not in content


def test_a_directory_with_files_is_left_alone(tmp_path, checkpoint):
    """Nothing is overwritten."""
    (tmp_path / "precious").write_text("x")
    with pytest.raises(InputError, match="not an empty directory"):
        export_model(checkpoint("bert"), tmp_path, task="encoder")


def test_an_export_is_not_exported_again(tmp_path, exported):
    """It has no torch weights; transformers would speak of a model type."""
    with pytest.raises(ModelError, match="runs without torch already; give the checkpoint"):
        export_model(exported("bert"), tmp_path / "again", task="encoder")


def test_a_failed_export_leaves_nothing_behind(tmp_path, checkpoint):
    """A difference over the tolerance is an error, and no directory appears."""
    with pytest.raises(ModelError, match="differs from torch"):
        export_model(checkpoint("bert"), tmp_path / "out", task="encoder", tolerance=0.0)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_head_is_refused(tmp_path, checkpoint):
    """Random weights never pass for a classifier."""
    with pytest.raises(ModelError, match="lacks 2 weights that the task token-classifier needs"):
        export_model(checkpoint("bert"), tmp_path / "out", task="token-classifier")
