import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from excerpt.errors import ModelError
from excerpt.models.directories import find_directory
from excerpt.models.runtime.tokenizer import Tokenizer

BUNDLED = Tokenizer.from_directory(find_directory("all-MiniLM-L6-v2"))


@pytest.mark.parametrize(("kind", "family"), [("bert", "wordpiece"), ("xlm-roberta", "sentencepiece")])
def test_the_family_comes_from_the_files(kind, family, checkpoint):
    """Nothing in the directory's name says which family it is."""
    assert Tokenizer.from_directory(checkpoint(kind)).family == family


def test_a_byte_level_tokenizer_is_told_apart(tmp_path):
    """RoBERTa's kind of BPE is neither WordPiece nor SentencePiece."""
    from tokenizers import Tokenizer as Backend
    from tokenizers import models, pre_tokenizers, processors

    backend = Backend(models.BPE({"<s>": 0, "</s>": 1, "a": 2}, []))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel()
    backend.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
    assert Tokenizer(backend).family == "bytelevel"


def test_truncation_and_padding_of_the_file_are_undone(checkpoint):
    """The file asks for six tokens; a text of nine keeps all of them."""
    tokenizer = Tokenizer.from_directory(checkpoint("bert"))
    assert [len(ids) for ids in tokenizer.ids(["grain " * 9, "grain"])] == [9, 1]


def test_the_count_has_the_special_tokens():
    """Two more than the pieces, one of each kind at either end."""
    assert BUNDLED.count(["the grain", ""]).tolist() == [4, 2]
    assert BUNDLED.frame([5]) == [101, 5, 102]


def test_offsets_leave_out_white_space(checkpoint):
    """SentencePiece's space belongs to no piece."""
    tokenizer = Tokenizer.from_directory(checkpoint("xlm-roberta"))
    text = "grain  wind\nrye"
    spans = [text[start:end] for start, end in tokenizer.pieces([text])[0].offsets.tolist() if start < end]
    assert "".join(spans) == "grainwindrye"


@given(st.text(max_size=80))
@example("참")  # a syllable that is taken apart: three pieces, all of the same character
def test_offsets_are_sorted_and_inside_the_text(text):
    """Whatever the text, pieces go forward and stay inside it."""
    pieces = BUNDLED.pieces([text])[0]
    start, end = pieces.offsets[:, 0], pieces.offsets[:, 1]
    assert len(pieces.ids) == len(pieces.tokens) == len(pieces.offsets)
    assert (np.diff(start) >= 0).all()
    assert (np.diff(end) >= 0).all()
    assert (start <= end).all()
    assert start.min(initial=0) >= 0
    assert end.max(initial=0) <= len(text)


def test_a_vocabulary_without_tokenizer_json_is_converted(tmp_path, checkpoint):
    """A directory with only vocab.txt goes through transformers."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "grain", "##s"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    (tmp_path / "tokenizer_config.json").write_text(
        '{"tokenizer_class": "BertTokenizer", "do_lower_case": true}'
    )
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    assert Tokenizer.from_directory(tmp_path).ids(["Grains"]) == [[5, 6]]


def test_a_directory_without_a_tokenizer_is_refused(tmp_path):
    """The message lists what was looked for."""
    with pytest.raises(ModelError, match=r"neither tokenizer\.json nor one of vocab\.txt"):
        Tokenizer.from_directory(tmp_path)


def test_a_broken_tokenizer_is_refused(tmp_path):
    """A file that is not a tokenizer is an error of ours."""
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="not a tokenizer"):
        Tokenizer.from_directory(tmp_path)


def test_remembered_pieces_are_the_same():
    """A text asked for twice, and after it was forgotten."""
    tokenizer = Tokenizer.from_directory(find_directory("all-MiniLM-L6-v2"))
    first = tokenizer.pieces(["an old mill", "bees", "an old mill"])
    again = tokenizer.pieces(["bees", "an old mill"])
    tokenizer.forget()
    fresh = tokenizer.pieces(["an old mill"])[0]
    assert first[0] is first[2] is again[1]
    assert fresh is not first[0]
    assert (fresh.ids, fresh.tokens) == (first[0].ids, first[0].tokens)
    assert (fresh.offsets == first[0].offsets).all()
