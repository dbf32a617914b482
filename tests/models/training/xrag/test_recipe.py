"""Training a bridge on a tiny reader: what is learned, what stays, and what a stop costs."""

import json
import shutil
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from fakes.tiny_generators import WORDS, make_causal_lm
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from excerpt.cli.train import command
from excerpt.errors import InputError, MissingExtraError, ModelError, StoreError
from excerpt.models.readers import XragReader
from excerpt.models.training.xrag.examples import Example, read_sources, split_sources
from excerpt.models.training.xrag.recipe import StageSettings, XragRecipe, train
from excerpt.models.training.xrag.rows import Written
from excerpt.models.xrag.loading import load_bridge
from excerpt.models.xrag.prompts import PLAIN

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A reader, a corpus of word pairs that repeat themselves, and questions about it."""
    folder = tmp_path_factory.mktemp("xrag")
    reader = make_causal_lm(folder / "reader")
    words = [word for word in WORDS if word.isalpha() and word.islower()][:12]
    corpus = write(folder / "corpus.jsonl", [{"text": " ".join([word] * 6)} for word in words])
    questions = [
        {"question": "what turns ?", "answers": [word], "passages": [" ".join([word] * 6), "nothing of it"]}
        for word in words
    ]
    return reader, corpus, write(folder / "qa.jsonl", questions)


def recipe(reader, **changes):
    settings = {
        "restate": StageSettings(2e-2, epochs=10.0, batch=4, longest=60),
        "ask": StageSettings(5e-3, epochs=2.0, batch=4, accumulate=2, longest=80),
        "prompts": "plain", "held_out": 0.1, "checkpoint_every": 10,
    }  # fmt: skip
    return XragRecipe(str(reader), **settings | changes)


@pytest.fixture(scope="module")
def trained(files, tmp_path_factory):
    reader, corpus, questions = files
    folder = tmp_path_factory.mktemp("trained") / "bridge"
    return folder, train(corpus, questions, folder, recipe(reader))


def losses(folder, name):
    history = json.loads((folder / "training.json").read_text())["history"]
    return [row[name] for row in history if name in row]


def test_the_bridge_learns_and_is_written_with_all_that_belongs_to_it(trained, files):
    """The loss falls; manifest, card and curve are there, checkpoints are not."""
    folder, figures = trained
    first, *_, last = losses(folder, "restate training loss")
    assert len(losses(folder, "restate training loss")) == 30 // 2  # every fifth of ten steps, each once
    assert len(losses(folder, "restate right vector")) == 1 + 30 // 10
    assert last < first - 0.03
    assert figures["passage nll, right vector"] < figures["passage nll, nothing"] - 0.03
    assert set(figures) == {
        f"{what} nll, {context}"
        for what in ("passage", "answer")
        for context in ("right vector", "wrong vector", "nothing")
    }
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md", "bridge.json", "bridge.safetensors", "curve.png", "training.json",
    ]  # fmt: skip
    bridge = load_bridge(folder)
    bridge.manifest.check_reader(XragReader(files[0], bridge.manifest.prompts).traits)
    assert (bridge.manifest.encoder.name, bridge.manifest.encoder.dim) == ("all-MiniLM-L6-v2", 384)


def test_reader_and_encoder_stay_as_they_are(trained):
    """Their hashes, before and after, stand in the log."""
    figures = json.loads((trained[0] / "training.json").read_text())["figures"]
    hashes = [value for name, value in figures.items() if name.startswith("sha256 of the ")]
    assert len(hashes) == 2
    assert all(len(value) == 64 for value in hashes)


def test_a_reader_that_was_changed_is_noticed(files, tmp_path, monkeypatch):
    """And no bridge is written."""
    from excerpt.models.training.xrag import recipe as xrag

    reader, corpus, questions = files

    def changing(job, *_asked):
        with torch.no_grad():
            next(job.reader.network.parameters()).add_(1.0)
        return []

    monkeypatch.setattr(xrag.Stages, "run", changing)
    with pytest.raises(ModelError, match="reader or encoder is not what it was"):
        train(corpus, questions, tmp_path / "bridge", recipe(reader))
    assert not (tmp_path / "bridge" / "bridge.json").exists()


class StoppedError(Exception):
    pass


@pytest.mark.parametrize("at", [12, 32])
def test_a_stopped_training_goes_on_to_the_same_bridge(trained, files, tmp_path, at):
    """In the first stage and in the second."""
    reader, corpus, questions = files
    seen = []

    def stop(_what, step, *_):
        if seen[-1:] != [step]:
            seen.append(step)
        if len(seen) == at:
            raise StoppedError

    folder = tmp_path / "bridge"
    with pytest.raises(StoppedError):
        train(corpus, questions, folder, recipe(reader), progress=stop)
    with pytest.raises(InputError, match="go on with --resume"):
        train(corpus, questions, folder, recipe(reader))
    with pytest.raises(StoreError, match="another agreement"):
        train(corpus, questions, folder, recipe(reader, agreement=1.0), resume=True)
    train(corpus, questions, folder, recipe(reader), resume=True)
    vectors = np.random.default_rng(0).normal(size=(3, 384)).astype(np.float32)
    assert np.allclose(
        load_bridge(folder).project(vectors), load_bridge(trained[0]).project(vectors), atol=1e-5
    )


def test_small_batches_add_up_to_a_large_one(files, tmp_path):
    """Gradient accumulation: four examples a step, however they are read."""
    reader, corpus, questions = files
    bridges = []
    for batch in (4, 1):
        stages = {
            name: StageSettings(1e-2, epochs=2.0, batch=batch, accumulate=4 // batch, longest=80)
            for name in ("restate", "ask")
        }
        train(corpus, questions, tmp_path / str(batch), recipe(reader, held_out=0.34, **stages))
        bridges.append(load_bridge(tmp_path / str(batch)))
    vectors = np.random.default_rng(0).normal(size=(3, 384)).astype(np.float32)
    whole, small = (bridge.project(vectors) for bridge in bridges)
    assert np.allclose(
        whole, small, atol=1e-5 * np.abs(whole).max()
    )  # the last bits depend on what shares a batch


def test_files_without_examples_are_refused(files, tmp_path):
    """By their names, before any model is loaded."""
    reader, corpus, _ = files
    empty = write(tmp_path / "qa.jsonl", [{"question": "what ?", "answers": ["rain"], "passages": ["wind"]}])
    with pytest.raises(InputError, match=r"qa\.jsonl: has 0 examples"):
        train(corpus, empty, tmp_path / "bridge", recipe(reader))
    wrong = write(tmp_path / "wrong.jsonl", [{"question": 3}])
    with pytest.raises(InputError, match="line 1: question: expected a string"):
        train(corpus, wrong, tmp_path / "bridge", recipe(reader))


@pytest.mark.parametrize("package", ["huggingface_hub", "matplotlib"])
def test_what_is_needed_late_is_asked_for_first(files, tmp_path, monkeypatch, package):
    """Not when all is trained."""
    reader, corpus, questions = files
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"'{package}' .*excerpt\[train\]"):
        train(corpus, questions, tmp_path / "bridge", recipe(reader))
    assert not (tmp_path / "bridge").exists()


def test_where_nothing_is_left_to_learn_from_the_message_counts(files, tmp_path):
    """Before any vector is made: all held out, or no prompt fits. What was asked can be asked again."""
    reader, corpus, questions = files
    with pytest.raises(InputError, match="of 0 examples to learn from and 12 held out"):
        train(corpus, questions, tmp_path / "bridge", recipe(reader, held_out=1.0))
    short = recipe(reader, ask=StageSettings(5e-3, longest=5))
    with pytest.raises(InputError, match=r"0 and 0 fit in 5 tokens; .*--ask-tokens"):
        train(corpus, questions, tmp_path / "bridge", short)
    assert [path.name for path in (tmp_path / "bridge").iterdir()] == ["run.json"]


def test_a_question_is_held_out_however_few_there_are(files):
    """Or there would be nothing to measure answers on."""
    _, corpus, questions = files
    sources = read_sources(corpus, questions, most=(None, 2), seed=1)
    for seed in range(4):
        (learnt, held_out), asked = split_sources(sources, share=0.0, seed=seed)
        assert all(len(part) > 0 for part in (learnt, held_out, *asked))
        held = {place for part in (held_out, asked[1]) for example in part for place in example.passages}
        assert held.isdisjoint(place for example in (*learnt, *asked[0]) for place in example.passages)


@pytest.mark.parametrize("scheme", ["normalizer", "always", "first"])
def test_an_answer_is_tokenised_as_it_follows_a_prompt(scheme):
    """A tokenizer that writes a space before every text does not write a second one."""
    backend = Tokenizer(models.BPE({piece: number for number, piece in enumerate("▁:ar")}, []))
    if scheme == "normalizer":  # as Mistral-7B-Instruct-v0.2 has it
        backend.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    else:
        backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=False)
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="</s>")
    (row,) = Written(tokenizer, PLAIN, 99, teach=False, seed=0).rows([Example("r", (0,), "ra")], ["a"])
    assert tokenizer.convert_ids_to_tokens(row["answer"]) == ["▁", "r", "a", "</s>"]


def test_a_reader_without_an_end_of_text_is_refused(files, tmp_path):
    """Its answers would never end."""
    reader, corpus, questions = files
    folder = shutil.copytree(reader, tmp_path / "endless")
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"eos_token": None}))
    with pytest.raises(ModelError, match="endless has no eos_token"):
        train(corpus, questions, tmp_path / "bridge", recipe(folder))


def test_the_command_trains(files, tmp_path):
    """One stage left out; a summary at the end."""
    reader, corpus, questions = files
    ran = CliRunner().invoke(
        command,
        ["xrag", str(corpus), str(questions), "-o", str(tmp_path / "bridge"), "--reader", str(reader),
         "--prompts", "plain", "--restate-epochs", "1", "--restate-accumulate", "1", "--ask-epochs", "0",
         "--passages", "8"],
        catch_exceptions=False,
    )  # fmt: skip
    assert "passage nll" in ran.stderr
    assert load_bridge(tmp_path / "bridge").manifest.prompts.name == "plain"
