"""The short ways of reading in training, held against the whole forward pass."""

import pytest
from fakes.tiny_generators import make_causal_lm

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from excerpt.models.generation.generator import load_generator  # noqa: E402 - after the skip
from excerpt.models.runtime.cache_argument import cache_argument  # noqa: E402 - as above
from excerpt.models.training.xrag.frozen_reader import FrozenReader  # noqa: E402 - as above
from excerpt.models.training.xrag.loss import answer_states, likelihood  # noqa: E402 - as above
from excerpt.models.training.xrag.rows import Collate  # noqa: E402 - as above
from excerpt.models.xrag.injection import injected  # noqa: E402 - as above

MARK = 70
ROWS = [
    {"prompt": [5, 6, 7, MARK, 8], "answer": [9, 10, 2], "teacher": [], "passages": [0], "request": [0]},
    {"prompt": [5, 6, 7, MARK, 8, 9], "answer": [11, 2], "teacher": [], "passages": [1], "request": [0]},
    {"prompt": [5, 6, 7, 8, MARK], "answer": [12, 13, 14, 2], "teacher": [], "passages": [2], "request": [0]},
]


def loaded(folder, kind):
    network = load_generator(make_causal_lm(folder / kind, kind), "causal language model")[1]
    return network.requires_grad_(requires_grad=False)


@pytest.mark.parametrize(("kind", "whole"), [("llama", False), ("mistral", False), ("bert", True)])
def test_shared_beginnings_and_few_logits_give_what_a_whole_pass_gives(tmp_path, kind, whole):
    """Value and gradient; a model whose head is more than a matrix is read as a whole."""
    network = loaded(tmp_path, kind)
    reader = FrozenReader(network, MARK)
    assert (reader.matrix is None) == whole
    batch = Collate(torch, 0, MARK)(ROWS, "prompt")
    assert batch["prefix"] == (5, 6, 7)
    vectors = torch.randn(3, 16, generator=torch.Generator().manual_seed(1))
    short = vectors.clone().requires_grad_()
    ours = likelihood(reader.logits(reader.states(batch, short)), batch["labels"])
    ours.sum().backward()
    full = vectors.clone().requires_grad_()
    theirs = []
    for row, vector in zip(ROWS, full, strict=True):
        ids = torch.tensor([row["prompt"] + row["answer"]])
        labels = torch.tensor([[-100] * len(row["prompt"]) + row["answer"]])
        embeddings = injected(network.get_input_embeddings(), ids, MARK, vector[None])
        logits = network(inputs_embeds=embeddings).logits
        theirs.append(likelihood(answer_states(logits, labels), labels))
    torch.cat(theirs).sum().backward()
    assert torch.allclose(ours, torch.cat(theirs), atol=1e-5)
    assert torch.allclose(short.grad, full.grad, atol=1e-5)


def test_the_beginning_of_many_batches_is_read_once(tmp_path):
    """And what a batch adds to it does not stay in it."""
    network = loaded(tmp_path, "llama")
    reader = FrozenReader(network, MARK)
    batch = Collate(torch, 0, MARK)(ROWS, "prompt")
    vectors = torch.randn(3, 16, generator=torch.Generator().manual_seed(1))
    read = []
    network.base_model.register_forward_pre_hook(lambda *_: read.append(1))
    first, second = (reader.states(batch, vectors) for _ in range(2))
    assert torch.equal(first, second)
    assert len(read) == 3  # the beginning, and two batches


def test_the_beginning_is_shared_whatever_the_cache_is_called(tmp_path):
    """Networks of older and of newer transformers name it differently."""
    network = loaded(tmp_path, "llama")
    batch = Collate(torch, 0, MARK)(ROWS, "prompt")
    vectors = torch.randn(3, 16, generator=torch.Generator().manual_seed(1))
    wanted = FrozenReader(network, MARK).states(batch, vectors)
    forward = network.base_model.forward
    own = cache_argument(forward)
    given = []

    def older(past_key_values=None, **rest):
        given.append(past_key_values is not None)
        return forward(**rest | {own: past_key_values})

    def newer(cache=None, **rest):
        given.append(cache is not None)
        return forward(**rest | {own: cache})

    for named in (older, newer):
        network.base_model.forward = named
        given.clear()
        found = FrozenReader(network, MARK)
        assert torch.equal(found.states(batch, vectors), wanted)
        assert given[-2:] == [True, True]  # the beginning, and the batch


def test_a_reader_that_looks_ahead_is_refused(tmp_path):
    """What comes behind must not change what is said."""
    from excerpt.errors import ModelError

    network = loaded(tmp_path, "bert")
    network.config.is_decoder = False
    for layer in network.bert.encoder.layer:
        layer.attention.self.is_causal = False
    with pytest.raises(ModelError, match="looks ahead"):
        FrozenReader(network, MARK)
