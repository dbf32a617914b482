"""From questions with known evidence to a trained ranker."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner
from fakes.token_hash_encoder import TokenHashEncoder

from excerpt.cli.train.ranker import command
from excerpt.compressors.evidence.links import FEATURES
from excerpt.compressors.evidence_ranker import load_ranker
from excerpt.errors import InputError
from excerpt.models.training.ranker.examples import (
    balanced,
    evidence_spans,
    ranking_group,
    relevance,
    thinned,
    train_ranker,
)
from excerpt.models.training.ranker.trees import RankingGroup, TreeRecipe
from excerpt.values.spans import Span
from excerpt.values.types import Passage, Units

ROW = {
    "question": "Who built the mill?",
    "passages": [
        {"text": "The mill is old. Ada built the mill.", "evidence": [[17, 36]]},
        {"text": "Rye is a grass. It grows."},
    ],
}


def rows(count):
    """Questions about different mills."""
    for number in range(count):
        text = f"Mill {number} is old. Ada{number} built mill {number}. Rye is a grass. It grows well."
        start = text.index("Ada")
        yield {
            "question": f"Who built mill {number}?",
            "passages": [{"text": text, "evidence": [[start, text.index(" Rye")]]}, {"text": "Boats float."}],
        }


def test_sentences_with_evidence_are_relevant():
    """One of four candidates holds the span."""
    group = ranking_group(TokenHashEncoder(), ROW, "row 1")
    assert group.relevance.tolist() == [0, 1, 0, 0]
    assert group.features.shape == (4, len(FEATURES))


def test_answers_serve_where_there_is_no_evidence():
    """Whole-word occurrences count, parts of words and yes do not."""
    passages = (Passage("Adam knew Ada. ADA built it."), Passage("Yes."))
    found = evidence_spans(passages, ["Ada", "yes"], "row")
    assert found == [(Span(10, 13), Span(15, 18)), ()]


def test_an_answer_that_is_no_list_is_refused():
    """Its letters would be taken for answers."""
    with pytest.raises(InputError, match="row 3: answers: must be a list of strings, got 'Ada'"):
        evidence_spans((Passage("Adam knew Ada."),), "Ada", "row 3")


def test_rows_without_evidence_teach_nothing():
    """They are passed over."""
    row = {"question": "Who?", "passages": ["Rye is a grass."], "answers": ["nobody"]}
    assert ranking_group(TokenHashEncoder(), row, "row 1") is None


def test_half_a_sentence_is_not_relevant_but_a_whole_span_is():
    """Evidence cut by a border goes to the sentence that has most of it."""
    units = Units.of("sentence", [[(0, 10), (11, 30)]])
    assert relevance(units, [(Span(8, 30),)]).tolist() == [0, 1]
    assert relevance(units, [(Span(2, 4),)]).tolist() == [1, 0]


@pytest.mark.parametrize("span", [[0, 99], [3, 1], ["a", 2], 5, [1]])
def test_wrong_spans_are_named(span):
    """The message has the row and the span."""
    row = {"question": "Who?", "passages": [{"text": "Rye.", "evidence": [span]}]}
    with pytest.raises(InputError, match=r"row 7: evidence of passage .*expected \[start, end\]"):
        ranking_group(TokenHashEncoder(), row, "row 7")


def test_a_missing_question_is_named():
    """The message has the keys that are there."""
    with pytest.raises(InputError, match="row 7: question: is missing; the keys are text"):
        ranking_group(TokenHashEncoder(), {"text": "x"}, "row 7")


def test_long_questions_are_thinned_and_keep_what_is_relevant():
    """At most 120 candidates and the relevant ones, in source order."""
    features = np.zeros((500, len(FEATURES)), dtype=np.float32)
    features[:, list(FEATURES).index("blend")] = np.arange(500)
    relevant = np.zeros(500, dtype=np.int64)
    relevant[3] = 1
    group = thinned(RankingGroup(features, relevant))
    assert len(group.relevance) <= 121
    assert group.relevance.sum() == 1
    assert group.features[-1, list(FEATURES).index("blend")] == 499


def test_sets_are_balanced():
    """A set ten times as long counts less than three times as much."""
    one = ranking_group(TokenHashEncoder(), ROW, "row")
    groups = balanced([[one] * 100, [one] * 1000])
    sums = sum(group.weight for group in groups[:100]), sum(group.weight for group in groups[100:])
    assert 1 < sums[1] / sums[0] < 3


def test_a_trained_folder_loads(tmp_path):
    """The ranker, its card and its curve are written."""
    groups = [ranking_group(TokenHashEncoder(), row, "row") for row in rows(30)]
    train_ranker([groups], tmp_path / "new", TreeRecipe(rounds=4, min_rows=5), {"sets": {"mills": 30}})
    scores = load_ranker(tmp_path / "new").score(groups[0].features)
    assert np.argmax(scores) == np.argmax(groups[0].relevance)
    card = json.loads((tmp_path / "new" / "ranker.json").read_text())
    assert card["questions"] == card["sets"]["mills"] == 30
    assert sum(card["gain"].values()) == pytest.approx(1)
    with (tmp_path / "new" / "learning-curve.csv").open() as file:
        assert [row["trees"] for row in csv.DictReader(file)] == ["1", "2", "3", "4"]


def test_the_command_trains_and_goes_on(tmp_path):
    """A second run uses the features of the first and gives the same file."""
    source = tmp_path / "mills.jsonl"
    source.write_text("\n".join(map(json.dumps, rows(12))))
    call = [
        str(source),
        "-o",
        str(tmp_path / "out"),
        "--rounds",
        "2",
        "--min-rows",
        "3",
        "--per-file",
        "10",
        "-q",
    ]
    first = CliRunner().invoke(command, call)
    assert first.exit_code == 0, first.output
    content = (tmp_path / "out" / "ranker.onnx").read_bytes()
    assert len(list((tmp_path / "out" / "features").iterdir())) == 1
    assert CliRunner().invoke(command, call).exit_code == 0
    assert (tmp_path / "out" / "ranker.onnx").read_bytes() == content


def test_each_file_may_have_a_head_of_its_own(tmp_path):
    """Features of one head are not taken for another's; the card names the head that the ranker runs with."""
    source = tmp_path / "mills.jsonl"
    source.write_text("\n".join(map(json.dumps, rows(12))))
    call = [str(source), "-o", str(tmp_path / "out"), "--rounds", "2", "--min-rows", "3", "-q"]
    late = ["--late-interaction", "excerpt-late-interaction"]
    for options in ([], late, [*late, "--head-for", "mills.jsonl=excerpt-late-interaction"]):
        found = CliRunner().invoke(command, [*call, *options])
        assert found.exit_code == 0, found.output
    assert len(list((tmp_path / "out" / "features").iterdir())) == 2
    card = json.loads((tmp_path / "out" / "ranker.json").read_text())
    assert card["late_interaction"] == "excerpt-late-interaction"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--head-for", "other.jsonl=x", "--late-interaction", "y"], "the sources are mills.jsonl"),
        (["--head-for", "mills.jsonl=x"], "say with --late-interaction which head"),
    ],
)
def test_a_head_for_nothing_is_refused(tmp_path, options, message):
    """Before anything is loaded."""
    source = tmp_path / "mills.jsonl"
    source.write_text(json.dumps(ROW))
    found = CliRunner().invoke(command, [str(source), "-o", str(tmp_path / "out"), *options])
    assert found.exit_code == 2
    assert message in " ".join(found.output.split())
