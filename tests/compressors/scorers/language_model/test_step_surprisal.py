"""Surprisal of steps under a causal language model: against its own logits, on random weights and on a real one."""

import numpy as np
import pytest

from excerpt import ConfigError
from excerpt.compressors.scorers.language_model.step_surprisal import StepSurprisal, step_surprisal
from excerpt.values.types import Context, Passage, Units

pytest.importorskip("transformers")
torch = pytest.importorskip("torch")

from fakes.real_models import DECODER, real_model  # noqa: E402 - needs torch
from fakes.tiny_decoders import make_decoder  # noqa: E402 - needs torch

from excerpt.models.generation.likelihood import CausalLikelihood  # noqa: E402 - needs torch

STEPS = ("The miller weighed twelve sacks.", "Nobody counted the rye.", "Where does he sleep?")
TEXT = "\n".join(STEPS)
STARTS = [0, len(STEPS[0]) + 1, len(STEPS[0]) + len(STEPS[1]) + 2]
UNITS = Units.of("step", [[(at, at + len(step)) for at, step in zip(STARTS, STEPS, strict=True)]])


@pytest.fixture(scope="module")
def likelihood(tmp_path_factory):
    """Of random weights."""
    return CausalLikelihood(make_decoder(tmp_path_factory.mktemp("steps") / "tiny", "llama"), batch=1)


def by_hand(likelihood):
    """Minus the log-probability of each token, and where it begins, straight from the logits."""
    tokenizer, network = likelihood._load()
    made = tokenizer(TEXT, add_special_tokens=True, return_offsets_mapping=True)
    with torch.inference_mode():
        logits = network(torch.tensor([made["input_ids"]])).logits[0].log_softmax(-1)
    ids = made["input_ids"]
    logs = [-float(logits[at - 1, ids[at]]) for at in range(1, len(ids))]
    return np.array(logs), np.array([start for start, _ in made["offset_mapping"][1:]])


@pytest.mark.parametrize(
    ("measure", "reduce"), [("sum", np.sum), ("mean", np.mean), ("first", lambda logs: logs[0])]
)
def test_a_step_is_what_its_tokens_are(likelihood, measure, reduce):
    """Sum, mean, and the first."""
    logs, begins = by_hand(likelihood)
    scores = StepSurprisal(likelihood, measure).score(Context.start("", [Passage(TEXT)]), UNITS)
    wanted = [
        reduce(logs[(begins >= start) & (begins < end)])
        for start, end in zip(UNITS.start, UNITS.end, strict=True)
    ]
    np.testing.assert_allclose(scores, wanted, rtol=1e-4)


def test_wrong_options_are_refused(likelihood):
    """By name."""
    with pytest.raises(ConfigError, match="step-surprisal: measure must be one of sum, mean, first"):
        step_surprisal(likelihood, measure="last")
    with pytest.raises(
        ConfigError, match="step-surprisal: model must be a name, a directory or a CausalLikelihood"
    ):
        step_surprisal(5)


@pytest.mark.slow
def test_a_real_model_expects_what_was_said_before(request):
    """SmolLM2-135M: a repeated step is less of a surprise than one of the same length that says something new."""
    said = "Natalia sold clips to 48 of her friends in April."
    fresh = "In May she sold a third of that, so 48 / 3 = 16 more."
    trace = f"{said}\n\n{said}\n\n{fresh}\n\nThe answer is 64."
    scorer = StepSurprisal(CausalLikelihood(real_model(DECODER, request)))
    starts = [0, len(said) + 2, 2 * len(said) + 4]
    spans = [(start, start + len(step)) for start, step in zip(starts, (said, said, fresh), strict=True)]
    signals = scorer.signals([Passage(trace)])
    for measure in ("sum", "mean"):
        first, again, new = StepSurprisal(scorer.likelihood, measure).rank(
            "", signals, Units.of("step", [spans])
        )
        assert again < new
        assert again < first
