"""From a question to an answer with its sources."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes.fake_endpoint import FakeEndpoint, completion
from fakes.hash_encoder import HashEncoder
from fakes.tiny_generators import make_causal_lm

from excerpt import Chain
from excerpt.cli.ask import command
from excerpt.compressors import XRAG, Bm25Sentences, RecompAbstractive
from excerpt.compressors.vectors.document_vectors import DocumentVectors, traits_of
from excerpt.errors import ConfigError, InputError
from excerpt.eval import local_reader
from excerpt.models import load_encoder
from excerpt.models.generation.writers import Written
from excerpt.models.readers import Answer, XragReader
from excerpt.models.xrag.bridge import Bridge
from excerpt.models.xrag.manifest import BridgeManifest
from excerpt.models.xrag.projector import make_projector
from excerpt.models.xrag.prompts import PLAIN
from excerpt.retrievers import Index

PASSAGES = [
    {
        "id": "mill",
        "title": "The mill",
        "text": "The mill stands in Arden. It burned in 1859, in a dry June. Nobody was hurt.",
    },
    {"id": "weir", "title": "The weir", "text": "The weir holds the water back. It was raised in 1861."},
    {"id": "bees", "text": "Honeybees live in colonies. A queen lays all of the eggs."},
]
WEIGHTS = Path(__file__).parents[2] / "eval" / "weights" / "extractive-reader"
QUESTION = "When did the mill burn?"


class Saying:
    """A reader that says what it is told."""

    name = "saying"

    def __init__(self, text, span=None):
        self.answer, self.span, self.contexts = text, span, []

    def read(self, question, context):
        self.contexts.append(context)
        return Answer(self.answer, 0.5, self.span and self.span(context))


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return Index.build(PASSAGES, tmp_path_factory.mktemp("index") / "a.excerpt", encoder=HashEncoder(12))


def ask(index, reader, **options):
    chain = options.pop("chain", Chain([Bm25Sentences()], template=options.pop("template", "plain")))
    return index.answer(QUESTION, reader, chain=chain, budget=options.pop("budget", 1.0), **options)


def quoted(answered):
    return [(citation.passage.id, citation.text) for citation in answered.citations]


def test_the_reader_gets_the_compressed_context(index):
    """Under the budget; answer, score and context come back."""
    reader = Saying("1859")
    answered = ask(index, reader, budget=14)
    assert reader.contexts == [answered.context.text]
    assert 0 < answered.context.tokens_out <= 14
    assert (answered.question, answered.text, answered.score) == (QUESTION, "1859", 0.5)


def test_an_answer_cites_the_sentence_that_says_it(index):
    """By its characters in the passage."""
    (citation,) = ask(index, Saying("1859")).citations
    assert (citation.passage.id, citation.text) == ("mill", "It burned in 1859, in a dry June.")
    assert PASSAGES[0]["text"][slice(*citation.span)] == citation.text


def test_a_copied_answer_cites_where_it_was_copied_from(index):
    """Although the same words stand in another sentence too."""
    reader = Saying("was", lambda context: (context.index("was raised"), context.index("was raised") + 3))
    assert quoted(ask(index, reader)) == [("weir", "It was raised in 1861.")]


def test_numbers_lead_to_their_passages(index):
    """Those of the template; marks are taken out of the answer."""
    reader = Saying("In June [1, 9]")
    answered = ask(index, reader, template="numbered")
    number = next(kept.number for kept in answered.context.passages if kept.id == "mill")
    answered = ask(index, Saying(f"In June [{number}, 9]"), template="numbered")
    assert answered.text == "In June"
    assert quoted(answered) == [("mill", "It burned in 1859, in a dry June.")]


def test_an_answer_in_other_words_cites_what_has_its_words(index):
    """In any order."""
    assert quoted(ask(index, Saying("eggs, laid by a queen; all eggs")))[0][0] == "bees"


@pytest.mark.parametrize("text", ["", "a Danish brewer"])
def test_an_answer_from_nowhere_cites_nothing(index, text):
    """Nor does no answer."""
    assert ask(index, Saying(text)).citations == ()


def test_rewritten_text_cites_its_passages(index):
    """Without spans, which it has not."""

    class Writer:
        name = fingerprint = "writer"

        def write(self, question, passages):
            return Written("The mill burned in 1859.", len(passages))

    chain = Chain([RecompAbstractive(writer=Writer(), extractive=Bm25Sentences())])
    answered = ask(index, Saying("1859"), chain=chain, budget=0.5)
    assert [(citation.passage.id, citation.span) for citation in answered.citations] == [("mill", None)]


def test_vectors_reach_a_reader_that_takes_them(index, tmp_path):
    """One call from question to answer, with nothing encoded but the question."""
    reader = XragReader(make_causal_lm(tmp_path / "reader"), PLAIN, answer_tokens=4)
    traits = traits_of(HashEncoder(12))
    bridge = Bridge(BridgeManifest(traits, reader.traits, PLAIN), make_projector(12, 16))
    chain = Chain([XRAG(bridge, text=1, vectors=DocumentVectors(traits))])
    answered = ask(index, reader, chain=chain, budget=24)
    assert len(answered.context.soft) == 2
    assert answered.text == reader.read_soft(QUESTION, answered.context.text, answered.context.soft).text
    assert ask(index, Saying("x"), chain=chain, budget=24).context.soft is None


@pytest.mark.parametrize("reader", [None, "extractive", Index])
def test_what_cannot_read_is_refused(index, reader):
    """Before anything is searched."""
    with pytest.raises(InputError, match=r"is not a reader; it needs a `name`"):
        ask(index, reader)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    path = tmp_path_factory.mktemp("command") / "a.excerpt"
    Index.build(PASSAGES, path, encoder=None)
    return str(path)


def run(*arguments):
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False)


def test_the_command_asks_an_endpoint(built):
    """Answer on standard output, sources on standard error."""
    served = FakeEndpoint()
    served.answer = lambda text: completion("1859 [1]")
    asked = (
        built,
        QUESTION,
        "--reader",
        served.url,
        "--reader-model",
        "m",
        "--cite",
        "--chain",
        "fast",
        "--ratio",
        "1.0",
    )
    said, row = run(*asked), json.loads(run(*asked, "--json").stdout)
    served.close()
    assert said.stdout == "1859\n"
    assert "[1] The mill, characters 26-59: It burned in 1859, in a dry June." in said.stderr
    assert row["answer"] == "1859"
    assert row["citations"][0]["span"] == [26, 59]


def test_the_command_says_that_nothing_was_found(built):
    """The answer is the reader's own then."""
    served = FakeEndpoint()
    served.answer = lambda text: completion("unknown")
    said = run(built, "zzzz", "--reader", served.url, "--reader-model", "m", "--chain", "fast")
    served.close()
    assert "no passage was found" in said.stderr


def test_the_command_says_how_many_passages_were_vectors(built, tmp_path):
    """With a bridge and a reader from their folders."""
    settings = make_causal_lm(tmp_path / "reader") / "config.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"max_position_embeddings": 256}))
    reader = XragReader(tmp_path / "reader", PLAIN)
    traits = traits_of(load_encoder())
    Bridge(BridgeManifest(traits, reader.traits, PLAIN), make_projector(384, 16)).save(tmp_path / "bridge")
    chain = tmp_path / "hybrid.toml"
    chain.write_text(f'[[stage]]\nuse = "xrag"\nbridge = "{tmp_path / "bridge"}"\ntext = 1\n')
    asked = ("--chain", str(chain), "--budget", "24")
    said = run(built, QUESTION, "--reader", f"xrag:{tmp_path / 'reader'}", *asked)
    assert "passages that stood as vectors: " in said.stderr
    with pytest.raises(ConfigError, match="also takes xrag:DIR"):
        run(built, QUESTION, "--reader", "xrag:", *asked)


def test_the_command_wants_a_bridge_for_vectors(built):
    """The chain's."""
    with pytest.raises(InputError, match="the chain has no stage xrag"):
        run(built, QUESTION, "--reader", "xrag:somewhere", "--chain", "fast")


def test_the_command_answers_with_what_a_checkout_has(built, monkeypatch):
    """Without a server and without torch: the extractive reader, whose weights stand here."""
    monkeypatch.setattr(local_reader, "_WEIGHTS", WEIGHTS)  # what is tested may be an installed wheel
    said = run(built, "When did the mill burn?", "--chain", "fast", "--ratio", "1.0")
    assert "1859" in said.stdout
