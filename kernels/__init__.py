"""GPU kernels, each with its plain torch reference beside it.

Importing this package imports nothing. Each kernel is a module of its own (``attention_probe``, ``segment_pool``)
that holds the function to call and the reference; ``*_triton`` modules hold the kernels and are imported when they run.
"""
