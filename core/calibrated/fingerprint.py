"""What a calibrated policy belongs to: a digest of each part of a pipeline that decides what is kept.

====================  ================================================================================
``chain``             classes of the stages and their options, in order
``models``            the fingerprints of the models, or the content of their files
``splitters``         what the registered splitters make of a few probing texts
``guards``            which guards are on, and what they find in those texts
``template``          template, order of the passages, slots
``tokenizer``         how many tokens each of those texts has
====================  ================================================================================

Splitters, guards and tokenizers are known by what they do, so a file that moved is the same and one that
changed is not. Two that agree on all probing texts are taken for the same.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from excerpt.protocols import Compressor, Protector
from excerpt.registry import SPLITTERS
from excerpt.render import Layout
from excerpt.tokens import TokenCounter

__all__ = ["chain_fingerprint", "tokenizer_fingerprint"]

_PROBES = (
    'Dr. J. R. Holt, of No. 5 Mill St., wasn\'t there at 10:30 a.m. on 5 May 2019! Who was? "Nobody," she said.',
    "It cost $3.2 million (12.5 % more), i.e. 3,000 km/h; see https://a.example/b?c=1 or mail x@y.example.",
    "# Head\n\n- one item. Two.\n- another\n\n| a | b |\n|---|---|\n| 1 | 2.5 kg |\n\n```python\nx = f(1)\n```\nEnd.",
    "Élan naïve; Straße, 東京は大きい。はい！ ไทย สวัสดี Привет мир. مرحبا بالعالم 한국어 문장입니다.",
    "supercalifragilistic antidisestablishmentarianism zqxv 0123456789 f(x_1)=\\alpha^2 👍🏽\tend",
)


def chain_fingerprint(
    stages: Sequence[Compressor], guards: Protector | None, layout: Layout
) -> dict[str, str]:
    """A digest for each part of a chain: all of the table but the tokenizer.

    A model is known by its attribute ``fingerprint``, where it has one, else by the files that its attributes
    name. Other private attributes of a stage are not read, except options that are data classes or patterns.

    Args:
        stages: The compressors, in the order they run.
        guards: What is kept whole or dropped whole; None for nothing.
        layout: How passages are written.
    """
    models: list[str] = []
    described = [_described(stage, models, ()) for stage in stages]
    return {
        "chain": _digest(described),
        "models": _digest(models),
        "splitters": _digest([_pieces(text) for text in _PROBES]),
        "guards": _digest(_guards(guards)),
        "template": _digest(_described(layout, [], ())),
    }


def tokenizer_fingerprint(counter: TokenCounter) -> dict[str, str]:
    """The last part of the table."""
    return {"tokenizer": _digest([counter.count(text) for text in _PROBES])}


def _digest(value: object) -> str:
    return sha256(json.dumps(value, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


def _pieces(text: str) -> dict[str, list[list[int]]]:
    return {name: [list(span) for span in SPLITTERS.find(name)(text)] for name in sorted(SPLITTERS)}


def _guards(guards: Any) -> object:  # noqa: ANN401 - a Protector of any kind
    if guards is None:
        return None
    protected = [[[*span, kind] for span, kind in guards.found(text)] for text in _PROBES]
    return [_described(guards, [], ()), protected]


def _described(value: Any, models: list[str], inside: tuple[int, ...]) -> object:  # noqa: ANN401 - any option of a stage
    """A value as JSON goes, without the models, which are noted in ``models``."""
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, Path):
        return _file(value, models)
    if id(value) in inside:
        return "itself"
    inside = (*inside, id(value))
    if isinstance(value, Mapping):
        pairs = ((repr(key), _described(item, models, inside)) for key, item in value.items())
        return sorted(pairs, key=lambda pair: pair[0])
    if isinstance(value, list | tuple | set | frozenset):
        items = [_described(item, models, inside) for item in value]
        return sorted(items, key=repr) if isinstance(value, set | frozenset) else items
    if callable(value) and hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    return _object(value, models, inside)


def _file(path: Path, models: list[str]) -> str:
    if not path.is_file():
        return path.name
    models.append(sha256(path.read_bytes()).hexdigest())
    return "file"


def _object(value: Any, models: list[str], inside: tuple[int, ...]) -> object:  # noqa: ANN401 - as above
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if _is_pattern(value):
        return [kind, repr(value.pattern), repr(getattr(value, "flags", 0))]
    if hasattr(value, "tobytes"):  # an array
        return [kind, sha256(value.tobytes()).hexdigest()]
    known = getattr(value, "fingerprint", None)
    if isinstance(known, str):
        models.append(f"{kind} {known}")
    if is_dataclass(value):  # its fingerprint may cover a part of it only
        names: Iterable[str] = [field.name for field in fields(value) if field.compare]
    elif isinstance(known, str):
        return kind
    else:
        names = [name for name in sorted(getattr(value, "__dict__", {})) if _is_option(name, value)]
    return [kind, [[name, _described(getattr(value, name), models, inside)] for name in names]]


def _is_option(name: str, owner: object) -> bool:
    """Whether an attribute is an option; caches, locks and open sessions are private and of no such kind."""
    value = getattr(owner, name)
    patterns = isinstance(value, list | tuple) and all(map(_is_pattern, value))
    return not name.startswith("_") or is_dataclass(value) or (patterns and bool(value))


def _is_pattern(value: object) -> bool:
    return type(value).__name__ == "Pattern"  # of `re`, or of `regex`, which core does not import
