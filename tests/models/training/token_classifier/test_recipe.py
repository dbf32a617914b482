import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes.tiny_token_classifiers import make_wordpiece

from excerpt.cli.train.token_classifier import command
from excerpt.errors import InputError, ModelError
from excerpt.models.export.checkpoint import export_model
from excerpt.models.registry import load_token_classifier
from excerpt.models.training.token_classifier.examples import Labelled
from excerpt.models.training.token_classifier.recipe import TokenClassifierRecipe, _Encoding, _joined, train

SENTENCE = "The miller sold barley and Dr. Okafor measured 1,250 sacks"


class StopError(Exception):
    """Stands for a kill: the training goes no further."""


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    return make_wordpiece(tmp_path_factory.mktemp("base") / "tiny", placeholders=0)


@pytest.fixture(scope="session")
def pairs(tmp_path_factory):
    path = tmp_path_factory.mktemp("pairs") / "pairs.jsonl"
    keep = [int(word[0].isupper() or word[0].isdigit()) for word in SENTENCE.split()]
    rows = [{"source": f"{SENTENCE} {n}", "keep": [*keep, 1]} for n in range(21)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def recipe(base, **changes):
    settings = {
        "epochs": 1.0,
        "batch": 5,
        "window": 48,
        "join": 1,
        "checkpoint_every": 2,
        "learning_rate": 0.01,
    }
    return TokenClassifierRecipe(str(base), **(settings | changes))


def weights(folder):
    return (Path(folder) / "model.safetensors").read_bytes()


@pytest.fixture(scope="session")
def trained(base, pairs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained") / "mine"
    figures = train([pairs], folder, recipe(base))
    return folder, figures


def test_a_training_measures_on_texts_it_has_not_seen(trained):
    """Shares between 0 and 1, and the share of words to keep in truth."""
    _, figures = trained
    assert figures.keys() == {"accuracy", "f1", "kept", "loss"}
    assert all(0 <= figures[name] <= 1 for name in ("accuracy", "f1", "kept"))


def test_the_folder_holds_model_card_log_and_curve(trained):
    """And no optimiser state, no pickle, no path of this machine."""
    folder, _ = trained
    names = {path.name for path in folder.iterdir()}
    assert names >= {
        "model.safetensors",
        "config.json",
        "tokenizer.json",
        "README.md",
        "training.json",
        "curve.png",
    }
    assert not [path for path in folder.rglob("*") if path.suffix in {".bin", ".pt", ".pth"}]
    texts = [path.read_text() for path in folder.iterdir() if path.suffix in {".md", ".json"}]
    assert not [text for text in texts if str(folder.parent.parent) in text]


def test_the_card_tells_data_recipe_and_figures(trained, pairs):
    """With the name, size and sha256 of each source."""
    folder, figures = trained
    card = (folder / "README.md").read_text()
    assert "| pairs.jsonl | 21 |" in card
    assert "| learning_rate | 0.01 |" in card
    assert f"| f1 | {figures['f1']:.4f} |" in card


def test_the_model_runs_and_exports(trained, tmp_path):
    """As it is with torch, and the same numbers as ONNX."""
    folder, _ = trained
    export_model(folder, tmp_path / "onnx", task="token-classifier")
    theirs, ours = load_token_classifier(folder), load_token_classifier(tmp_path / "onnx")
    assert ours.labels == ("drop", "keep")
    windows = [ours.frame(ids) for ids in ours.tokenizer.ids([SENTENCE])]
    left, right = ours.keep_probabilities(windows)[0], theirs.keep_probabilities(windows)[0]
    assert left == pytest.approx(right, abs=1e-4)


def test_a_stopped_training_goes_on_to_the_same_weights(trained, base, pairs, tmp_path):
    """Four steps at once, or two, a stop, and two more: the same bytes."""

    def stop(_what, step, *_):
        if step == 3:
            raise StopError

    folder, _ = trained
    with pytest.raises(StopError):
        train([pairs], tmp_path / "again", recipe(base), progress=stop)
    steps = []
    train(
        [pairs],
        tmp_path / "again",
        recipe(base),
        resume=True,
        progress=lambda _what, step, *_: steps.append(step),
    )
    assert min(steps) == 3
    assert weights(tmp_path / "again") == weights(folder)


def test_fewer_layers_are_kept(base, pairs, tmp_path):
    """The first ones; frozen ones stay as they were."""
    from safetensors.numpy import load_file

    fixed = [str(pairs), "-o", str(tmp_path / "small"), "--base", str(base), "-q"]
    options = ["--layers", "1", "--frozen", "1", "--epochs", "0.2", "--learning-rate", "0.01"]
    CliRunner().invoke(command, [*fixed, *options], catch_exceptions=False)
    before, after = (load_file(folder / "model.safetensors") for folder in (base, tmp_path / "small"))
    name = "bert.encoder.layer.0.output.dense.weight"
    assert (before[name] == after[name]).all()
    assert not [name for name in after if "layer.1." in name]


def test_long_texts_become_several_windows(base):
    """Every label is in exactly one of them."""
    from transformers import AutoTokenizer

    encode = _Encoding(AutoTokenizer.from_pretrained(base), recipe(base, window=12))
    text = " ".join(["sacks"] * 40)
    marks = tuple((6 * n, 6 * n + 5, n % 2) for n in range(40))
    rows = list(encode.rows([Labelled(text, marks)]))
    assert len(rows) > 3
    whole = list(_Encoding(encode.tokenizer, recipe(base, window=400)).rows([Labelled(text, marks)]))
    known = [[label for row in part for label in row["labels"] if label >= 0] for part in (rows, whole)]
    assert known[0] == known[1]


def test_joined_texts_keep_their_marks(base):
    """Each mark still stands on its word."""
    texts = [Labelled(f"mill {n} turns", ((5, 5 + len(str(n)), 1),)) for n in range(30)]
    joined = list(_joined(texts, recipe(base, join=3)))
    assert len(joined) < 30
    found = [text[start:end] for text, marks in joined for start, end, _ in marks]
    assert found == [str(n) for n in range(30)]


def test_too_little_to_learn_from_is_said(base, tmp_path):
    """And nothing is left behind."""
    (tmp_path / "one.jsonl").write_text('{"source": "mill", "keep": [1]}')
    with pytest.raises(InputError, match="1 labelled texts are too few"):
        train([tmp_path / "one.jsonl"], tmp_path / "out", recipe(base))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2", "./nowhere"])
def test_a_base_that_cannot_be_trained_on_is_refused(name, pairs, tmp_path):
    """A bundled name is ONNX; a wrong path is no hub name."""
    with pytest.raises(InputError, match="base: "):
        train([pairs], tmp_path / "out", recipe(name))


def test_a_broken_base_is_named(pairs, tmp_path):
    """What transformers says, as an error of ours."""
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "model.safetensors").touch()
    (tmp_path / "base" / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot load"):
        train([pairs], tmp_path / "out", recipe(tmp_path / "base"))
