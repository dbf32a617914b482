"""What a unit has of the question, by itself and with what stands around it.

``MATCHES`` has a line for each feature. Nearly all are free of scale: shares, ranks and z-scores among the candidates
of one question, so that they mean the same for ten short passages and for one long log.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.terms.candidates import Candidates, Floats, weighted
from excerpt.compressors.terms.scan import CAPITAL, DIGIT, STOP, YEAR

__all__ = ["MATCHES", "match_columns", "ranks"]

_K1, _B = 0.9, 0.4  # BM25's saturation and length normalisation, as in excerpt.compressors.scorers.bm25

_SPREADS = {
    ".best": "share of the highest among all candidates",
    ".z": "z-score among all candidates",
    ".rank": "log(1 + candidates that are better)",
    ".gap": "difference to the best of the same passage",
    ".before": "the same of the unit before, 0 at the passage's start",
    ".after": "the same of the unit after, 0 at the passage's end",
}
_SIGNALS = {
    "bm25": "BM25 of the unit",
    "around": "BM25 of the unit, its title and its parents",
    "near": "share of the question's terms, by idf, in the unit, its title, its parents and its two neighbours",
    "blend": "half of bm25.best and around.best, 0.35 passage.best, 0.3 pairs",
}
_ALONE = {
    "pairs": "share, by idf, of the question's neighbouring words that are neighbours in the unit",
    "triples": "the same for three neighbouring words",
    "only": "share, by idf, of the question's terms that stand in it and in no other unit",
    "title": "share of the question's terms, by idf, in the title",
    "title.asked": "share of the title's content words in the question",
    "passage.best": "BM25 of the passage as a share of the best passage's",
    "passage.z": "BM25 of the passage: z-score among passages",
    "cell.best": "highest share of the question's terms, by idf, in a cell, times the share of the cell that is asked",
    "cell.whole": "the same among cells of which every content word is asked",
    "key.asked": "share of the first cell's content words that are asked",
    "near.mean": "mean blend of it and the three units on either side in its passage",
    "place": "log(1 + units before it in the passage)",
    "words": "log of its words",
    "cells": "log(1 + cells) over log(1 + words)",
    "digits": "share of its words with a digit",
    "new": "share of its words that are content words and not asked",
    "names": "log(1 + capitalised words that are not asked)",
    "numbers": "log(1 + words with a digit that are not asked)",
    "siblings": "log of the units of its passage with the same parent, itself included",
    "answers": "a year, number or name that is not asked, where the question asks when, how many, who or where",
}
_ASKS = (
    (re.compile(r"\b(?:when|years?|dates?|century)\b", re.IGNORECASE), YEAR),
    (re.compile(r"\b(?:how (?:many|much|old|far|long|big|high)|number|percent)\b", re.IGNORECASE), DIGIT),
    (re.compile(r"\b(?:who|whom|whose|where|which country|which city)\b", re.IGNORECASE), CAPITAL),
)

MATCHES: Mapping[str, str] = MappingProxyType(
    {f"{name}{kind}": f"{what}: {how}" for name, what in _SIGNALS.items() for kind, how in _SPREADS.items()}
    | _ALONE
)
"""Every feature: name and meaning."""


def match_columns(candidates: Candidates) -> dict[str, Floats]:
    """Every feature of ``MATCHES`` and the plain ``blend``, ``(n,)`` each."""
    columns = _passage(candidates) | _title(candidates)
    columns["pairs"], columns["triples"] = candidates.runs(2), candidates.runs(3)
    tf, around, idf = candidates.tf, candidates.around_tf, candidates.idf
    beside = (candidates.neighbour(tf.T, -1) + candidates.neighbour(tf.T, 1)).T
    signals = {
        "bm25": bm25(tf, candidates.length, idf),
        "around": bm25(tf + around, candidates.length, idf),
        "near": cover(tf + around + beside, idf),
    }
    signals["blend"] = (
        0.5 * (_of_best(signals["bm25"]) + _of_best(signals["around"]))
        + 0.35 * columns["passage.best"]
        + 0.3 * columns["pairs"]
    )
    for name, values in signals.items():
        columns |= _spread(candidates, name, values)
    columns["blend"] = signals["blend"]
    columns["near.mean"] = _mean_around(candidates, signals["blend"])
    alone = (tf > 0).sum(axis=0) == 1
    columns["only"] = weighted(tf > 0, idf * alone) / np.float32(max(float(idf.sum()), 1e-9))
    return columns | _cells(candidates) | _shape(candidates)


def bm25(tf: Floats, length: Floats, idf: Floats) -> Floats:
    """BM25 as a share of what endless repetition of every term would get, ``(n,)``."""
    relative = (1 - _B + _B * length / length.mean())[:, None]
    return weighted(tf / (tf + _K1 * relative), idf) / np.float32(max(float(idf.sum()), 1e-9))


def cover(tf: Floats, idf: Floats) -> Floats:
    """Share of the terms, by idf, that are there, ``(n,)``."""
    return weighted(tf > 0, idf) / np.float32(max(float(idf.sum()), 1e-9))


def ranks(values: Floats) -> Floats:
    """Logarithm of 1 + how many are better; equal values share a rank."""
    better = np.searchsorted(np.sort(-values), -values, side="left")
    return np.log1p(better).astype(np.float32)


def _of_best(values: Floats) -> Floats:
    highest = float(values.max(initial=0))
    return values / np.float32(highest) if highest > 1e-9 else np.zeros_like(values)


def _standard(values: Floats) -> Floats:
    deviation = float(values.std())
    return (values - values.mean()) / np.float32(deviation) if deviation > 1e-6 else np.zeros_like(values)


def _spread(candidates: Candidates, name: str, values: Floats) -> dict[str, Floats]:
    """The columns of ``_SPREADS`` for one signal ``(n,)``."""
    return {
        f"{name}.best": _of_best(values),
        f"{name}.z": _standard(values),
        f"{name}.rank": ranks(values),
        f"{name}.gap": candidates.of_group(values, np.maximum)[candidates.group] - values,
        f"{name}.before": candidates.neighbour(values, -1),
        f"{name}.after": candidates.neighbour(values, 1),
    }


def _passage(candidates: Candidates) -> dict[str, Floats]:
    length = candidates.of_group(candidates.length, np.add)
    match = bm25(candidates.passage_tf, length, candidates.passage_idf)
    return {
        "passage.best": _of_best(match)[candidates.group],
        "passage.z": _standard(match)[candidates.group],
    }


def _title(candidates: Candidates) -> dict[str, Floats]:
    titles, asked = candidates.titles, np.zeros(candidates.stems, dtype=bool)
    asked[candidates.question.stem] = True
    content = (titles.look & STOP) == 0
    size = np.bincount(titles.text[content], minlength=candidates.groups)
    hits = np.bincount(titles.text[content & asked[titles.stem]], minlength=candidates.groups)
    return {
        "title": cover(candidates.title_tf, candidates.idf)[candidates.group],
        "title.asked": (hits / np.maximum(size, 1)).astype(np.float32)[candidates.group],
    }


def _mean_around(candidates: Candidates, values: Floats) -> Floats:
    """In a story the answer often comes a few sentences after the match."""
    ones, total = np.ones_like(values), values.copy()
    count = ones.copy()
    for step in (-3, -2, -1, 1, 2, 3):
        total += candidates.neighbour(values, step)
        count += candidates.neighbour(ones, step)
    return total / count


def _cells(candidates: Candidates) -> dict[str, Floats]:
    cells = candidates.cells
    asked = cells.hits / np.maximum(cells.size, 1)
    first = np.flatnonzero(np.r_[True, np.diff(cells.unit) != 0][: len(cells.unit)])
    columns = np.zeros((3, candidates.count), dtype=np.float32)
    if len(first):
        whole = np.where((cells.hits > 0) & (cells.hits == cells.size), cells.worth, np.float32(0))
        columns[0, cells.unit[first]] = np.maximum.reduceat(cells.worth * asked, first)
        columns[1, cells.unit[first]] = np.maximum.reduceat(whole, first)
        columns[2, cells.unit[first]] = asked[first]
    number = np.bincount(cells.unit, minlength=candidates.count)
    return {
        "cell.best": columns[0],
        "cell.whole": columns[1],
        "key.asked": columns[2],
        "cells": (np.log1p(number) / np.log1p(candidates.length)).astype(np.float32),
    }


def _shape(candidates: Candidates) -> dict[str, Floats]:
    """Length, place, and what the unit holds beside the question's words."""
    look, fresh = candidates.words.look, candidates.fresh

    def fresh_with(bit: int) -> Floats:
        return candidates.count_words(fresh & ((look & bit) > 0))

    place = np.arange(candidates.count) - candidates.group_start[candidates.group]
    answers: NDArray[np.float32] = np.zeros(candidates.count, dtype=np.float32)
    for asks, bit in _ASKS:
        if asks.search(candidates.query):
            answers += fresh_with(bit) > 0
    _, family = np.unique(
        candidates.group * (candidates.count + 1) + candidates.parent + 1, return_inverse=True
    )
    return {
        "place": np.log1p(place).astype(np.float32),
        "words": np.log(candidates.length),
        "digits": candidates.count_words((look & DIGIT) > 0) / candidates.length,
        "new": candidates.count_words(fresh) / candidates.length,
        "names": np.log1p(fresh_with(CAPITAL)),
        "numbers": np.log1p(fresh_with(DIGIT)),
        "siblings": np.log(np.bincount(family)[family]).astype(np.float32),
        "answers": answers,
    }
