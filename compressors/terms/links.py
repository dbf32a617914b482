"""How each unit stands to the leads: the best units by the blend of all plain matches.

A question of two hops is answered by a unit that does not look like the question: it shares a name with the unit that
does, or stands in the passage which that unit names. What the leads say often are words of the answer.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.terms.candidates import Candidates, Floats, weighted
from excerpt.compressors.terms.matches import MATCHES, match_columns, ranks
from excerpt.compressors.terms.scan import CAPITAL, DIGIT, STOP

__all__ = ["FEATURES", "lexical_features", "link_columns"]

_LEADS = 5
_FEEDBACK = 12  # words of the leads that are followed

_LINKS = {
    "lead.passage": "log(1 + passages with a better best blend)",
    "lead.near": "1 / (1 + units to the nearest lead of the same passage); 0 without one, 0 to itself",
    "named.first": "share of its passage's title that the first lead names, from another passage",
    "named.any": "the same for the lead that names most of it",
    "names.any": "share of the title of a lead's passage that it names, from another passage",
    "feedback": "share, by idf and rank of the lead, of the words that the leads say beside the question's",
    "shared.names": "highest idf sum of names and numbers that are not asked and that a lead elsewhere has too",
    "shared.share": "the same as a share of the lead's",
    "missing": "share, by idf, of the question's terms that it, its title or parents have and no better lead has",
}

FEATURES: Mapping[str, str] = MappingProxyType({**MATCHES, **_LINKS})
"""Every feature of the lexical ranker: name and meaning."""


def lexical_features(candidates: Candidates) -> dict[str, Floats]:
    """Every feature, float32 ``(n,)`` each, by name."""
    columns = match_columns(candidates)
    blend = columns.pop("blend")
    return {**columns, **link_columns(candidates, blend)}


def link_columns(
    candidates: Candidates, blend: Floats, leads: NDArray[np.int64] | None = None
) -> dict[str, Floats]:
    """The features that depend on which units lead, float32 ``(n,)`` each, by name.

    Args:
        candidates: The candidates.
        blend: Of the plain matches, ``(n,)``.
        leads: The best units, best first; None for those by the blend.
    """
    if leads is None:
        leads = np.argsort(-blend, kind="stable")
    leads = leads[:_LEADS]
    best = candidates.of_group(blend, np.maximum)
    return {
        "lead.passage": ranks(best)[candidates.group],
        "lead.near": _near(candidates, leads),
        **_titles(candidates, leads),
        **_said(candidates, leads),
        "missing": _missing(candidates, leads),
    }


def _near(candidates: Candidates, leads: NDArray[np.int64]) -> Floats:
    apart = np.abs(np.arange(candidates.count)[:, None] - leads)
    near = np.where(_elsewhere(candidates, leads) | (apart == 0), 0.0, 1 / (1 + apart))
    nearest: Floats = near.max(axis=1).astype(np.float32)
    return nearest


def _elsewhere(candidates: Candidates, leads: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether unit and lead stand in different passages, ``(n, leads)``."""
    different: NDArray[np.bool_] = candidates.group[:, None] != candidates.group[leads]
    return different


def _words_of(candidates: Candidates, lead: int) -> slice:
    first, last = np.searchsorted(candidates.words.text, [lead, lead + 1]).tolist()
    return slice(first, last)


def _titles(candidates: Candidates, leads: NDArray[np.int64]) -> dict[str, Floats]:
    """Which titles the leads name, and who names the titles of the leads' passages."""
    named = np.zeros((candidates.groups, len(leads)), dtype=np.float32)
    names = np.zeros((candidates.count, len(leads)), dtype=np.float32)
    content = (candidates.titles.look & STOP) == 0
    stems, group = candidates.titles.stem[content], candidates.titles.text[content]
    size = np.maximum(np.bincount(group, minlength=candidates.groups), 1)
    unit, stem = candidates.stem_units
    for number, lead in enumerate(leads.tolist() if len(stems) else []):
        said = np.zeros(candidates.stems, dtype=bool)
        said[candidates.words.stem[_words_of(candidates, lead)]] = True
        named[:, number] = np.bincount(group[said[stems]], minlength=candidates.groups) / size
        title = np.zeros(candidates.stems, dtype=bool)
        title[stems[group == candidates.group[lead]]] = True
        if title.any():
            names[:, number] = np.bincount(unit[title[stem]], minlength=candidates.count) / title.sum()
    elsewhere = _elsewhere(candidates, leads)
    by = named[candidates.group] * elsewhere
    return {
        "named.first": by[:, 0],
        "named.any": by.max(axis=1),
        "names.any": (names * elsewhere).max(axis=1),
    }


def _said(candidates: Candidates, leads: NDArray[np.int64]) -> dict[str, Floats]:
    """What units share with the leads beside the question's words."""
    elsewhere = _elsewhere(candidates, leads)
    look, idf = candidates.words.look, candidates.stem_idf
    unit, stem = candidates.stem_units
    follow = np.zeros(candidates.stems, dtype=np.float32)
    total = np.zeros((candidates.count, len(leads)), dtype=np.float32)
    share = total.copy()
    for number, lead in enumerate(leads.tolist()):
        own = _words_of(candidates, lead)
        fresh, stems = candidates.fresh[own], candidates.words.stem[own]
        # Each place counts: what a lead says twice is what it is about.
        np.add.at(follow, stems[fresh], idf[stems[fresh]] / np.float32(1 + number))
        named = np.zeros(candidates.stems, dtype=np.float32)
        chosen = stems[fresh & ((look[own] & (CAPITAL | DIGIT)) > 0)]
        named[chosen] = idf[chosen]
        if len(chosen):
            total[:, number] = np.bincount(unit, weights=named[stem], minlength=candidates.count)
            share[:, number] = total[:, number] / max(float(named.sum()), 1e-9)
    kept = np.zeros_like(follow)
    top = np.argsort(-follow, kind="stable")[:_FEEDBACK]
    kept[top] = follow[top]
    feedback = np.bincount(unit, weights=kept[stem], minlength=candidates.count) / max(
        float(kept.sum()), 1e-9
    )
    return {
        "feedback": feedback.astype(np.float32),
        "shared.names": (total * elsewhere).max(axis=1),
        "shared.share": (share * elsewhere).max(axis=1),
    }


def _missing(candidates: Candidates, leads: NDArray[np.int64]) -> Floats:
    has = candidates.tf + candidates.around_tf > 0
    order = np.full(candidates.count, len(leads))
    order[leads] = np.arange(len(leads))
    none = np.zeros((1, has.shape[1]), dtype=bool)
    seen = np.maximum.accumulate(np.concatenate([none, has[leads]]), axis=0)
    total = np.float32(max(float(candidates.idf.sum()), 1e-9))
    return weighted(has & ~seen[order], candidates.idf) / total
