"""What was computed once for an evaluation, kept."""
