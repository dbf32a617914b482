"""Published compressors that ask a language model, or a network that was trained as one."""
