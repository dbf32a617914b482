"""Relative mass: the rule that a calibrated budget sets."""

import numpy as np

from excerpt.calibrated.knob import relative_mass
from excerpt.compressors.selectors.mass import RelativeMass
from excerpt.testing import ask


def test_units_above_the_average_stay():
    """By their share of the softmax, times their number."""
    scores = [0.0, np.log(2.0), 0.0]  # shares 1/4, 1/2, 1/4 of three units
    assert ask(RelativeMass(1.0, temperature=1.0), scores).tolist() == [False, True, False]
    assert ask(RelativeMass(0.74, temperature=1.0), scores).all()


def test_it_is_the_rule_of_a_calibrated_budget():
    """Where the scale of scores is unknown, by their spread."""
    scores = np.array([0.3, 2.0, 1.5, -4.0])
    mass = relative_mass(scores, np.ones(4, dtype=bool))
    assert ask(RelativeMass(0.5), scores).tolist() == (mass >= 0.5).tolist()
    assert ask(RelativeMass(100.0), scores).tolist() == [False, True, False, False]
