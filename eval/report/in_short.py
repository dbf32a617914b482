"""One sentence for whoever decides: which chain, what it keeps, and what that costs."""

from excerpt.eval.limits import Limit
from excerpt.eval.metrics.money import context_cost
from excerpt.eval.report.study import BOUNDS, Study

__all__ = ["in_short"]

_WHOLE = "full"
_ENOUGH = 0.95
"""A chain is named at the smallest size at which it has so much of what the whole context has."""

_SAID = {
    "f1": "answers reach F1 {0:.2f}",
    "evidence_recall": "{0:.0%} of the evidence is there",
    "answer_recall": "the answer is there for {0:.0%} of the questions",
    "gold_recall": "{0:.0%} of the passages that answer are there",
    "agreement": "answers agree to {0:.0%} with those from the whole context",
}


def in_short(study: Study) -> str:
    """What to use and what it saves, in one sentence; empty where nothing says what is good.

    The chain and the limit are those of the report's own chains that keep least and still have 95% of what the whole
    context has; the best one, where none has or the whole context was not asked for.
    """
    chains = [chain for chain in study.focus if chain in study.first.chains and chain not in BOUNDS]
    if not chains or study.metric not in _SAID:
        return ""
    whole = study.estimate(_WHOLE, study.first.limits[0], study.metric).value if _has_whole(study) else None
    found = [_point(study, chain, limit) for chain in chains for limit in study.first.limits]
    enough = [one for one in found if whole is not None and one[1] >= _ENOUGH * whole]
    kept, value, chain, limit = min(enough) if enough else max(found, key=lambda one: (one[1], -one[0]))
    said = f"{chain} sends {kept:.0%} of the tokens, and {_SAID[study.metric].format(value)}"
    if whole is not None and study.metric != "agreement":
        said += f" (whole context: {whole:{'.2f' if study.metric == 'f1' else '.0%'}})"
    return f"{said}{_money(study, chain, limit)}."


def _point(study: Study, chain: str, limit: Limit) -> tuple[float, float, str, Limit]:
    kept, value = (study.estimate(chain, limit, name).value for name in ("kept_tokens", study.metric))
    return kept, value, chain, limit


def _has_whole(study: Study) -> bool:
    return _WHOLE in study.first.chains and study.metric != "kept_tokens"


def _money(study: Study, chain: str, limit: Limit) -> str:
    if not study.prices:
        return ""
    name, price = next(iter(study.prices.items()))
    cost = context_cost(price, *study.tokens(chain, limit))
    return f"; ${cost.compressed:,.0f} instead of ${cost.whole:,.0f} for the contexts of a million questions at {name}"
