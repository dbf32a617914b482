"""Gates: whether what is kept is enough for an answer. One file each."""
