"""Training RECOMP's dual encoder."""
