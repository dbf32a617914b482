"""Checks of scorers, selectors, splitters and gates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.chain import Chain
from excerpt.protocols import Gate, Precomputed, PrecomputedScorer, Scorer, Selector, VectorScorer
from excerpt.registry import GATES, SCORERS, SELECTORS, SPLITTERS
from excerpt.run.fit import Room
from excerpt.testing.fakes import EXAMPLES, Example, MemoryStore, room, split_whole
from excerpt.testing.options import Part, check_options, made, stage_from_toml
from excerpt.tokens import count_words
from excerpt.values.stored import Recall
from excerpt.values.types import Context, Units, UnitVectors

__all__ = ["check_gate", "check_scorer", "check_selector", "check_splitter"]

_KINDS = ("passage", "sentence", "word")
_LIMITS = (None, 0, 1, 7, 30, 10_000)


def check_splitter(part: Part, texts: Sequence[str] | None = None) -> None:
    """A splitter's spans are sorted and apart, begin and end with ink, hold all of it, and are the same each time.

    Args:
        part: Its registered name, or the splitter itself.
        texts: Texts to split; those of `EXAMPLES` by default.

    Raises:
        AssertionError: The message says what is broken.
    """
    splitter = SPLITTERS.find(part) if isinstance(part, str) else part
    given = [passage.text for example in EXAMPLES for passage in example.passages] if texts is None else texts
    for text in given:
        spans = [tuple(piece) for piece in splitter(text)]
        about = f"splitter {part}, {text[:40]!r}"
        assert spans == [tuple(piece) for piece in splitter(text)], f"{about}: two calls gave two results"
        last = 0
        for number, (start, end, *parent) in enumerate(spans):
            assert all(-1 <= above < number for above in parent), (
                f"{about}: the parent {parent} of {number} is no earlier piece"
            )
            assert last <= start < end <= len(text), (
                f"{about}: {(start, end)} is empty, overlaps, or is outside"
            )
            assert text[start:end] == text[start:end].strip(), (
                f"{about}: {text[start:end]!r} has space at its ends"
            )
            assert not text[last:start].strip(), f"{about}: {text[last:start]!r} is in no unit"
            last = end
        assert not text[last:].strip(), f"{about}: {text[last:]!r} is in no unit"
    if isinstance(part, str):
        chain = stage_from_toml({"unit": part, "scorer": "position"})
        result = chain.compress("q", EXAMPLES[0].passages, budget=10)
        assert result.tokens_out <= 10, f"splitter {part}: from TOML, {result.tokens_out} of 10 tokens"


def check_scorer(
    part: Part, options: Mapping[str, Any] | None = None, *, examples: Sequence[Example] = EXAMPLES
) -> None:
    """A scorer gives one finite number a unit, the same each time, with stored signals and without, alone and in a row.

    Also: options are checked, and a TOML stage that names it scores the same.

    Args:
        part: Its registered name, or the class or function that makes it.
        options: Its options; such as can be written in TOML where ``part`` is a name.
        examples: What it is asked.

    Raises:
        AssertionError: The message says what is broken.
    """
    given = {} if options is None else options
    check_options(SCORERS, part, given)
    scorer: Scorer = made(SCORERS, part, given)
    again: Scorer = made(SCORERS, part, given)
    asked = [(example.context, kind) for example in examples for kind in _KINDS]
    before = [_scores(scorer, context, kind) for context, kind in asked]
    for (context, kind), scores in zip(reversed(asked), reversed(before), strict=True):
        about = f"scorer {scorer.name}, {kind}s of {context.query!r}"
        assert scores.tobytes() == _scores(again, context, kind).tobytes(), f"{about}: not the same twice"
        units = split_whole(kind, context)
        if len(units):
            _check_vectors(scorer, context, units, scores, about)
            _check_stored(scorer, context, units, scores, about)
    if isinstance(part, str):
        assert scorer.name == part, (
            f"scorer {part}: its name is {scorer.name!r}, and it is registered as {part!r}"
        )
        context = examples[0].context
        stage: Any = stage_from_toml({"unit": "passage", "scorer": {"use": part, **given}}).stages[0]
        from_toml = _scores(stage.scorer, context, "passage")
        assert np.array_equal(from_toml, _scores(scorer, context, "passage")), (
            f"scorer {part}: another one comes out of TOML"
        )


def _scores(scorer: Scorer, context: Context, kind: str) -> NDArray[np.float64]:
    units = split_whole(kind, context)
    if not len(units):
        return np.zeros(0)
    return room().checked_scores(scorer.score(context, units), units)


def _check_vectors(
    scorer: Scorer, context: Context, units: Units, scores: NDArray[np.floating], about: str
) -> None:
    if not isinstance(scorer, VectorScorer):
        return
    same, vectors_of = scorer.score_with_vectors(context, units)
    assert np.array_equal(same, scores), f"{about}: score_with_vectors gives other scores than score"
    unit_vectors = vectors_of()
    if unit_vectors is None:
        return
    vectors = unit_vectors.vectors
    assert vectors.ndim == 2, f"{about}: vectors of shape {vectors.shape}, not (n, dim)"
    assert len(vectors) == len(units), f"{about}: {len(vectors)} vectors for {len(units)} units"
    assert np.isfinite(vectors).all(), f"{about}: a vector is not finite"


def _check_stored(
    scorer: Scorer, context: Context, units: Units, scores: NDArray[np.floating], about: str
) -> None:
    if not isinstance(scorer, Precomputed):
        return
    recall = Recall(MemoryStore([scorer], context.passages))
    stored = scorer.score(replace(context, recall=recall), units)
    assert np.array_equal(stored, scores), f"{about}: other scores from stored signals than without"
    if isinstance(scorer, PrecomputedScorer):
        signals = scorer.signals(context.passages)
        assert np.array_equal(scorer.rank(context.query, signals, units), scores), (
            f"{about}: rank is not score"
        )


class _WithVectors:
    """Gives a context vectors of its units, as a stage does whose scorer has them."""

    def __call__(self, context: Context, units: Units) -> Context:
        vectors = np.random.default_rng(len(units)).standard_normal((len(units), 8)).astype(np.float32)
        return replace(context, embedded=(units, lambda: UnitVectors(vectors)))


def check_selector(
    part: Part, options: Mapping[str, Any] | None = None, *, examples: Sequence[Example] = EXAMPLES
) -> None:
    """A selector gives a set or an order of the units it was given, the same each time, that a budget is spent on.

    Also: options are checked, and a TOML stage that names it keeps the same.

    Args:
        part: Its registered name, or the class or function that makes it.
        options: Its options; such as can be written in TOML where ``part`` is a name.
        examples: What is selected from.

    Raises:
        AssertionError: The message says what is broken.
    """
    given = {} if options is None else options
    check_options(SELECTORS, part, given)
    selector: Selector = made(SELECTORS, part, given)
    again: Selector = made(SELECTORS, part, given)
    for example in examples:
        for kind in _KINDS:
            units = split_whole(kind, example.context)
            for tokens in _LIMITS if len(units) else ():
                for scores in _some_scores(len(units)):
                    for context in (example.context, _WithVectors()(example.context, units)):
                        about = f"selector {part}, {kind}s of {example.query!r} in {tokens} tokens"
                        _check_selection((selector, again), context, units, scores, room(tokens), about=about)
    if isinstance(part, str):
        _check_selector_in_toml(part, given, selector, examples[0])


def _some_scores(count: int) -> list[NDArray[np.float64]]:
    numbers = np.random.default_rng(count)
    return [numbers.standard_normal(count), np.zeros(count), numbers.integers(0, 3, count).astype(np.float64)]


def _check_selection(
    selectors: Sequence[Selector],
    context: Context,
    units: Units,
    scores: NDArray[np.float64],
    given: Room,
    *,
    about: str,
) -> None:
    before = scores.copy()
    selection, other = (np.asarray(selector(context, units, scores, given)) for selector in selectors)
    assert np.array_equal(selection, other), f"{about}: two calls gave two results"
    assert np.array_equal(scores, before), f"{about}: it changed the scores that it was given"
    kept = given.fill(context, units, scores, selection)  # says what is wrong with a selection that is none
    if given.tokens is not None:
        text = given.layout.render(context.passages, kept.kept, [0.0] * len(context.passages)).text
        assert count_words(text) <= given.tokens, f"{about}: {count_words(text)} tokens were kept"


def _check_selector_in_toml(
    part: str, options: Mapping[str, Any], selector: Selector, example: Example
) -> None:
    chain = stage_from_toml({"scorer": "position", "selector": {"use": part, **options}})
    result = chain.compress(example.query, example.passages, budget=20)
    chain.stages[0].selector = selector  # type: ignore[attr-defined]  # a stage of three parts has one
    same = chain.compress(example.query, example.passages, budget=20)
    assert [kept.spans for kept in result.passages] == [kept.spans for kept in same.passages], (
        f"selector {part}: another one comes out of TOML"
    )


def check_gate(
    part: Part, options: Mapping[str, Any] | None = None, *, examples: Sequence[Example] = EXAMPLES
) -> None:
    """A gate says True or False, the same each time; options are checked, and a TOML stage that names it stops there.

    Args:
        part: Its registered name, or the class or function that makes it.
        options: Its options; such as can be written in TOML where ``part`` is a name.
        examples: What it is asked.

    Raises:
        AssertionError: The message says what is broken.
    """
    given = {} if options is None else options
    check_options(GATES, part, given)
    gate: Gate = made(GATES, part, given)
    again: Gate = made(GATES, part, given)
    for example in examples:
        texts = ["", *(passage.text for passage in example.passages)]
        for number, text in enumerate(texts):
            asked = (example.query, text, number / len(texts))
            about = f"gate {part}, {example.query!r} and {text[:40]!r}"
            said = gate(*asked)
            assert isinstance(said, bool), f"{about}: it said {said!r}"
            assert said == again(*asked), f"{about}: two calls gave two results"
    if isinstance(part, str):
        named = stage_from_toml({"use": "ecorag", "scorer": "bm25", "gate": {"use": part, **given}})
        stage: Any = stage_from_toml({"use": "ecorag", "scorer": "bm25"}).stages[0]
        stage.gate = gate
        example = examples[0]
        one, other = (
            chain.compress(example.query, example.passages, budget=20) for chain in (named, Chain([stage]))
        )
        assert one.to_dict() == other.to_dict(), f"gate {part}: another one comes out of TOML"
