import json

import pytest

from excerpt.errors import ModelError
from excerpt.models.card import CARD_NAME, ModelCard, files_fingerprint, read_card

CONFIG = {"model_type": "bert", "hidden_size": 8, "vocab_size": 30, "max_position_embeddings": 512}
TRANSFORMER = {"type": "sentence_transformers.models.Transformer", "path": ""}
POOLING = {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"}
NORMALIZE = {"type": "sentence_transformers.models.Normalize", "path": "2_Normalize"}


@pytest.fixture
def write(tmp_path):
    """Write the files of a sentence-transformers directory."""

    def write(config=CONFIG, modules=None, pooling=None, longest=None):
        (tmp_path / "1_Pooling").mkdir(exist_ok=True)
        (tmp_path / "config.json").write_text(json.dumps(config))
        if modules is not None:
            (tmp_path / "modules.json").write_text(json.dumps(modules))
        if pooling is not None:
            (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
        if longest is not None:
            (tmp_path / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": longest}))
        return tmp_path

    return write


def test_a_plain_encoder_is_mean_pooled(write):
    """Without modules.json every token counts and nothing is scaled."""
    card = read_card(write(), "encoder")
    assert (card.pooling, card.normalize, card.max_tokens, card.dim) == ("mean", False, 512, 8)


def test_the_sentence_transformers_files_are_read(write):
    """Pooling, normalisation and the length limit come from their files."""
    directory = write(
        modules=[TRANSFORMER, POOLING, NORMALIZE], pooling={"pooling_mode_cls_token": True}, longest=100
    )
    card = read_card(directory, "encoder")
    assert (card.pooling, card.normalize, card.max_tokens) == ("cls", True, 100)


def test_the_newer_form_of_the_pooling_file_is_read(write):
    """sentence-transformers 5.3 and later write one word."""
    assert (
        read_card(write(modules=[TRANSFORMER, POOLING], pooling={"pooling_mode": "mean"}), "encoder").pooling
        == "mean"
    )


@pytest.mark.parametrize(
    ("prompts", "prefixes"),
    [
        ({"query": "query: ", "passage": "passage: "}, ("query: ", "passage: ")),
        ({"query": "ask: ", "document": ""}, ("ask: ", "")),
        ({}, ("", "")),
        (None, ("", "")),
    ],
)
def test_prefixes_come_from_the_sentence_transformers_settings(write, prompts, prefixes):
    """Under either name for passages; a file without them is no error, one that garbles them is."""
    directory = write()
    settings = directory / "config_sentence_transformers.json"
    settings.write_text(json.dumps({"prompts": prompts}))
    card = read_card(directory, "encoder")
    assert (card.query_prefix, card.passage_prefix) == prefixes
    settings.write_text(json.dumps({"prompts": {"query": 3}}))
    with pytest.raises(ModelError, match="prompts must be texts by name"):
        read_card(directory, "encoder")


def test_positions_of_roberta_begin_behind_the_padding_id(write):
    """514 rows of positions mean 512 tokens."""
    config = CONFIG | {"model_type": "xlm-roberta", "pad_token_id": 1, "max_position_embeddings": 514}
    assert read_card(write(config), "encoder").max_tokens == 512


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"modules": [TRANSFORMER, {"type": "x.Dense", "path": "2_Dense"}]}, "has the modules"),
        (
            {"modules": [TRANSFORMER, POOLING], "pooling": {"pooling_mode_max_tokens": True}},
            "asks for the pooling",
        ),
        ({"modules": [TRANSFORMER, POOLING]}, "cannot be read as JSON"),
        ({"modules": {"0": 1}}, "not the module list"),
        ({"config": {"hidden_size": 8}}, "lacks or garbles"),
        ({"config": [1]}, "holds a list"),
    ],
)
def test_what_cannot_be_run_faithfully_is_refused(write, settings, message):
    """Unknown modules and pooling, and broken files, are errors that name the file."""
    with pytest.raises(ModelError, match=message):
        read_card(write(**settings), "encoder")


def test_a_card_survives_being_written(tmp_path):
    """What export writes is what load reads."""
    card = ModelCard(
        "m", "token-classifier", 2, 40, 30, labels=("drop", "keep"), files=(("model.onnx", "ab"),)
    )
    (tmp_path / "excerpt-model.json").write_text(card.to_json())
    assert read_card(tmp_path, "token-classifier") == card


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "not of format 1"),
        ({"code": "x"}, "unknown settings"),
        ({"task": "oracle"}, "unknown task"),
        ({"dim": None}, "garbled"),
    ],
)
def test_a_foreign_card_is_refused(tmp_path, change, message):
    """Only settings that are known, of the types they have."""
    card = json.loads(ModelCard("m", "encoder", 2, 40, 30).to_json()) | change
    (tmp_path / "excerpt-model.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match=message):
        read_card(tmp_path, "encoder")


def test_a_card_for_another_task_is_refused(tmp_path):
    """An encoder is no classifier."""
    (tmp_path / "excerpt-model.json").write_text(ModelCard("m", "encoder", 2, 40, 30).to_json())
    with pytest.raises(ModelError, match="for the task encoder; one for token-classifier was asked for"):
        read_card(tmp_path, "token-classifier")


def headed(folder, **settings):
    """The card of a head, with these settings."""
    card = json.loads(ModelCard("mine", "encoder", 8, 64, 30, backbone="all-MiniLM-L6-v2").to_json())
    card = {key: value for key, value in (card | settings).items() if value is not None}
    (folder / CARD_NAME).write_text(json.dumps(card))
    return read_card(folder, "encoder")


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"kind": "late-interaction"}, "late-interaction"),
        ({"kind": None, "source": "excerpt train recomp-head"}, "recomp-extractive"),
        ({"kind": None, "source": "elsewhere"}, ""),
    ],
)
def test_a_card_tells_the_kind_of_its_head(tmp_path, settings, kind):
    """One of before there were kinds by who wrote it, where it says so."""
    assert headed(tmp_path, **settings).kind == kind


def test_an_unknown_kind_is_refused(tmp_path):
    """Nobody could say what it is for."""
    with pytest.raises(ModelError, match=r"excerpt-model\.json is garbled: .*kind is 'bilinear'"):
        headed(tmp_path, kind="bilinear")


def test_a_fingerprint_follows_settings_and_files(tmp_path):
    """Names and content count, the directory does not."""
    first, second = tmp_path / "a" / "x", tmp_path / "b" / "x"
    for path in (first, second):
        path.parent.mkdir()
        path.write_text("1")
    known = files_fingerprint(["s"], [first])
    assert files_fingerprint(["s"], [second]) == known
    second.write_text("2")
    assert known not in {files_fingerprint(["s"], [second]), files_fingerprint(["t"], [first])}
