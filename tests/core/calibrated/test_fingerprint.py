"""The fingerprint of a pipeline: what changes it, and which part."""

import copy
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.hash_encoder import HashEncoder

from excerpt import Chain
from excerpt.compressors import AdaptiveK, Bm25Sentences, Guards, LargestGap, RecompExtractive, Truncate
from excerpt.tokens import resolve_tokenizer

WORDS = resolve_tokenizer(lambda text: len(text.split()))


def changed(one, other, counters=(WORDS, WORDS)):
    """The parts in which two chains differ."""
    prints = [chain.fingerprint(counter) for chain, counter in zip((one, other), counters, strict=True)]
    return {name for name in prints[0] if prints[0][name] != prints[1][name]}


def chain(*stages, **options):
    return Chain(list(stages) or [Bm25Sentences()], **options)


def recomp(encoder="e", **options):
    return RecompExtractive(HashEncoder(name=encoder), **options)


@pytest.mark.parametrize(
    ("one", "other", "parts"),
    [
        (chain(), chain(name="renamed"), set()),
        (chain(), chain(Bm25Sentences(k1=1.2)), {"chain"}),
        (chain(), chain(Bm25Sentences(), Truncate()), {"chain"}),
        (chain(Truncate()), chain(Truncate("word")), {"chain"}),
        (chain(), chain(template="titled"), {"template"}),
        (chain(), chain(order="best_first"), {"template"}),
        (chain(), chain(guards=None), {"guards"}),
        (chain(), chain(guards=Guards(patterns=("ry.",))), {"guards"}),
        (chain(recomp()), chain(recomp()), set()),
        (chain(recomp()), chain(recomp("f")), {"models"}),
        (chain(recomp()), chain(recomp(threshold=0.5)), {"chain"}),
        (chain(recomp(threshold=0.4)), chain(recomp(threshold=0.5)), {"chain"}),
    ],
)
def test_the_part_that_differs_is_the_one_that_was_changed(one, other, parts):
    """Two chains made alike are alike; a name decides nothing."""
    assert changed(one, other) == parts


def test_options_inside_options_count():
    """A data class in an attribute."""
    stages = [AdaptiveK(HashEncoder(), gap=LargestGap(buffer=n)) for n in (3, 3, 4)]
    assert changed(chain(stages[0]), chain(stages[1])) == set()
    assert changed(chain(stages[0]), chain(stages[2])) == {"chain"}


def test_a_tokenizer_is_known_by_how_it_counts():
    """Not by its name: the same file elsewhere is the same."""
    same = resolve_tokenizer(lambda text: len(text.split()))
    other = resolve_tokenizer(len)
    assert changed(chain(), chain(), (WORDS, same)) == set()
    assert changed(chain(), chain(), (WORDS, other)) == {"tokenizer"}


def test_another_template_is_noticed_after_the_first_look():
    """The fingerprint is remembered, and a changed copy does not inherit it."""
    first = chain()
    first.fingerprint(WORDS)
    assert changed(first, first.with_template("xml")) == {"template"}
    other = copy.copy(first)
    other.stages = (Truncate(),)
    assert changed(first, other) == {"chain"}


@dataclass
class _Net:
    path: Path
    pattern: re.Pattern[str] = re.compile("a")


class _Stage:
    """A third party's stage: a model file, a private cache."""

    name = "net"

    def __init__(self, path):
        self.net = _Net(path)
        self._session = None

    def compress(self, context, room):
        self._session = object()
        return context


def test_a_model_without_a_fingerprint_is_known_by_its_file(tmp_path):
    """Its content, not its place; what a stage opened meanwhile does not matter."""
    for name, content in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        (tmp_path / name).write_bytes(content)
    stages = [_Stage(tmp_path / name) for name in "abc"]
    before = dict(chain(stages[0]).fingerprint(WORDS))
    stages[0].compress(None, None)
    assert chain(stages[0]).fingerprint(WORDS) == before
    assert changed(chain(stages[0]), chain(stages[1])) == set()
    assert changed(chain(stages[0]), chain(stages[2])) == {"models"}
