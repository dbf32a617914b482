"""A Hugging Face decoder as an attention proxy."""
