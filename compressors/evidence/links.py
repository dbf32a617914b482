"""How each candidate stands to the leads: the best candidates by the blend of all plain signals.

A question of two hops is answered by a sentence that does not look like the question: it shares a name
with the sentence that does, or stands in the passage which that sentence names. ``FEATURES``
has a line for every feature of the ranker, those of ``excerpt.compressors.evidence.features`` first.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.candidates import Candidates
from excerpt.compressors.evidence.features import MATCHES, match_columns, ranks
from excerpt.compressors.evidence.matching import positions
from excerpt.compressors.evidence.scan import CAPITAL, DIGIT, STOP
from excerpt.compressors.terms.rarity import rarity
from excerpt.compressors.vectors.integer_products import inner_products

__all__ = ["FEATURES", "LEADS", "directions", "evidence_features", "link_columns"]

Floats = NDArray[np.float32]

LEADS = 6
"""How many of the best candidates are followed."""

_LINKS = {
    "lead.behind": "blend behind the best of all",
    "lead.passage": "log(1 + passages with a better best blend)",
    "lead.near": "1 / (1 + sentences to the nearest lead of the same passage); 0 without one, 0 to itself",
    "named.first": "share of its passage's title that the first lead names, from another passage",
    "named.any": "the same for the lead that names most of it",
    "names.first": "share of the title of the first lead's passage that it names, from another passage",
    "names.any": "the same for the lead whose title it names most of",
    "shared.names": "highest idf sum of names and numbers, not of the question, shared with a lead elsewhere",
    "shared.share": "the same as a share of the lead's idf sum",
    "shared.terms": "highest share, by idf, of a lead's content words, in another passage, that it has",
    "like.first": "cosine with the first lead, 0 to itself",
    "like.other": "highest cosine with a lead of another passage",
    "like.same": "highest cosine with another lead of the same passage",
    "with.first": "cosine with the sum of question and first lead",
    "with.any": "highest cosine with the sum of question and a lead of another passage",
    "missing.cover": "share, by idf, of the question's terms that the first lead as it is read lacks and it has",
    "missing.titled": "the same with its own title and parents",
    "missing.maxsim": "weighted gain in MaxSim over the first lead's",
    "missing.all": "weighted gain in MaxSim over all leads that are better than it",
}

FEATURES: Mapping[str, str] = MappingProxyType({**MATCHES, **_LINKS})
"""Every feature of the evidence ranker: name and meaning, in the order of the columns."""

_RISING = (
    *("bm25", "cover", "cosine", "maxsim", "blend", "passage.", "pairs", "weakest", "title.cover"),
    *("lead.near", "shared", "with.", "missing"),
)


def directions() -> dict[str, int]:
    """Which features may only raise the score as they grow (1), only lower it (-1), or both (0).

    For training under the bound that a better match never counts against a sentence. The shipped ranker
    is trained without: on sets left out of training that was level at a kept ratio of 0.1 and better at
    0.25 (docs/results/evidence-ranker.md).
    """
    bounds = {}
    for name in FEATURES:
        rising = name.startswith(_RISING) and not name.endswith((".before", ".after"))
        falling = name in {"lead.behind", "lead.passage"} or name.endswith((".rank", ".gap"))
        bounds[name] = -1 if falling else int(rising)
    return bounds


def evidence_features(candidates: Candidates, names: Iterable[str] = FEATURES) -> Floats:
    """The named features of every candidate, float32 ``(n, len(names))``; all of ``FEATURES`` if none are named."""
    columns = match_columns(candidates)
    columns |= link_columns(candidates, columns["blend"])
    wanted = list(names)
    features = np.empty((len(wanted), candidates.count), dtype=np.float32)
    for row, name in zip(features, wanted, strict=True):
        row[:] = columns[name]
    return np.ascontiguousarray(features.T)


def link_columns(candidates: Candidates, scores: Floats) -> dict[str, Floats]:
    """Every feature that links a candidate to the leads, ``(n,)`` each.

    Args:
        candidates: The candidates.
        scores: What picks the leads, ``(n,)``.
    """
    leads = np.argsort(-scores, kind="stable")[:LEADS]
    elsewhere = candidates.group[:, None] != candidates.group[leads]
    words = _lead_words(candidates, leads)
    return {
        **_standing(candidates, scores, leads, elsewhere),
        **_titles(candidates, leads, elsewhere, words),
        **_shared(candidates, leads, elsewhere, words),
        **_alike(candidates, leads, elsewhere),
        **_missing(candidates, leads),
    }


class _LeadWords(NamedTuple):
    """Where candidates have the words of the leads and of the titles of their passages.

    Attributes:
        hashes: Uint32 ``(w,)``: these words, each once, ascending.
        word: Int64 ``(o,)``: which of them each occurrence in a candidate is.
        unit: Int64 ``(o,)``: the candidate.
        term: Int64 ``(o,)``: its place among all words.
    """

    hashes: NDArray[np.uint32]
    word: NDArray[np.int64]
    unit: NDArray[np.int64]
    term: NDArray[np.int64]

    def holders(self, candidates: int, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether each candidate has each word in a chosen place, ``(w, candidates)``.

        Args:
            candidates: How many there are.
            chosen: Which of all words count.
        """
        there = chosen[self.term]
        has = np.zeros((len(self.hashes), candidates), dtype=bool)
        has[self.word[there], self.unit[there]] = True
        return has


def _lead_words(candidates: Candidates, leads: NDArray[np.int64]) -> _LeadWords:
    bounds, (of_group, title_words) = candidates.term_bounds, candidates.titles
    own = [candidates.term_hash[bounds.first[lead] : bounds.last[lead]] for lead in leads.tolist()]
    hashes = np.unique(np.concatenate([*own, title_words[np.isin(of_group, candidates.group[leads])]]))
    word = positions(candidates.term_hash, hashes)
    term = np.flatnonzero((word >= 0) & (candidates.term_unit >= 0))
    return _LeadWords(hashes, word[term], candidates.term_unit[term], term)


def _standing(
    candidates: Candidates, scores: Floats, leads: NDArray[np.int64], elsewhere: NDArray[np.bool_]
) -> dict[str, Floats]:
    best = candidates.of_group(scores, np.maximum)
    apart = np.abs(np.arange(candidates.count)[:, None] - leads)
    near = np.where(elsewhere | (apart == 0), 0.0, 1 / (1 + apart))
    return {
        "lead.behind": scores.max() - scores,
        "lead.passage": ranks(best)[candidates.group],
        "lead.near": near.max(axis=1),
    }


def _titles(
    candidates: Candidates, leads: NDArray[np.int64], elsewhere: NDArray[np.bool_], words: _LeadWords
) -> dict[str, Floats]:
    """Which titles the leads name, and who names the titles of the leads' passages."""
    names = np.zeros((candidates.count, len(leads)), dtype=np.float32)
    bounds, (_, title_words) = candidates.title_bounds, candidates.titles
    has = words.holders(candidates.count, np.ones(len(candidates.term_hash), dtype=bool))
    place = positions(title_words, words.hashes)
    held = has[:, leads][place] & (place >= 0)[:, None]
    named = candidates.title_shares(held).astype(np.float32)
    for number, group in enumerate(candidates.group[leads].tolist()):
        title = place[bounds.first[group] : bounds.last[group]]
        if len(title):
            names[:, number] = has[title].mean(axis=0)
    by, of = named[candidates.group] * elsewhere, names * elsewhere
    return {
        "named.first": by[:, 0],
        "named.any": by.max(axis=1),
        "names.first": of[:, 0],
        "names.any": of.max(axis=1),
    }


def _shared(
    candidates: Candidates, leads: NDArray[np.int64], elsewhere: NDArray[np.bool_], words: _LeadWords
) -> dict[str, Floats]:
    """Names, numbers and other words that candidates share with leads of other passages."""
    content = (candidates.term_look & STOP) == 0
    name = content & (candidates.asked < 0) & ((candidates.term_look & (CAPITAL | DIGIT)) > 0)
    total, share = _overlap(words.holders(candidates.count, name), leads)
    _, any_share = _overlap(words.holders(candidates.count, content), leads)
    return {
        "shared.names": (total * elsewhere).max(axis=1),
        "shared.share": (share * elsewhere).max(axis=1),
        "shared.terms": (any_share * elsewhere).max(axis=1),
    }


def _overlap(has: NDArray[np.bool_], leads: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Idf sums of the words shared with each lead, and their shares of the lead's own, ``(n, leads)``.

    Args:
        has: Whether each candidate has each word, ``(w, n)``.
        leads: The leads.
    """
    weight = rarity(has.sum(axis=1), has.shape[1])[:, None]
    own = [has[:, lead] for lead in leads.tolist()]
    total = np.stack([(has[words] * weight[words]).sum(axis=0) for words in own], axis=1)
    return total, total / np.maximum(total[leads, np.arange(len(leads))], 1e-9)


def _alike(
    candidates: Candidates, leads: NDArray[np.int64], elsewhere: NDArray[np.bool_]
) -> dict[str, Floats]:
    whole, scale = candidates.vectors
    to_leads = inner_products(whole, whole[leads]) * scale[:, None] * scale[leads]
    itself = np.arange(candidates.count)[:, None] == leads
    to_question = candidates.cosine[:, None]
    # |q + l|^2 = 2 + 2 cos(q, l) for vectors of length 1.
    length = np.sqrt(np.maximum(2 + 2 * to_question[leads, 0], 1e-6))
    together = (to_question + to_leads) / length
    return {
        "like.first": np.where(itself, 0.0, to_leads)[:, 0],
        "like.other": np.where(elsewhere, to_leads, 0.0).max(axis=1),
        "like.same": np.where(elsewhere | itself, 0.0, to_leads).max(axis=1),
        "with.first": together[:, 0],
        "with.any": np.where(elsewhere, together, 0.0).max(axis=1),
    }


def _missing(candidates: Candidates, leads: NDArray[np.int64]) -> dict[str, Floats]:
    """What of the question the leads leave open and a candidate brings."""
    lead, read = leads[0], candidates.read_tf
    open_terms = candidates.idf * (read[lead] == 0)
    total = max(float(candidates.idf.sum()), 1e-9)
    similarity, weight = candidates.read_similarity, candidates.token_weight
    gain = (np.maximum(similarity - similarity[lead], 0) * weight).sum(axis=1)
    order = np.full(candidates.count, len(leads))
    order[leads] = np.arange(len(leads))
    best = np.maximum.accumulate(np.concatenate([np.zeros_like(similarity[:1]), similarity[leads]]), axis=0)
    return {
        "missing.cover": ((candidates.tf > 0) * open_terms).sum(axis=1) / total,
        "missing.titled": ((read > 0) * open_terms).sum(axis=1) / total,
        "missing.maxsim": gain,
        "missing.all": (np.maximum(similarity - best[order], 0) * weight).sum(axis=1),
    }
