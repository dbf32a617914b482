"""A retriever for DSPy programs that gives only what answers of each passage."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Any, Self

from excerpt.adapters.texts import OnError, TextCompressor
from excerpt.budget import BudgetLike
from excerpt.chain import ChainLike
from excerpt.errors import InputError
from excerpt.imports.extras import importing
from excerpt.parallel.pool import CALLS
from excerpt.presets import DEFAULT_RATIO
from excerpt.tokens import TokenizerLike

with importing("dspy", extra="dspy", purpose="DSPy programs"):
    import dspy

__all__ = ["ExcerptRetrieve"]


class ExcerptRetrieve(dspy.Module):  # type: ignore[misc]  # DSPy has no types
    """Retrieves, and keeps of the passages what answers; called as ``dspy.Retrieve`` is.

    A prediction has ``passages`` (the kept texts, in the retriever's order, without those of which nothing was kept),
    and beside them, for the program and not for the model, ``indices`` (places in what the retriever gave), ``spans``
    (kept characters), ``tokens_in``, ``tokens_out`` and ``warnings``. DSPy's own copies of a program share the chain.

    Args:
        retriever: A module, or a function from a query to passages: a prediction with ``passages``, or a list of texts
            or of objects with ``long_text``.
        chain: A `Chain`, a preset's name or a TOML file's path; None for the default preset.
        budget: For all passages of a query, joined by empty lines: an int (tokens), a float (ratio kept) or a `Budget`.
            What the adapter of DSPy writes around passages comes on top.
        tokenizer: Replaces the budget's tokenizer; see `excerpt.tokens`.
        on_error: ``"keep"``: passages that cannot be compressed are given as they were, and ``warnings`` say why; or
            ``"raise"``.

    Raises:
        ExcerptError: As `TextCompressor`.
    """

    def __init__(
        self,
        retriever: Callable[..., Any],
        *,
        chain: ChainLike | None = None,
        budget: BudgetLike = DEFAULT_RATIO,
        tokenizer: TokenizerLike | None = None,
        on_error: OnError = "keep",
    ) -> None:
        super().__init__()
        self.retriever = retriever
        self.compressor = _Shared(
            TextCompressor(chain, budget=budget, tokenizer=tokenizer, on_error=on_error)
        )

    def forward(self, query: str, **options: Any) -> Any:  # noqa: ANN401 - DSPy has no types
        """The passages for a query; ``options``, such as ``k``, go to the retriever.

        Raises:
            InputError: The retriever gives something else than passages.
            ExcerptError: The chain failed, and ``on_error`` is ``"raise"``.
        """
        return self._shortened(query, self.retriever(query, **options))

    async def aforward(self, query: str, **options: Any) -> Any:  # noqa: ANN401 - DSPy has no types
        """`forward`, on the threads that all calls share.

        Raises:
            ExcerptError: As `forward`.
        """
        if isinstance(self.retriever, dspy.Module) and hasattr(self.retriever, "aforward"):
            found = await self.retriever.acall(query, **options)
        else:
            found = await CALLS.run(lambda: self.retriever(query, **options))
        return await CALLS.run(lambda: self._shortened(query, found))

    def _shortened(self, query: str, found: Any) -> Any:  # noqa: ANN401 - DSPy has no types
        made = self.compressor.own(_texts(found), query)
        kept = [(index, one) for index, one in enumerate(made) if one.text.strip()]
        return dspy.Prediction(
            passages=[one.text for _, one in kept],
            indices=[index for index, _ in kept],
            spans=[[(span.start, span.end) for span in one.spans] for _, one in kept],
            tokens_in=sum(one.tokens_in for one in made),
            tokens_out=sum(one.tokens_out for one in made),
            warnings=list(made[0].warnings) if made else [],
        )


class _Shared:
    """Loaded models, which copies of a program have in common."""

    def __init__(self, own: TextCompressor) -> None:
        self.own = own

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return copy(self)


def _texts(found: Any) -> list[str]:  # noqa: ANN401 - retrievers give many things
    passages = found.passages if isinstance(found, dspy.Prediction) else found
    if isinstance(passages, str | Mapping) or not isinstance(passages, Iterable):
        message = (
            f"retriever: expected a list of passages, or a prediction with one, got {type(found).__name__}"
        )
        raise InputError(message)
    texts = []
    for index, passage in enumerate(passages):
        text = getattr(passage, "long_text", passage)
        if not isinstance(text, str):
            message = f"retriever: passages[{index}] is neither a text nor has a long_text; it is {type(text).__name__}"
            raise InputError(message)
        texts.append(text)
    return texts
