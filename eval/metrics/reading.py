"""How good a reader's answer is: against the accepted answers, and against what the answer cites."""

import math
from collections.abc import Iterable

from excerpt.eval.data.questions import Question
from excerpt.eval.metrics.scores import contains_answer, normalise, usable_answers
from excerpt.eval.metrics.squad import exact_match, f1
from excerpt.models.readers import Answer, Likelihood
from excerpt.models.readers.citations import cited
from excerpt.values.compressed import Compressed

__all__ = [
    "LIKELIHOOD",
    "READING",
    "cited",
    "failed_reading",
    "faithful",
    "likelihood_scores",
    "reading_scores",
]

READING = ("exact_match", "f1", "answer_contained", "faithful", "agreement", "constraints_met")
"""The metrics that need a reader."""

LIKELIHOOD = ("likelihood", "prompt_tokens", "prefill_seconds", "token_seconds")
"""The metrics that need a model that says how likely it finds an answer."""

_NO_ANSWER = frozenset({"unknown", "unanswerable", "no answer"})


def faithful(answer: str, result: Compressed) -> float:
    """Whether an answer stands in what it cites.

    1 if the answer, its marks removed, stands in one of the passages that it cites, or, where it cites none, in the
    text that the reader was given; else 0. NaN where there is nothing to look for: no answer, a yes or a no.

    Args:
        answer: What the reader said.
        result: What it was given. Passages are numbered as the template ``numbered`` shows them.
    """
    words, numbers = cited(answer)
    wanted = usable_answers([words])
    if not wanted or wanted[0] in _NO_ANSWER:
        return math.nan
    by_number = {kept.number: kept.text for kept in result.passages if kept.spans}
    sources: Iterable[str] = (by_number.get(number, "") for number in numbers) if numbers else (result.text,)
    return float(any(contains_answer(source, wanted) for source in sources))


def reading_scores(
    question: Question, result: Compressed, answer: Answer, whole: Answer | None = None
) -> dict[str, float]:
    """The metrics that need a reader; NaN where the question has no accepted answer.

    Args:
        question: What was asked.
        result: What the reader was given.
        answer: What it said.
        whole: What it said when it was given everything; None where that does not count.
    """
    words, numbers = cited(answer.text)
    given = [kept.number for kept in result.passages if kept.spans]
    usable = usable_answers(question.answers)
    return {
        "exact_match": exact_match(words, question.answers) if question.answers else math.nan,
        "f1": f1(words, question.answers) if question.answers else math.nan,
        "answer_contained": float(contains_answer(words, usable)) if usable else math.nan,
        "faithful": faithful(answer.text, result),
        "agreement": math.nan if not (wanted := _agreed(whole)) else f1(words, wanted),
        "constraints_met": question.constraints.met(words, numbers, given)
        if question.constraints
        else math.nan,
    }


def _agreed(whole: Answer | None) -> tuple[str, ...]:
    """The answer to agree with; none where the whole context gave none."""
    if whole is None:
        return ()
    words, _ = cited(whole.text)
    return () if normalise(words) in {"", *_NO_ANSWER} else (words,)


def failed_reading(question: Question, whole: Answer | None = None) -> dict[str, float]:
    """As `reading_scores` where a chain failed: nothing was right."""
    usable = bool(usable_answers(question.answers))
    nothing = 0.0 if question.answers else math.nan
    return {
        "exact_match": nothing,
        "f1": nothing,
        "answer_contained": 0.0 if usable else math.nan,
        "agreement": 0.0 if _agreed(whole) else math.nan,
        "constraints_met": 0.0 if question.constraints else math.nan,
    }


def likelihood_scores(told: Likelihood) -> dict[str, float]:
    """The metrics of `LIKELIHOOD`; NaN where the prompt did not fit, and for times that are not known."""
    return dict(zip(LIKELIHOOD, (told.nats, float(told.tokens), told.prefill_s, told.token_s), strict=True))
