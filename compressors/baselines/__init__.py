"""What a compressor has to beat: truncation, random units, BM25 sentences."""
