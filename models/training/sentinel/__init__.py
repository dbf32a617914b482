"""Training Sentinel's probe."""
