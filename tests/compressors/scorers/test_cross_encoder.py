"""Any reranker with a classification head as a scorer, on a tiny checkpoint."""

from types import SimpleNamespace

import numpy as np
import pytest

from excerpt import Chain
from excerpt.compressors import Extractive
from excerpt.compressors.scorers.cross_encoder import best_pieces, cross_encoder
from excerpt.errors import ConfigError, InputError, ModelError
from excerpt.models.registry import load_cross_encoder
from excerpt.testing import EXAMPLES, check_scorer
from excerpt.testing.fakes import split_whole
from excerpt.testing.options import stage_from_toml
from excerpt.values.types import Context, Passage


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A BERT with one output over pairs, with a window of 48 tokens."""
    pytest.importorskip("transformers")
    from fakes.tiny_rerankers import make_cross_encoder

    return make_cross_encoder(tmp_path_factory.mktemp("rerankers") / "tiny")


def test_it_is_the_models_logit(folder):
    """Of question and text, behind the title where there is one; equal texts are read once."""
    context = Context.start(
        "where?", [Passage("It fell."), Passage("Now.", "", "Title"), Passage("It fell.")]
    )
    scores = cross_encoder(str(folder)).score(context, split_whole("passage", context))
    alone = load_cross_encoder(folder).score("where?", ["It fell.", "Title\nNow."])
    assert scores.tolist() == [*alone.tolist(), alone[0]]
    untitled = cross_encoder(str(folder), titles=False).score(context, split_whole("passage", context))
    assert untitled[1] != scores[1]


def test_a_long_text_counts_by_its_best_piece(folder):
    """Nothing is cut off; a question that fills the window is an error."""
    context = Context.start("where?", [Passage("It fell where it stood. " * 30)])
    assert np.isfinite(cross_encoder(str(folder)).score(context, split_whole("passage", context))).all()
    long = Context.start("where? " * 60, context.passages)
    with pytest.raises(InputError, match="the question leaves no room for a text"):
        cross_encoder(str(folder)).score(long, split_whole("passage", long))


class Overlap:
    """Counts the words that question and text share; reads 24 at once."""

    name, max_tokens = "overlap", 24

    def __init__(self):
        self.tokenizer = self.backend = self

    def encode(self, text, add_special_tokens):
        assert not add_special_tokens
        return SimpleNamespace(ids=text.split())

    def score(self, query, texts):
        return np.array([float(len(set(query.split()) & set(text.split()))) for text in texts])


def reranker(titles=True, most_tokens=16_000):
    return cross_encoder(Overlap(), titles=titles, most_tokens=most_tokens)


def test_pieces():
    """Halves at white space, each of at most so many tokens; the largest score."""
    asked = []

    def score(pieces):
        asked.extend(pieces)
        return np.array([float("c" in piece) for piece in pieces])

    assert best_pieces(["a b c d", "a", "a"], lambda text: len(text.split()), 2, score).tolist() == [1, 0, 0]
    assert all(len(piece.split()) <= 2 for piece in asked)
    assert "".join(asked[:-1]) == "a b c d"


def test_contract_and_errors(folder):
    """As every other part; a folder that is none, and what is no model."""
    check_scorer(reranker)
    named = stage_from_toml({"scorer": {"use": "cross-encoder", "model": str(folder)}, "unit": "passage"})
    passages = EXAMPLES[0].passages
    assert named.compress("where?", passages, budget=12).tokens_out <= 12
    with pytest.raises(ModelError):
        cross_encoder("nothing")
    with pytest.raises(ConfigError, match="model must be a name, a directory or a cross-encoder, got 3"):
        cross_encoder(3)


def test_dense_decoders_score_as_any_encoder_does(tmp_path):
    """A checkpoint that pools its last token, as ReasonEmbed's and RaDeR's do: its vectors are transformers' own."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from fakes.tiny_rerankers import make_dense_decoder

    folder = make_dense_decoder(tmp_path / "dense")
    stage = Extractive("dense", "sentence", {"use": "embedding-similarity", "model": str(folder)})
    network = transformers.AutoModel.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    text = "Who sold it, and why so late?"
    with torch.inference_mode():
        wanted = network(torch.tensor([tokenizer(text)["input_ids"]])).last_hidden_state[0, -1].numpy()
    assert tokenizer(text)["input_ids"][-1] == 2
    assert np.allclose(stage.scorer.encoder.encode([text])[0], wanted, atol=1e-5)
    assert stage.scorer.encoder.of_queries().prefix == "Instruct: find what answers\nQuery:"
    kept = Chain([stage]).compress(
        "Who sold it?", ["Nobody counted the rye. Who sold it, and why so late?"], budget=8
    )
    assert kept.text
