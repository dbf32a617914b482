"""The candidates of one question beside each other, with what several features need computed once."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.compressors.evidence.matching import count_words, positions
from excerpt.compressors.evidence.parents import Bounds, Parents, Spans, find_parents
from excerpt.compressors.evidence.quantized import mean_states, quantize_vectors
from excerpt.compressors.evidence.question import QuestionSignals, pair_hashes
from excerpt.compressors.evidence.scan import STOP
from excerpt.compressors.evidence.signals import PassageSignals
from excerpt.compressors.terms.groups import PassageGroups
from excerpt.compressors.terms.rarity import rarity
from excerpt.compressors.vectors.integer_products import inner_products
from excerpt.values.types import Units

__all__ = ["Candidates"]

Floats = NDArray[np.float32]


class Candidates(PassageGroups):
    """The candidates of one question, with what several features need computed once.

    Args:
        question: The question.
        signals: One for each passage of the context.
        units: The candidates.
    """

    def __init__(self, question: QuestionSignals, signals: Sequence[PassageSignals], units: Units) -> None:
        super().__init__(units.passage)
        self.question = question
        self.units = units
        self.passage = units.passage
        self.signals = signals
        self.present = [signals[index] for index in self.passage[self.group_start].tolist()]

    @cached_property
    def spans(self) -> Spans:
        """The candidates' characters."""
        return Spans.of(self.group, self.units.start, self.units.end)

    def _place(self, starts: Callable[[PassageSignals], NDArray[np.int32]]) -> NDArray[np.int64]:
        """One number for passage and character of every row of a column, over all present passages."""
        columns = [starts(signals) for signals in self.present]
        group = np.repeat(np.arange(self.groups), [len(column) for column in columns])
        return (group << 32) + np.concatenate(columns)

    @cached_property
    def token_place(self) -> NDArray[np.int64]:
        """Where each token begins."""
        return self._place(lambda signals: signals.start)

    @cached_property
    def term_place(self) -> NDArray[np.int64]:
        """Where each word begins."""
        return self._place(lambda signals: signals.terms.start)

    @cached_property
    def parents(self) -> Parents:
        """What each candidate must be read with."""
        return find_parents(self.present, self.spans)

    @cached_property
    def token_bounds(self) -> Bounds:
        """The tokens of each candidate."""
        return self.spans.bounds(self.token_place)

    @cached_property
    def tokens(self) -> Floats:
        """Tokens of each candidate, at least 1, ``(n,)``."""
        return self.fill_tokens(np.maximum(self.token_bounds.sizes, 1).astype(np.float32))

    @cached_property
    def term_bounds(self) -> Bounds:
        """The words of each candidate."""
        return self.spans.bounds(self.term_place)

    @cached_property
    def term_unit(self) -> NDArray[np.int64]:
        """The candidate of each word; -1 outside of them."""
        return self.term_bounds.owners(len(self.term_place))

    @cached_property
    def term_hash(self) -> NDArray[np.uint32]:
        """Every word."""
        return np.concatenate([signals.terms.hashes for signals in self.present])

    @cached_property
    def term_look(self) -> NDArray[np.uint8]:
        """How every word looks."""
        return np.concatenate([signals.terms.look for signals in self.present])

    @cached_property
    def words(self) -> Floats:
        """Words of each candidate, at least 1, ``(n,)``."""
        return np.maximum(self.term_bounds.sizes, 1).astype(np.float32)

    def words_with(self, chosen: NDArray[np.bool_]) -> Floats:
        """How many of its words are chosen, ``(n,)``.

        Args:
            chosen: Of all words, ``(w,)``.
        """
        return self.term_bounds.counts(chosen).astype(np.float32)

    @cached_property
    def tf(self) -> Floats:
        """Occurrences of each question term in each candidate, ``(n, terms)``."""
        return count_words(self.asked, len(self.question.terms), self.term_unit, self.count)

    @cached_property
    def asked(self) -> NDArray[np.int64]:
        """Index of every word in the question's terms, -1 where it is none."""
        return positions(self.term_hash, self.question.terms)

    @cached_property
    def parent_tf(self) -> Floats:
        """Occurrences of each question term in each of ``parents.spans`` and what that is read with, ``(p, terms)``."""
        own = count_words(self.asked, len(self.question.terms), self.parent_words, len(self.parents.above))
        return self.parents.with_above(own, np.add)

    @cached_property
    def parent_words(self) -> NDArray[np.int64]:
        """Which of ``parents.spans`` each word is in; -1 for none."""
        return self.parents.spans.bounds(self.term_place).owners(len(self.term_place))

    @cached_property
    def read_tf(self) -> Floats:
        """``tf`` with what each candidate is read with, its parents and its title."""
        read: Floats = self.parents.joined(self.tf, self.parent_tf, np.add) + self.title_tf[self.group]
        return read

    @cached_property
    def pair_tf(self) -> Floats:
        """Occurrences of each of the question's word pairs in each candidate, ``(n, pairs)``."""
        pairs, unit = self.question.pairs, self.term_unit
        place = positions(pair_hashes(self.term_hash), pairs)
        return count_words(place, len(pairs), np.where(unit[1:] == unit[:-1], unit[1:], -1), self.count)

    @cached_property
    def title_tf(self) -> Floats:
        """Whether each question term is in the title of each present passage, ``(groups, terms)``."""
        sizes = [len(signals.title.hashes) for signals in self.present]
        place = positions(
            np.concatenate([signals.title.hashes for signals in self.present]), self.question.terms
        )
        present_terms = np.zeros((self.groups, len(self.question.terms)), dtype=np.float32)
        present_terms[np.repeat(np.arange(self.groups), sizes)[place >= 0], place[place >= 0]] = 1.0
        return present_terms

    @cached_property
    def titles(self) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Distinct content words of all titles, all words of those that have none: passage and word, ``(w,)`` each."""
        sizes = [len(signals.title.hashes) for signals in self.present]
        group = np.repeat(np.arange(self.groups), sizes)
        words = np.concatenate([signals.title.hashes for signals in self.present])
        content = (np.concatenate([signals.title.look for signals in self.present]) & STOP) == 0
        bare = np.bincount(group[content], minlength=self.groups) == 0
        chosen = content | bare[group]
        pairs = np.unique((group[chosen] << 32) + words[chosen])
        return pairs >> 32, (pairs & 0xFFFFFFFF).astype(np.uint32)

    @cached_property
    def title_bounds(self) -> Bounds:
        """Which of ``titles`` are of each passage."""
        last = np.searchsorted(self.titles[0], np.arange(self.groups), side="right")
        return Bounds(np.append(0, last[:-1]), last)

    def title_shares(self, held: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Share of each title's content words that are chosen, ``(groups, ...)``; 0 without a title.

        Args:
            held: Which of ``titles`` are, ``(w, ...)``.
        """
        size = np.maximum(self.title_bounds.sizes, 1)
        shares: NDArray[np.float64] = (self.title_bounds.counts(held).T / size).T
        return shares

    @cached_property
    def title_share(self) -> Floats:
        """Share of the title's content words that the question holds, ``(groups,)``; 0 without a title."""
        held = positions(self.titles[1], self.question.terms) >= 0
        return self.title_shares(held).astype(np.float32)

    @cached_property
    def idf(self) -> Floats:
        """How telling each question term is among the candidates, titles and parents included, ``(terms,)``."""
        return rarity((self.read_tf > 0).sum(axis=0), self.count)

    @cached_property
    def _token_cosines(self) -> Floats:
        """Cosine of each token with each question token, but for the latter's scale, ``(t, q)``."""
        tokens, _ = self.question.tokens
        products = inner_products([signals.tokens for signals in self.present], tokens)
        products *= np.concatenate([signals.scale for signals in self.present])[:, None]
        return products

    def _best(self, bounds: Bounds) -> Floats:
        """The best cosine of each question token with one of some tokens each, 0 where there are none, ``(n, q)``."""
        # The scale is not negative, so the highest product is the highest cosine.
        best: Floats = bounds.highest(self._token_cosines) * self.question.tokens[1]
        return best

    @cached_property
    def similarity(self) -> Floats:
        """Best cosine of each question token with a token of each candidate, ``(n, q)``."""
        return self.fill(self._best(self.token_bounds))

    @cached_property
    def parent_similarity(self) -> Floats:
        """The same of each of ``parents.spans`` and what that is read with, ``(p, q)``."""
        own = self._best(self.parents.spans.bounds(self.token_place))
        return self.parents.with_above(own, np.maximum)

    @cached_property
    def read_similarity(self) -> Floats:
        """``similarity`` with what each candidate is read with, ``(n, q)``."""
        return self.parents.joined(self.similarity, self.parent_similarity, np.maximum)

    @cached_property
    def token_weight(self) -> Floats:
        """Weight of each question token: its word's idf shared over the word's tokens, ``(q,)``; sums to 1."""
        term = self.question.token_term
        inside = term >= 0
        share = np.bincount(term[inside], minlength=len(self.question.terms))
        weight = np.zeros(len(term))
        weight[inside] = (self.idf / np.maximum(share, 1))[term[inside]]
        total = weight.sum()
        even = np.full(len(term), 1 / max(len(term), 1))
        return (weight / total if total > 0 else even).astype(np.float32)

    @cached_property
    def vectors(self) -> tuple[Floats, Floats]:
        """Mean states of the candidates as whole numbers in float32 ``(n, dim)``, and scales ``(n,)``."""
        spans = np.stack([self.units.start, self.units.end], axis=1)
        records = np.concatenate([signals.records for signals in self.present])
        if np.array_equal(spans, records):  # as nearly always
            means = np.concatenate([signals.means for signals in self.present])
            return means.astype(np.float32), np.concatenate([signals.mean_scale for signals in self.present])
        whole = np.zeros((self.count, len(self.question.vector)), dtype=np.float32)
        scale = np.zeros(self.count, dtype=np.float32)
        for signals, first, size in zip(self.present, self.group_start, self.group_size, strict=True):
            own = slice(first, first + size)
            whole[own], scale[own] = _means(signals, spans[own])
        return whole, scale

    def cosines(self, vectors: Floats) -> Floats:
        """Cosine of each candidate with each of ``vectors`` ``(m, dim)``: ``(n, m)``."""
        own, own_scale = self.vectors
        whole, scale, _ = quantize_vectors(vectors)
        return self.fill(inner_products(own, whole.astype(np.float32)) * own_scale[:, None] * scale)

    @cached_property
    def passage_cosine(self) -> Floats:
        """Cosine of each present passage with the question, ``(groups,)``."""
        own = np.concatenate([signals.vector for signals in self.present])
        own_scale = np.concatenate([signals.vector_scale for signals in self.present])
        whole, scale, _ = quantize_vectors(self.question.vector[None, :])
        return self.fill_groups(inner_products(own, whole.astype(np.float32))[:, 0] * own_scale * scale[0])

    def fill(self, similarities: Floats) -> Floats:
        """Similarities ``(n, m)`` with what stands for those that are not known: here all are."""
        return similarities

    def fill_groups(self, similarities: Floats) -> Floats:
        """The same of present passages, ``(groups,)``."""
        return similarities

    def fill_tokens(self, tokens: Floats) -> Floats:
        """The same of counts of tokens, ``(n,)``."""
        return tokens

    @cached_property
    def cosine(self) -> Floats:
        """Cosine of each candidate with the question, ``(n,)``."""
        return self.cosines(self.question.vector[None, :])[:, 0]


def _means(signals: PassageSignals, spans: NDArray[np.int64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Mean states of pieces of a passage: those of whole sentences are there already."""
    if np.array_equal(spans, signals.records):
        return signals.means, signals.mean_scale
    if signals.tokens.shape[1] != signals.means.shape[1] or len(signals.norm) != len(signals.tokens):
        return _means_of_sentences(signals, spans)
    place = np.minimum(np.searchsorted(signals.records[:, 0], spans[:, 0]), max(len(signals.records) - 1, 0))
    if not len(signals.records):
        return mean_states(signals.tokens, signals.scale * signals.norm, signals.start, spans)
    means, scale = signals.means[place], signals.mean_scale[place]
    other = np.flatnonzero((signals.records[place] != spans).any(axis=1))
    if len(other):
        length = signals.scale * signals.norm
        means[other], scale[other] = mean_states(signals.tokens, length, signals.start, spans[other])
    return means, scale


def _means_of_sentences(
    signals: PassageSignals, spans: NDArray[np.int64]
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Where the states of tokens were not kept: a piece of a sentence gets the sentence's mean.

    A piece that goes over several gets the mean of theirs, weighted by how many characters of each it has.
    """
    first, last = spans[:, :1], spans[:, 1:]
    begin, end = signals.records[:, 0], signals.records[:, 1]
    shared = np.maximum(np.minimum(last, end) - np.maximum(first, begin), 0).astype(np.float32)
    directions = signals.means * signals.mean_scale[:, None]
    # Not as a matrix product, whose rounding depends on the library.
    whole, scale, _ = quantize_vectors(np.einsum("ns,sh->nh", shared, directions, optimize=False))
    return whole, scale
