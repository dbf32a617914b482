import os
import random

import numpy as np
import pytest
from fakes.tiny_token_classifiers import make_sentencepiece, make_wordpiece, reader_tokens, texts

from excerpt.compressors.upstream.llmlingua2 import UpstreamOptions, compress_like_upstream
from excerpt.compressors.upstream.padded_batches import PaddedBatches
from excerpt.compressors.upstream.pieces import UpstreamPieces
from excerpt.errors import InputError, ModelError
from excerpt.models import load_token_classifier

# The package decides the family by these words in the model's name; ours does not see the name.
FAMILIES = {
    "wordpiece": (make_wordpiece, "tiny-bert-base-multilingual-cased"),
    "sentencepiece": (make_sentencepiece, "tiny-xlm-roberta-large"),
}
RATES = (0.2, 0.33, 0.5)
WORD_SETTINGS = {
    "plain": {},
    "force tokens": {"force_tokens": ["\n", ".", "!", "?"]},
    "drop consecutive": {"force_tokens": ["\n", ".", "!", "?"], "drop_consecutive": True},
    "digits": {"force_reserve_digit": True},
    "digits, first piece": {"force_reserve_digit": True, "token_to_word": "first"},
    "all": {
        "force_tokens": ["The answer is", "\n", "+", "#"],
        "force_reserve_digit": True,
        "drop_consecutive": True,
    },
}
CONTEXT_SETTINGS = {
    "coarse filter": {"use_context_level_filter": True, "force_tokens": ["\n", "?"]},
    "coarse filter only": {"use_context_level_filter": True, "use_token_level_filter": False},
    "target tokens": {"target_token": 120},
    "target tokens, coarse filter": {
        "use_context_level_filter": True,
        "target_token": 90,
        "force_context_ids": [1],
    },
    "target contexts": {
        "use_context_level_filter": True,
        "target_context": 2,
        "chunk_end_tokens": ["?", "\n"],
    },
}
TEXTS = texts(210)


class _Words:
    """Stands in for tiktoken's encoding, which would be downloaded."""

    def encode(self, text):
        return range(reader_tokens(text))


class _Both:
    """One checkpoint in the public package and in ours."""

    def __init__(self, folder, theirs):
        self.theirs = theirs
        classifier = load_token_classifier(folder)
        self.pieces = UpstreamPieces(classifier.tokenizer.backend)
        mask_id = classifier.tokenizer.backend.token_to_id("[PAD]")
        self.ours = _Remembered(PaddedBatches(folder, mask_id=mask_id))

    def label(self, contexts, settings):
        frozen = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
        theirs = self.theirs.compress_prompt_llmlingua2(
            list(contexts), return_word_label=True, word_sep="\0", label_sep="\1", **settings
        )
        ours = compress_like_upstream(
            contexts, self.ours, self.pieces, count_tokens=reader_tokens, options=UpstreamOptions(**frozen)
        )
        return theirs, ours


class _Remembered:
    """The same batch is run once: the settings differ in what follows."""

    def __init__(self, classifier):
        self.classifier, self.known = classifier, {}

    def keep_probabilities(self, rows):
        key = tuple(map(tuple, rows))
        if key not in self.known:
            self.known[key] = self.classifier.keep_probabilities(rows)
        return self.known[key]


def _remember_forward(model):
    forward, known = model.forward, {}

    def remembered(input_ids, attention_mask):
        key = input_ids.numpy().tobytes(), attention_mask.numpy().tobytes()
        if key not in known:
            known[key] = forward(input_ids=input_ids, attention_mask=attention_mask)
        return known[key]

    model.forward = remembered


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def both(request, tmp_path_factory):
    import tiktoken
    import torch
    from llmlingua import PromptCompressor

    make, name = FAMILIES[request.param]
    folder = make(tmp_path_factory.mktemp("checkpoint") / name)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # both sides; threads that wait for each other are slow on a busy machine
    states = random.getstate(), np.random.get_state()  # noqa: NPY002 - the package seeds them
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONHASHSEED", os.environ.get("PYTHONHASHSEED", "0"))
        patch.setattr(tiktoken, "encoding_for_model", lambda _: _Words())
        theirs = PromptCompressor(
            str(folder), device_map="cpu", use_llmlingua2=True, model_config={"trust_remote_code": False}
        )
    random.setstate(states[0])
    np.random.set_state(states[1])  # noqa: NPY002
    _remember_forward(theirs.model)
    yield _Both(folder, theirs)
    torch.set_num_threads(threads)


def _listed(result):
    return [tuple(item.split("\1")) for item in result["fn_labeled_original_prompt"].split("\0")]


def _assert_same(both, settings):
    for start in range(0, len(TEXTS), 7):
        theirs, ours = both.label(TEXTS[start : start + 7], settings)
        assert [(word.text, str(word.label)) for word in ours.words] == _listed(theirs)
        assert ours.text == theirs["compressed_prompt"]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("settings", WORD_SETTINGS.values(), ids=WORD_SETTINGS)
def test_every_word_gets_the_label_of_the_public_package(both, settings, rate):
    """Over 210 texts, in calls of seven contexts, from the same floats."""
    _assert_same(both, {"rate": rate, **settings})


@pytest.mark.parametrize("settings", CONTEXT_SETTINGS.values(), ids=CONTEXT_SETTINGS)
def test_the_coarse_filter_and_the_token_target_are_the_package_s(both, settings):
    """Over the same texts; contexts that were filtered list their words with label 0."""
    _assert_same(both, settings)


def test_a_single_context_is_not_filtered(both):
    """With one context the package skips the coarse filter."""
    theirs, ours = both.label(TEXTS[13:14], {"rate": 0.33, "use_context_level_filter": True})
    assert [(word.text, str(word.label)) for word in ours.words] == _listed(theirs)


def test_rate_one_gives_the_package_crude_words(both):
    """Nothing is dropped and the words come from a regular expression."""
    theirs, ours = both.label(TEXTS[:3], {"rate": 1.0, "force_tokens": ["\n"]})
    assert [(word.text, str(word.label)) for word in ours.words] == _listed(theirs)
    assert ours.text == theirs["compressed_prompt"]


def test_nearly_every_word_is_traced_to_its_source(both):
    """A span holds the word, wherever the tokenizer did not rewrite it."""
    _, ours = both.label(TEXTS[:60], {"rate": 0.5, "force_tokens": ["\n", "The answer is"]})
    traced = [word for word in ours.words if word.span is not None]
    assert len(traced) > 0.99 * len(ours.words)
    plain = [word for word in traced if word.text.isascii() and word.text.isalnum()]
    same = [word for word in plain if TEXTS[word.context][slice(*word.span)] == word.text]
    assert len(same) > 0.98 * len(plain)


def test_texts_that_break_the_package_are_survived(both):
    """Empty and blank contexts make the package divide by zero."""
    result = compress_like_upstream(["", " \n", "a"], both.ours, both.pieces, count_tokens=reader_tokens)
    assert [word.text for word in result.words] in (["a"], ["", "a"])


def test_onnx_style_unpadded_calls_agree_on_nearly_all_words(both, tmp_path):
    """Only rounding differs; the quantile rarely turns on it."""
    classifier = load_token_classifier(FAMILIES["wordpiece"][0](tmp_path / "other"))
    pieces = UpstreamPieces(classifier.tokenizer.backend)
    padded = PaddedBatches(tmp_path / "other", mask_id=0)
    runs = [
        compress_like_upstream(TEXTS[:20], backend, pieces, count_tokens=reader_tokens).words
        for backend in (classifier, padded)
    ]
    differing = sum(left.label != right.label for left, right in zip(*runs, strict=True))
    assert differing <= 0.001 * len(runs[0])


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": 0.0},
        {"force_tokens": ("",)},
        {"force_tokens": tuple(map(str, range(101)))},
        {"token_to_word": "max"},
    ],
)
def test_options_out_of_range_are_refused(wrong):
    """The message names the option."""
    with pytest.raises(InputError, match=next(iter(wrong))):
        UpstreamOptions(**wrong)


def test_an_unknown_tokenizer_family_is_refused():
    """The package would raise NotImplementedError."""
    import tokenizers

    with pytest.raises(ModelError, match="BPE"):
        UpstreamPieces(tokenizers.Tokenizer(tokenizers.models.BPE()))
