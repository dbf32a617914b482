"""Token classifiers of the LLMLingua-2 kind: how likely is each token worth keeping."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.errors import ModelError
from excerpt.models.card import ModelCard, files_fingerprint
from excerpt.models.protocols import Check, SequenceModel
from excerpt.models.runtime.tokenizer import Tokenizer

__all__ = ["PLACEHOLDERS", "TokenClassifier"]

PLACEHOLDERS = tuple(f"[NEW{index}]" for index in range(100))
"""LLMLingua-2 checkpoints have a row for each of these behind the base vocabulary."""


class TokenClassifier:
    """A BERT, XLM-R or similar token-classification checkpoint with its tokenizer.

    A checkpoint whose embedding table has exactly 100 rows more than its tokenizer has entries is
    one of LLMLingua-2's: the released tokenizer files lack the 100 placeholder tokens, and they are
    added here (Pan et al. 2024, arXiv 2403.12968; the public loader does the same).

    Args:
        model: Runs the token ids to logits.
        tokenizer: Makes them.
        card: The checkpoint's settings.
        files: The files that the probabilities depend on, for the fingerprint.

    Attributes:
        placeholders: The placeholder tokens that the checkpoint knows; empty for other checkpoints.
        labels: Names of the classes; class 1 is "keep".
    """

    def __init__(
        self, model: SequenceModel, tokenizer: Tokenizer, card: ModelCard, *, files: Sequence[Path] = ()
    ) -> None:
        if len(card.labels) < 2:
            message = f"{card.name} has the labels {list(card.labels)}; at least two are needed (1 is keep)"
            raise ModelError(message)
        self.model = model
        self.tokenizer = tokenizer
        self.card = card
        self.labels = card.labels
        self.max_tokens = card.max_tokens
        self.placeholders = _placeholders(tokenizer, card)
        self._files = tuple(files)

    @property
    def name(self) -> str:
        """What the classifier is called."""
        return self.card.name

    @cached_property
    def fingerprint(self) -> str:
        """Sha256 over the model's files and what runs them."""
        settings = ["keep-1", str(self.max_tokens), type(self.model).__name__]
        return files_fingerprint(settings, self._files)

    def frame(self, ids: Sequence[int]) -> list[int]:
        """One window: prefix, pieces, suffix.

        Raises:
            ModelError: The window is longer than the model's positions.
        """
        if len(ids) + 2 > self.max_tokens:
            message = f"a window of {len(ids)} pieces and 2 special tokens is over the {self.max_tokens} of {self.name}"
            raise ModelError(message)
        return self.tokenizer.frame(ids)

    def keep_probabilities(
        self, ids: Sequence[Sequence[int]], *, check: Check = None
    ) -> list[NDArray[np.float32]]:
        """The probability of class 1 for each token of each window.

        Args:
            ids: Whole windows, special tokens included (:meth:`frame`).
            check: Called between windows; what it raises ends the call.

        Returns:
            For each window float32 ``(t,)``, special tokens included.
        """
        return [_softmax_of_keep(logits) for logits in self.model.run(ids, check=check)]


def _softmax_of_keep(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted[..., 1] / shifted.sum(axis=-1), dtype=np.float32)


def _placeholders(tokenizer: Tokenizer, card: ModelCard) -> tuple[str, ...]:
    has_them = tokenizer.backend.token_to_id(PLACEHOLDERS[0]) is not None
    if not has_them and card.vocabulary != len(tokenizer) + len(PLACEHOLDERS):
        return ()
    if not has_them:
        tokenizer.add_placeholders(PLACEHOLDERS)
    return PLACEHOLDERS
