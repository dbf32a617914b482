"""What the routes do, without HTTP: plain functions from bytes to values, run by a worker."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from excerpt.adapters.conversation import CompressedRequest, Conversation
from excerpt.adapters.kept_texts import KeptTexts
from excerpt.adapters.messages import Shape
from excerpt.adapters.server import shapes
from excerpt.adapters.server.refusals import Refused
from excerpt.adapters.server.settings import Settings
from excerpt.adapters.texts import TextCompressor
from excerpt.budget import Budget, BudgetLike
from excerpt.chain import Chain
from excerpt.errors import BudgetError, ExcerptError, InputError
from excerpt.presets import load_chain
from excerpt.run.deadline import Deadline
from excerpt.run.fit import Room, passage_scores
from excerpt.tokens import TokenCounter, resolve_tokenizer
from excerpt.values.coerce import to_passages, to_query
from excerpt.values.types import Context

__all__ = ["Passed", "Service"]

_NOTE = "\n[shortened: {tokens_out} of {tokens_in} tokens; retrieve hash={id} for all of it]"


@dataclass(frozen=True, slots=True)
class Passed:
    """A request for the upstream.

    Args:
        body: What to send: the client's own bytes where nothing changed.
        result: What was shortened; None where the body was passed on unread or nothing could be done.
        skipped: Why nothing was done; empty where it was.
    """

    body: bytes
    result: CompressedRequest | None = None
    skipped: str = ""


class Service:
    """Chains, conversations and their store, loaded once; used by any number of workers.

    Args:
        settings: What the operator decided.

    Raises:
        ExcerptError: A chain, a budget or the store is wrong.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.counter = resolve_tokenizer(settings.counted_by)
        self.tokenizers = {name: resolve_tokenizer(name) for name in settings.tokenizers}
        self.budget = Budget.of(settings.budget, settings.tokenizer)
        self.store = KeptTexts(settings.store, max_bytes=settings.store_bytes)
        compressor = TextCompressor(
            settings.chain,
            budget=self.budget,
            budget_for="each",
            tokenizer=settings.tokenizer,
            deadline_s=settings.limits.compress_s,
        )
        self.conversation, self.retrievable = (
            Conversation(
                compressor, self.store, min_tokens=settings.min_tokens, json=settings.json, note=note
            )
            for note in (settings.note, settings.note or _NOTE)
        )
        self.default = compressor.chain
        self.chains: dict[str, Chain] = {"default": self.default, self.default.name: self.default} | {
            name: load_chain(chain).for_reader(None).with_deadline(settings.limits.compress_s)
            for name, chain in settings.chains.items()
        }

    def warm_up(self) -> None:
        """Do once what the first request would have to wait for."""
        self.default.compress(
            "what is kept", ["What is kept is what answers. The rest is left out."], budget=0.5
        )

    def compress(self, body: bytes, scope: str) -> tuple[dict[str, Any], CompressedRequest]:
        """``POST /v1/compress``: messages in, the same number and roles out, in LiteLLM's and Headroom's form.

        Raises:
            Refused: The body is wrong.
        """
        request = shapes.read_object(body)
        shapes.items(request, "messages", self.settings.limits.items)
        question = shapes.text(request, "query", "question", required=False)
        config = request.get("config")
        retrievable = isinstance(config, Mapping) and config.get("mode") == "ccr"
        conversation = self.retrievable if retrievable else self.conversation
        # Where tool results stand as in Anthropic's messages, these are read; the other rows of both are alike.
        shape: Shape = "anthropic" if _has_blocks(request["messages"]) else "chat"
        result = conversation.compress(request, shape, question=question, scope=scope)
        before, after = result.tokens_in, result.tokens_out
        hashes = [part.id for part in result.parts if retrievable and part.action != "left"]
        answer = {
            "messages": result.request["messages"],
            "tokens_before": before,
            "tokens_after": after,
            "tokens_saved": before - after,
            "compression_ratio": after / before if before else 1.0,
            "transforms_applied": sorted(
                {f"excerpt:{part.action}" for part in result.parts if part.action != "left"}
            ),
            **({"ccr_hashes": hashes} if hashes else {}),
            "parts": [_part(part.action, part.reason, part.id, part.warnings) for part in result.parts],
        }
        return answer, result

    def context(self, body: bytes) -> dict[str, Any]:
        """``POST /v1/context``: a question and passages in, the text for the reader, spans and a report out.

        Raises:
            Refused: The body is wrong, or the time was over.
        """
        request = shapes.read_object(body)
        question = str(shapes.text(request, "question", "query"))
        passages = shapes.items(request, "passages", self.settings.limits.items)
        chain = self._chain(request)
        template = shapes.text(request, "template", required=False)
        chain = chain if template is None else chain.with_template(template)
        result = chain.compress(
            question, passages, budget=self._budget(request), tokenizer=self._tokenizer(request)
        )
        late = next((stage for stage in result.report.stages if stage.outcome == "deadline"), None)
        if late is not None:
            raise Refused(504, "deadline", late.why)
        return result.to_dict() | {
            "chain": result.report.chain,
            "tokenizer": result.report.tokenizer,
            "limit": result.report.limit,
        }

    def rerank(self, body: bytes) -> dict[str, Any]:
        """``POST /v1/rerank`` in the form of Cohere and Jina: documents by how well their best sentence answers.

        Raises:
            Refused: The body is wrong.
        """
        request = shapes.read_object(body)
        query = str(shapes.text(request, "query"))
        documents = shapes.items(request, "documents", self.settings.limits.items)
        top = shapes.whole(request, "top_n", None) or len(documents)
        give_back = shapes.flag(request, "return_documents")
        passages = to_passages(documents, "documents")
        scores = self._passage_scores(self._chain(request), to_query(query), passages)
        order = sorted(range(len(scores)), key=lambda index: (-scores[index], index))[:top]
        tokens = sum(self.counter.count_many([passage.text for passage in passages])) + self.counter.count(
            query
        )
        return {
            "model": request.get("model") if isinstance(request.get("model"), str) else self.default.name,
            "results": [
                {
                    "index": index,
                    "relevance_score": scores[index],
                    **({"document": {"text": passages[index].text}} if give_back else {}),
                }
                for index in order
            ],
            "usage": {"total_tokens": tokens},
            "meta": {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}},
        }

    def expand(self, text_id: str, start: int, end: int | None, scope: str) -> dict[str, Any]:
        """``GET /v1/retrieve/{id}``: the original of a shortened text.

        Raises:
            Refused: There is none under the id.
        """
        try:
            original = self.store.expand(text_id, start, end, scope=scope)
        except InputError as error:
            raise Refused(404, "not_found", str(error)) from error
        return {"hash": text_id, "original_content": original}

    def passed(self, body: bytes, shape: Shape, scope: str) -> Passed:
        """A body for the upstream, shortened where that is allowed; whatever fails, the client's own bytes.

        Raises:
            Refused: The body is no JSON object.
        """
        request = shapes.read_object(body)
        try:
            result = self.conversation.compress(request, shape, scope=scope)
            return Passed(shapes.write_json(result.request) if result.changed else body, result)
        except InputError:  # the upstream's to refuse: what it does not know of is not ours to judge
            return Passed(body, skipped="no_messages")
        except ExcerptError:
            return Passed(body, skipped="failed")
        except (
            ValueError,
            RecursionError,
        ):  # a number that Python cannot write again, or brackets within brackets
            return Passed(body, skipped="unwritable")

    def _chain(self, request: Mapping[str, Any]) -> Chain:
        name = shapes.text(request, "chain", required=False)
        if name is None:
            return self.default
        if name not in self.chains:
            message = f"chain: this server has {', '.join(sorted(self.chains))}"
            raise Refused(400, "no_such_chain", message)
        return self.chains[name]

    def _tokenizer(self, request: Mapping[str, Any]) -> TokenCounter | None:
        # Names that the operator gave: any other could have this machine read a file, or ask a hub.
        name = shapes.text(request, "tokenizer", required=False)
        if name is None or name in self.tokenizers:
            return None if name is None else self.tokenizers[name]
        named = ", ".join(sorted(self.tokenizers)) or "no other than its own"
        message = f"tokenizer: this server has {named}; its operator may add more"
        raise Refused(400, "no_such_tokenizer", message)

    def _budget(self, request: Mapping[str, Any]) -> BudgetLike:
        # Numbers only: a text would name a policy's file, and files are the operator's.
        asked = shapes.number(request, "budget")
        if asked is None:
            return self.budget
        try:
            return Budget.of(asked, self.settings.counted_by)
        except BudgetError as error:
            raise Refused(400, "budget", str(error)) from error

    def _passage_scores(self, chain: Chain, query: str, passages: Any) -> list[float]:  # noqa: ANN401 - of to_passages
        """Of each passage its best unit's score as a probability, 0 where nothing of it was scored."""
        context = Context.start(query, passages)
        deadline = Deadline.after(self.settings.limits.compress_s)
        for stage in chain.stages:
            room = Room(stage.name, None, chain.layout, self.counter, deadline, chain.guards)
            context = stage.compress(context, room)
        found = passage_scores(context.rankings, len(passages))
        return [
            1 / (1 + math.exp(-min(max(score, -60.0), 60.0))) if math.isfinite(score) else 0.0
            for score in found
        ]


def _part(action: str, reason: str, text_id: str, warnings: tuple[str, ...]) -> dict[str, Any]:
    row: dict[str, Any] = {"action": action}
    return row | {
        name: value
        for name, value in (("reason", reason), ("id", text_id), ("warnings", list(warnings)))
        if value
    }


def _has_blocks(messages: list[Any]) -> bool:
    contents = (message.get("content") for message in messages if isinstance(message, Mapping))
    blocks = (block for content in contents if isinstance(content, list) for block in content)
    return any(
        isinstance(block, Mapping) and block.get("type") in ("tool_result", "search_result", "document")
        for block in blocks
    )
