"""The bridge that comes with a checkout, between the bundled encoder and a real reader."""

from pathlib import Path

import numpy as np
import pytest
from fakes.real_models import DECODER, real_model

from excerpt.compressors import XRAG
from excerpt.models.generation.generator import load_generator
from excerpt.models.training.xrag.frozen_reader import FrozenReader
from excerpt.models.training.xrag.loss import likelihood
from excerpt.models.training.xrag.rows import Collate, answer_ids
from excerpt.models.xrag.injection import marking
from excerpt.models.xrag.manifest import reader_traits

torch = pytest.importorskip("torch")
BRIDGE = Path(__file__).parents[3] / "eval" / "weights" / "xrag-smollm2-135m-instruct"
PASSAGES = [
    "Lighthouse keepers on the northern coast trimmed the wicks every four hours and logged the weather.",
    "The bakery on Mill Street sells rye bread, and its owner plays the trumpet in a brass band.",
    "A heart valve opens and closes with each beat; surgeons replace it when it leaks.",
]


def test_a_passage_is_likelier_after_its_own_vector_than_after_anothers(request):
    """Of three passages that no training saw, each by itself; encoder, reader and prompts are the manifest's."""
    folder = real_model(DECODER, request)
    stage = XRAG(BRIDGE)  # compares the encoder
    stage.bridge.manifest.check_reader(reader_traits(folder))
    prompts = stage.bridge.prompts
    tokenizer, mark = marking((loaded := load_generator(folder, "causal language model"))[0], prompts.mark)
    reader = FrozenReader(loaded[1].requires_grad_(requires_grad=False), mark)
    collate = Collate(torch, tokenizer.pad_token_id, mark)
    asked = tokenizer(prompts.restate[0].replace("{context}", prompts.background(1, "")))["input_ids"]
    vectors = torch.from_numpy(np.concatenate([stage.bridge.embed(text) for text in PASSAGES]))
    nats = np.empty((len(PASSAGES), len(PASSAGES)))  # of a row's passage after a column's vector
    for row, text in enumerate(PASSAGES):
        one = {"prompt": list(asked), "answer": answer_ids(tokenizer, prompts, text)}
        batch = collate([one] * len(PASSAGES), "prompt")
        with torch.no_grad():
            found = likelihood(reader.logits(reader.states(batch, vectors)), batch["labels"])
        nats[row] = found.reshape(len(PASSAGES), -1).mean(axis=1).numpy()
    assert (nats.argmin(axis=1) == np.arange(len(PASSAGES))).all(), nats
