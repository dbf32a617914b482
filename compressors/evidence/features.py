"""What the evidence ranker sees of each candidate in the light of the question alone.

``MATCHES`` has a line for each feature; columns come in that order. Nearly all are free of scale:
shares, cosines, ranks and z-scores among the candidates of one question, so that they mean the same
for ten short passages and for one long meeting. What links candidates to each other is in
``excerpt.compressors.evidence.links``.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.candidates import Candidates
from excerpt.compressors.evidence.scan import CAPITAL, DIGIT, STOP, YEAR
from excerpt.compressors.evidence.structure import (
    FORMS,
    cell_columns,
    form_columns,
    pair_cover,
    sibling_columns,
)
from excerpt.compressors.terms.rarity import rarity

__all__ = ["MATCHES", "match_columns", "ranks", "standard"]

Floats = NDArray[np.float32]
_K1, _B = 0.9, 0.4  # BM25's saturation and length normalisation, as in excerpt.compressors.scorers.similarity

_SPREADS = {
    "": "itself",
    ".z": "z-score among all candidates",
    ".rank": "log(1 + candidates that are better)",
    ".gap": "difference to the best of the same passage",
    ".before": "the same of the sentence before, 0 at the passage's start",
    ".after": "the same of the sentence after, 0 at the passage's end",
}
"""What is made of each signal of a sentence."""

_SENTENCE = {
    "bm25": "BM25 of the sentence, as a share of the most that any text could get",
    "bm25.titled": "BM25 of title, parents and sentence",
    "cover.near": "share of the question's terms, by idf, in title, parents, sentence and its two neighbours",
    "cosine": "cosine of the sentence's mean state and the question's",
    "maxsim": "mean over question tokens of the best cosine with a token of the sentence",
    "maxsim.idf": "the same, parents included, question tokens weighted by the idf of their word",
    "maxsim.own": "the same without parents",
    "pairs.rare": "share, by rarity, of the question's neighbouring words that are neighbours in the sentence",
    "cell.best": "highest, among cells, of the idf share of the question's terms times the share of its words asked",
    "blend": "weighted mean of six z-scores: bm25.titled, cosine, maxsim.idf and the passage's three signals",
}
_BLEND = {"bm25.titled": 1.0, "cosine": 1.0, "maxsim.idf": 2.0}
_BLEND_AROUND = ("passage.bm25", "passage.cosine", "passage.maxsim")
_PASSAGE = {
    "passage.bm25": "BM25 of title and passage",
    "passage.cosine": "cosine of the passage's mean state and the question's",
    "passage.maxsim": "mean over question tokens, by idf, of the best cosine in the passage",
    "passage.cover": "share of the question's terms, by idf, in title and passage",
}
_ALONE = {
    "cover": "share of the question's terms, by idf, in the sentence",
    "pairs": "share of the question's neighbouring words that are neighbours in the sentence",
    "near.best": "highest blend among the three sentences on either side in its passage; its own if alone",
    "near.mean": "mean blend of it and the three sentences on either side in its passage",
    "weakest": "lowest best cosine over the question's tokens of content words",
    "title.cover": "share of the question's terms, by idf, in the title",
    "title.share": "share of the title's content words in the question",
    "titled": "whether the passage has a title",
    "place": "log(1 + sentences before it in the passage)",
    "place.end": "log(1 + sentences after it)",
    "words": "log of its words",
    "words.relative": "its words over the mean of all candidates",
    "new": "share of its content words that the question does not have",
    "names": "log(1 + capitalised words that the question does not have)",
    "numbers": "log(1 + words with a digit that the question does not have)",
    "years": "whether it has a year that the question does not have",
    "candidates": "log of the number of candidates",
    "passages": "log of the number of passages",
    "question.terms": "log(1 + content words of the question)",
    "asks.person": "the question has who, whom or whose",
    "asks.time": "the question has when, year, date, century or long",
    "asks.place": "the question has where, country, city, state or located",
    "asks.number": "the question has many, much, number, percent or population",
    "asks.reason": "the question has why or how, and none of the above",
    "asks.choice": "the question begins with a verb (is, did, are) or has or",
}
_KINDS = {
    "asks.person": {"who", "whom", "whose"},
    "asks.time": {"when", "year", "date", "century", "long", "day", "month"},
    "asks.place": {"where", "country", "city", "state", "located"},
    "asks.number": {"many", "much", "number", "percent", "population"},
}
_REASON, _VERBS = (
    {"why", "how"},
    {"is", "are", "was", "were", "did", "does", "do", "has", "have", "had", "can"},
)

MATCHES: Mapping[str, str] = MappingProxyType(
    {
        **{
            name + kind: f"{what}: {how}"
            for name, what in _SENTENCE.items()
            for kind, how in _SPREADS.items()
        },
        **_PASSAGE,
        **{name + ".z": f"{what}: z-score among passages" for name, what in _PASSAGE.items()},
        **{name + ".rank": f"{what}: log(1 + passages that are better)" for name, what in _PASSAGE.items()},
        **_ALONE,
        **FORMS,
    }
)
"""Every feature: name and meaning, in the order of the columns."""


def match_columns(candidates: Candidates) -> dict[str, Floats]:
    """Every feature of ``MATCHES``, ``(n,)`` each."""
    passage = _passage_signals(candidates)
    columns = _spread_passages(candidates, passage) | cell_columns(candidates) | form_columns(candidates)
    signals = _sentence_signals(candidates) | {"cell.best": columns["cell.best"]}
    columns |= _spread(candidates, signals, passage)
    columns |= _near(candidates, columns["blend"]) | sibling_columns(candidates, columns["blend"])
    columns |= _matches(candidates) | _shape(candidates) | _question_kind(candidates)
    return columns


def _sentence_signals(candidates: Candidates) -> dict[str, Floats]:
    """Every signal of ``_SENTENCE`` that is not made of others."""
    idf, tf = candidates.idf, candidates.tf
    near = candidates.read_tf + (candidates.neighbour(tf.T, -1) + candidates.neighbour(tf.T, 1)).T
    return {
        "bm25": _bm25(tf, candidates.words, idf),
        "bm25.titled": _bm25(candidates.read_tf, candidates.words, idf),
        "cover.near": _cover(near, idf),
        "cosine": candidates.cosine,
        "maxsim": _mean(candidates.similarity),
        "maxsim.idf": (candidates.read_similarity * candidates.token_weight).sum(axis=1),
        "maxsim.own": (candidates.similarity * candidates.token_weight).sum(axis=1),
        "pairs.rare": pair_cover(candidates),
    }


def _passage_signals(candidates: Candidates) -> dict[str, Floats]:
    tf = candidates.of_group(candidates.tf, np.add) + candidates.title_tf
    words = candidates.of_group(candidates.words, np.add)
    idf = rarity((tf > 0).sum(axis=0), candidates.groups)
    best = candidates.of_group(candidates.similarity, np.maximum)
    return {
        "passage.bm25": _bm25(tf, words, idf),
        "passage.cosine": candidates.passage_cosine,
        "passage.maxsim": (best * candidates.token_weight).sum(axis=1),
        "passage.cover": _cover(tf, candidates.idf),
    }


def _spread_passages(candidates: Candidates, signals: Mapping[str, Floats]) -> dict[str, Floats]:
    values = np.stack(list(signals.values()))
    kinds = {"": values, ".z": standard(values), ".rank": ranks(values)}
    rows = {kind: of_passage[:, candidates.group] for kind, of_passage in kinds.items()}
    return {name + kind: rows[kind][number] for kind in kinds for number, name in enumerate(signals)}


def _spread(
    candidates: Candidates, signals: Mapping[str, Floats], passage: Mapping[str, Floats]
) -> dict[str, Floats]:
    """The columns of ``_SPREADS`` for each signal of the sentences, and for the blend of them and the passages'."""
    # A row a signal: numpy takes as long for one short row as for ten.
    names = [*signals, "blend"]
    values = np.empty((len(names), candidates.count), dtype=np.float32)
    values[:-1] = list(signals.values())
    scores = np.empty_like(values)
    scores[:-1] = standard(values[:-1])
    around = standard(np.stack([passage[name] for name in _BLEND_AROUND]))[:, candidates.group]
    parts = [weight * scores[names.index(name)] for name, weight in _BLEND.items()]
    values[-1] = np.sum([*parts, *(0.5 * around)], axis=0) / np.float32(5.5)
    scores[-1] = standard(values[-1])
    kinds = {
        "": values,
        ".z": scores,
        ".rank": ranks(values),
        ".gap": candidates.of_group(values, np.maximum, axis=1)[:, candidates.group] - values,
        ".before": candidates.neighbour(values, -1),
        ".after": candidates.neighbour(values, 1),
    }
    return {name + kind: rows[number] for kind, rows in kinds.items() for number, name in enumerate(names)}


def _near(candidates: Candidates, blend: Floats) -> dict[str, Floats]:
    """What stands around: in a story the answer often comes a few sentences after the match."""
    best, total, count = np.full_like(blend, -np.inf), blend.copy(), np.ones_like(blend)
    for step in (-3, -2, -1, 1, 2, 3):
        there, values = candidates.beside(step), candidates.neighbour(blend, step)
        np.maximum(best, values, out=best, where=there)
        total += values
        count += there
    return {"near.best": np.where(np.isfinite(best), best, blend), "near.mean": total / count}


def _matches(candidates: Candidates) -> dict[str, Floats]:
    group = candidates.group
    similarity = np.where(candidates.question.token_term >= 0, candidates.similarity, 1.0)
    titled = np.array([bool(len(signals.title.hashes)) for signals in candidates.present])
    return {
        "cover": _cover(candidates.tf, candidates.idf),
        "pairs": _mean(candidates.pair_tf > 0),
        "weakest": similarity.min(axis=1, initial=1.0),
        "title.cover": _cover(candidates.title_tf, candidates.idf)[group],
        "title.share": candidates.title_share[group],
        "titled": titled[group],
    }


def _shape(candidates: Candidates) -> dict[str, Floats]:
    """Length, place, and what the sentence holds beside the question's words."""
    look = candidates.term_look
    fresh = ((look & STOP) == 0) & (candidates.asked < 0)
    new, names, numbers, years = (
        candidates.words_with(each)
        for each in (fresh, *(fresh & ((look & bit) > 0) for bit in (CAPITAL, DIGIT, YEAR)))
    )
    size = candidates.group_size[candidates.group]
    place = np.arange(candidates.count) - candidates.group_start[candidates.group]
    return {
        "place": np.log1p(place),
        "place.end": np.log1p(size - 1 - place),
        "words": np.log(candidates.words),
        "words.relative": candidates.words / candidates.words.mean(),
        "new": new / candidates.words,
        "names": np.log1p(names),
        "numbers": np.log1p(numbers),
        "years": (years > 0).astype(np.float32),
    }


def _question_kind(candidates: Candidates) -> dict[str, Floats]:
    question = candidates.question
    words = question.text.casefold().replace("?", " ").split()
    kinds = {name: bool(wanted & set(words)) for name, wanted in _KINDS.items()}
    kinds["asks.reason"] = bool(_REASON & set(words)) and not any(kinds.values())
    kinds["asks.choice"] = bool(words) and (words[0] in _VERBS or "or" in words)
    values = {
        "candidates": np.log(candidates.count),
        "passages": np.log(candidates.groups),
        "question.terms": np.log1p(len(question.terms)),
        **kinds,
    }
    return {name: np.full(candidates.count, value, dtype=np.float32) for name, value in values.items()}


def _mean(rows: NDArray[np.generic]) -> Floats:
    """Mean of each row; 0 for rows without columns."""
    means: Floats = rows.sum(axis=1, dtype=np.float32) / np.float32(max(rows.shape[1], 1))
    return means


def _bm25(tf: Floats, length: Floats, idf: Floats) -> Floats:
    """BM25 as a share of what endless repetition of every term would get, ``(n,)``."""
    relative = (1 - _B + _B * length / length.mean())[:, None]
    return _share(tf / (tf + _K1 * relative), idf)


def _cover(tf: Floats, idf: Floats) -> Floats:
    return _share((tf > 0).astype(np.float32), idf)


def _share(hits: Floats, idf: Floats) -> Floats:
    shares: Floats = (hits * idf).sum(axis=1) / max(float(idf.sum()), 1e-9)
    return shares


def standard(values: Floats) -> Floats:
    """Z-scores along the last axis; 0 where all are alike."""
    deviation = values.std(axis=-1, keepdims=True)
    apart = values - values.mean(axis=-1, keepdims=True)
    scores: Floats = np.divide(apart, deviation, out=np.zeros_like(apart), where=deviation > 1e-6)
    return scores


def ranks(values: Floats) -> Floats:
    """Logarithm of 1 + how many on the last axis are better; equal values share a rank."""
    rows = values.reshape(-1, values.shape[-1])
    order = np.argsort(-rows, axis=1)
    order += np.arange(len(rows))[:, None] * rows.shape[1]  # places in all rows, one after the other
    ranked = rows.ravel()[order]
    better = np.zeros(rows.shape, dtype=np.int64)
    better[:, 1:] = np.where(ranked[:, 1:] != ranked[:, :-1], np.arange(1, rows.shape[1]), 0)
    np.maximum.accumulate(better, axis=1, out=better)
    found = np.empty(values.size, dtype=np.float32)
    found[order] = np.log1p(np.arange(rows.shape[1])).astype(np.float32)[better]
    return found.reshape(values.shape)
