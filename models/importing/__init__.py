"""Models of other programs' formats, as Hugging Face directories in the cache."""
