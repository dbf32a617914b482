"""Scores of the public packages on the same model: what llmlingua and selective-context compute of it."""

import numpy as np
import pytest
from fakes.real_models import DECODER, real_model
from fakes.tiny_decoders import make_decoder

from excerpt.compressors.scorers.language_model.question_likelihood import question_likelihood
from excerpt.compressors.scorers.language_model.surprisal import surprisal
from excerpt.models.generation.likelihood import CausalLikelihood
from excerpt.testing import EXAMPLES
from excerpt.testing.fakes import split_whole
from excerpt.values.types import Context, Passage

pytestmark = pytest.mark.slow
TEXTS = (
    "Bees sleep in winter.",
    "The mill at Arden was built again in 1861, after the fire.",
    "Rye — a grass?",
)


def model_of(folder):
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder))
    return tokenizer, transformers.AutoModelForCausalLM.from_pretrained(str(folder)).eval()


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_question_likelihood_is_llmlinguas_ranking(tmp_path):
    """The perplexity of question and restrictive statement behind each passage, as ``rank_method="longllmlingua"``."""
    llmlingua = pytest.importorskip("llmlingua", reason="the public package is not installed")
    folder = make_decoder(tmp_path / "tiny", "qwen2")
    theirs = object.__new__(
        llmlingua.PromptCompressor
    )  # its constructor downloads what counts GPT-3.5's tokens
    theirs.tokenizer, theirs.model = model_of(folder)
    theirs.device, theirs.context_idxs, theirs.max_position_embeddings = "cpu", [], 2048
    question = EXAMPLES[0].query
    context = Context.start(question, [Passage(text) for text in TEXTS])
    ours = question_likelihood(str(folder)).score(context, split_whole("passage", context))
    lengths = [theirs.get_token_length(text) for text in TEXTS]
    ranked = theirs.get_rank_results(list(TEXTS), question, "longllmlingua", "after", lengths)
    assert [index for index, _ in ranked] == np.argsort(-ours).tolist()
    assert np.allclose([float(loss) for _, loss in ranked], -ours[np.argsort(-ours)], atol=1e-4)


def test_surprisal_is_selective_contexts(request):
    """The self-information of each token of a sentence, and its mean."""
    package = pytest.importorskip("selective_context", reason="the public package is not installed")
    folder = real_model(DECODER, request)
    theirs = object.__new__(package.SelectiveContext)  # its constructor downloads GPT-2
    theirs.lang, theirs.device = "en", "cpu"
    theirs.tokenizer, theirs.model = model_of(folder)
    likelihood = CausalLikelihood(folder)
    context = Context.start("?", [Passage(text) for text in TEXTS])
    means = surprisal(likelihood).score(context, split_whole("passage", context))
    for text, mean in zip(TEXTS, means, strict=True):
        _, information = theirs._get_self_info_via_gpt2(text)
        ours = likelihood.log_probabilities([("", text)])[0]
        assert np.allclose(-ours.logs, information, atol=1e-3)
        assert mean == pytest.approx(np.mean(information), abs=1e-3)
