"""Ways of naming a tokenizer."""

import json
from pathlib import Path

import numpy as np
import pytest
from fakes.strategies import hostile_text
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from excerpt import BudgetError, ModelError, compress, tokens
from excerpt.tokens import resolve_tokenizer


@pytest.fixture
def words_file(tmp_path):
    """A whitespace tokenizer whose file asks for truncation and padding, as trained ones do."""
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.enable_truncation(3)
    tokenizer.enable_padding(length=8)
    path = tmp_path / "words.json"
    tokenizer.save(str(path))
    return path


def test_the_bundled_tokenizer_counts_without_special_tokens():
    """Three words, three tokens; an empty text has none."""
    counter = resolve_tokenizer("bundled")
    assert counter.count("one two three") == 3
    assert counter.count("") == 0


def test_a_file_counts_without_its_padding_and_truncation(words_file):
    """Both would falsify every count."""
    counter = resolve_tokenizer(words_file)
    assert counter.count("a a a a a") == 5
    assert counter.count_many(["a", "a a"]) == [1, 2]


def test_a_folder_with_a_tokenizer_file_is_found(words_file):
    """As a model's directory is."""
    words_file.rename(words_file.parent / "tokenizer.json")
    assert resolve_tokenizer(str(words_file.parent)).count("a b") == 2


def test_words_are_counted_without_asking_anybody():
    """By name, in the library as on every command line; no model of that name is looked for."""
    counter = resolve_tokenizer("words")
    assert (counter.name, counter.count("a mill,\n two  sails"), counter.count("")) == ("words", 4, 0)


def test_a_callable_counts():
    """Whatever the reader's API offers."""
    counter = resolve_tokenizer(lambda text: len(text.split()))
    assert counter.count_many(["a b", ""]) == [2, 0]
    assert type(resolve_tokenizer(lambda text: np.int64(len(text))).count("abc")) is int


@pytest.mark.parametrize("count", [-1, 1.5, None, True])
def test_a_callable_that_does_not_count_is_named(count):
    """A wrong return value is the callable's fault, and the message says so."""

    def broken(_text):
        return count

    with pytest.raises(BudgetError, match="broken returned"):
        resolve_tokenizer(broken).count("x")


def test_a_missing_file_and_a_wrong_file_are_told_apart(tmp_path):
    """One cannot be read, the other is not a tokenizer."""
    with pytest.raises(ModelError, match="cannot be read"):
        resolve_tokenizer(str(tmp_path / "none.json"))
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"model": 1}))
    with pytest.raises(ModelError, match="not in the format"):
        resolve_tokenizer(str(wrong))


def test_other_kinds_are_refused():
    """A number names no tokenizer."""
    with pytest.raises(BudgetError, match="neither a name"):
        resolve_tokenizer(5)


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(hostile_text(), st.text(st.characters(codec="utf-8"), max_size=40)))
def test_counting_by_words_is_counting(text):
    """Counts of words, remembered or not, are those of a fresh counter, and never below WordPiece's own."""
    counter = resolve_tokenizer("bundled")
    fresh = type(counter)(counter.tokenizer, "fresh")
    assert counter.count(text) == counter.count(text) == fresh.count(text) == fresh.count_many([text])[0]
    assert counter.count(text) >= len(counter.tokenizer.encode(text, add_special_tokens=False))


@given(first=hostile_text(), second=hostile_text(), between=st.sampled_from(["\n", "\n\n", " "]))
def test_counts_of_texts_with_white_space_between_add_up(first, second, between):
    """As an index relies on."""
    count = resolve_tokenizer("bundled").count
    first, second = first.strip(), second.strip()
    assert count(first + between + second) == count(first) + count(second)


COUNTS = Path(__file__).parents[2] / "eval" / "benchmarks" / "token_counts.jsonl"
KINDS = [json.loads(line) for line in COUNTS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("row", KINDS, ids=[row["kind"] for row in KINDS])
def test_no_kind_of_text_is_counted_far_below_a_language_models_tokens(row):
    """At most 30 % below o200k_base, whose counts the file has: invisible characters, hex, columns, emoji, scripts."""
    assert resolve_tokenizer("bundled").count(row["text"]) >= 0.7 * row["o200k_base"] - 1


CHARACTERS = st.sampled_from(
    ["a", "7", " ", "\t", "\u200b", "\x07", "\u0301", "\ue000", "é", "中", "ሰ", "😀", "𓀀", "→", "\u00a0"]
)


@given(st.lists(CHARACTERS, max_size=60))
def test_what_is_added_never_costs_less(characters):
    """A text with more words has no fewer tokens, and an invisible character is never free."""
    counter = resolve_tokenizer("bundled")
    text = "".join(characters)
    hidden = sum(character in "\u200b\x07\ue000\u0301" for character in text)
    assert counter.count(text) >= hidden
    assert counter.count(f"{text} x") >= counter.count(text.strip())


@pytest.mark.parametrize("text", ["x9" * 50_000, "🌽" * 300, "ကမ္ဘာ" * 60, "<|" + "a" * 900 + "|>"])
def test_what_has_no_pieces_counts_by_its_bytes(text):
    """A language model makes many tokens of it, so that it must not pass as one."""
    counter = resolve_tokenizer("bundled")
    assert len(text.encode()) / 4 < counter.count(text) < len(text.encode())
    assert counter.count_many([f"a {text}", text]) == [counter.count(text) + 1, counter.count(text)]


def test_a_long_run_passes_no_budget():
    """Base64 without a space is no cheap sentence."""
    passages = ["The mill stands on a hill. " + "QmFzZTY0" * 9_000, "The mill was built by Ada Brenn."]
    result = compress("Who built the mill?", passages, budget=24)
    assert len(result.text) < 200
    assert result.tokens_in > 9_000


def test_counts_have_the_tokenizers_fingerprint(words_file):
    """Two tokenizers never share one."""
    assert resolve_tokenizer("bundled").fingerprint != resolve_tokenizer(str(words_file)).fingerprint


def test_a_long_text_is_counted_in_stretches(monkeypatch):
    """The same number, wherever the stretches end: at spaces, at line breaks, behind a word without an end."""
    counter = resolve_tokenizer("bundled")
    text = "one two\nthree  four five\n\nsix " + "x1" * 30 + " seven\n eight"
    whole = counter.count(text)
    for stretch in (1, 3, 7, 20, 70):
        monkeypatch.setattr(tokens, "_STRETCH", stretch)
        assert counter.count(text) == whole


def test_chinese_counts_as_the_tokenizer_has_it():
    """Though it is counted character by character; a long run of letters behind one stays part of its word."""
    counter = resolve_tokenizer("bundled")
    for text in ("水是H2O，100C的。", "一二三 a中b\n中[MASK]中"):
        assert counter.count(text) == len(counter.tokenizer.encode(text, add_special_tokens=False))
    assert counter.count("中" + "a" * 1_200) == 1 + 1_200 // 3
