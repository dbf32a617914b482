"""Labels by a teacher model, for LLMLingua-2's token classifier."""
