"""Training RECOMP's dual encoder as a small head on a frozen encoder."""
