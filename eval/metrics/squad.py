"""Exact match and F1 as SQuAD's evaluation defines them (Rajpurkar et al. 2016, evaluate-v1.1; 2018, v2.0)."""

import re
import string
from collections import Counter
from collections.abc import Sequence

__all__ = ["exact_match", "f1", "normalised_words"]

_ARTICLES = re.compile(r"\b(a|an|the)\b", re.UNICODE)
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalised_words(text: str) -> list[str]:
    """Lower case, ASCII punctuation deleted, articles dropped, cut at white space: in this order."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def exact_match(given: str, accepted: Sequence[str]) -> float:
    """1 if the answer is one of those accepted, normalised, else 0.

    Args:
        given: What was answered.
        accepted: At least one accepted answer; an empty one accepts no answer (SQuAD 2.0).
    """
    words = normalised_words(given)
    return float(any(words == normalised_words(answer) for answer in accepted))


def f1(given: str, accepted: Sequence[str]) -> float:
    """The best harmonic mean of word precision and recall over the accepted answers.

    Args:
        given: What was answered.
        accepted: At least one accepted answer; where one of the two has no words, they must both have none.
    """
    return max(_f1(normalised_words(given), normalised_words(answer)) for answer in accepted)


def _f1(given: list[str], wanted: list[str]) -> float:
    if not given or not wanted:
        return float(given == wanted)
    same = sum((Counter(given) & Counter(wanted)).values())
    return 2 * same / (len(given) + len(wanted))
