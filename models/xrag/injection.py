"""Putting vectors in the place of marks in a reader's input embeddings."""

import copy
from typing import Any

from excerpt.errors import InputError, ModelError
from excerpt.imports.extras import require

__all__ = ["injected", "marking"]


def injected(table: Any, ids: Any, mark: int, vectors: Any) -> Any:  # noqa: ANN401 - torch modules and tensors
    """The embeddings of token ids, with a vector wherever an id is the mark's; row by row, in order.

    What the table holds for the mark is never read, so the mark needs no row in it.

    Args:
        table: The reader's input embeddings (a module).
        ids: Token ids, int64 ``(batch, tokens)``.
        mark: The id of the mark.
        vectors: ``(n, reader_dim)``, one for each mark; gradients flow into them.

    Returns:
        ``(batch, tokens, reader_dim)`` in the table's type.

    Raises:
        InputError: There are more or fewer marks than vectors.
        ModelError: The vectors are not of the reader's width.
    """
    at = ids == mark
    marks, width = int(at.sum()), table.weight.shape[1]
    if marks != len(vectors):
        message = f"xrag: the prompts have {marks} marks for {len(vectors)} vectors; each vector needs one"
        raise InputError(message)
    if marks and vectors.shape[1] != width:
        message = f"xrag: vectors of {vectors.shape[1]} dimensions for a reader of {width}; use the reader's own bridge"
        raise ModelError(message)
    rows = table(ids.masked_fill(at, 0))
    return rows.masked_scatter(at[..., None].expand_as(rows), vectors.to(rows.dtype)) if marks else rows


def marking(tokenizer: Any, mark: str) -> tuple[Any, int]:  # noqa: ANN401 - untyped package
    """A tokenizer that knows the mark as one token, and the mark's id.

    One that knows it already (a released checkpoint's) is given back as it is; another is copied, so that its owner's
    stays as it was.
    """
    known = tokenizer.get_added_vocab()
    if mark in known:
        return tokenizer, known[mark]
    tokenizers = require("tokenizers", extra="torch", purpose="marking the place of a vector")
    copied = copy.deepcopy(tokenizer)
    copied.add_tokens([tokenizers.AddedToken(mark, lstrip=False, rstrip=False, normalized=False)])
    return copied, copied.convert_tokens_to_ids(mark)
