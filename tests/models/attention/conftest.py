"""A tiny encoder of three layers, exported with its attention graph."""

import shutil

import pytest


@pytest.fixture(scope="session")
def deep_checkpoint(checkpoint, tmp_path_factory):
    """Three layers of four heads, as ``save_pretrained`` leaves them."""
    import torch
    import transformers

    folder = tmp_path_factory.mktemp("deep")
    shutil.copytree(checkpoint("bert"), folder, dirs_exist_ok=True)
    config = transformers.BertConfig.from_pretrained(folder, num_hidden_layers=3)
    with torch.random.fork_rng():
        torch.manual_seed(5)
        network = transformers.BertModel(config).eval()
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=0.25) if parameter.dim() > 1 else None
    network.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def deep_encoder(deep_checkpoint, tmp_path_factory):
    """The same without torch."""
    from excerpt.models.attention.graph import write_attention_graph
    from excerpt.models.export.checkpoint import export_model

    target = tmp_path_factory.mktemp("exported") / "deep"
    export_model(deep_checkpoint, target, task="encoder")
    write_attention_graph(target / "model.onnx")
    return target
