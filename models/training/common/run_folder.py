"""The folder of one training run: what it was asked, how far it is, what came out."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from excerpt.errors import InputError, StoreError
from excerpt.files.jsonl import open_lines

__all__ = ["RunFolder", "Source", "describe", "newest_checkpoint"]


@dataclass(frozen=True, slots=True)
class Source:
    """A training file.

    Args:
        name: Without its folder.
        sha256: Of its lines, unpacked.
        rows: Lines that are not blank.
    """

    name: str
    sha256: str
    rows: int


def describe(paths: Sequence[str | Path]) -> tuple[Source, ...]:
    """What the files are.

    Raises:
        InputError: A file cannot be read.
    """
    return tuple(_describe(path) for path in paths)


def _describe(path: str | Path) -> Source:
    if str(path) == "-":
        message = "sources: training reads its files more than once; standard input cannot be one"
        raise InputError(message)
    content, rows = sha256(), 0
    with open_lines(path) as lines:
        for line in lines:
            content.update(line)
            rows += bool(line.strip())
    return Source(Path(path).name, content.hexdigest(), rows)


def newest_checkpoint(path: Path) -> str | None:
    """The newest state that a trainer left in a folder, or None."""
    found = [
        (int(number), folder)
        for folder in path.glob("checkpoint-*")
        if (number := folder.name.rpartition("-")[2]).isdecimal() and (folder / "trainer_state.json").exists()
    ]
    return str(max(found)[1]) if found else None


def _settings(recipe: Mapping[str, Any], group: str = "") -> Iterator[tuple[str, Any]]:
    """Each setting by its name; those of a group as ``group.name``."""
    for name, value in recipe.items():
        if isinstance(value, Mapping):
            yield from _settings(value, f"{group}{name}.")
        else:
            yield f"{group}{name}", value


class RunFolder:
    """Made before a training, finished after it.

    While it runs there are ``run.json`` (the question) and ``checkpoints/``; afterwards the model,
    ``training.json`` (recipe, sources, figures, history) and ``curve.png``, and the checkpoints are gone:
    they hold the optimiser's state, which is larger than the model.

    Args:
        path: The folder; made when it is not there.
        recipe: The settings.
        sources: The training files.
        resume: Go on with what an earlier run left.

    Raises:
        InputError: There is something in the folder and ``resume`` is not set, or the run is finished.
        StoreError: The earlier run had another recipe or other files.
    """

    def __init__(
        self, path: str | Path, recipe: Mapping[str, Any], sources: Sequence[Source], *, resume: bool
    ) -> None:
        self.path = Path(path)
        self.sources = tuple(sources)
        self.recipe = dict(recipe)
        self._asked = {
            "recipe": self.recipe,
            "sources": [[source.name, source.sha256] for source in sources],
        }
        if resume and (self.path / "training.json").exists():
            message = f"{self.path}: this training is finished; there is nothing to resume"
            raise InputError(message)
        if resume and (self.path / "run.json").exists():
            self._compare()
        elif self.path.exists() and self._is_used():
            stopped = ", or go on with --resume" if (self.path / "run.json").exists() else ""
            message = f"{self.path} exists and is not an empty folder; name another{stopped}"
            raise InputError(message)
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "run.json").write_text(json.dumps(self._asked, indent=1) + "\n", encoding="utf-8")

    @property
    def checkpoints(self) -> Path:
        """Where the trainer leaves its states."""
        return self.path / "checkpoints"

    @property
    def public_recipe(self) -> dict[str, Any]:
        """The recipe without what it says of this machine: of a local base only the last part of its path."""
        base = str(self.recipe["base"])
        local = Path(base).expanduser().exists()
        return self.recipe | {"base": Path(base).name if local else base}

    @property
    def last_checkpoint(self) -> str | None:
        """The newest state, or None: killed before the first one."""
        return newest_checkpoint(self.checkpoints)

    def finish(self, figures: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> None:
        """Write ``training.json`` and take the states away. The model must be in the folder already."""
        log = self._asked | {"recipe": self.public_recipe, "figures": dict(figures), "history": list(history)}
        (self.path / "training.json").write_text(json.dumps(log, indent=1) + "\n", encoding="utf-8")
        (self.path / "run.json").unlink()
        shutil.rmtree(self.checkpoints, ignore_errors=True)

    def _is_used(self) -> bool:
        """Whether there is more in it than the question of a run that did not come to its first step."""
        return not self.path.is_dir() or any(path.name != "run.json" for path in self.path.iterdir())

    def _compare(self) -> None:
        path = self.path / "run.json"
        try:
            before = json.loads(path.read_text(encoding="utf-8"))
            recipe, sources = dict(before["recipe"]), before["sources"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"{path}: damaged ({error}); start again in another folder"
            raise StoreError(message) from error
        now = json.loads(json.dumps(self._asked))  # tuples become lists
        old, new = dict(_settings(recipe)), dict(_settings(now["recipe"]))
        changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        changed += ["content of the sources"] if sources != now["sources"] else []
        if changed:
            message = (
                f"{self.path}: the earlier run had another {', '.join(changed)}; use the same, or start again"
            )
            raise StoreError(message)
