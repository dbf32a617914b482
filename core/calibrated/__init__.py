"""Budgets that come with a calibrated promise: policy files, the knob they set, fingerprints, drift."""
