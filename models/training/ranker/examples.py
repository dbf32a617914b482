"""From questions with known evidence to what the evidence ranker learns from."""

import csv
import importlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.links import FEATURES, evidence_features
from excerpt.compressors.evidence_ranker import CARD_FILE, RANKER_FILE, candidates_of
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.splitting import split
from excerpt.errors import InputError
from excerpt.models.training.ranker.trees import RankingGroup, TreeRecipe, train_trees
from excerpt.values.coerce import to_asked
from excerpt.values.spans import Span, intersect, merge, total_length
from excerpt.values.types import Context, Passage, Units

if TYPE_CHECKING:
    from excerpt.compressors.evidence.signals import TokenHead
    from excerpt.models import SentenceEncoder

__all__ = ["balanced", "evidence_spans", "ranking_group", "relevance", "thinned", "train_ranker"]

_HELD_OUT = 10  # one question in so many
_BEST, _SPREAD = 80, 40  # candidates of a question that are learnt from


def ranking_group(
    encoder: "SentenceEncoder", row: Mapping[str, Any], where: str, *, head: "TokenHead | None" = None
) -> RankingGroup | None:
    """The candidates of one row of the JSONL input form, with what is relevant among them.

    Args:
        encoder: The sentence encoder that the ranker will run with.
        row: ``question`` (or ``query``), ``passages``, and ``evidence`` in passages or ``answers``.
        where: Named in error messages, such as ``"train.jsonl, line 3"``.
        head: Makes the token vectors; best one that was not trained on this question.

    Returns:
        None where no sentence holds evidence: there is nothing to learn from the row.

    Raises:
        InputError: A field is missing or wrong.
    """
    context = Context.start(*to_asked(row, where))
    units = split("sentence", context, Guards())
    wanted = evidence_spans(context.passages, row.get("answers") or (), where)
    if len(units) == 0 or not (relevant := relevance(units, wanted)).any():
        return None
    return RankingGroup(evidence_features(candidates_of(encoder, context, units, head=head)), relevant)


def evidence_spans(passages: Sequence[Passage], answers: Sequence[str], where: str) -> list[tuple[Span, ...]]:
    """The characters of each passage that are evidence.

    Args:
        passages: With ``evidence`` in their metadata.
        answers: Where no passage has evidence, whole-word occurrences of these are it.
        where: Named in error messages.

    Raises:
        InputError: A span is not ``[start, end]`` within its text, or the answers are no list of strings.
    """
    given = [_given(passage, where) for passage in passages]
    if isinstance(answers, str) or not all(isinstance(answer, str) for answer in answers):
        message = f"{where}: answers: must be a list of strings, got {answers!r:.80}"
        raise InputError(message)
    found = [answer for answer in answers if answer.strip() and answer.casefold() not in {"yes", "no"}]
    if any(given) or not found:
        return given
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, found))})(?!\w)", re.IGNORECASE)
    return [merge(match.span() for match in pattern.finditer(passage.text)) for passage in passages]


def _given(passage: Passage, where: str) -> tuple[Span, ...]:
    spans = passage.metadata.get("evidence") or ()
    for span in spans:
        pair = list(span) if isinstance(span, Sequence) else []
        if [type(edge) for edge in pair] != [int, int] or not 0 <= pair[0] <= pair[1] <= len(passage.text):
            message = f"{where}: evidence of passage {passage.id!r}: expected [start, end] in its text, got {span!r}"
            raise InputError(message)
    return merge((start, end) for start, end in spans)


def relevance(units: Units, wanted: Sequence[Sequence[Span]]) -> NDArray[np.int64]:
    """1 for units of which more than half is evidence or that hold a whole span of it, else 0; ``(n,)``."""
    columns = zip(units.passage.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
    found = []
    for index, start, end in columns:
        held = intersect([(start, end)], wanted[index])
        whole = any(span in wanted[index] for span in held)
        found.append(int(whole or 2 * total_length(held) > end - start))
    return np.array(found, dtype=np.int64)


def balanced(sets: Sequence[Sequence[RankingGroup]]) -> list[RankingGroup]:
    """The questions of several sets, thinned, and weighted so that a long set counts little more than a short one."""
    return [thinned(group)._replace(weight=400 / (len(of_one) + 200)) for of_one in sets for group in of_one]


def thinned(group: RankingGroup) -> RankingGroup:
    """At most some 120 candidates: the relevant, the best by ``blend``, and some of the rest, evenly spread.

    A book has thousands of sentences, of which nearly all teach the same.
    """
    order = np.argsort(-group.features[:, list(FEATURES).index("blend")], kind="stable")
    rest = order[_BEST:]
    spread = rest[np.arange(min(_SPREAD, len(rest))) * len(rest) // max(min(_SPREAD, len(rest)), 1)]
    chosen = np.unique(np.concatenate([np.flatnonzero(group.relevance), order[:_BEST], spread]))
    return group._replace(features=group.features[chosen], relevance=group.relevance[chosen])


def train_ranker(
    sets: Sequence[Sequence[RankingGroup]], output: Path, recipe: TreeRecipe, card: Mapping[str, Any]
) -> dict[str, float]:
    """Train a ranker and write ``ranker.onnx``, its card and its learning curve.

    One question in ten is held out for the curve; what is written is trained on all.

    Args:
        sets: The questions of each set; sets count alike (`balanced`).
        output: Folder to write to; made where it is not there.
        recipe: The settings.
        card: What else to say in ``ranker.json``.

    Returns:
        What was measured on the held-out questions after the last tree.

    Raises:
        InputError: No question has a sentence with evidence.
        MissingExtraError: LightGBM or onnx is not installed.
    """
    groups = balanced(sets)
    history: list[dict[str, float]] = []
    train_trees(
        [group for number, group in enumerate(groups) if number % _HELD_OUT],
        list(FEATURES),
        recipe,
        held_out=groups[::_HELD_OUT],
        progress=lambda step, measured: history.append({"trees": step, **measured}),
    )
    trees = train_trees(groups, list(FEATURES), recipe)
    output.mkdir(parents=True, exist_ok=True)
    trees.save(output / RANKER_FILE)
    write_curve(history, output / "learning-curve.csv")
    gains = sorted(trees.gains().items(), key=lambda item: -item[1])
    facts = {
        **card,
        "questions": len(groups),
        "recipe": asdict(recipe),
        "held_out": history[-1],
        "gain": dict(gains),
    }
    (output / CARD_FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return history[-1]


def write_curve(history: Sequence[Mapping[str, float]], path: Path) -> None:
    """Write the rows as CSV, and a picture beside it where matplotlib is installed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(history[0]))
        writer.writeheader()
        writer.writerows(history)
    if find_spec("matplotlib") is None:
        return
    figure = importlib.import_module("matplotlib.figure").Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for name in list(history[0])[1:]:
        axes.plot([row["trees"] for row in history], [row[name] for row in history], label=f"held-out {name}")
    axes.set_xlabel("trees")
    axes.legend()
    figure.savefig(path.with_suffix(".png"), dpi=120)
