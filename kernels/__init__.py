"""GPU kernels, each with its plain reference beside it. There is none in this version."""
