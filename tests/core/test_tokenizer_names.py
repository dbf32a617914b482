"""Tests of excerpt.tokenizer_names, and of the tokenizers that names find."""

import asyncio
import sys
from types import SimpleNamespace

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

import excerpt
from excerpt import Budget, hub, tokens
from excerpt.errors import BudgetError, MissingExtraError, NoModelError
from excerpt.presets import load_chain
from excerpt.tokenizer_names import encoding_for
from excerpt.tokens import resolve_tokenizer

PASSAGES = ["The mill was built in 1836. It has two wheels.", "Bees sleep in hives."]


@pytest.fixture
def no_memory():
    """Names are resolved anew."""
    tokens._by_name.cache_clear()
    yield
    tokens._by_name.cache_clear()


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("gpt-4o", "o200k_base"),
        ("gpt-4o-mini-2024-07-18", "o200k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("o200k_base", "o200k_base"),
        ("Qwen/Qwen2.5-7B", None),
    ],
)
def test_a_model_has_its_encoding(name, encoding):
    """By tiktoken's own table."""
    assert encoding_for(name) == encoding


def test_a_model_counts_as_its_encoding(monkeypatch, no_memory):
    """The budget of a model is that of its encoding, and reports name the encoding."""
    made = SimpleNamespace(encode_ordinary=list)
    monkeypatch.setattr("tiktoken.get_encoding", lambda name: made if name == "o200k_base" else None)
    counter = resolve_tokenizer(excerpt.Budget(tokens=5, tokenizer="gpt-4o").tokenizer)
    assert (counter.name, counter.count("mill")) == ("o200k_base", 4)


def test_a_model_without_tiktoken_says_what_to_install(monkeypatch):
    """And another name goes on to the next kind."""
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    with pytest.raises(MissingExtraError, match=r"excerpt\[tiktoken\]"):
        encoding_for("gpt-4o")
    assert encoding_for("Qwen/Qwen2.5-7B") is None


@pytest.mark.parametrize(
    ("typo", "meant"),
    [("gpt4o", "gpt-4o"), ("o200k", "o200k_base"), ("bundeld", "bundled"), ("word", "words")],
)
def test_a_typo_is_refused_at_once(monkeypatch, typo, meant):
    """With the nearest names, and without a call to anybody."""
    monkeypatch.setattr(hub, "_call", lambda _place: pytest.fail("the hub was called"))
    with pytest.raises(NoModelError, match=f"there is no '{typo}'; did you mean .*'{meant}'"):
        resolve_tokenizer(typo)


def test_offline_a_hub_name_is_looked_for_in_the_cache(monkeypatch, tmp_path, no_memory):
    """What was downloaded is read, what was not is refused with the reason."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    found = {"owner/here": str(tmp_path / "tokenizer.json")}
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda name, _file: found.get(name))
    assert resolve_tokenizer("owner/here").count("a b") == 2
    with pytest.raises(NoModelError, match=r"'owner/gone' was not downloaded before.*HF_HUB_OFFLINE is set"):
        resolve_tokenizer("owner/gone")


def test_compress_takes_a_tokenizer():
    """It counts the budget, whatever form that has."""
    whole = excerpt.compress("when was the mill built", PASSAGES, budget=1.0, chain="fast", tokenizer="words")
    assert whole.tokens_in == sum(len(passage.split()) for passage in PASSAGES)
    with pytest.raises(BudgetError, match="tokenizer: counts a budget"):
        excerpt.compress("when", PASSAGES, budget=None, tokenizer="words")


def test_a_chain_takes_a_tokenizer():
    """As `compress` does: in each of its verbs, and a wrong one before anything is read."""
    chain = load_chain("fast")
    counted = chain.compress("when was it", PASSAGES, budget=Budget(ratio=1.0, tokenizer="words"))
    assert (
        chain.compress("when was it", PASSAGES, budget=1.0, tokenizer="words").tokens_in == counted.tokens_in
    )
    waited = chain.acompress("when was it", PASSAGES, budget=1.0, tokenizer="words")
    assert asyncio.run(waited).tokens_in == counted.tokens_in
    (one,) = chain.compress_batch(["when was it"], [PASSAGES], budget=1.0, tokenizer="words")
    assert one.tokens_in == counted.tokens_in
    with pytest.raises(NoModelError, match="did you mean"):
        chain.compress("", iter([1]), budget=1.0, tokenizer="gpt-4oo")
    with pytest.raises(BudgetError, match="tokenizer: counts a budget"):
        chain.compress("when", PASSAGES, tokenizer="words")
