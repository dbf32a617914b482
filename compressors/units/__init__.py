"""Splitters: texts to sentences, blocks, words, each with exact offsets."""
