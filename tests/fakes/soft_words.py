"""A compressor of passages to a few vectors, each made of the text alone."""

import numpy as np

from excerpt.models.generation.prompt import Prompt
from excerpt.models.xrag.manifest import ReaderTraits
from excerpt.models.xrag.prompts import XragPrompts

READER = ReaderTraits("little-reader", "r" * 64, 4)


class SoftWords:
    """So many vectors a passage, and one mark behind all (`excerpt.models.soft.SoftCompressor`)."""

    name = "soft-words"
    reader = READER
    prompts = XragPrompts(
        "bare", Prompt("", "{context} {question}", "{question}", raw=True), (), separator=""
    )

    def __init__(self, count):
        self.count = count
        self.fingerprint = f"soft-words {count}"

    @property
    def closing(self):
        return np.full((1, READER.dim), 9, dtype=np.float32)

    def slots(self, text):
        return self.count

    def embed(self, text):
        return np.outer(
            np.arange(1, self.count + 1), np.resize([ord(one) for one in text], READER.dim)
        ).astype("f4")

    def check(self, reader, prompts):
        assert (reader, prompts.sha256) == (READER, self.prompts.sha256)
