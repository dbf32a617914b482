"""Tests of excerpt.models.training.common.model_page."""

import pytest
from huggingface_hub import ModelCard

from excerpt.models.training.common.model_page import PageText, write_model_page
from excerpt.models.training.common.run_folder import RunFolder, Source

TEXT = PageText(
    title="A head",
    what="It scores.",
    data="Rows became examples.",
    figures="On held-out rows.",
    export="",
    chain='[[stage]]\nuse = "x"\nmodel = "{folder}"',
    library="transformers",
    tag="token-classification",
)


def written(path, base="all-MiniLM-L6-v2"):
    folder = RunFolder(path, {"base": base, "seed": 13}, (Source("a.jsonl", "0" * 64, 1234),), resume=False)
    write_model_page(folder, TEXT, {"f1": 0.5}, {"texts": 1200})
    return path / "README.md"


@pytest.mark.parametrize("base", ["all-MiniLM-L6-v2", "C: a folder #2", "[one]", "- x", "12"])
def test_the_head_is_what_the_hub_reads(tmp_path, base):
    """Whatever stands in the name of the base model, it is one string of valid YAML."""
    head = ModelCard.load(written(tmp_path / "head", base)).data
    assert (head.base_model, head.library_name, head.pipeline_tag) == (base, TEXT.library, TEXT.tag)
    assert head.tags == ["excerpt", "context-compression"]


def test_the_page_has_data_recipe_figures_and_use(tmp_path):
    """All sections, in order, with what was measured and the stage that uses the model."""
    text = ModelCard.load(written(tmp_path / "head")).text
    titles = [line for line in text.splitlines() if line.startswith("#")]
    assert titles == ["# A head", "## Data", "## Recipe", "## Figures", "## Use"]
    for line in (
        "| a.jsonl | 1,234 | `0000000000000000` |",
        "| seed | 13 |",
        "| f1 | 0.5000 |",
        'model = "head"',
    ):
        assert line in text


def test_an_export_comes_before_the_use(tmp_path):
    """A checkpoint that needs it is exported first."""
    folder = RunFolder(tmp_path / "net", {"base": "b"}, (), resume=False)
    exported = PageText(
        **{name: getattr(TEXT, name) for name in TEXT.__slots__} | {"export": "cross-encoder"}
    )
    write_model_page(folder, exported, {}, {})
    text = (folder.path / "README.md").read_text(encoding="utf-8")
    assert text.index("models export net -o net-onnx --task cross-encoder") < text.index('model = "net-onnx"')
