import json

import numpy as np
import pytest
from click.testing import CliRunner
from fakes.word_proxy import WordProxy

from excerpt import Chain
from excerpt.cli.train.sentinel import command
from excerpt.compressors import Sentinel
from excerpt.errors import InputError, ModelError, StoreError
from excerpt.models.training.sentinel.examples import SentinelRecipe, probe_pairs

ROW = {
    "question": "who built the mill ?",
    "passages": [
        {"text": "The mill is old. Ada built it.", "evidence": [[17, 30]]},
        {"text": "Rye is a grass. It grows. It is cut."},
        {"text": "Boats float. Rivers are cold."},
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


def test_a_question_gives_as_many_rows_with_evidence_as_without():
    """One sentence holds evidence, so there is one pair."""
    found = probe_pairs(WordProxy(), ROW, "row 1", SentinelRecipe())
    assert found.relevant.tolist() == [1, 0]
    assert found.columns.shape == (2, 4)


def test_the_same_seed_reads_the_same_text():
    """Another seed reads another order."""
    texts = []
    for seed in (1, 1, 3):
        proxy = WordProxy(200)
        probe_pairs(proxy, ROW, "row", SentinelRecipe(seed=seed))
        texts.append(proxy.asked[0].text)
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_sentences_are_read_in_a_random_order():
    """Passages whole, their sentences shuffled; in source order where that is asked for."""
    texts = []
    for shuffle in (True, False):
        proxy = WordProxy(200)
        probe_pairs(proxy, ROW, "row", SentinelRecipe(shuffle=shuffle))
        texts.append(proxy.asked[0].text)
    assert (
        texts[1]
        == "The mill is old. Ada built it.\nRye is a grass. It grows. It is cut.\nBoats float. Rivers are cold."
    )
    assert texts[0] != texts[1]
    assert sorted(texts[0].replace("\n", " ")) == sorted(texts[1].replace("\n", " "))


def test_passages_with_evidence_are_read_first():
    """With room for four sentences of seven, evidence is among them."""
    for seed in range(8):
        proxy = WordProxy(200)
        probe_pairs(proxy, ROW, "row", SentinelRecipe(sentences=4, seed=seed))
        assert "Ada built it." in proxy.asked[0].text
        assert len(proxy.asked[0].spans) in {2, 4}


def test_a_question_without_evidence_teaches_nothing():
    """Nor does one in which everything is evidence."""
    bare = ROW | {"passages": [{"text": "Rye is a grass."}]}
    full = ROW | {"passages": [{"text": "Ada built it.", "evidence": [[0, 13]]}]}
    assert probe_pairs(WordProxy(), bare, "row", SentinelRecipe()) is None
    assert probe_pairs(WordProxy(), full, "row", SentinelRecipe()) is None


def test_a_row_without_passages_is_named():
    """With its place."""
    with pytest.raises(InputError, match="line 3: passages: is missing"):
        probe_pairs(WordProxy(), {"question": "why"}, "train.jsonl, line 3", SentinelRecipe())


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A probe for the bundled encoder from thirty questions, by the command."""
    folder = tmp_path_factory.mktemp("sentinel")
    source = folder / "mills.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows(30)))
    result = CliRunner().invoke(command, [str(source), "-o", str(folder / "probe")])
    assert result.exit_code == 0, result.output
    return folder / "probe"


def test_the_command_leaves_a_probe_its_card_and_its_curve(trained):
    """And nothing else."""
    names = {"README.md", "curve.png", "probe.json", "training.json"}
    assert {path.name for path in trained.iterdir()} == names
    card = (trained / "README.md").read_text()
    assert "| auc |" in card
    assert "excerpt models export" not in card  # it is used as it is
    assert json.loads((trained / "training.json").read_text())["recipe"]["base"] == "all-MiniLM-L6-v2"


def test_a_trained_probe_is_used_by_its_folder(trained):
    """It belongs to the proxy that it was trained with."""
    scorer = Sentinel(probe=trained).scorer
    assert scorer.probe.facts["questions"] == {"mills.jsonl": 30, "rows": 60}
    assert np.isfinite(scorer.probe.coefficients).all()


def test_a_finished_training_is_not_written_over(trained, tmp_path):
    """Another folder, please."""
    source = tmp_path / "mills.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows(12)))
    result = CliRunner().invoke(command, [str(source), "-o", str(trained)])
    assert isinstance(result.exception, InputError)


def test_a_stopped_training_goes_on_where_it_was(tmp_path):
    """The file that was read whole is not read again; another recipe is refused."""
    source = tmp_path / "mills.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows(12)))
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"question": "why"}\n')
    output = str(tmp_path / "probe")
    given = [str(source), str(broken), "-o", output, "-q"]
    assert isinstance(CliRunner().invoke(command, given).exception, InputError)
    kept = [path.stat().st_mtime_ns for path in (tmp_path / "probe" / "checkpoints").iterdir()]
    assert len(kept) == 1
    assert isinstance(CliRunner().invoke(command, [*given, "--resume", "--seed", "4"]).exception, StoreError)
    assert isinstance(CliRunner().invoke(command, [*given, "--resume"]).exception, InputError)
    assert [path.stat().st_mtime_ns for path in (tmp_path / "probe" / "checkpoints").iterdir()] == kept


def test_a_probe_is_trained_for_a_decoder_and_used_with_it(tmp_path):
    """Any Hugging Face decoder directory is a proxy; its probe does not fit the bundled encoder."""
    from fakes.tiny_decoders import make_decoder

    decoder = make_decoder(tmp_path / "decoder", "qwen2")
    source = tmp_path / "mills.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows(12)))
    given = [str(source), "-o", str(tmp_path / "probe"), "--proxy", str(decoder), "-q"]
    assert CliRunner().invoke(command, given).exit_code == 0
    passages = [passage["text"] for passage in ROW["passages"]]
    for probe in (tmp_path / "probe", None):
        result = Chain([Sentinel(decoder, probe=probe)]).compress("who built it ?", passages, budget=10)
        assert 0 < result.tokens_out <= 10
    with pytest.raises(ModelError, match="does not fit 'all-MiniLM-L6-v2'"):
        Sentinel(probe=tmp_path / "probe")


def test_a_proxy_that_cannot_be_had_leaves_no_folder(tmp_path):
    """So the same command does its work once the proxy is there."""
    source = tmp_path / "mills.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows(12)))
    given = [str(source), "-o", str(tmp_path / "probe"), "--proxy", str(tmp_path / "missing")]
    assert isinstance(CliRunner().invoke(command, given).exception, ModelError)
    assert not (tmp_path / "probe").exists()
