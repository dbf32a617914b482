"""In which forward passes prompts are read: one by one, in padded batches, or with their beginning shared."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from excerpt.kernels.probe_plan import Pooled, ProbePlan, ProbeWindow
from excerpt.models.attention.decoder.network import DecoderNetwork
from excerpt.models.attention.decoder.options import DecoderRun
from excerpt.models.attention.decoder.prompt import TokenisedPrompt
from excerpt.models.protocols import Check

__all__ = ["read_prompts"]


def read_prompts(
    network: DecoderNetwork,
    prompts: Sequence[TokenisedPrompt],
    weights: Sequence[float],
    run: DecoderRun,
    check: Check,
) -> Iterator[tuple[int, Pooled]]:
    """The features of each prompt with its index, in the order they become known.

    Args:
        network: What reads.
        prompts: What is read.
        weights: What each of the last tokens counts; a shorter prompt has the first of them.
        run: Device, batch size, and whether beginnings are shared.
        check: Called before each pass.
    """
    if not run.reuse_context:
        yield from _in_batches(network, prompts, weights, run, check)
        return
    shared: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for index, prompt in enumerate(prompts):
        end = max(0, min(prompt.context[1], len(prompt.ids) - len(weights)))
        shared[tuple(prompt.ids[:end])].append(index)
    for beginning, indexes in shared.items():
        if check is not None:
            check()
        cache = network.begin(beginning) if beginning else None
        for index in indexes:
            prompt = prompts[index]
            own = weights[: len(prompt.ids)]
            plan = ProbePlan.of([_window(prompt)], own, queries_from=len(beginning), device=run.device)
            if check is not None:
                check()
            yield index, network.probe([prompt.ids[len(beginning) :]], plan, cache)[0]


def _in_batches(
    network: DecoderNetwork,
    prompts: Sequence[TokenisedPrompt],
    weights: Sequence[float],
    run: DecoderRun,
    check: Check,
) -> Iterator[tuple[int, Pooled]]:
    by_length = sorted(range(len(prompts)), key=lambda index: len(prompts[index].ids))
    # Prompts of fewer tokens than are weighed share a batch with those of the same number only.
    rows = [min(len(weights), len(prompts[index].ids)) for index in by_length]
    starts = [0]
    for place in range(1, len(rows)):
        if place - starts[-1] == run.batch or rows[place] != rows[starts[-1]]:
            starts.append(place)
    for start, end in pairwise([*starts, len(rows)]):
        indexes = by_length[start:end]
        own = weights[: rows[start]]
        plan = ProbePlan.of([_window(prompts[index]) for index in indexes], own, device=run.device)
        if check is not None:
            check()
        yield from zip(indexes, network.probe([prompts[index].ids for index in indexes], plan), strict=True)


def _window(prompt: TokenisedPrompt) -> ProbeWindow:
    return ProbeWindow(len(prompt.ids), prompt.context, prompt.bins)
