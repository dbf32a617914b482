"""Rows of questions and answers with the evidence that the bottleneck chooses: what the trainings on sentences read."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from excerpt.checks import check_number
from excerpt.errors import InputError
from excerpt.models.generation.bottleneck import Asked, measure
from excerpt.models.generation.likelihood import CausalLikelihood
from excerpt.models.training.bottleneck.candidates import Kept, candidates
from excerpt.values.coerce import to_asked
from excerpt.values.types import Passage

__all__ = ["label_rows"]


def label_rows(
    rows: Iterable[Mapping[str, Any]], model: CausalLikelihood, *, beta: float = 1.0
) -> Iterator[dict[str, Any]]:
    """Each row with ``evidence`` in its passages: the candidate of the lowest ``p(retrieved) - beta x p(answer)``.

    A row whose answers stand in no passage has no evidence, as the paper's filter then says that nothing helps. Other
    keys are carried through; ``bottleneck`` has the candidate's name and its two probabilities.

    Args:
        rows: Questions in the JSONL input form, with ``answers``.
        model: Measures the candidates; the paper's is Llama-2-13B-chat.
        beta: What the answer counts for.

    Raises:
        ConfigError: ``beta`` is no number of at least 0.
        InputError: A row is wrong; the message has its number.
        ModelError: The model cannot be loaded.
    """
    check_number(beta, "beta", least=0)
    for number, row in enumerate(rows, start=1):
        yield _labelled(row, model, beta, f"question {number}")


def _labelled(row: Mapping[str, Any], model: CausalLikelihood, beta: float, where: str) -> dict[str, Any]:
    query, passages = to_asked(row, where)
    answers = row.get("answers")
    if (
        not isinstance(answers, list | tuple)
        or not answers
        or not all(isinstance(one, str) for one in answers)
    ):
        message = f"{where}: answers: must be a list of strings that is not empty, got {answers!r:.80}"
        raise InputError(message)
    found = candidates(query, passages, answers)
    chosen: Kept = tuple(() for _ in passages)
    about = {"candidate": "none"}
    if found:
        retrieved = "\n\n".join(passage.text for passage in passages)
        asked = [Asked(query, retrieved, _text(passages, kept), tuple(answers)) for kept in found.values()]
        measured = measure(model, asked)
        best = min(range(len(asked)), key=lambda place: measured[place].score(beta))
        name, chosen = list(found.items())[best]
        about = {"candidate": name, **measured[best]._asdict()}
    labelled = [
        {
            "id": passage.id,
            "title": passage.title,
            "text": passage.text,
            "evidence": [list(span) for span in spans],
        }
        for passage, spans in zip(passages, chosen, strict=True)
    ]
    return {**row, "passages": labelled, "bottleneck": about}


def _text(passages: tuple[Passage, ...], kept: Kept) -> str:
    return " ".join(
        passage.text[start:end] for passage, spans in zip(passages, kept, strict=True) for start, end in spans
    )
