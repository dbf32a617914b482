import pytest

from excerpt.compressors.evidence.encoder_sample import encoder_sample, is_like
from excerpt.compressors.evidence_ranker import EvidenceRanker
from excerpt.compressors.scorers import evidence
from excerpt.errors import ModelError, NoModelError
from excerpt.models import load_encoder


@pytest.fixture(scope="module")
def encoder():
    """The bundled one."""
    return load_encoder()


def test_an_encoder_is_like_itself_and_unlike_others(encoder):
    """One that makes of each text what it makes of another is not it, nor is one with vectors of another length."""
    sample = encoder_sample(encoder)
    assert is_like(encoder, sample)
    assert not is_like(encoder, [*sample[1:], sample[0]])
    assert not is_like(encoder, [row[:100] for row in sample])


def test_a_ranker_takes_its_encoder_from_other_files(encoder, monkeypatch):
    """Another fingerprint is no reason to refuse what gives the same vectors; without a sample it is."""
    card = {"encoder": "all-MiniLM-L6-v2", "encoder_fingerprint": "of other bytes"}
    monkeypatch.setattr(evidence, "ranker_card", lambda _directory: card)
    with pytest.raises(ModelError, match="was trained on what the encoder all-MiniLM-L6-v2 makes"):
        EvidenceRanker()
    card["encoder_sample"] = encoder_sample(encoder)
    assert EvidenceRanker().scorer.encoder.fingerprint == encoder.fingerprint


def test_prefixes_that_the_files_do_not_name_come_from_the_ranker(monkeypatch):
    """A hub checkpoint of E5 says nothing of them."""
    card = {"encoder": "all-MiniLM-L6-v2", "query_prefix": "query: ", "passage_prefix": "passage: "}
    monkeypatch.setattr(evidence, "ranker_card", lambda _directory: card)
    encoder = EvidenceRanker().scorer.encoder
    assert (encoder.prefix, encoder.of_queries().prefix) == ("passage: ", "query: ")


def test_a_missing_encoder_says_how_to_get_it():
    """The multilingual one is too large to come with the package."""
    with pytest.raises(NoModelError, match=r"too large to come with the package; .*excerpt models import"):
        EvidenceRanker("evidence-ranker-multilingual-e5-small", encoder="multilingual-e5-small")
