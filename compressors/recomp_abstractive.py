"""RECOMP's abstractive compressor: a digest of the passages, checked against them (Xu et al., 2310.04408)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from excerpt.compressors.recomp import RecompExtractive
from excerpt.compressors.support.entailment import Entailment
from excerpt.compressors.support.fact_overlap import FactOverlap
from excerpt.compressors.support.protocol import Support, Supported
from excerpt.compressors.units.sentences import split_sentences
from excerpt.errors import ConfigError
from excerpt.protocols import Compressor
from excerpt.render import kept_text
from excerpt.run.fit import Room, passage_scores
from excerpt.values.rewritten import Rewritten, WrittenSentence
from excerpt.values.spans import Span
from excerpt.values.types import Context

if TYPE_CHECKING:
    from excerpt.models.generation.writers import Writer, Written

__all__ = ["RecompAbstractive"]


class RecompAbstractive:
    """A digest for the question, in the writer's own words; every sentence is checked against the passages.

    What comes out is marked as rewritten (`excerpt.Compressed.rewritten`): no spans, but for each sentence the passages
    that it came from and how well they support it. A sentence below ``threshold`` is replaced by the sentence that
    the extractive compressor holds best, word for word. An empty digest is an answer too: the passages are of no
    use, and the reader gets none (the paper's selective augmentation).

    It stands last in a chain, where a budget cuts the digest at the end of a sentence. If not one fits, or the
    writer fails in a chain with ``on_error="keep"``, the passages' own sentences are kept instead.

    Args:
        model: A T5 in the released layout: a directory or a hub name, such as ``fangyuan/nq_abstractive_compressor``,
            ``fangyuan/tqa_abstractive_compressor`` or ``fangyuan/hotpotqa_abstractive``; or any causal language model.
            Not read with a ``writer``.
        writer: Another writer, such as `excerpt.models.generation.writers.EndpointWriter`; or, in a TOML file, a
            table: the ``url`` and ``model`` of an endpoint, with other options of
            `excerpt.models.generation.endpoint.Endpoint`, the ``form`` of what it is asked and the
            environment variable with its key, ``api_key_env``; or a ``model`` with options of
            `excerpt.models.generation.local_writers.Seq2SeqWriter` or ``CausalLMWriter``, whichever it is.
        top: Passages to read, the best by the stages before, else the first; the paper's number.
        threshold: The least support of a sentence; 0 to take whatever is written.
        entailment: A cross-encoder of natural-language inference, by name or directory, to judge support; without one
            words, numbers, names and negations are compared.
        extractive: Gives the sentences that replace; default: `RecompExtractive`.

    Raises:
        ConfigError: A number is out of range, or ``writer`` is none.
        ModelError: A model cannot be found, or is no model that writes.
    """

    name = "recomp-abstractive"
    rewrites: ClassVar[bool] = True

    def __init__(
        self,
        model: str | Path = "fangyuan/nq_abstractive_compressor",
        *,
        writer: "Writer | Mapping[str, Any] | None" = None,
        top: int = 5,
        threshold: float = 0.6,
        entailment: str | None = None,
        extractive: Compressor | None = None,
    ) -> None:
        if top < 1 or not 0 <= threshold <= 1:
            message = f"{self.name}: top ({top}) must be 1 or more, threshold ({threshold}) between 0 and 1"
            raise ConfigError(message)
        self.writer = _writer(model, writer)
        self.top = top
        self.threshold = threshold
        self.support: Support = FactOverlap() if entailment is None else _entailment(entailment)
        self.extractive = extractive or RecompExtractive()

    def compress(self, context: Context, room: Room) -> Context:
        """Put a digest in the place of the passages."""
        read = self._read(context)
        if not read:
            return context
        texts = [kept_text(context.passages[index].text, context.kept[index]) for index in read]
        written = self.writer.write(context.query, texts)
        room.deadline.check()
        noted = context.noted(*_about(written, sum(bool(text.strip()) for text in context.kept_texts())))
        read, texts = read[: written.read], texts[: written.read]
        spans = split_sentences(written.text)
        if not spans:
            return noted.rewrite(Rewritten(self.writer.name, (), read)).noted(
                "nothing was written: the passages were found to be of no use, and the reader is given none"
            )
        sentences = [written.text[start:end] for start, end in spans]
        judged = self.support.judge(sentences, texts, check=room.deadline.check)
        return self._put(noted, room, read, list(zip(sentences, judged, strict=True)))

    def _read(self, context: Context) -> tuple[int, ...]:
        """The passages to read, the best first."""
        scores = passage_scores(context.rankings, len(context.passages))
        kept = [index for index, text in enumerate(context.kept_texts()) if text.strip()]
        return tuple(sorted(kept, key=lambda index: -scores[index])[: self.top])

    def _put(
        self, context: Context, room: Room, read: tuple[int, ...], judged: Sequence[tuple[str, Supported]]
    ) -> Context:
        """The sentences that are supported, others replaced, as far as the budget goes."""
        unsupported = sum(verdict.support < self.threshold for _, verdict in judged)
        said = {text for text, verdict in judged if verdict.support >= self.threshold}
        spare = iter(self._extracted(context, room, said, unsupported) if unsupported else [])
        sentences = []
        for text, verdict in judged:
            if verdict.support >= self.threshold:
                passages = tuple(read[source] for source in verdict.sources)
                sentences.append(WrittenSentence(text, verdict.support, passages))
            elif (copied := next(spare, None)) is not None:
                sentences.append(copied)
        if unsupported:
            copied_in = sum(sentence.span is not None for sentence in sentences)
            context = context.noted(
                f"{unsupported} of {len(judged)} sentences were not supported by the passages ({self.support.name} "
                f"below {self.threshold:g}): replaced by {copied_in} of theirs"
            )
        result = room.write(context, Rewritten(self.writer.name, tuple(sentences), read))
        left = 0 if result.rewritten is None else len(result.rewritten.sentences)
        if not left and sentences:
            return self.extractive.compress(context, room).noted(
                f"not one sentence of the digest fits in {room.tokens} tokens: sentences of the passages were kept"
            )
        cut = len(sentences) - left
        return result.noted(f"{cut} sentences at the end of the digest did not fit") if cut else result

    def _extracted(self, context: Context, room: Room, said: set[str], count: int) -> list[WrittenSentence]:
        """The ``count`` best sentences of the passages that are not said yet, the best first."""
        ranked = self.extractive.compress(context, replace(room, limit=None, rule=None)).rankings[-1:]
        sentences = []
        for ranking in ranked:
            texts = ranking.units.texts(context.passages)
            order = sorted(range(len(texts)), key=lambda unit: -ranking.scores[unit])
            columns = (ranking.units.passage, ranking.units.start, ranking.units.end)
            first: dict[str, int] = {}  # a sentence may stand in several passages
            for unit in order:
                if texts[unit] not in said:
                    first.setdefault(texts[unit], unit)
            for unit in list(first.values())[:count]:
                passage, start, end = (int(column[unit]) for column in columns)
                sentences.append(WrittenSentence(texts[unit], 1.0, (passage,), Span(start, end)))
        return sentences


def _about(written: "Written", passages: int) -> list[str]:
    """What the report is to say of passages that were not read."""
    notes = []
    if written.read < passages:
        notes.append(f"the digest is of {written.read} of {passages} passages: the others were not read")
    if written.cut:
        notes.append("the first passage is longer than the writer can read: the digest is of its front")
    return notes


def _writer(model: str | Path, writer: "Writer | Mapping[str, Any] | None") -> "Writer":
    from excerpt.models.generation.local_writers import local_writer  # noqa: PLC0415 - as the next
    from excerpt.models.generation.writers import Writer  # noqa: PLC0415 - a chain without needs no such module

    if writer is None:
        return local_writer(model)
    if isinstance(writer, Writer):
        return writer
    try:
        return _asking(**writer) if "url" in writer else local_writer(**writer)
    except TypeError as error:
        message = f"recomp-abstractive: writer: {error}; give url and model of an endpoint, or a model and its options"
        raise ConfigError(message) from error


def _asking(*, form: str = "summary", api_key_env: str = "", **endpoint: Any) -> "Writer":  # noqa: ANN401 - of a table
    from excerpt.models.generation.api_key import read_api_key  # noqa: PLC0415 - as in `_writer`
    from excerpt.models.generation.endpoint import Endpoint  # noqa: PLC0415 - as in `_writer`
    from excerpt.models.generation.writers import EndpointWriter  # noqa: PLC0415 - as in `_writer`

    return EndpointWriter(Endpoint(**{"key": read_api_key(api_key_env), **endpoint}), form)


def _entailment(model: str) -> Entailment:
    from excerpt.models.registry import load_cross_encoder  # noqa: PLC0415 - only who judges by a model

    return Entailment(load_cross_encoder(model))
