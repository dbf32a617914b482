"""First sight, then the same bytes: what was made of a text once is sent again for ever after.

A model provider keeps what it computed of a conversation's beginning for as long as that beginning is the same. So a
text is compressed when it is first seen; its short form is stored, and every later request of the conversation gets
these bytes. A text that the model has seen whole is left whole. The original can be had back, so nothing is lost.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, TypeAlias

from excerpt.adapters.kept_texts import KeptText, KeptTexts
from excerpt.adapters.messages import Leave, Path, Shape, TextPart, find_parts, replace_texts
from excerpt.adapters.role_budgets import Item, RoleBudgets
from excerpt.adapters.texts import CompressedText, Reason, TextCompressor
from excerpt.checks import check_whole
from excerpt.errors import ConfigError, StoreError
from excerpt.parallel.pool import CALLS

__all__ = ["CompressedRequest", "Conversation", "Outcome", "PartOutcome"]

Outcome: TypeAlias = Reason | Leave
_MIN_TOKENS = 200
_SENT = "sent before"  # a role of its own: these bytes are the model's already
_ID_DIGITS = 24  # hexadecimal; 96 bits, and no more than LiteLLM's guardrail takes for a hash


@dataclass(frozen=True, slots=True)
class PartOutcome:
    """What became of one text of a request.

    Args:
        path: Where it stands (`excerpt.adapters.messages.TextPart`).
        id: What `Conversation.expand` takes; empty where nothing was stored.
        action: ``"compressed"`` now, ``"replayed"`` from the store, or ``"left"`` as it is.
        reason: Why it is left: a `Reason`, a `Leave`, ``"short"``, ``"seen"`` (by the model, whole) or ``"unstored"``.
        tokens_in: Tokens of the original; 0 where it was not counted.
        tokens_out: Tokens of what is sent.
        warnings: What the caller should know.
    """

    path: Path
    id: str
    action: str
    reason: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompressedRequest:
    """A request with shorter texts.

    Args:
        request: The copy; the same object as came in where nothing changed.
        parts: One for each text that could have been shortened.
    """

    request: Mapping[str, Any]
    parts: tuple[PartOutcome, ...]

    @property
    def changed(self) -> bool:
        """Whether any text is another than the client sent."""
        return any(part.action != "left" for part in self.parts)

    @property
    def tokens_in(self) -> int:
        """Tokens of the texts that could have been shortened and were counted."""
        return sum(part.tokens_in for part in self.parts)

    @property
    def tokens_out(self) -> int:
        """Tokens of what is sent in their place."""
        return sum(part.tokens_out for part in self.parts)


class Conversation:
    """Compresses what is new in the requests of conversations, and replays what is not.

    Used from any number of threads; several processes may share one store.

    Args:
        compressor: The settings; every text must have a budget of its own (``budget_for="each"``), so that what is kept
            of it does not depend on what came with it.
        store: Where texts are kept; None for one in memory.
        min_tokens: Shorter texts are left alone.
        json: Also compress texts that are JSON.
        roles: Gives each new text of a request its share of one budget, by role and recency, in the place of the
            compressor's own budget: what a tool gave is ``"tool"``, what was marked or sent as a document
            ``"retrieved"``, and what was sent before counts as it was sent. None for the compressor's budget.
        note: Added behind a shortened text, for models that can ask for more: ``{id}``, ``{tokens_in}`` and
            ``{tokens_out}`` are filled in. None for nothing.

    Raises:
        ConfigError: An option is wrong.
    """

    def __init__(
        self,
        compressor: TextCompressor | None = None,
        store: KeptTexts | None = None,
        *,
        min_tokens: int = _MIN_TOKENS,
        json: bool = False,
        note: str | None = None,
        roles: RoleBudgets | None = None,
    ) -> None:
        self.compressor = TextCompressor(budget_for="each") if compressor is None else compressor
        if self.compressor.budget_for != "each":
            message = (
                "compressor: the texts of a conversation are compressed one by one; give budget_for='each'"
            )
            raise ConfigError(message)
        check_whole(min_tokens, "min_tokens", least=0)
        self.store = KeptTexts() if store is None else store
        self.min_tokens = min_tokens
        self.json = json
        self.note = _checked_note(note)
        if roles is not None and not isinstance(roles, RoleBudgets):
            message = f"roles: expected an excerpt.adapters.role_budgets.RoleBudgets or None, got {roles!r}"
            raise ConfigError(message)
        self.roles = roles
        self._settings = _digest(
            repr(sorted(self.compressor.chain.fingerprint(self.compressor.counter).items())),
            repr(
                self.compressor.budget
                and replace(self.compressor.budget, tokenizer=self.compressor.counter.name)
            ),
        )

    def compress(
        self, request: Mapping[str, Any], shape: Shape, *, question: str | None = None, scope: str = ""
    ) -> CompressedRequest:
        """A copy of a request with shorter texts in the places where that is allowed.

        The compressor's ``deadline_s`` is for all texts together; those that are not done by then stay whole.

        Args:
            request: As for `excerpt.adapters.messages.find_parts`.
            shape: As there.
            question: Replaces what the user asked last.
            scope: Keeps apart what must not see each other, such as customers: the same text of another scope is
                another text.

        Raises:
            InputError: The request has no list of messages.
            ExcerptError: The chain failed and the compressor's ``on_error`` is ``"raise"``.
        """
        texts: dict[Path, str] = {}
        outcomes = []
        seconds = self.compressor.deadline_s
        ends = None if seconds is None else time.monotonic() + seconds  # for all texts together
        found = find_parts(request, shape)
        asked_for = [part if question is None else replace(part, question=question) for part in found]
        shares = self._shares(asked_for, scope)
        for part, tokens in zip(asked_for, shares, strict=True):
            outcome, text = self._part(part, scope, ends, tokens)
            outcomes.append(outcome)
            if outcome.action != "left":
                texts[part.path] = text
        return CompressedRequest(replace_texts(request, texts) if texts else request, tuple(outcomes))

    async def acompress(
        self, request: Mapping[str, Any], shape: Shape, *, question: str | None = None, scope: str = ""
    ) -> CompressedRequest:
        """`compress` on one of the process's threads for calls, so that the event loop goes on."""
        return await CALLS.run(lambda: self.compress(request, shape, question=question, scope=scope))

    def text(
        self, text: str, question: str | None, *, call_id: str = "", scope: str = ""
    ) -> tuple[str, PartOutcome]:
        """One tool's text: compressed at first sight, the same bytes ever after.

        Args:
            text: The text.
            question: What the user asked; None where nobody did.
            call_id: Of the tool call. Without one the same text for the same question is the same text.
            scope: As for `compress`.

        Raises:
            ExcerptError: As `compress`.
        """
        outcome, short = self._part(TextPart((), text, call_id, question), scope)
        return (short if outcome.action != "left" else text), outcome

    def expand(
        self, text_id: str, start: int = 0, end: int | None = None, *, scope: str | None = None
    ) -> str:
        """The original of a shortened text, or its characters from ``start`` to ``end``.

        Args:
            text_id: `PartOutcome.id`.
            start: The first character.
            end: Behind the last one; None for the end of the text.
            scope: Only what was stored for this scope is given; None for whatever has the id.

        Raises:
            InputError: Nothing is stored under the id, or the numbers are no places in a text.
        """
        return self.store.expand(text_id, start, end, scope=scope)

    def _shares(self, parts: Sequence[TextPart], scope: str) -> list[int | None]:
        """Tokens for each text, None where the compressor's own budget holds."""
        if self.roles is None:
            return [None] * len(parts)
        items = []
        last = max((int(part.path[1]) for part in parts if len(part.path) > 1), default=0)
        for part in parts:
            known = self.store.get(self._id(part, scope))
            if known is not None:  # as it was sent, whatever it would get today
                items.append(Item(_SENT, known.tokens[1] if known.text else known.tokens[0]))
                continue
            role = ("tool" if part.call_id else "retrieved") if part.new else _SENT
            age = last - int(part.path[1]) if len(part.path) > 1 else 0
            items.append(Item(role, self.compressor.counter.count(part.text), age))
        budgets = replace(self.roles, whole=(*self.roles.whole, _SENT))
        return list(budgets.split(items))

    def _part(
        self, part: TextPart, scope: str, ends: float | None = None, tokens: int | None = None
    ) -> tuple[PartOutcome, str]:
        text_id = self._id(part, scope)
        known = self.store.get(text_id)
        if known is None and not part.new:
            return PartOutcome(part.path, "", "left", "seen"), part.text
        if known is not None:
            return _replayed(part.path, text_id, known), known.text or part.text
        if part.leave and not (part.leave == "json" and self.json):
            return PartOutcome(part.path, "", "left", part.leave), part.text
        return self._first_sight(part, text_id, scope, ends, tokens=tokens)

    def _first_sight(
        self, part: TextPart, text_id: str, scope: str, ends: float | None, *, tokens: int | None = None
    ) -> tuple[PartOutcome, str]:
        if len(part.text) < self.min_tokens or self.compressor.counter.count(part.text) < self.min_tokens:
            return PartOutcome(
                part.path, "", "left", "short"
            ), part.text  # counting is the same the next time
        left = None if ends is None else max(0.0, ends - time.monotonic())
        compressor = self.compressor if tokens is None else self.compressor.with_tokens(tokens)
        (made,) = compressor([part.text], part.question, within_s=left)
        short = self._noted(made, text_id)
        entry = KeptText(
            text=short.text if short.changed and short.text else None,
            spans=tuple((span.start, span.end) for span in short.spans),
            original=part.text,
            tokens=(short.tokens_in, short.tokens_out),
            reason=short.reason or ("" if short.text else "empty"),
            scope=scope,
        )
        try:
            kept = self.store.put(text_id, entry)
        except StoreError as error:  # unstored it could not be sent again, so it is sent whole from the first
            return PartOutcome(
                part.path, "", "left", "unstored", made.tokens_in, made.tokens_in, (str(error),)
            ), part.text
        outcome = replace(_replayed(part.path, text_id, kept), warnings=made.warnings)
        return (replace(outcome, action="compressed") if kept.text else outcome), kept.text or part.text

    def _noted(self, made: CompressedText, text_id: str) -> CompressedText:
        if self.note is None or not made.changed:
            return made
        fields = {"{id}": text_id, "{tokens_in}": str(made.tokens_in), "{tokens_out}": str(made.tokens_out)}
        note = self.note
        for field, value in fields.items():
            note = note.replace(field, value)
        text = made.text + note
        tokens = self.compressor.counter.count(text)
        return made if tokens >= made.tokens_in else replace(made, text=text, tokens_out=tokens)

    def _id(self, part: TextPart, scope: str) -> str:
        # A call's id is the call's own, so that a changed setting does not change bytes that were sent. Without one the
        # question and the settings say what the same text is.
        which = (
            ("call", part.call_id) if part.call_id else ("asked", f"{self._settings} {part.question or ''}")
        )
        return _digest(scope, *which, part.text)[:_ID_DIGITS]


def _replayed(path: Path, text_id: str, known: KeptText) -> PartOutcome:
    tokens_in, tokens_out = known.tokens
    if known.text is None:
        return PartOutcome(path, text_id, "left", known.reason, tokens_in, tokens_in)
    return PartOutcome(path, text_id, "replayed", "", tokens_in, tokens_out)


def _digest(*parts: str) -> str:
    """Of texts and where each ends; lone surrogates are texts too."""
    digest = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _checked_note(note: str | None) -> str | None:
    if note is not None and not (isinstance(note, str) and note):
        message = f"note: must be a text such as '\\n[shortened; expand({{id}}) gives the rest]', or None; got {note!r}"
        raise ConfigError(message)
    return note
