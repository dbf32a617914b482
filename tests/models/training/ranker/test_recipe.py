"""From questions with known evidence to a trained ranker."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner
from fakes.token_hash_encoder import TokenHashEncoder

from excerpt.cli.train.ranker import command
from excerpt.compressors.evidence.links import FEATURES
from excerpt.compressors.scorers.evidence import EvidenceScore, load_ranker
from excerpt.compressors.units.splitting import split
from excerpt.errors import InputError, ModelError
from excerpt.models.training.ranker.examples import ranking_group
from excerpt.models.training.ranker.recipe import train_ranker
from excerpt.models.training.ranker.trees import TreeSettings, train_trees
from excerpt.values.types import Context, Passage

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


def test_a_trained_folder_loads(tmp_path):
    """The ranker, its card and its curve are written."""
    groups = [ranking_group(TokenHashEncoder(), row, "row") for row in rows(30)]
    train_ranker([groups], tmp_path / "new", TreeSettings(rounds=4, min_rows=5), {"sets": {"mills": 30}})
    scores = load_ranker(tmp_path / "new").score(groups[0].features)
    assert np.argmax(scores) == np.argmax(groups[0].relevance)
    card = json.loads((tmp_path / "new" / "ranker.json").read_text())
    assert card["questions"] == card["sets"]["mills"] == 30
    assert sum(card["gain"].values()) == pytest.approx(1)
    with (tmp_path / "new" / "learning-curve.csv").open() as file:
        assert [row["trees"] for row in csv.DictReader(file)] == ["1", "2", "3", "4"]


def test_a_ranker_may_lack_features_but_not_know_others(tmp_path):
    """Trees over some of the columns are given these; what nobody makes is refused."""
    groups = [ranking_group(TokenHashEncoder(), row, "row") for row in rows(30)]
    names = ["blend", "bm25"]
    some = [
        one._replace(features=one.features[:, [list(FEATURES).index(name) for name in names]])
        for one in groups
    ]
    for number, columns in enumerate((names, ["blend", "magic"])):
        folder = tmp_path / str(number)
        folder.mkdir()
        train_trees(some, columns, TreeSettings(rounds=4, min_rows=5)).save(folder / "ranker.onnx")
    ranker = load_ranker(tmp_path / "0")
    scorer = EvidenceScore(TokenHashEncoder(), ranker)
    context = Context.start(
        "Who built mill 3?", [Passage("Mill 3 is old. Ada built mill 3."), Passage("Rye.")]
    )
    assert len(scorer.score(context, split("record", context))) == 3
    with pytest.raises(ModelError, match="'magic'"):
        load_ranker(tmp_path / "1")


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
    with pytest.raises(InputError, match=message):
        CliRunner().invoke(
            command, [str(source), "-o", str(tmp_path / "out"), *options], catch_exceptions=False
        )


def test_a_ranker_for_other_languages_reads_no_english_words(tmp_path):
    """Its card says which they are and how to get the encoder; a better match may be asked never to count against."""
    source = tmp_path / "mills.jsonl"
    source.write_text("\n".join(map(json.dumps, rows(12))))
    call = [str(source), "-o", str(tmp_path / "out"), "--rounds", "2", "--min-rows", "3", "-q", "--monotone"]
    made = CliRunner().invoke(command, [*call, "--languages", "de, fr", "--encoder-from", "ask us"])
    assert made.exit_code == 0, made.output
    names = load_ranker(tmp_path / "out").feature_names
    assert not [name for name in names if name.startswith("asks.")]
    assert len(names) > 50
    card = json.loads((tmp_path / "out" / "ranker.json").read_text())
    assert (card["languages"], card["encoder_from"]) == (["de", "fr"], "ask us")
    assert set(card["recipe"]["directions"]) == {-1, 0, 1}
    assert len(card["recipe"]["directions"]) == len(names)
