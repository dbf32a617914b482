"""Cross-encoders: one score for a query and a text read together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError, ModelError
from excerpt.models.card import ModelCard
from excerpt.models.protocols import Check
from excerpt.models.runtime.onnx import OnnxModel
from excerpt.models.runtime.tokenizer import Tokenizer
from excerpt.models.runtime.torch_model import TorchModel

__all__ = ["CrossEncoder"]


class CrossEncoder:
    """A sequence classifier over pairs, such as the MS MARCO MiniLM rerankers.

    Args:
        model: Runs token ids and segment ids to one row of logits.
        tokenizer: Makes them.
        card: The checkpoint's settings.
    """

    def __init__(self, model: OnnxModel | TorchModel, tokenizer: Tokenizer, card: ModelCard) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.card = card
        self.max_tokens = card.max_tokens

    @property
    def name(self) -> str:
        """What the cross-encoder is called."""
        return self.card.name

    def score(self, query: str, texts: Sequence[str], *, check: Check = None) -> NDArray[np.float64]:
        """The raw logit of each text (of the last class, where there are several); float64 ``(n,)``.

        Raises:
            InputError: A pair has more tokens than the model can see; nothing is truncated here.
        """
        rows = self._rows([(query, text) for text in texts], check)
        return np.array([row[-1] for row in rows], dtype=np.float64)

    def probability(
        self, label: str, pairs: Sequence[tuple[str, str]], *, check: Check = None
    ) -> NDArray[np.float64]:
        """How likely each pair is of one class, for models with several (entailment); float64 ``(n,)``.

        Args:
            label: The class, as the checkpoint's settings name it; case does not matter.
            pairs: First and second text.
            check: As for `score`.

        Raises:
            ModelError: The model has no such class.
            InputError: As `score`.
        """
        names = [name.casefold() for name in self.card.labels]
        if label.casefold() not in names:
            message = f"{self.name} has the classes {', '.join(self.card.labels) or '(none)'}, not {label!r}"
            raise ModelError(message)
        rows = np.stack(self._rows(pairs, check)).astype(np.float64) if pairs else np.zeros((0, len(names)))
        odds = np.exp(rows - rows.max(axis=1, keepdims=True))
        return np.asarray(odds[:, names.index(label.casefold())] / odds.sum(axis=1))

    def _rows(self, texts: Sequence[tuple[str, str]], check: Check) -> list[NDArray[np.float32]]:
        pairs = self.tokenizer.backend.encode_batch(list(texts))
        longest = max((len(pair.ids) for pair in pairs), default=0)
        if longest > self.max_tokens:
            message = f"a query and text have {longest} tokens; {self.name} sees {self.max_tokens}: give shorter texts"
            raise InputError(message)
        return self.model.run(
            [pair.ids for pair in pairs], types=[pair.type_ids for pair in pairs], check=check
        )
