"""An index that knows passages before the question comes: the same output, never stale, alive."""

from pathlib import Path

import pytest
from fakes.hash_encoder import HashEncoder
from fakes.token_hash_encoder import TokenHashEncoder

from excerpt import Chain
from excerpt.compressors import LLMLingua2, RecompExtractive
from excerpt.compressors.evidence_ranker import EvidenceRanker
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.scorers.evidence import EvidenceScore, load_ranker
from excerpt.errors import ConfigError, InputError, StoreError
from excerpt.retrievers import Index
from excerpt.retrievers.build.computing import work_folder
from excerpt.retrievers.store.parts import Part

QUESTION = "Who built the mill at the river in 1911?"
PLACES = ["river", "weir", "bridge", "lake", "東京の川"]
FEATURES = ("sentences", "words", "guards", "tokens")


def corpus(count: int, first: int = 0) -> list[dict[str, object]]:
    """Passages of several sentences, all different."""
    return [
        {
            "id": f"p{number}",
            "title": f"Mill {number % 9} (building)",
            "text": f"The mill stood at the {PLACES[number % 5]}. It was built in {1900 + number} by Anna Roe. "
            f"It did not run for 3.5 years. See https://example.org/{number} for more.",
        }
        for number in range(first, first + count)
    ]


class Remembering(TokenHashEncoder):
    """A tiny encoder with an index's vectors and token states."""


def evidence() -> EvidenceScore:
    """The bundled trees over a tiny encoder's states."""
    return EvidenceScore(Remembering(), load_ranker("evidence-ranker"))  # type: ignore[arg-type]  # has what is used


def chain(scorer: object) -> Chain:
    """Sentences by one scorer."""
    return Chain([Extractive("evidence", "sentence", scorer)])  # type: ignore[arg-type]


def build(path: Path, passages: list[dict[str, object]], **options: object) -> Index:
    """An index with every feature of the evidence chain."""
    features = [*FEATURES, evidence()]
    return Index.build(passages, path, encoder=HashEncoder(), features=features, **options)  # type: ignore[arg-type]


def stored_files(path: Path) -> dict[str, bytes]:
    """The files of stored features, by name."""
    (generation,) = path.glob("generation-*")
    return {file.name: file.read_bytes() for file in generation.iterdir() if "-000" in file.name}


def everything_is_stored(index: Index) -> bool:
    """Whether a chain computes nothing of any passage."""
    result = chain(evidence()).compress(QUESTION, list(index), budget=60, stored=index.features)
    return all(found.stored == found.asked for found in result.report.stages[0].stored.values())


def test_the_output_is_the_same_with_and_without(tmp_path: Path) -> None:
    """Text, spans, scores, tokens: all but the account of what was stored."""
    index = build(tmp_path / "a", corpus(30))
    using = chain(evidence())
    for question in (QUESTION, "which lake", "3.5 years?"):
        passages = [hit.scored() for hit in index.search(question, 20)]
        with_it = using.compress(question, passages, budget=80, stored=index.features)
        without = using.compress(question, passages, budget=80)
        assert with_it == without
        assert (with_it.context.rankings[0].scores == without.context.rankings[0].scores).all()
        assert set(with_it.report.stages[0].stored) == {"sentences", "guards", "evidence", "token counts"}
        assert not without.report.stages[0].stored


def test_nothing_is_encoded_but_the_question(tmp_path: Path) -> None:
    """That is the point of it."""
    index = build(tmp_path / "a", corpus(12))
    scorer = evidence()
    chain(scorer).compress(QUESTION, list(index), budget=60, stored=index.features)
    assert set(scorer.encoder.seen) == {QUESTION}  # type: ignore[attr-defined]


def test_a_changed_passage_is_computed(tmp_path: Path) -> None:
    """By one character in its text or its title, whatever its id."""
    index = build(tmp_path / "a", corpus(6))
    passages = [{**passage} for passage in corpus(6)]
    passages[0]["text"] = str(passages[0]["text"]).replace("Anna", "Anne")
    passages[1]["title"] = "Another mill"
    scorer = evidence()
    found = chain(scorer).compress(QUESTION, passages, budget=60, stored=index.features)
    assert found == chain(evidence()).compress(QUESTION, passages, budget=60)
    assert found.report.stages[0].stored["evidence"] == (4, 6)
    assert len(scorer.encoder.seen) == 3  # type: ignore[attr-defined]  # two passages and the question


def test_features_of_another_model_are_not_used(tmp_path: Path) -> None:
    """A fingerprint that differs is as good as nothing stored."""
    index = build(tmp_path / "a", corpus(5))
    other = EvidenceScore(TokenHashEncoder(dim=8), load_ranker("evidence-ranker"))  # type: ignore[arg-type]
    found = chain(other).compress(QUESTION, list(index), budget=60, stored=index.features)
    assert found.report.stages[0].stored["evidence"] == (0, 5)


def test_what_is_computed_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where features are stored and one that is asked for is not; an index without any promises none."""
    lexical, indexes = Chain(["bm25-sentences"]), []
    for name, features in (("some", ["guards"]), ("all", ["guards", "sentences", "tokens"]), ("none", [])):
        indexes.append(Index.build(corpus(3), tmp_path / name, encoder=None, features=features))
    for index in indexes * 2:
        found = index.compress(QUESTION, budget=9, chain=lexical)
        assert ("sentences" in found.report.computed) == (index is not indexes[1])
    (said,) = (record.getMessage() for record in caplog.records if record.name.startswith("excerpt"))
    assert "some: computed for the question, because not stored" in said
    assert said.endswith("sentences, token counts")


def test_other_guards_are_not_those_stored(tmp_path: Path) -> None:
    """A chain with guards of its own splits by these."""
    index = build(tmp_path / "a", corpus(5))
    using = Chain([Extractive("evidence", "sentence", evidence())], guards=Guards(patterns=(r"Roe\. It",)))
    found = using.compress(QUESTION, list(index), budget=60, stored=index.features)
    assert found == using.compress(QUESTION, list(index), budget=60)
    assert found.report.stages[0].stored["guards"] == (0, 5)


def test_identical_passages_share_a_row(tmp_path: Path) -> None:
    """Only their ids differ."""
    passages = corpus(4) + [{**passage, "id": f"again-{passage['id']}"} for passage in corpus(4)]
    index = build(tmp_path / "a", passages)
    assert index.manifest.parts[Part("evidence", 1)].rows == 4
    assert len(index) == 8
    scores = {hit.row: hit.dense_score for hit in index.search("mill", 8, mode="dense")}
    assert all(scores[row] == scores[row + 4] for row in range(4))
    assert everything_is_stored(index)


def test_the_files_do_not_depend_on_the_batch(tmp_path: Path) -> None:
    """Nor on how passages come."""
    build(tmp_path / "a", corpus(70), batch=3)
    build(tmp_path / "b", corpus(70))
    assert stored_files(tmp_path / "a") == stored_files(tmp_path / "b")


def test_features_added_later_are_those_of_a_build(tmp_path: Path) -> None:
    """Byte for byte, and the rest stays as it is."""
    index = Index.build(corpus(40), tmp_path / "a", encoder=HashEncoder())
    index.add_features(["sentences", "guards"]).add_features(["words", "tokens", evidence()])
    build(tmp_path / "b", corpus(40))
    assert stored_files(tmp_path / "a") == stored_files(tmp_path / "b")
    assert everything_is_stored(index)


def test_what_is_added_comes_in_a_segment_of_its_own(tmp_path: Path) -> None:
    """The older files are the same files, not copies; compaction gives those of one build."""
    index = build(tmp_path / "a", corpus(20))
    (before,) = (tmp_path / "a").glob("generation-*")
    inode = (before / "evidence-0001.arrow").stat().st_ino
    index.add(corpus(15, first=10), features=[evidence()])  # five of them are there already
    (after,) = (tmp_path / "a").glob("generation-*")
    assert (after / "evidence-0001.arrow").stat().st_ino == inode
    assert index.manifest.parts[Part("evidence", 2)].rows == 5
    assert everything_is_stored(index)
    index.compact()
    build(tmp_path / "b", corpus(25))
    assert stored_files(tmp_path / "a") == stored_files(tmp_path / "b")


@pytest.mark.parametrize("dense", ["exact", "hnsw"])
def test_a_deleted_passage_is_gone(tmp_path: Path, dense: str) -> None:
    """Searches answer as an index that never had it; compaction gives that index's features."""
    index = build(tmp_path / "a", corpus(30), dense=dense)
    assert index.delete(["p3", "p7"]) == 2
    fresh = build(tmp_path / "b", [p for p in corpus(30) if p["id"] not in {"p3", "p7"}], dense=dense)
    found, expected = (
        [(hit.passage.id, hit.score) for hit in which.search(QUESTION, 10)] for which in (index, fresh)
    )
    assert found == expected
    index.compact().verify()
    assert stored_files(tmp_path / "a") == stored_files(tmp_path / "b")


def test_a_passage_that_comes_back_is_not_computed_again(tmp_path: Path) -> None:
    """Its features waited for compaction."""
    index = build(tmp_path / "a", corpus(10))
    index.delete(["p3"])
    index.add([corpus(10)[3]], features=[evidence()])
    assert Part("evidence", 2) not in index.manifest.parts
    assert everything_is_stored(index)


def test_features_are_added_after_a_deletion(tmp_path: Path) -> None:
    """The text of deleted passages is gone, so their rows go first."""
    index = Index.build(corpus(10), tmp_path / "a", encoder=HashEncoder(), features=["sentences"])
    index.delete(["p3"])
    index.add_features(["guards"])
    rows = {part: files.rows for part, files in index.manifest.feature_parts.items()}
    assert rows == {Part("guards", 1): 9, Part("keys", 1): 9, Part("sentences", 1): 9}


def test_an_unknown_id_deletes_nothing(tmp_path: Path) -> None:
    """The message names it."""
    index = build(tmp_path / "a", corpus(3))
    with pytest.raises(InputError, match="'p9'"):
        index.delete(["p1", "p9"])
    assert len(Index.open(tmp_path / "a")) == 3


def test_the_last_passage_cannot_be_deleted(tmp_path: Path) -> None:
    """An index has at least one."""
    index = build(tmp_path / "a", corpus(1))
    with pytest.raises(InputError, match="at least one"):
        index.delete(["p0"])
    assert len(Index.open(tmp_path / "a")) == 1


def test_adding_needs_the_same_source(tmp_path: Path) -> None:
    """One index never holds a feature of two models."""
    index = build(tmp_path / "a", corpus(3))
    other = EvidenceScore(TokenHashEncoder(dim=8), load_ranker("evidence-ranker"))  # type: ignore[arg-type]
    with pytest.raises(StoreError, match=r"made by another model, .*: evidence;"):
        index.add(["a text"], features=[other])


@pytest.mark.parametrize("name", ["colour", "sentences:de", "a@1"])
def test_an_unknown_feature_is_refused(tmp_path: Path, name: str) -> None:
    """Before anything is written."""
    with pytest.raises(ConfigError, match="feature"):
        Index.build(["a"], tmp_path / "a", encoder=HashEncoder(), features=[name])
    assert not (tmp_path / "a").exists()


def test_a_killed_build_goes_on_where_it_was(tmp_path: Path) -> None:
    """What was computed is not computed again, and the bytes are those of an undisturbed build."""

    def dying() -> object:
        yield from corpus(60)
        raise KeyboardInterrupt

    scorer = evidence()
    options = {"encoder": HashEncoder(), "features": [scorer], "batch": 20}
    with pytest.raises(KeyboardInterrupt):
        Index.build(dying(), tmp_path / "a", **options)  # type: ignore[arg-type]
    assert len(list(work_folder(tmp_path / "a").iterdir())) == 3
    read = len(scorer.encoder.seen)  # type: ignore[attr-defined]
    Index.build(corpus(80), tmp_path / "a", **options)  # type: ignore[arg-type]
    assert len(scorer.encoder.seen) - read == 20  # type: ignore[attr-defined]
    assert not work_folder(tmp_path / "a").exists()
    Index.build(corpus(80), tmp_path / "b", **options)  # type: ignore[arg-type]
    assert stored_files(tmp_path / "a") == stored_files(tmp_path / "b")


def test_damaged_unfinished_work_is_done_again(tmp_path: Path) -> None:
    """Half a file is no file."""

    def dying() -> object:
        yield from corpus(20)
        raise KeyboardInterrupt

    options = {"encoder": HashEncoder(), "features": [evidence()], "batch": 20}
    with pytest.raises(KeyboardInterrupt):
        Index.build(dying(), tmp_path / "a", **options)  # type: ignore[arg-type]
    (part,) = work_folder(tmp_path / "a").iterdir()
    part.write_bytes(part.read_bytes()[:-100])
    index = Index.build(corpus(20), tmp_path / "a", **options)  # type: ignore[arg-type]
    found = chain(evidence()).compress(QUESTION, list(index), budget=60, stored=index.features)
    assert found.report.stages[0].stored["evidence"] == (20, 20)


def test_sentence_vectors_give_the_same_output(tmp_path: Path) -> None:
    """RECOMP's vectors are stored as they are."""
    stage = RecompExtractive(HashEncoder())  # type: ignore[arg-type]  # has what is used
    index = Index.build(
        corpus(12), tmp_path / "a", encoder=HashEncoder(), features=["sentences", "guards", stage.scorer]
    )
    found = Chain([stage]).compress(QUESTION, list(index), budget=60, stored=index.features)
    assert found == Chain([stage]).compress(QUESTION, list(index), budget=60)
    assert found.report.stages[0].stored["embedding-similarity"] == (12, 12)


@pytest.mark.parametrize("budget", [5, 60, 0.5])
def test_keep_probabilities_give_the_same_output(tmp_path: Path, budget: float) -> None:
    """They are stored as they are, so that few words of many that are nearly sure are the same ones."""
    stage = LLMLingua2()
    index = Index.build(
        corpus(6), tmp_path / "a", encoder=HashEncoder(), features=["words", "guards", stage.scorer]
    )
    results = [
        Chain([stage]).compress(QUESTION, list(index), budget=budget, stored=stored)
        for stored in (index.features, None)
    ]
    assert results[0].report.stages[0].stored["keep-probability"] == (6, 6)
    assert results[0] == results[1]


@pytest.mark.parametrize("template", ["plain", "titled", "numbered", "xml"])
def test_stored_counts_add_up_to_what_is_counted(tmp_path: Path, template: str) -> None:
    """What a call says it was given does not depend on where the counts come from."""
    index = build(tmp_path / "a.excerpt", corpus(6))
    lexical = Chain(["bm25-sentences"], template=template)
    counted, stored = (
        lexical.compress(QUESTION, list(index), budget=60, stored=store) for store in (None, index.features)
    )
    assert stored.tokens_in == counted.tokens_in > 200
    assert stored.text == counted.text


def test_the_compact_ranker_has_a_feature_of_its_own(tmp_path: Path) -> None:
    """Stored by the model's name, found by the chain that runs it, and by no other."""
    model = "evidence-ranker-compact"
    index = Index.build(corpus(4), tmp_path / "a.excerpt", encoder=None, features=[f"evidence:{model}"])
    compact, full = Chain([EvidenceRanker(model)]), Chain([EvidenceRanker()])
    stored = compact.compress(QUESTION, list(index), budget=60, stored=index.features)
    assert stored.report.stages[0].stored["evidence"] == (4, 4)
    assert stored.text == compact.compress(QUESTION, list(index), budget=60).text
    other = full.compress(QUESTION, list(index), budget=60, stored=index.features)
    assert other.report.stages[0].stored["evidence"] == (0, 4)
