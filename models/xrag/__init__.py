"""xRAG (Cheng et al. 2024, arXiv:2405.13792): a passage as one input embedding of the reader."""
