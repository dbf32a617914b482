"""excerpt as a node postprocessor of LlamaIndex.

Nodes come back in the order they came in, as copies: id, relationships, score and metadata are kept, the text is what
was kept of it. An account stands under the metadata key ``"excerpt"`` (`excerpt.adapters.accounts`), hidden from the
reader and from embeddings; where a node knows its place in its document, ``document_spans`` has the kept characters as
positions there. Nodes with an image, sound or video, references to other objects, and nodes without text pass as they
are; they are not counted.

The budget counts what LlamaIndex's synthesizers send: the kept texts with each node's metadata lines, joined by an
empty line. The prompt around them comes on top. A calibrated budget counts the texts as its chain writes them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from excerpt.adapters.accounts import ACCOUNT_KEY
from excerpt.adapters.documents import DocumentCompression, KeptDocument, in_order
from excerpt.adapters.texts import OnError
from excerpt.budget import BudgetLike
from excerpt.chain import ChainLike
from excerpt.errors import ConfigError
from excerpt.imports.extras import importing
from excerpt.parallel.pool import CALLS
from excerpt.presets import DEFAULT_RATIO
from excerpt.render import Template
from excerpt.tokens import TokenizerLike
from excerpt.values.stored import Store
from excerpt.values.types import Passage

with importing("llama_index", extra="llama-index", purpose="the LlamaIndex adapter"):
    from llama_index.core.postprocessor.types import BaseNodePostprocessor
    from llama_index.core.schema import (
        BaseNode,
        ImageNode,
        IndexNode,
        MetadataMode,
        Node,
        NodeWithScore,
        QueryBundle,
        TextNode,
    )
    from pydantic import ConfigDict, Field, PrivateAttr, SkipValidation, field_serializer, model_validator

__all__ = ["ExcerptNodePostprocessor"]

_AROUND = "excerpt.around"
_MARK = "\x00excerpt\x00"


class _NodeTemplate(Template):
    """Writes a node's metadata lines around its text, as the node's own template does."""

    __slots__ = ()

    def around(self, passage: Passage, number: int) -> tuple[str, str]:  # noqa: ARG002 - a template's signature
        head, tail = passage.metadata[_AROUND]
        return head, tail


class ExcerptNodePostprocessor(BaseNodePostprocessor):
    """Keeps of each retrieved node what the question needs.

    ``index.as_query_engine(similarity_top_k=20, node_postprocessors=[ExcerptNodePostprocessor(budget=500)])``

    A postprocessor whose chain, budget and tokenizer are names and numbers can be written with ``to_dict`` and
    pickled. One that was given a `Chain` cannot be written, and pickled only if the chain can, which one with loaded
    models cannot.

    Args:
        chain: A preset's name, a TOML file's path, a `Chain`, or None for the default preset.
        budget: An int (tokens), a float (ratio kept), ``"calibrated:POLICY.json"``, a `Budget`, or None for the
            chain's own rules.
        tokenizer: Replaces the budget's tokenizer; see `excerpt.tokens`.
        on_error: ``"keep"`` to give nodes back with their whole text when they cannot be compressed, with the reason
            in the account, or ``"raise"``.
        stored: What is known of the texts beforehand (`excerpt.retrievers.Index.features`), found by the text's hash.

    Raises:
        pydantic.ValidationError: The budget or the chain cannot be read (it is a ``ValueError``).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    chain: SkipValidation[ChainLike | None] = None
    budget: SkipValidation[BudgetLike] = DEFAULT_RATIO
    tokenizer: SkipValidation[TokenizerLike | None] = None
    on_error: OnError = "keep"
    stored: SkipValidation[Store | None] = Field(default=None, exclude=True)
    _compression: DocumentCompression = PrivateAttr()

    @model_validator(mode="after")
    def _load(self) -> Self:
        self._compression = DocumentCompression.of(
            self.chain, self.budget, self.tokenizer, on_error=self.on_error, stored=self.stored
        ).with_template(_NodeTemplate("llama-index"))
        return self

    @classmethod
    def class_name(cls) -> str:
        """The name that serialised postprocessors have."""
        return "ExcerptNodePostprocessor"

    @field_serializer("chain", "budget", "tokenizer")
    def _written(self, value: object) -> object:
        if value is None or isinstance(value, str | int | float):
            return value
        message = (
            f"a {type(value).__name__} cannot be written down: give the postprocessor a preset's name or a TOML file's "
            "path as its chain, a number or a policy's path as its budget, and a tokenizer by name"
        )
        raise ConfigError(message)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        # LlamaIndex's own way leaves out what cannot be pickled, and the copy would compress by another chain.
        names = set(type(self).model_fields) - {"callback_manager"}
        return _made, (type(self), {name: getattr(self, name) for name in sorted(names)})

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        places = [place for place, each in enumerate(nodes) if _is_text(each.node)]
        if query_bundle is None or not places:
            return list(nodes)
        passages = [_passage(nodes[place].node) for place in places]
        accounts = [passage.metadata.get(ACCOUNT_KEY) for passage in passages]
        begins = [_begin(nodes[place].node) for place in places]
        kept = self._compression.compress(query_bundle.query_str, passages, accounts, begins)
        return in_order(nodes, places, kept, _written)

    async def _apostprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        return await CALLS.run(lambda: self._postprocess_nodes(nodes, query_bundle))


def _made(kind: type[ExcerptNodePostprocessor], fields: Mapping[str, Any]) -> ExcerptNodePostprocessor:
    return kind(**fields)


def _is_text(node: BaseNode) -> bool:
    """Whether a node is text and nothing else."""
    if isinstance(node, ImageNode) or (isinstance(node, IndexNode) and node.obj is not None):
        return False
    if isinstance(node, Node) and (node.image_resource or node.audio_resource or node.video_resource):
        return False
    return isinstance(node, TextNode | Node) and bool(node.get_content(MetadataMode.NONE).strip())


def _passage(node: BaseNode) -> Passage:
    title = node.metadata.get("title")
    return Passage(
        node.get_content(MetadataMode.NONE),
        node.node_id,
        title if isinstance(title, str) else "",
        {**node.metadata, _AROUND: _around(node)},
    )


def _around(node: BaseNode) -> tuple[str, str]:
    """What a synthesizer writes before and after the text of a node."""
    lines = node.get_metadata_str(MetadataMode.LLM).strip()
    if not lines or not isinstance(node, TextNode | Node):
        return "", ""
    head, _, tail = node.text_template.format(metadata_str=lines, content=_MARK).partition(_MARK)
    return head, tail


def _written(given: NodeWithScore, kept: KeptDocument) -> NodeWithScore:
    if kept.index is None:
        return NodeWithScore(node=_digest(kept), score=None)
    return NodeWithScore(node=_narrowed(given.node, kept), score=given.score)


def _digest(written: KeptDocument) -> TextNode:
    hidden = [ACCOUNT_KEY]
    return TextNode(
        text=written.text,
        metadata={ACCOUNT_KEY: written.account},
        excluded_llm_metadata_keys=hidden,
        excluded_embed_metadata_keys=hidden,
    )


def _narrowed(node: BaseNode, kept: KeptDocument) -> BaseNode:
    """A copy with less text."""
    changed: dict[str, Any] = {
        "metadata": {**node.metadata, ACCOUNT_KEY: kept.account},
        "relationships": dict(node.relationships),
        "excluded_llm_metadata_keys": _with_key(node.excluded_llm_metadata_keys),
        "excluded_embed_metadata_keys": _with_key(node.excluded_embed_metadata_keys),
        "embedding": None,  # it was of the whole text
    }
    if isinstance(node, Node) and node.text_resource is not None:
        changed["text_resource"] = node.text_resource.model_copy(
            update={"text": kept.text, "embeddings": None}
        )
    else:
        spans = kept.account.get("document_spans", ())
        start, end = spans[0] if len(spans) == 1 else (None, None)
        changed |= {"text": kept.text, "start_char_idx": start, "end_char_idx": end}
    return node.model_copy(update=changed)


def _with_key(keys: Sequence[str]) -> list[str]:
    return [*keys, *([] if ACCOUNT_KEY in keys else [ACCOUNT_KEY])]


def _begin(node: BaseNode) -> int | None:
    """Where a node's text begins in its document, if that is known and agrees with the text."""
    if not isinstance(node, TextNode) or node.start_char_idx is None or node.end_char_idx is None:
        return None
    return node.start_char_idx if node.end_char_idx - node.start_char_idx == len(node.text) else None
