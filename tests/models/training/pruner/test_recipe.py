import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from fakes.tiny_token_classifiers import make_wordpiece

from excerpt.cli.train.pruner import command
from excerpt.compressors.units.sentences import split_sentences
from excerpt.errors import InputError
from excerpt.models.registry import load_token_cross_encoder
from excerpt.models.training.pruner.examples import Pair
from excerpt.models.training.pruner.loss import measure, pair_loss
from excerpt.models.training.pruner.recipe import PrunerRecipe, train
from excerpt.models.training.pruner.rows import END, KEEP, RELEVANT, START, UNKNOWN, PairRows, collate
from excerpt.values.spans import Span

TEXT = "The miller sold barley. Dr. Okafor measured 1,250 sacks. She lost the old sluice."
PAIR = Pair("Who measured sacks", "Mill", TEXT, True, (Span(24, 56),), (Span(24, 34),))


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    return make_wordpiece(tmp_path_factory.mktemp("base") / "tiny", placeholders=0)


@pytest.fixture(scope="session")
def questions(tmp_path_factory):
    path = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    rows = [
        {
            "question": f"Who measured {n} sacks",
            "answers": ["Okafor"],
            "passages": [{"title": "Mill", "text": TEXT, "evidence": [[24, 56]]}, f"Team #4 lost {n} maps."],
        }
        for n in range(12)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def recipe(base, **changes):
    settings = {"batch": 6, "window": 64, "checkpoint_every": 2, "learning_rate": 0.01, "held_out": 0.1}
    return PrunerRecipe(str(base), **(settings | changes))


def run(questions, folder, chosen, **options):
    return train([questions], folder, chosen, **options)


def weights(folder):
    return (Path(folder) / "model.safetensors").read_bytes()


@pytest.fixture(scope="session")
def trained(base, questions, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained") / "mine"
    return folder, run(questions, folder, recipe(base))


def test_a_training_measures_and_tells(trained):
    """Figures, a card with them, a log and a curve; no optimiser's state and no pickle."""
    folder, figures = trained
    assert figures.keys() == {"f1", "relevance", "answers", "no answers", "loss"}
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
    card = (folder / "README.md").read_text()
    assert f"| loss | {figures['loss']:.4f} |" in card
    assert "| questions.jsonl | 12 |" in card


def test_the_result_is_a_token_cross_encoder(trained):
    """With its window and its four segments."""
    cross_encoder = load_token_cross_encoder(trained[0])
    assert (cross_encoder.max_tokens, cross_encoder.card.segments) == (64, 4)


def test_a_paused_training_goes_on_to_the_same_weights(trained, base, questions, tmp_path):
    """It stops after its first step with a checkpoint, and says so by having no figures."""
    assert run(questions, tmp_path / "paused", recipe(base), pause_after=0.0) == {}
    assert run(questions, tmp_path / "paused", recipe(base), resume=True) == pytest.approx(trained[1])
    assert weights(tmp_path / "paused") == weights(trained[0])


def test_the_command_warms_up_on_plain_text_and_goes_on_from_there(base, questions, tmp_path):
    """The second training keeps the first one's heads."""
    text = " ".join(f"The port {n} of Torvik was lost." for n in range(3))
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("".join(json.dumps({"title": f"Port {n}", "text": text}) + "\n" for n in range(6)))
    common = ["--window", "48", "--batch", "4", "--held-out", "0.2", "-q", "--bf16"]
    runner = CliRunner()
    warm, final = str(tmp_path / "warm"), str(tmp_path / "final")
    first = [str(corpus), "-o", warm, "--base", str(base), *common]
    runner.invoke(command, first, catch_exceptions=False)
    runner.invoke(
        command,
        [str(questions), "-o", final, "--base", warm, "--learning-rate", "0", *common],
        catch_exceptions=False,
    )
    assert weights(final) == weights(warm)


def test_shared_tokens_begin_apart(trained, base):
    """Their segments are others than those of question and passage, from the first step on."""
    from safetensors.numpy import load_file

    name = "bert.embeddings.token_type_embeddings.weight"
    before, after = (load_file(folder / "model.safetensors")[name] for folder in (base, trained[0]))
    length = np.linalg.norm(before, axis=1).mean()
    assert np.linalg.norm(after[2] - after[1]) > length / 2
    assert np.linalg.norm(after[3] - after[0]) > length / 2


def test_one_question_is_too_few(base, questions, tmp_path):
    """And nothing is left behind."""
    alone = tmp_path / "one.jsonl"
    alone.write_text(questions.read_text().partition("\n")[0])
    with pytest.raises(InputError, match="1 questions are too few"):
        run(alone, tmp_path / "out", recipe(base))
    assert not (tmp_path / "out").exists()


def test_questions_that_nothing_helps_teach_nothing(base, tmp_path):
    """Without evidence and answers every passage would be a negative."""
    bare = tmp_path / "bare.jsonl"
    rows = [{"question": f"who sold mill {n}", "passages": ["Ada sold it.", "It rained."]} for n in range(4)]
    bare.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(InputError, match=r"bare\.jsonl: no passage helps with its question"):
        run(bare, tmp_path / "out", recipe(base))


def rows_of(base, pair, window=64):
    from excerpt.models.runtime.tokenizer import Tokenizer

    return list(PairRows(Tokenizer.from_directory(base), split_sentences, window, 4).rows([pair]))


def test_labels_stand_on_their_tokens(base):
    """Kept tokens, both ends of the answer, and the passage's relevance at the first token."""
    (row,) = rows_of(base, PAIR)
    labels = row["labels"]
    kept = int((labels[:, KEEP] == 1).sum())
    assert 0 < kept < (labels[:, KEEP] == 0).sum()
    start, end = (int(np.flatnonzero(labels[:, column] == 1)[0]) for column in (START, END))
    assert labels[start, KEEP] == labels[end, KEEP] == 1
    assert 0 < end - start < kept
    assert labels[0].tolist() == [UNKNOWN, 1, 0, 0]


def test_without_an_answer_the_first_token_is_the_answer(base):
    """And where nobody said, no token is."""
    none = rows_of(base, PAIR._replace(answers=()))[0]["labels"]
    assert none[0, START] == none[0, END] == 1
    assert (none[1:, START] != 1).all()
    unknown = rows_of(base, PAIR._replace(answers=None, keep=None))[0]["labels"]
    assert (np.delete(unknown, RELEVANT, axis=1) == UNKNOWN).all()


def test_of_bare_windows_one_is_enough(base):
    """A long passage has every window with evidence, and one without."""
    found = rows_of(base, PAIR._replace(text=TEXT + " She lost the old sluice." * 20), window=40)
    wanted = [(row["labels"][:, KEEP] == 1).any() for row in found]
    assert (sum(wanted), len(wanted) - sum(wanted)) == (1, 1)
    assert [int(row["labels"][0, RELEVANT]) for row in found] == [1 if kept else UNKNOWN for kept in wanted]


def test_right_answers_cost_least(base):
    """The loss of logits that say what the labels say is next to nothing; of their opposite, much."""
    import torch

    batch = collate(rows_of(base, PAIR), 0)
    signs = torch.where(batch["labels"] == 1, 20.0, -20.0)
    weigh = {"keep": 1.0, "relevant": 1.0, "answer": 1.0}
    assert pair_loss(signs, batch["labels"], weigh) < 1e-3
    assert pair_loss(-signs, batch["labels"], weigh) > 10
    figures = measure(signs.numpy(), batch["labels"].numpy())
    assert (figures["f1"], figures["relevance"], figures["answers"]) == (1, 1, 1)


def test_padding_costs_nothing(base):
    """A row beside a longer one has the loss it has alone."""
    import torch

    short = rows_of(base, PAIR)
    long = rows_of(base, PAIR._replace(text=TEXT + " She lost the old sluice." * 2, keep=None, answers=None))
    alone, beside = collate(short, 0), collate([*short, *long], 0)
    logits = torch.linspace(-1, 1, beside["labels"].numel()).reshape(beside["labels"].shape)
    weigh = {"keep": 1.0, "relevant": 0.0, "answer": 1.0}
    cut = logits[:1, : alone["labels"].shape[1]]
    assert pair_loss(cut, alone["labels"], weigh) == pytest.approx(pair_loss(logits, beside["labels"], weigh))
