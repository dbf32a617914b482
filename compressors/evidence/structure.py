"""What the evidence ranker sees of a candidate's form: its cells, its parents, its siblings, the kind of text.

A cell is a run of words that nothing divides: a field of a row, a key, a value, what stands in brackets or between
commas. Nothing here knows a language or a format; a log entry, a row and a sentence differ in how many dividers,
digits and function words they have.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.candidates import Candidates
from excerpt.compressors.evidence.parents import Bounds
from excerpt.compressors.evidence.scan import BREAK, DIGIT, STOP
from excerpt.compressors.terms.groups import begins
from excerpt.compressors.terms.rarity import rarity

__all__ = ["FORMS", "cell_columns", "form_columns", "pair_cover", "sibling_columns"]

Floats = NDArray[np.float32]

FORMS: Mapping[str, str] = MappingProxyType(
    {
        "cell.whole": "idf share of the question's terms in the best cell of which all content words are asked",
        "key.share": "share of the first cell's content words that are asked",
        "key.cover": "idf share of the question's terms in the first cell",
        "parents": "log(1 + records it must be read with)",
        "parent.cover": "share of the question's terms, by idf, in its parents",
        "parent.cell": "cell.whole of its parents",
        "parent.maxsim": "mean over question tokens, by idf, of the best cosine with a token of its parents",
        "children": "log(1 + candidates that must be read with it)",
        "siblings": "log of the candidates of its passage with the same parent, itself included",
        "sibling.lead": "blend less the mean of its siblings",
        "sibling.gap": "highest blend among its siblings less its own",
        "sibling.rank": "log(1 + siblings with a higher blend)",
        "only": "share, by idf, of the question's terms that stand in it and in no other candidate",
        "rarest": "idf of its rarest term of the question, over that of the rarest that any candidate has",
        "asked.numbers": "share, by idf, of the question's terms with a digit that it or its parents have",
        "breaks": "share of its words that begin a cell",
        "digits": "share of its words with a digit",
        "stops": "share of its words that are function words",
        "pieces": "log of its tokens over its words",
        "passage.breaks": "share of the words of the passage's candidates that begin a cell",
        "passage.stops": "share of the words of the passage's candidates that are function words",
        "question.there": "share of the question's terms, by idf, that any candidate has",
        "question.numbers": "share of the question's terms with a digit",
    }
)
"""Every feature of form: name and meaning, in the order of the columns."""


class _Cells(NamedTuple):
    """The cells of some pieces of text.

    Attributes:
        unit: Int64 ``(c,)``: the piece that each is in, ascending.
        size: ``(c,)``: its content words; function words that are asked count too.
        hits: ``(c,)``: those of them that are asked.
        worth: Float32 ``(c,)``: share of the question's terms, by idf, that it has.
    """

    unit: NDArray[np.int64]
    size: NDArray[np.int64]
    hits: NDArray[np.int64]
    worth: Floats


def _cells(candidates: Candidates, unit: NDArray[np.int64]) -> _Cells:
    """The cells of pieces of text.

    Args:
        candidates: Whose words these are.
        unit: The piece of each word, -1 for none.
    """
    inside = np.flatnonzero(unit >= 0)
    own, look, asked = unit[inside], candidates.term_look[inside], candidates.asked[inside]
    if not len(own):
        return _Cells(own, own, own, np.zeros(0, dtype=np.float32))
    first = np.flatnonzero(begins(own) | ((look & BREAK) > 0))
    cells, terms = Bounds(first, np.append(first[1:], len(own))), len(candidates.idf)
    known = asked >= 0
    content = known | ((look & STOP) == 0)
    at = np.flatnonzero(known)
    cell = np.searchsorted(first, at, side="right") - 1
    distinct = np.unique(cell * terms + asked[at])
    idf = candidates.idf.astype(np.float64)
    worth = np.bincount(
        distinct // max(terms, 1), weights=idf[distinct % max(terms, 1)], minlength=len(first)
    )
    return _Cells(
        own[first],
        cells.counts(content),
        cells.counts(known),
        (worth / max(float(idf.sum()), 1e-9)).astype(np.float32),
    )


def _highest(cells: _Cells, values: Floats, units: int) -> Floats:
    """The highest value among the cells of each unit, 0 for a unit without any."""
    best = np.zeros(units, dtype=np.float32)
    if len(values):
        first = np.flatnonzero(begins(cells.unit))
        best[cells.unit[first]] = np.maximum.reduceat(values, first)
    return best


def _whole(cells: _Cells) -> Floats:
    return np.where((cells.hits > 0) & (cells.hits == cells.size), cells.worth, np.float32(0))


def cell_columns(candidates: Candidates) -> dict[str, Floats]:
    """What the question's words are in the cells: ``cell.best``, and some columns of ``FORMS``."""
    cells, parents = _cells(candidates, candidates.term_unit), candidates.parents
    share = (cells.hits / np.maximum(cells.size, 1)).astype(np.float32)
    first = np.flatnonzero(begins(cells.unit))
    key_share, key_cover = np.zeros((2, candidates.count), dtype=np.float32)
    key_share[cells.unit[first]], key_cover[cells.unit[first]] = share[first], cells.worth[first]
    above = _cells(candidates, candidates.parent_words)
    own = _highest(above, _whole(above), len(parents.spans.start))
    return {
        "cell.best": _highest(cells, cells.worth * share, candidates.count),
        "cell.whole": _highest(cells, _whole(cells), candidates.count),
        "key.share": key_share,
        "key.cover": key_cover,
        "parent.cell": parents.spread(parents.with_above(own, np.maximum)),
    }


def form_columns(candidates: Candidates) -> dict[str, Floats]:
    """The columns of ``FORMS`` that need neither cells nor a blend."""
    parents, idf = candidates.parents, candidates.idf
    total = max(float(idf.sum()), 1e-9)
    there = candidates.tf > 0
    has = candidates.read_tf > 0
    findable = idf * has.any(axis=0)
    numbers = np.isin(candidates.question.terms, _numbers(candidates))
    above = (candidates.parent_tf > 0) @ idf / np.float32(total)
    similar = candidates.parent_similarity @ candidates.token_weight
    ones = np.ones(len(parents.above), dtype=np.float32)
    return {
        "parents": np.log1p(parents.spread(parents.with_above(ones, np.add))),
        "parent.cover": parents.spread(above.astype(np.float32)),
        "parent.maxsim": parents.spread(similar.astype(np.float32)),
        "children": np.log1p(_children(candidates)),
        "only": (there * (idf * (there.sum(axis=0) == 1))).sum(axis=1) / total,
        "rarest": (has * idf).max(axis=1, initial=0.0) / max(float(findable.max(initial=0.0)), 1e-9),
        "asked.numbers": (has * (idf * numbers)).sum(axis=1) / max(float((idf * numbers).sum()), 1e-9),
        **_text(candidates),
        "question.there": np.full(candidates.count, findable.sum() / total),
        "question.numbers": np.full(candidates.count, numbers.mean() if len(numbers) else 0.0),
    }


def _numbers(candidates: Candidates) -> NDArray[np.uint32]:
    scanned = candidates.question.scanned
    return scanned.hashes[(scanned.look & DIGIT) > 0]


def _children(candidates: Candidates) -> Floats:
    """How many candidates have each as their parent."""
    parents = candidates.parents
    if not len(parents.above):
        return np.zeros(candidates.count, dtype=np.float32)
    unit = candidates.spans.holding(parents.spans.start)
    read = unit[parents.of[parents.of >= 0]]
    return np.bincount(read[read >= 0], minlength=candidates.count).astype(np.float32)


def _text(candidates: Candidates) -> dict[str, Floats]:
    """What tells prose from rows, entries and code."""
    look = candidates.term_look
    breaks, digits, stops = (candidates.words_with((look & bit) > 0) for bit in (BREAK, DIGIT, STOP))
    words = candidates.of_group(candidates.words, np.add)
    return {
        "breaks": breaks / candidates.words,
        "digits": digits / candidates.words,
        "stops": stops / candidates.words,
        "pieces": np.log(candidates.tokens / candidates.words),
        "passage.breaks": (candidates.of_group(breaks, np.add) / words)[candidates.group],
        "passage.stops": (candidates.of_group(stops, np.add) / words)[candidates.group],
    }


def sibling_columns(candidates: Candidates, blend: Floats) -> dict[str, Floats]:
    """How each candidate stands among those of its passage with the same parent."""
    _, family = np.unique(
        candidates.group * (len(candidates.parents.above) + 1) + candidates.parents.of + 1,
        return_inverse=True,
    )
    size = np.bincount(family)
    order = np.lexsort((-blend, family))
    first = np.cumsum(size) - size
    best = blend[order][first]
    rank = np.empty(candidates.count)
    rank[order] = np.arange(candidates.count) - first[family[order]]
    mean = np.bincount(family, weights=blend) / size
    return {
        "siblings": np.log(size[family]),
        "sibling.lead": blend - mean[family],
        "sibling.gap": best[family] - blend,
        "sibling.rank": np.log1p(rank),
    }


def pair_cover(candidates: Candidates) -> Floats:
    """Share, by rarity, of the question's neighbouring words that are neighbours in each candidate, ``(n,)``."""
    has = candidates.pair_tf > 0
    weight = rarity(has.sum(axis=0), candidates.count)
    cover: Floats = (has * weight).sum(axis=1) / max(float(weight.sum()), 1e-9)
    return cover
