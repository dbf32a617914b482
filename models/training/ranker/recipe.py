"""Training the evidence ranker: features of candidate sentences to trees, their card and their learning curve."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from excerpt.compressors.evidence.encoder_sample import encoder_sample
from excerpt.compressors.evidence.links import FEATURES, directions
from excerpt.compressors.evidence.signals import RULES, models_fingerprint
from excerpt.compressors.scorers.evidence import CARD_FILE, RANKER_FILE
from excerpt.errors import InputError
from excerpt.files.jsonl import read_jsonl
from excerpt.models.card import file_sha256
from excerpt.models.directories import find_directory
from excerpt.models.registry import load_encoder, load_head
from excerpt.models.training.common.curve import draw_curve
from excerpt.models.training.common.kept_states import with_kept_states
from excerpt.models.training.common.questions import evenly_spread
from excerpt.models.training.common.recipe import TrainingProgress, part, require_packages, setting
from excerpt.models.training.common.run_folder import describe
from excerpt.models.training.ranker.examples import (
    RankingGroup,
    balanced,
    load_groups,
    ranking_group,
    save_groups,
)
from excerpt.models.training.ranker.trees import TreeSettings, train_trees

if TYPE_CHECKING:
    from excerpt.compressors.evidence.signals import TokenHead
    from excerpt.models import SentenceEncoder

__all__ = ["RankerRecipe", "train", "train_ranker"]

_HELD_OUT = 10  # one question in so many
_ENGLISH = "asks."  # what the features that read English words begin with


@dataclass(frozen=True, slots=True)
class RankerRecipe:
    """Every setting that shapes the result.

    Args:
        encoder: Bundled name, directory or hub name of the sentence encoder.
        encoder_from: How to get the encoder, for the message where it is missing.
        late_interaction: A head on that encoder; empty to compare the encoder's states.
        per_file: Questions of a file that are read at most, evenly spread.
        languages: ISO 639-1 codes of the languages that it is for, with commas between; empty for any. For any but
            English alone, features that read English words are left out.
        monotone: A better match never counts against a sentence (`excerpt.compressors.evidence.links.directions`).
        before: A ranker that the new trees add to: a bundled name or a directory; empty to begin with nothing.
        trees: The settings of the trees.
    """

    encoder: str = setting("all-MiniLM-L6-v2", help="Sentence encoder it will run with.")
    encoder_from: str = setting("", help="How to get that encoder, for the message where it is missing.")
    late_interaction: str = setting(
        "",
        help="A head on that encoder (excerpt train late-interaction) whose short vectors are compared token by token; "
        "default: the encoder's states are.",
    )
    per_file: int | None = setting(
        None, help="At most so many questions of each file, evenly spread.", least=1
    )
    languages: str = setting(
        "en",
        help="Languages that it is for, as ISO 639-1 codes with commas between; texts in others get a warning. Empty: "
        "any. For any but English alone, features that read English words are left out.",
    )
    monotone: bool = setting(
        False, help="A better match never counts against a sentence; for text unlike what it learns from."
    )
    before: str = setting(
        "",
        help="A ranker that the new trees add to, such as evidence-ranker; default: they begin with nothing.",
    )
    trees: TreeSettings = part(TreeSettings)

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that it learns from."""
        english = self.languages == "en"
        return tuple(name for name in FEATURES if english or not name.startswith(_ENGLISH))

    @property
    def settings(self) -> TreeSettings:
        """Those of the trees, with the bounds of `monotone`."""
        if not self.monotone:
            return self.trees
        bounds = directions()
        return replace(self.trees, directions=tuple(bounds[name] for name in self.features))


def train(
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: RankerRecipe,
    *,
    heads: Mapping[str, str] | None = None,
    states: str | Path | None = None,
    progress: TrainingProgress | None = None,
) -> dict[str, float]:
    """Train a ranker, and write ``ranker.onnx``, its card and its learning curve into ``output``.

    Args:
        sources: JSONL files of questions with ``evidence`` or ``answers``; sets that count alike.
        output: Folder to write to. Features that were made in it before are used again.
        recipe: The settings.
        heads: For a file, by its name without its folder, a head that was not trained on its questions.
        states: Folder in which the encoder's states are kept for other trainings; default: they are not kept.
        progress: Called after each question with the name of its file; counts its questions.

    Returns:
        Held-out ``ndcg@5`` and ``ndcg@20`` after the last tree, and their number.

    Raises:
        InputError: A source is wrong or holds nothing to learn from, or a head is for a file that is not there.
        ModelError: The encoder or a head cannot be found or run.
        MissingExtraError: LightGBM, onnx or matplotlib is not installed.
    """
    require_packages("lightgbm", "onnx", "matplotlib", purpose="training a ranker")
    describe(sources)  # that every file can be read is known before the first one is
    names = [Path(source).name for source in sources]
    wanted = _heads_of(names, recipe.late_interaction, heads or {})
    encoder = load_encoder(recipe.encoder)
    known = {name: load_head(name, encoder) if name else None for name in {recipe.late_interaction, *wanted}}
    reading = with_kept_states(encoder, states) if states else encoder
    sets = [
        _groups(source, reading, known[head], Path(output), per_file=recipe.per_file, progress=progress)
        for source, head in zip(sources, wanted, strict=True)
    ]
    card = {
        "encoder": recipe.encoder,
        "encoder_fingerprint": encoder.fingerprint,
        "encoder_from": recipe.encoder_from,
        "encoder_sample": encoder_sample(encoder),
        "query_prefix": encoder.card.query_prefix,
        "passage_prefix": encoder.card.passage_prefix,
        "late_interaction": recipe.late_interaction,
        "languages": [code for code in recipe.languages.replace(" ", "").split(",") if code],
        "sets": dict(zip(names, map(len, sets), strict=True)),
    }
    before = find_directory(recipe.before) / RANKER_FILE if recipe.before else None
    card["before"] = recipe.before
    return train_ranker(sets, Path(output), recipe.settings, card, names=recipe.features, before=before)


def _heads_of(names: Sequence[str], usual: str, given: Mapping[str, str]) -> list[str]:
    """The head of each file."""
    if unknown := set(given) - set(names):
        message = f"--head-for {min(unknown)}=...: the sources are {', '.join(names)}"
        raise InputError(message)
    if given and not usual:
        message = "--head-for: say with --late-interaction which head the ranker will run with"
        raise InputError(message)
    return [given.get(name, usual) for name in names]


def _groups(
    source: str | Path,
    encoder: "SentenceEncoder",
    head: "TokenHead | None",
    folder: Path,
    *,
    per_file: int | None,
    progress: TrainingProgress | None,
) -> list[RankingGroup]:
    """The questions of one file; read from the folder where they were made before."""
    made_by = f"{RULES} {' '.join(FEATURES)} {models_fingerprint(encoder, head)}"
    key = f"{file_sha256(Path(source))} {per_file} {made_by}"
    cache = folder / "features" / f"{sha256(key.encode()).hexdigest()[:16]}.npz"
    if cache.is_file():
        return load_groups(cache)
    groups = []
    rows = evenly_spread(list(read_jsonl(source)), per_file)
    for done, (number, row) in enumerate(rows, 1):
        group = ranking_group(encoder, row, f"{source}, line {number}", head=head)
        groups += [group] if group else []
        if progress is not None:
            progress(Path(source).name, done, len(rows), {})
    save_groups(groups, cache)
    return groups


def train_ranker(
    sets: Sequence[Sequence[RankingGroup]],
    output: Path,
    settings: TreeSettings,
    card: Mapping[str, Any],
    *,
    names: Sequence[str] = tuple(FEATURES),
    before: Path | None = None,
) -> dict[str, float]:
    """Train a ranker and write ``ranker.onnx``, its card and its learning curve.

    One question in ten is held out for the curve; what is written is trained on all.

    Args:
        sets: The questions of each set; sets count alike (`balanced`).
        output: Folder to write to; made where it is not there.
        settings: Of the trees.
        card: What else to say in ``ranker.json``.
        names: The columns to learn from; the questions have all of ``FEATURES``.
        before: The ``.onnx`` file of a ranker that the trees add to.

    Returns:
        What was measured on the held-out questions after the last tree.

    Raises:
        InputError: No question has a sentence with evidence.
        MissingExtraError: LightGBM, onnx or matplotlib is not installed.
    """
    places = [list(FEATURES).index(name) for name in names]
    groups = [group._replace(features=group.features[:, places]) for group in balanced(sets)]
    history: list[dict[str, float]] = []
    train_trees(
        [group for number, group in enumerate(groups) if number % _HELD_OUT],
        list(names),
        settings,
        held_out=groups[::_HELD_OUT],
        before=before,
        progress=lambda step, measured: history.append({"trees": step, **measured}),
    )
    trees = train_trees(groups, list(names), settings, before=before)
    output.mkdir(parents=True, exist_ok=True)
    trees.save(output / RANKER_FILE)
    _write_curve(history, output / "learning-curve.csv")
    gains = sorted(trees.gains().items(), key=lambda item: -item[1])
    facts = {
        **card,
        "questions": len(groups),
        "recipe": asdict(settings),
        "held_out": history[-1],
        "gain": dict(gains),
    }
    (output / CARD_FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return history[-1]


def _write_curve(history: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write the rows as CSV, and a picture beside it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(history[0]))
        writer.writeheader()
        writer.writerows(history)
    lines = {name: f"held-out {name}" for name in list(history[0])[1:]}
    draw_curve(history, path.with_suffix(".png"), lines, along="trees")
