"""The information bottleneck of what chains keep (2406.01549), as a metric of an evaluation."""

from collections.abc import Mapping

from excerpt.eval.data.questions import Question
from excerpt.eval.limits import Limit
from excerpt.models.generation.bottleneck import Asked, BottleneckMeter
from excerpt.models.readers.likelihoods import accepted
from excerpt.values.compressed import Compressed

__all__ = ["BOTTLENECK", "bottleneck_scores"]

BOTTLENECK = ("bottleneck", "answer_probability", "retrieved_probability")
"""The metrics that need a model that measures it."""

Key = tuple[str, Limit]


def bottleneck_scores(
    meter: BottleneckMeter, question: Question, found: Mapping[Key, Compressed], keys: Mapping[Key, object]
) -> dict[Key, dict[str, float]]:
    """The metrics of `BOTTLENECK` by chain and limit.

    Each distinct text is measured once; a chain that failed kept nothing. Nothing is said of questions without an
    answer, nor of vectors.

    Args:
        meter: Measures.
        question: The question.
        found: What each chain made of it, failures left out.
        keys: All chains and limits.
    """
    if not any(answer.strip() for answer in question.answers):
        return {}
    retrieved = "\n\n".join(passage.titled_text for passage in question.passages)
    answers = accepted(question.answers)
    asked = {
        key: Asked(question.query, retrieved, found[key].text if key in found else "", answers)
        for key in keys
        if key not in found or found[key].soft is None
    }
    distinct = list(dict.fromkeys(asked.values()))
    measured = dict(zip(distinct, meter.measure(distinct), strict=True))
    return {
        key: dict(
            zip(
                BOTTLENECK,
                (-measured[one].score(meter.beta), measured[one].answer, measured[one].retrieved),
                strict=True,
            )
        )
        for key, one in asked.items()
    }
