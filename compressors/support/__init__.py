"""Whether passages support a sentence that somebody wrote from them: by words, by facts, by a model of inference."""
