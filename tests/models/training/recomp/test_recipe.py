import json

import numpy as np
import pytest
from click.testing import CliRunner
from fakes.tiny_token_classifiers import OBJECTS, SUBJECTS, VERBS, make_wordpiece

from excerpt import compress
from excerpt.chain import Chain
from excerpt.cli.train.recomp import command
from excerpt.compressors import RecompExtractive
from excerpt.errors import InputError
from excerpt.models.export.checkpoint import export_model
from excerpt.models.registry import load_encoder
from excerpt.models.training.recomp.recipe import RecompRecipe, train


class StopError(Exception):
    """Stands for a kill: the training goes no further."""


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    """A plain encoder with the layout of a Hugging Face checkpoint."""
    import transformers

    folder = make_wordpiece(tmp_path_factory.mktemp("base") / "tiny", placeholders=0)
    transformers.AutoModel.from_pretrained(folder).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def questions(tmp_path_factory):
    path = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    rows = []
    for n in range(20):
        subject, thing = SUBJECTS[n % len(SUBJECTS)], OBJECTS[n % len(OBJECTS)]
        useful = f"{subject} {VERBS[n % len(VERBS)]} {thing} on day {n}."
        passage = {
            "title": "Mill",
            "text": f"{useful} The wind turned. Nobody came.",
            "evidence": [[0, len(useful)]],
        }
        rows.append({"id": n, "question": f"what did {subject} do on day {n}", "passages": [passage]})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def recipe(base, **changes):
    settings = {"epochs": 1.0, "batch": 8, "negatives": 2, "checkpoint_every": 2, "learning_rate": 0.01}
    return RecompRecipe(str(base), **(settings | changes))


@pytest.fixture(scope="session")
def trained(base, questions, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained") / "mine"
    return folder, train([questions], folder, recipe(base))


def test_a_training_measures_before_and_after(trained):
    """On a question that it has not seen."""
    _, figures = trained
    assert figures.keys() == {"recall@1 before", "recall@3 before", "recall@1", "recall@3"}
    assert figures["recall@3"] == 1.0


def test_the_folder_holds_model_card_log_and_curve(trained):
    """And no optimiser state, no pickle, no path of this machine."""
    folder, _ = trained
    assert {path.name for path in folder.iterdir()} >= {
        "model.safetensors", "modules.json", "README.md", "training.json", "curve.png",
    }  # fmt: skip
    assert not [path for path in folder.rglob("*") if path.suffix in {".bin", ".pt", ".pth"}]
    assert not (folder / "checkpoints").exists()
    texts = [path.read_text() for path in folder.iterdir() if path.suffix in {".md", ".json"}]
    assert not [text for text in texts if str(folder.parent.parent) in text]


def test_the_card_tells_data_recipe_and_figures(trained):
    """Questions, triples, and what was measured."""
    folder, figures = trained
    card = (folder / "README.md").read_text()
    assert "| questions.jsonl | 20 |" in card
    assert "| triples | 38 |" in card
    assert f"| recall@1 before | {figures['recall@1 before']:.4f} |" in card


def test_the_compressor_takes_it_with_raw_dot_products(trained):
    """The folder itself is a model; its own settings say dot."""
    folder, _ = trained
    compressor = RecompExtractive(str(folder))
    assert compressor.scorer.similarity == "dot"
    kept = compress(
        "what did She do", ["She lost barley. The wind turned."], budget=6, chain=Chain([compressor])
    )
    assert kept.text in {"She lost barley.", "The wind turned."}


def test_it_exports(trained, tmp_path):
    """To vectors as torch gives them."""
    folder, _ = trained
    export_model(folder, tmp_path / "onnx", task="encoder")
    texts = ["The miller sold barley.", "rye " * 150]
    ours, theirs = (load_encoder(place).encode(texts) for place in (tmp_path / "onnx", folder))
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_a_stopped_training_goes_on_to_the_same_weights(trained, base, questions, tmp_path):
    """At once, or with a stop on the way: the same bytes; what was mined is not mined again."""

    def stop(_what, step, *_):
        if step == 3:
            raise StopError

    again = tmp_path / "again"
    with pytest.raises(StopError):
        train([questions], again, recipe(base), progress=stop)
    train([questions], again, recipe(base), resume=True)
    assert (again / "model.safetensors").read_bytes() == (trained[0] / "model.safetensors").read_bytes()


def test_a_model_for_cosine_says_so(base, questions, tmp_path):
    """Its last module scales to length 1, which the compressor reads as cosine."""
    options = [
        "-o",
        str(tmp_path / "cosine"),
        "--base",
        str(base),
        "--similarity",
        "cosine",
        "--epochs",
        "0.1",
        "-q",
    ]
    CliRunner().invoke(command, [str(questions), *options], catch_exceptions=False)
    assert RecompExtractive(str(tmp_path / "cosine")).scorer.similarity == "cosine"


def test_too_little_to_learn_from_is_said(base, tmp_path):
    """With what the rows lack."""
    (tmp_path / "q.jsonl").write_text('{"question": "who", "passages": ["Nobody came. The wind turned."]}')
    with pytest.raises(InputError, match="0 questions have both"):
        train([tmp_path / "q.jsonl"], tmp_path / "out", recipe(base))
