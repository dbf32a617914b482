"""A language model that can be computed by hand: a word that was there before has probability 1/2, any other 1/8."""

import inspect
import re
from math import log

import numpy as np

from excerpt.models.generation.likelihood import TokenLogs
from excerpt.testing.fakes import split_whole
from excerpt.values.types import Context, Passage

KNOWN, NEW = log(1 / 2), log(1 / 8)


def with_words(make, **options):
    """What makes a part, with this model and these options already given: for `excerpt.testing`."""
    model = WordLikelihood()

    def part(**others):
        return make(model, **options, **others)

    parameters = inspect.signature(make).parameters
    left = [parameter for name, parameter in parameters.items() if name not in ("model", *options)]
    part.__signature__ = inspect.Signature(left)
    return part


def scored(scorer, kind, *texts, query="q"):
    """What a scorer says of the units of some passages."""
    context = Context.start(query, [Passage(text) for text in texts])
    return scorer.score(context, split_whole(kind, context))


class WordLikelihood:
    """Stands in for `excerpt.models.generation.likelihood.CausalLikelihood`, without torch.

    A token is a word of letters and digits, or a mark; case does not matter. Whether one is known is looked up in
    what stands before it, context included.
    """

    name = "words"
    fingerprint = "words"

    def __init__(self, max_tokens=2048):
        self.max_tokens = max_tokens
        self.asked = 0

    def count(self, texts):
        return [len(_tokens(text)) for text in texts]

    def log_probabilities(self, pairs, *, check=None):
        self.asked += len(pairs)
        return [self._read(*pair) for pair in pairs]

    def next_token(self, contexts, words, *, check=None):
        self.asked += len(contexts)
        return np.array([[self._read(context, word).logs[0] for word in words] for context in contexts])

    def chat(self, text):
        return text

    def plain(self, text):
        return text

    def _read(self, context, continuation):
        seen = {word for word, _ in _tokens(context)}
        logs, offsets = [], []
        for word, span in _tokens(continuation):
            logs.append(KNOWN if word in seen else NEW)
            offsets.append(span)
            seen.add(word)
        return TokenLogs(np.array(logs, dtype=float), np.array(offsets, dtype=np.int64).reshape(-1, 2))


def _tokens(text):
    return [(match[0].casefold(), match.span()) for match in re.finditer(r"\w+|[^\w\s]", text)]
