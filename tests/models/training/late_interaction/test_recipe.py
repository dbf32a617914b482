"""Training token vectors, the whole way."""

import json

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from excerpt.cli.train.late_interaction import command
from excerpt.compressors.late_interaction import LateInteraction
from excerpt.compressors.units.splitting import split
from excerpt.errors import InputError
from excerpt.models import load_encoder
from excerpt.models.card import read_card
from excerpt.models.training.common.heads import MatchHead
from excerpt.models.training.common.recipe import FitSettings
from excerpt.models.training.common.state_cache import StateCache
from excerpt.models.training.late_interaction.examples import read_asked
from excerpt.models.training.late_interaction.loss import Scoring
from excerpt.models.training.late_interaction.recipe import LateInteractionRecipe, train
from excerpt.values.types import Context, Passage

PLACES = ("Torvik", "Elmstead", "Varga", "Lund")
RECIPE = LateInteractionRecipe(dim=16, width=8, held_out=0.2, fit=FitSettings(epochs=1, batch=4))


def text_of(number):
    place = PLACES[number % len(PLACES)]
    return f"The mill of {place} is old. It was built in {1800 + number}. Boats pass {place}."


@pytest.fixture(scope="module")
def questions(tmp_path_factory):
    """Ten questions whose evidence is the second sentence."""
    path = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    rows = []
    for number in range(10):
        text = text_of(number)
        start, end = text.index("It was"), text.index(" Boats")
        passages = [
            {"title": f"Mill {number}", "text": text, "evidence": [[start, end]]},
            {"text": "Rye is a grass. It grows on poor soil."},
        ]
        rows.append({"question": f"When was mill {number} built?", "passages": passages})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def trained(questions, tmp_path_factory):
    """A folder and its figures."""
    folder = tmp_path_factory.mktemp("trained") / "mine"
    return folder, train([questions], folder, RECIPE)


def test_the_folder_is_ready_to_use(trained):
    """Head, cards and curve; no states are left, no pickle."""
    folder, figures = trained
    assert {path.name for path in folder.iterdir()} == {
        "head.onnx", "excerpt-model.json", "README.md", "training.json", "curve.png",
    }  # fmt: skip
    assert figures.keys() == {"recall@3 before", "recall@1 before", "recall@3", "recall@1"}
    assert 'use = "late-interaction"' in (folder / "README.md").read_text()


def test_the_compressor_takes_it(trained):
    """Sixteen bytes a token; stored vectors give the same scores."""
    assert read_card(trained[0], "encoder").kind == "late-interaction"
    scorer = LateInteraction(str(trained[0])).scorer
    passages = [Passage(text_of(1), title="Mill 1"), Passage(text_of(2))]
    context = Context.start("When was mill 1 built?", passages)
    units = split("sentence", context)
    stored = scorer.signals(passages)
    assert {one.vectors.shape[1] for one in stored} == {16}
    assert np.array_equal(scorer.rank(context.query, stored, units), scorer.score(context, units))


def test_what_is_trained_is_what_runs(questions, tmp_path):
    """The loss sees the scores that the compressor will give, but for rounding to bytes."""
    encoder = load_encoder()
    torch.manual_seed(1)
    head = MatchHead(torch.randn(16, 384), 8)
    asked = read_asked(
        encoder, questions, StateCache(tmp_path, "x"), passages=8, per_file=None, progress=lambda *_: None
    )
    with torch.no_grad():
        (expected,) = Scoring(head, RECIPE.passage_share).scores(asked[:1])
    row = json.loads(questions.read_text().splitlines()[0])
    passages = [Passage(one["text"], title=one.get("title", "")) for one in row["passages"]]
    context = Context.start(row["question"], passages)

    class Headed:
        """The encoder with the head, in torch."""

        tokenizer, max_tokens, dim, fingerprint = encoder.tokenizer, encoder.max_tokens, 16, "headed"

        def encode_tokens(self, texts, *, check=None):
            with torch.no_grad():
                return [
                    one._replace(hidden=head(torch.from_numpy(one.hidden)).numpy())
                    for one in encoder.encode_tokens(texts)
                ]

    scores = LateInteraction(Headed()).scorer.score(context, split("sentence", context))
    np.testing.assert_allclose(scores, expected.numpy(), atol=0.02)


def test_a_stopped_training_goes_on_with_its_states(questions, tmp_path):
    """Nothing is encoded twice, and the same head comes out."""

    class StopError(Exception):
        pass

    def stop(step, *_):
        if step == "training":
            raise StopError

    with pytest.raises(StopError):
        train([questions], tmp_path / "again", RECIPE, progress=stop)
    steps = []
    train(
        [questions],
        tmp_path / "again",
        RECIPE,
        resume=True,
        progress=lambda step, *_: steps.append(step),
    )
    assert set(steps) == {"training"}


def test_passages_with_evidence_come_first(questions, tmp_path):
    """Of more passages than are read, those that teach something are."""
    asked = read_asked(
        load_encoder(),
        questions,
        StateCache(tmp_path, "x"),
        passages=1,
        per_file=None,
        progress=lambda *_: None,
    )
    assert {one.relevant.sum() for one in asked} == {1}
    assert {len(one.passages) for one in asked} == {2}  # one of either kind is the least


def test_the_command_trains_and_says_how_well(questions, tmp_path):
    """In one line."""
    options = ["-o", str(tmp_path / "out"), "--dim", "8", "--width", "8", "--epochs", "1", "--per-file", "6"]
    result = CliRunner().invoke(command, [str(questions), *options], catch_exceptions=False)
    assert "recall@1" in result.output


def test_too_little_to_learn_from_is_said(tmp_path):
    """With what the rows lack."""
    (tmp_path / "q.jsonl").write_text('{"question": "who", "passages": ["Nobody came. The wind turned."]}')
    with pytest.raises(InputError, match="0 questions have both"):
        train([tmp_path / "q.jsonl"], tmp_path / "out", RECIPE)
