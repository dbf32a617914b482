import json

import pytest

from excerpt.compressors.units.words import split_words
from excerpt.errors import InputError, ModelError
from excerpt.models.generation.endpoint import Endpoint
from excerpt.models.training.distill.answers import Answers
from excerpt.models.training.distill.chunks import Chunk
from excerpt.models.training.distill.endpoint import Teacher
from excerpt.models.training.distill.labels import Distilled, Labelling, Paths, ask, worst, write_labels
from excerpt.models.training.distill.window_labels import Alignment

NOW = {"retry-after": "0"}


def chunks_of(*texts):
    return [Chunk(f"c{number}", text, len(text.split())) for number, text in enumerate(texts)]


def faulty(*faults):
    return [
        Distilled(chunk, "", Alignment((), fault, fault))
        for chunk, fault in zip(chunks_of(*map(str, faults)), faults, strict=True)
    ]


def gone(faults, share):
    return [
        row.alignment.variation_rate
        for row in worst(faulty(*faults), lambda row: row.alignment.variation_rate, share)[1]
    ]


def test_exactly_the_share_with_the_largest_fault_goes():
    """Two of ten."""
    assert gone([0, 0.1, 0.9, 0.2, 0, 0.3, 0, 0.4, 0, 0], 0.2) == [0.9, 0.4]


def test_rows_without_a_fault_stay():
    """A percentile would be 0 here, and dropping what is at or above it would drop everything."""
    assert gone([0, 0, 0, 0.1, 0, 0, 0, 0, 0, 0], 0.5) == [0.1]


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_a_share_that_is_none_is_refused(share):
    """1 would leave nothing."""
    with pytest.raises(InputError, match="at least 0 and below 1"):
        worst([], lambda row: 0.0, share)


def test_the_second_filter_sees_only_what_the_first_left(tmp_path):
    """The row that is worst in both measures is dropped once, and the second worst gap is dropped too."""
    endpoint = Endpoint("http://127.0.0.1:1/v1", "teacher")
    chunks = chunks_of("rye bran oat", "mill wheel stone", "wind sail rope", "sack cart road")
    replies = ["rye rye rye corn", "mill mill", "wind sail", "sack road"]
    paths = Paths(tmp_path / "out.jsonl")
    with Answers(paths.answers, endpoint) as answers:
        for chunk, reply in zip(chunks, replies, strict=True):
            answers.add(chunk.text, reply)
        report = write_labels(
            chunks, answers, {}, paths, Labelling(split_words, drop_variation=0.25, drop_gap=0.34)
        )
    assert (report.dropped_variation, report.dropped_gap, report.written) == (1, 1, 2)
    assert [json.loads(line)["id"] for line in paths.output.read_text().splitlines()] == ["c2", "c3"]


def test_known_answers_are_not_asked_for(endpoint, tmp_path):
    """The second run costs nothing."""
    chunks = chunks_of("the mill", "a sack of rye")
    asked = Endpoint(endpoint.url, "teacher")
    for _ in range(2):
        with Answers(tmp_path / "a", asked) as answers, Teacher(asked) as teacher:
            assert ask(chunks, answers, teacher) == {}
    assert len(endpoint.asked) == 2


def test_a_failed_chunk_does_not_stop_the_others(endpoint, tmp_path):
    """Its reason is told."""
    endpoint.answer = lambda text: (500, "", NOW) if "sack" in text else endpoint.good(text)
    asked = Endpoint(endpoint.url, "teacher", tries=2)
    with Answers(tmp_path / "a", asked) as answers, Teacher(asked) as teacher:
        failed = ask(chunks_of("the mill", "a sack of rye", "the wind"), answers, teacher, workers=1)
        assert answers.get("the wind") == "wind"
    assert failed == {"c1": "HTTP 500"}


def test_an_endpoint_that_always_fails_is_given_up(endpoint, tmp_path):
    """After twenty chunks in a row, with what was answered kept."""
    endpoint.answer = lambda text: endpoint.good(text) if text == "the mill" else (400, "no", {})
    asked = Endpoint(endpoint.url, "teacher")
    chunks = chunks_of("the mill", *(f"sack {number}" for number in range(40)))
    with Answers(tmp_path / "a", asked) as answers, Teacher(asked) as teacher:
        with pytest.raises(ModelError, match="20 chunks in a row"):
            ask(chunks, answers, teacher, workers=1)
        assert answers.get("the mill") == "mill"
    assert len(endpoint.asked) < 30
