import shutil

import numpy as np
import onnx
import pytest

from excerpt.errors import ModelError
from excerpt.models.attention.encoder import EncoderProxy
from excerpt.models.attention.graph import write_attention_graph
from excerpt.models.directories import find_directory
from excerpt.models.export.quantize import quantize

TEXT = "the miller weighs grain , and the wind blows . nobody counted 12 sacks near an old sluice"
SPANS = [(0, 23), (24, 46), (47, 84)]


def torch_features(checkpoint, proxy, question, text, spans):
    """The same from ``output_attentions``: whole maps, cut and averaged here."""
    import torch
    import transformers

    network = transformers.BertModel.from_pretrained(checkpoint, attn_implementation="eager").eval()
    asked = proxy.tokenizer.ids([question])[0]
    context = proxy.tokenizer.pieces([text])[0]
    ids = [2, *asked, 3, *context.ids, 3]
    with torch.inference_mode():
        maps = network(torch.tensor([ids]), output_attentions=True).attentions
    maps = torch.stack(maps)[:, 0].double().numpy()  # layers, heads, queries, keys
    begin = len(asked) + 2
    inside = maps[..., begin : begin + len(context.ids)]
    mass = inside.sum(-1, keepdims=True)
    shares = inside / mass
    queries = [slice(1, 1 + len(asked)), slice(0, 1)]
    features = [
        [
            shares[:, :, rows][..., (context.offsets[:, 1] > start) & (context.offsets[:, 0] < end)].mean(
                (2, 3)
            )
            for rows in queries
        ]
        for start, end in spans
    ]
    masses = [mass[:, :, rows, 0].mean(2) for rows in queries]
    return np.array(features).reshape(len(spans), -1), np.array(masses).reshape(-1)


@pytest.mark.parametrize("question", ["who weighs", "the wind over river stones", "rye"])
@pytest.mark.parametrize("spans", [SPANS, SPANS[1:2], [(0, 84)]])
def test_features_are_those_of_whole_attention_maps(deep_encoder, deep_checkpoint, question, spans):
    """Every layer and head, for question and first token, as torch's maps give them."""
    proxy = EncoderProxy(deep_encoder)
    found = proxy.features(question, TEXT, spans)
    attention, mass = torch_features(deep_checkpoint, proxy, question, TEXT, spans)
    assert found.attention == pytest.approx(attention, abs=1e-5)
    assert found.mass == pytest.approx(mass, abs=1e-5)


def test_an_attention_graph_has_no_weights_of_its_own(deep_encoder):
    """Its matrices stand in model.onnx, and of the bundled one it is a five-hundredth."""
    graph = onnx.load(deep_encoder / "attention.onnx", load_external_data=False)
    shared = [item for item in graph.graph.initializer if item.external_data]
    assert shared
    assert all(item.external_data[0].value == "model.onnx" and not item.raw_data for item in shared)
    bundled = find_directory("all-MiniLM-L6-v2")
    assert (bundled / "attention.onnx").stat().st_size * 400 < (bundled / "model.onnx").stat().st_size


def test_nothing_of_the_size_of_a_map_leaves_the_graph(deep_encoder):
    """One output: layers, heads, queries, sentences."""
    graph = onnx.load(deep_encoder / "attention.onnx", load_external_data=False).graph
    (output,) = graph.output
    shape = [axis.dim_value or axis.dim_param for axis in output.type.tensor_type.shape.dim]
    assert shape == [3, "heads", "queries", "columns"]


def test_what_comes_after_the_last_attention_is_cut_off(deep_encoder):
    """The last layer's values and feed-forward are not computed: fewer products than in the whole encoder."""
    counts = [
        sum(
            node.op_type == "MatMul"
            for node in onnx.load(deep_encoder / name, load_external_data=False).graph.node
        )
        for name in ("attention.onnx", "model.onnx")
    ]
    # Of the last layer four of its seven stay away (values twice, output, two of the feed-forward make five); each
    # layer gets two small ones.
    assert counts[0] == counts[1] - 5 + 2 * 3


def test_an_int8_encoder_has_an_attention_graph_too(deep_encoder, tmp_path):
    """Made in the same way, close to the float one."""
    shutil.copytree(deep_encoder, tmp_path, dirs_exist_ok=True)
    model = onnx.load(str(tmp_path / "model.onnx"))
    onnx.save(quantize(model, "int8"), str(tmp_path / "model.onnx"))
    write_attention_graph(tmp_path / "model.onnx")
    exact = EncoderProxy(deep_encoder).features("who weighs", TEXT, SPANS).attention
    close = EncoderProxy(tmp_path).features("who weighs", TEXT, SPANS).attention
    assert np.corrcoef(exact.ravel(), close.ravel())[0, 1] > 0.98


def test_a_graph_without_attention_is_refused():
    """A head on token states is no encoder."""
    head = find_directory("excerpt-token-classifier") / "head.onnx"
    with pytest.raises(ModelError, match="has 0 layers of attention"):
        write_attention_graph(head)


def test_a_missing_model_is_named(tmp_path):
    """The message has the path."""
    with pytest.raises(ModelError, match=r"there is no .*model\.onnx"):
        write_attention_graph(tmp_path / "model.onnx")
