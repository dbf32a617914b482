"""The check of compressors."""

from collections.abc import Mapping, Sequence
from typing import Any

from excerpt.budget import Budget
from excerpt.chain import Chain
from excerpt.protocols import Compressor, Precomputed
from excerpt.registry import COMPRESSORS
from excerpt.run.fit import Room
from excerpt.testing.fakes import EXAMPLES, Example, MemoryStore, room
from excerpt.testing.options import Part, check_options, made, stage_from_toml
from excerpt.tokens import TokenizerLike, count_words, resolve_tokenizer
from excerpt.values.compressed import Compressed
from excerpt.values.spans import contains
from excerpt.values.types import Context

__all__ = ["check_compressor"]

_LIMITS: tuple[int | None, ...] = (None, 0, 3, 12, 40)


def check_compressor(
    part: Part, options: Mapping[str, Any] | None = None, *, examples: Sequence[Example] = EXAMPLES
) -> None:
    """A compressor keeps less, within the budget, and the same bytes each time: alone, in a batch, from stored signals.

    Also: what it keeps lies in what the stage before kept, options are checked, and a TOML stage that names it keeps
    the same.

    Args:
        part: Its registered name, or the class or function that makes it.
        options: Its options; such as can be written in TOML where ``part`` is a name.
        examples: What it is asked.

    Raises:
        AssertionError: The message says what is broken.
    """
    given = {} if options is None else options
    check_options(COMPRESSORS, part, given)
    stage: Compressor = made(COMPRESSORS, part, given)
    chain, again = Chain([stage]), Chain([made(COMPRESSORS, part, given)])
    written = bool(getattr(stage, "rewrites", False))
    stored = _store(chain, examples)
    for tokens, tokenizer in [
        (tokens, counter) for tokens in _LIMITS for counter in (count_words, "bundled")
    ]:
        budget = None if tokens is None else Budget(tokens=tokens, tokenizer=tokenizer)
        alone = [chain.compress(example.query, example.passages, budget=budget) for example in examples]
        lists = [example.passages for example in examples]
        batch = again.compress_batch([example.query for example in examples], lists, budget=budget)
        for example, one, other in zip(examples, alone, batch, strict=True):
            about = f"{stage.name}, {example.query!r} in {tokens} tokens"
            assert _kept(one) == _kept(other), f"{about}: in a batch otherwise than alone"
            _check_result(one, example, tokens, tokenizer, about, written=written)
            known = chain.compress(example.query, example.passages, budget=budget, stored=stored)
            assert _kept(known) == _kept(one), f"{about}: otherwise from stored signals than without"
            if not written:
                _check_narrowing(stage, example, budget, about)
    if isinstance(part, str):
        assert stage.name == part, (
            f"compressor {part}: its name is {stage.name!r}, and it is registered as {part!r}"
        )
        named = stage_from_toml({"use": part, **given})
        for example in examples:
            budget = Budget(tokens=12)
            one, other = (
                each.compress(example.query, example.passages, budget=budget) for each in (chain, named)
            )
            assert _kept(one) == _kept(other), f"compressor {part}: another one comes out of TOML"


def _kept(result: Compressed) -> tuple[Any, ...]:
    return result.text, [kept.spans for kept in result.passages], result.tokens_in, result.tokens_out


def _store(chain: Chain, examples: Sequence[Example]) -> MemoryStore:
    parts = [getattr(chain.stages[0], "scorer", None), chain.guards]
    sources = [part for part in parts if isinstance(part, Precomputed)]
    distinct = {
        (passage.title, passage.text): passage for example in examples for passage in example.passages
    }
    return MemoryStore(sources, list(distinct.values()))


def _check_result(
    result: Compressed,
    example: Example,
    tokens: int | None,
    tokenizer: TokenizerLike,
    about: str,
    *,
    written: bool,
) -> None:
    if tokens is not None:
        assert result.tokens_out <= tokens, f"{about}: {result.tokens_out} tokens came out"
        if result.soft is None:
            counted = resolve_tokenizer(tokenizer).count(result.text)
            assert counted == result.tokens_out, (
                f"{about}: {counted} tokens in a text said to have {result.tokens_out}"
            )
    if written:
        return
    for kept, passage in zip(result.passages, example.passages, strict=True):
        last = 0
        for start, end in kept.spans:
            assert last <= start < end <= len(passage.text), f"{about}: {(start, end)} overlaps or is outside"
            last = end


class _Halved:
    """Keeps the first half of each passage, so that the stage behind it has less to choose from."""

    name = "halved"
    headroom = None

    def compress(self, context: Context, _room: Room) -> Context:
        """Keep the first halves."""
        halves = [len(passage.text) // 2 for passage in context.passages]
        return context.narrow([[(0, half)] if half else () for half in halves])


def _check_narrowing(stage: Compressor, example: Example, budget: Budget | None, about: str) -> None:
    result = Chain([_Halved(), stage]).compress(example.query, example.passages, budget=budget)
    if result.report.passed_through:
        return
    halves = _Halved().compress(example.context, room())
    for kept, half in zip(result.passages, halves.kept, strict=True):
        assert not kept.spans or contains(half, kept.spans), f"{about}: keeps what the stage before dropped"
