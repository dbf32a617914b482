"""A small torch head as ONNX, in the form that `excerpt.models.tasks.head` runs, with its card."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from excerpt.imports.extras import require
from excerpt.models.card import CARD_NAME, HeadKind, ModelCard, file_sha256
from excerpt.models.export.checkpoint import quiet
from excerpt.models.tasks.head import HEAD_NAME

if TYPE_CHECKING:
    from excerpt.models.tasks.encoder import SentenceEncoder

__all__ = ["export_head", "write_encoder_head"]


def export_head(head: nn.Module, states: int, path: Path) -> None:
    """Write a head as ONNX: ``hidden`` float32 ``(1, t, states)`` to ``logits`` ``(1, t, n)``.

    Args:
        head: Takes and gives one tensor; put in evaluation mode.
        states: Length of a token's state.
        path: The file to write.

    Raises:
        MissingExtraError: onnx is not installed.
    """
    onnx = require("onnx", extra="export", purpose="writing a head as ONNX")
    with quiet():
        program: Any = torch.onnx.export(
            head.eval(),
            (torch.zeros(1, 7, states),),
            input_names=["hidden"],
            output_names=["logits"],
            dynamic_shapes={"hidden": {1: torch.export.Dim("tokens", min=2)}},
            dynamo=True,
            verbose=False,
        )
    graph = program.model_proto
    # The exporter notes for each node which line of whose file it came from: nobody's business.
    for part in (graph, graph.graph, *graph.graph.node, *graph.graph.value_info):
        del part.metadata_props[:]
        part.doc_string = ""
    onnx.save(graph, str(path))


def write_encoder_head(
    head: nn.Module, encoder: "SentenceEncoder", folder: Path, dim: int, *, normalize: bool, kind: HeadKind
) -> None:
    """Write a head that makes another encoder of ``encoder``: ``head.onnx`` and its card.

    `excerpt.models.load_encoder` opens the folder.

    Args:
        head: From token states to token vectors.
        encoder: Whose states it was trained on.
        folder: An existing folder.
        dim: Length of a token's vector.
        normalize: Whether cosine is the meant similarity of texts.
        kind: The compressor that it was trained for.
    """
    export_head(head, encoder.card.dim, folder / HEAD_NAME)
    card = ModelCard(
        name=folder.name,
        task="encoder",
        dim=dim,
        max_tokens=encoder.card.max_tokens,
        vocabulary=encoder.card.vocabulary,
        normalize=normalize,
        backbone=encoder.name,
        kind=kind,
        query_prefix=encoder.card.query_prefix,
        passage_prefix=encoder.card.passage_prefix,
        source_sha256=encoder.fingerprint,
        licence=encoder.card.licence,
        files=((HEAD_NAME, file_sha256(folder / HEAD_NAME)),),
    )
    (folder / CARD_NAME).write_text(card.to_json(), encoding="utf-8")
