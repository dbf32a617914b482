"""How each candidate stands to the leads: the best candidates by the blend of all plain signals.

A question of two hops is answered by a sentence that does not look like the question: it shares a name
with the sentence that does, or stands in the passage which that sentence names. ``FEATURES``
has a line for every feature of the ranker, those of ``excerpt.compressors.evidence.features`` first.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.candidates import Candidates, rarity
from excerpt.compressors.evidence.features import MATCHES, match_columns, ranks
from excerpt.compressors.evidence.signals import CAPITAL, DIGIT, STOP
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
    return np.stack([columns[name] for name in names], axis=1).astype(np.float32)


def link_columns(candidates: Candidates, scores: Floats) -> dict[str, Floats]:
    """Every feature that links a candidate to the leads, ``(n,)`` each.

    Args:
        candidates: The candidates.
        scores: What picks the leads, ``(n,)``.
    """
    leads = np.argsort(-scores, kind="stable")[:LEADS]
    return {
        **_standing(candidates, scores, leads),
        **_titles(candidates, leads),
        **_shared(candidates, leads),
        **_alike(candidates, leads),
        **_missing(candidates, leads),
    }


def _elsewhere(candidates: Candidates, leads: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether candidate and lead stand in different passages, ``(n, leads)``."""
    different: NDArray[np.bool_] = candidates.group[:, None] != candidates.group[leads]
    return different


def _standing(candidates: Candidates, scores: Floats, leads: NDArray[np.int64]) -> dict[str, Floats]:
    best = candidates.of_group(scores, np.maximum)
    apart = np.abs(np.arange(candidates.count)[:, None] - leads)
    near = np.where(_elsewhere(candidates, leads) | (apart == 0), 0.0, 1 / (1 + apart))
    return {
        "lead.behind": scores.max() - scores,
        "lead.passage": ranks(best)[candidates.group],
        "lead.near": near.max(axis=1),
    }


def _titles(candidates: Candidates, leads: NDArray[np.int64]) -> dict[str, Floats]:
    """Which titles the leads name, and who names the titles of the leads' passages."""
    elsewhere = _elsewhere(candidates, leads)
    named = np.zeros((candidates.groups, len(leads)), dtype=np.float32)
    names = np.zeros((candidates.count, len(leads)), dtype=np.float32)
    of_group, title_words = candidates.titles
    lead_words = np.unique(title_words[np.isin(of_group, candidates.group[leads])])
    has = candidates.counts(candidates.term_hash, lead_words, candidates.term_unit) > 0
    for number, lead in enumerate(leads.tolist()):
        named[:, number] = candidates.title_shares(candidates.term_hash[candidates.term_unit == lead])
        title = title_words[of_group == candidates.group[lead]]
        if len(title):
            names[:, number] = has[:, np.searchsorted(lead_words, title)].mean(axis=1)
    by, of = named[candidates.group] * elsewhere, names * elsewhere
    return {
        "named.first": by[:, 0],
        "named.any": by.max(axis=1),
        "names.first": of[:, 0],
        "names.any": of.max(axis=1),
    }


def _shared(candidates: Candidates, leads: NDArray[np.int64]) -> dict[str, Floats]:
    """Names, numbers and other words that candidates share with leads of other passages."""
    elsewhere = _elsewhere(candidates, leads)
    fresh = ~np.isin(candidates.term_hash, candidates.question.terms)
    content = (candidates.term_look & STOP) == 0
    name = content & fresh & ((candidates.term_look & (CAPITAL | DIGIT)) > 0)
    total, share = _overlap(candidates, leads, name)
    _, any_share = _overlap(candidates, leads, content)
    return {
        "shared.names": (total * elsewhere).max(axis=1),
        "shared.share": (share * elsewhere).max(axis=1),
        "shared.terms": (any_share * elsewhere).max(axis=1),
    }


def _overlap(
    candidates: Candidates, leads: NDArray[np.int64], chosen: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Idf sums of the chosen words shared with each lead, and their shares of the lead's own: ``(n, leads)``."""
    unit = np.where(chosen, candidates.term_unit, -1)
    wanted = np.unique(candidates.term_hash[np.isin(unit, leads)])
    has = candidates.counts(candidates.term_hash, wanted, unit) > 0
    weight = rarity(has.sum(axis=0), candidates.count)
    total = np.stack([(has[:, has[lead]] * weight[has[lead]]).sum(axis=1) for lead in leads.tolist()], axis=1)
    own = np.maximum(total[leads, np.arange(len(leads))], 1e-9)
    return total, total / own


def _alike(candidates: Candidates, leads: NDArray[np.int64]) -> dict[str, Floats]:
    elsewhere = _elsewhere(candidates, leads)
    whole, scale = candidates.vectors
    to_leads = inner_products(whole, whole[leads]) * scale[:, None] * scale[leads]
    itself = np.arange(candidates.count)[:, None] == leads
    to_question = candidates.cosines(candidates.question.vector[None, :])
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
