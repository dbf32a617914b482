"""What a compression kept of what was needed. Definitions: docs/guides/evaluation.md."""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from functools import lru_cache

import regex

from excerpt.eval.data.questions import Question
from excerpt.eval.limits import Limit
from excerpt.eval.metrics.mentions import KINDS, mentions
from excerpt.tokens import count_words
from excerpt.values.compressed import Compressed
from excerpt.values.spans import Span, intersect

__all__ = [
    "METRICS",
    "Scores",
    "characters",
    "contains_answer",
    "count_words",
    "normalise",
    "score",
    "usable_answers",
]

_ARTICLES = regex.compile(r"\b(?:a|an|the)\b")
_VANISHING = frozenset(".,'\u2019\u02bc")
_YES_NO = frozenset({"yes", "no"})
# Scripts that are written without spaces: an answer may stand inside a longer run of letters.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")


def _without_punctuation(text: str) -> str:
    # "U.S." is "us", "1,000" is "1000", "don't" is "dont"; all other punctuation separates words.
    shown = []
    for character in text:
        if character in _VANISHING:
            continue
        shown.append(" " if unicodedata.category(character)[0] in "PS" else character)
    return "".join(shown)


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Lower case, without punctuation, symbols and the English articles, single spaces.

    Full stops, commas and apostrophes vanish; all other punctuation and symbols separate words. (SQuAD's
    evaluation, made for short answers, deletes them all: in running text that joins words that stand apart.)
    """
    plain = _without_punctuation(unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_ARTICLES.sub(" ", plain).split())


def usable_answers(answers: Iterable[str]) -> tuple[str, ...]:
    """Normalised answers that a text can be searched for: not empty, not a mere yes or no.

    If any accepted answer is a yes or a no, none is usable: such a question is not answered by a string.
    """
    found = tuple(dict.fromkeys(normalise(answer) for answer in answers))
    return () if _YES_NO & set(found) else tuple(answer for answer in found if answer)


def contains_answer(text: str, answers: Iterable[str]) -> bool:
    """Whether a text holds one of the normalised ``answers``.

    As whole words; anywhere, for an answer in a script that is written without spaces.
    """
    found = normalise(text)
    spaced = f" {found} "
    return any(answer in found if _UNSPACED.search(answer) else f" {answer} " in spaced for answer in answers)


@dataclass(frozen=True, slots=True)
class Scores:
    """One compression of one question. NaN where a metric does not apply to the question.

    Args:
        answer_recall: 1 if the rendered text holds an accepted answer, else 0.
        evidence_recall: Share of the evidence characters that is kept.
        all_evidence: 1 if every evidence character is kept, else 0.
        gold_recall: Share of the gold passages of which anything is kept.
        context_precision: Share of the kept passage characters that is evidence.
        kept_tokens: Rendered tokens out over tokens in, under the tokenizer of the budget.
        kept_words: White-space separated words out over words in.
        rate_adherence: Kept ratio over the one asked for, or tokens over the budget; below 1 is under-filled.
        entities_kept: Share of the names in the evidence that are kept whole (`excerpt.eval.metrics.mentions`).
        numbers_kept: Share of the numbers in the evidence, with their unit, that are kept whole.
        negations_kept: Share of the negations in the evidence, with what they negate, that are kept whole.
        exact_match: 1 if the reader's answer is an accepted one, as SQuAD counts it, else 0.
        f1: Overlap of its words with the best accepted answer, as SQuAD counts it.
        answer_contained: 1 if its answer holds an accepted one, else 0.
        faithful: 1 if its answer stands in what it cites, else 0 (`excerpt.eval.metrics.reading.faithful`).
        agreement: F1 of its answer with the one from the whole context, where the question has no accepted answer.
        constraints_met: Share of the question's constraints that its answer keeps to (`excerpt.eval.data.constraints`).
        likelihood: Mean log-probability of a token of the likeliest accepted answer, in nats; 0 is certain.
        prompt_tokens: What the model that says so read, by its own tokenizer.
        prefill_seconds: What that took: of the processor on a CPU, elapsed on another device.
        token_seconds: And for one token more.
        bottleneck: ``beta x answer_probability - retrieved_probability`` (`excerpt.eval.metrics.bottleneck`).
        answer_probability: Mean probability of the likeliest accepted answer's tokens after what was kept.
        retrieved_probability: The same of the tokens of all that was retrieved: what was not forgotten.
    """

    answer_recall: float = math.nan
    evidence_recall: float = math.nan
    all_evidence: float = math.nan
    gold_recall: float = math.nan
    context_precision: float = math.nan
    kept_tokens: float = math.nan
    kept_words: float = math.nan
    rate_adherence: float = math.nan
    entities_kept: float = math.nan
    numbers_kept: float = math.nan
    negations_kept: float = math.nan
    exact_match: float = math.nan
    f1: float = math.nan
    answer_contained: float = math.nan
    faithful: float = math.nan
    agreement: float = math.nan
    constraints_met: float = math.nan
    likelihood: float = math.nan
    prompt_tokens: float = math.nan
    prefill_seconds: float = math.nan
    token_seconds: float = math.nan
    bottleneck: float = math.nan
    answer_probability: float = math.nan
    retrieved_probability: float = math.nan

    def values(self) -> tuple[float, ...]:
        """In the order of ``METRICS``."""
        return astuple(self)


METRICS: tuple[str, ...] = tuple(field.name for field in fields(Scores))
"""Names of all metrics."""


def score(question: Question, result: Compressed | None, limit: Limit) -> Scores:
    """Every metric for one compression.

    Args:
        question: What was asked and what is needed.
        result: What was kept; None if the chain failed: then every recall that applies is 0.
        limit: What was asked for: a kept ratio, or tokens.
    """
    answers = usable_answers(question.answers)
    kept = [left.spans for left in result.passages] if result else [()] * len(question.passages)
    texts = [passage.text for passage in question.passages]
    needed = sum(map(characters, texts, question.evidence))
    hit = sum(map(characters, texts, map(intersect, question.evidence, kept)))
    shown = sum(map(characters, texts, kept))
    return Scores(
        answer_recall=float(contains_answer(result.text, answers) if result else 0) if answers else math.nan,
        evidence_recall=hit / needed if needed else math.nan,
        all_evidence=float(hit == needed) if needed else math.nan,
        gold_recall=(
            sum(bool(kept[index]) for index in question.gold) / len(question.gold)
            if question.gold
            else math.nan
        ),
        context_precision=(hit / shown if shown else 0.0) if needed else math.nan,
        **{f"{kind}_kept": _kept_share(kind, question, kept) for kind in KINDS},
        **(_amounts(question, result, limit) if result else {}),
    )


def _kept_share(kind: str, question: Question, kept: Sequence[Sequence[Span]]) -> float:
    """Of the mentions that the evidence touches, the share that is kept whole."""
    there = whole = 0
    for passage, wanted, held in zip(question.passages, question.evidence, kept, strict=True):
        needed = (
            [span for span in mentions(passage.text)[kind] if intersect([span], wanted)] if wanted else []
        )
        there += len(needed)
        whole += sum(
            characters(passage.text, intersect([span], held)) == characters(passage.text, [span])
            for span in needed
        )
    return whole / there if there else math.nan


def _amounts(question: Question, result: Compressed, limit: Limit) -> dict[str, float]:
    words_in = sum(count_words(passage.text) for passage in question.passages)
    words_out = sum(count_words(kept.text) for kept in result.passages)
    return {
        "kept_tokens": result.ratio,
        "kept_words": words_out / words_in if words_in else 1.0,
        "rate_adherence": result.tokens_out / limit if isinstance(limit, int) else result.ratio / limit,
    }


def characters(text: str, spans: Sequence[Span]) -> int:
    """Characters in the spans that are not white space."""
    return sum(len("".join(text[start:end].split())) for start, end in spans)
