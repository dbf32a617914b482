"""The plug-in for Headroom's registry of compressors, which finds it by its entry point under the name ``excerpt``."""

from excerpt.adapters.conversation import Conversation
from excerpt.adapters.messages import leave_as_it_is
from excerpt.adapters.texts import TextCompressor
from excerpt.cached import cached_property
from excerpt.imports.extras import importing

with importing("headroom", extra="headroom", purpose="Headroom's registry of compressors"):
    from headroom.transforms.compressor_registry import CompressInput, CompressorDescriptor, CompressOutput

__all__ = ["ExcerptCompressor"]

_NOTE = "\n[{tokens_in} tokens compressed to {tokens_out}. Retrieve more: hash={id}]"  # as Headroom's own are written


class ExcerptCompressor:
    """Shortens plain text and search results for the question that Headroom has of the request.

    Headroom decides what may be shortened, keeps what it has sent, and stores the original under the hash in the text's
    last line, by which its tool gives it to a model. Text that is JSON or reads like an error, what is short, and what
    cannot be shortened is passed by: Headroom's own compressors then have their turn. The same text for the same
    question gives the same bytes, for as long as the process lives, or the conversation's store.

    Args:
        conversation: Other settings than the default chain, half the tokens and a store in memory; for a subclass with
            an entry point of its own. Its ``note`` must have Headroom's form, as the default's has.
    """

    def __init__(self, conversation: Conversation | None = None) -> None:
        self._given = conversation

    @cached_property
    def conversation(self) -> Conversation:
        """Made at first use: Headroom makes an object of each plug-in that it finds, used or not."""
        if self._given is not None:
            return self._given
        return Conversation(TextCompressor(budget_for="each"), note=_NOTE)

    @property
    def descriptor(self) -> CompressorDescriptor:
        """What Headroom chooses by."""
        return CompressorDescriptor(
            name="excerpt",
            content_types=["text/plain", "text/x-search-results"],
            lossless=False,
            cost_tier="ml",
            recoverable=True,
        )

    def compress(self, inp: CompressInput) -> CompressOutput:
        """The shorter text, with its original to be stored; the text itself, marked as passed by, where there is none.

        Args:
            inp: Text and question.

        Raises:
            ExcerptError: The chain failed and the conversation's ``on_error`` is ``"raise"``; Headroom then goes on
                without.
        """
        leave = leave_as_it_is(inp.content)
        if leave:
            return CompressOutput(inp.content, 0, 0, lossless=True, warnings=[leave], compressed=False)
        text, made = self.conversation.text(inp.content, inp.query or None)
        changed = made.action != "left"
        return CompressOutput(
            content=text,
            tokens_before=made.tokens_in,
            tokens_after=made.tokens_out,
            lossless=not changed,
            markers=[f"excerpt:{made.action}"],
            recoverable={made.id: inp.content} if changed else {},
            warnings=[*made.warnings, *([made.reason] if made.reason else [])],
            compressed=changed,
        )
