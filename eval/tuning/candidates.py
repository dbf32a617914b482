"""Chains that tuning tries where the user names none: each needs no more than a plain installation."""

from collections.abc import Mapping
from typing import Any

from excerpt.registry import PRESETS

__all__ = ["CANDIDATES"]

_EVIDENCE = {"unit": "record", "scorer": "evidence"}

CANDIDATES: Mapping[str, Mapping[str, Any]] = {
    "default": PRESETS["default"],
    "fast": PRESETS["fast"],
    "evidence, novel": {"stage": [{**_EVIDENCE, "selector": "novel"}]},
    "evidence, marginal gain": {"stage": [{**_EVIDENCE, "selector": "marginal-gain"}]},
    "evidence, facility location": {"stage": [{**_EVIDENCE, "selector": "facility-location"}]},
    "adaptive-k, evidence": {"stage": [{"use": "adaptive-k"}, {"use": "evidence-ranker"}]},
    "similarity": {"stage": [{"use": "recomp-extractive"}]},
    "late interaction": {"stage": [{"use": "late-interaction"}]},
    "late interaction by record": {
        "stage": [{"unit": "record", "scorer": "late-interaction", "selector": "greedy"}]
    },
    "lexical": {"stage": [{"use": "lexical"}]},
}
"""In the form of a TOML file, by the name to show."""
