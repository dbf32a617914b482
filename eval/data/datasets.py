"""Prepared question sets in a folder, read as rows of the JSONL input form, one at a time.

::

    FOLDER/qa/NAME.SPLIT.jsonl.gz         questions with their passages
    FOLDER/store/NAME.SPLIT.jsonl.gz      questions with references: `store`, and `passage_ids` or `doc_id`
    FOLDER/store/STORE.passages.jsonl.gz  the passages: `id`, `doc_id`, `title`, `text`
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from excerpt.cached import cached_property
from excerpt.errors import InputError
from excerpt.files.jsonl import open_lines, read_jsonl

__all__ = ["PassageStore", "PreparedFolder"]

_SUFFIX = ".jsonl.gz"
_KINDS = ("qa", "store")


@dataclass(frozen=True)
class PassageStore:
    """The passages that the questions of a set refer to, in memory once.

    Args:
        path: The ``.passages.jsonl.gz`` file.
    """

    path: Path

    @cached_property
    def passages(self) -> dict[str, dict[str, str]]:
        """``id``, ``title`` and ``text`` by id, in file order.

        Raises:
            InputError: The file cannot be read, or a passage has no id or text.
        """
        found: dict[str, dict[str, str]] = {}
        for number, row in read_jsonl(self.path):
            if "id" not in row or "text" not in row:
                message = f"{self.path}, line {number}: a passage needs 'id' and 'text', it has {sorted(row)}"
                raise InputError(message)
            document = self._documents.setdefault(row.get("doc_id", ""), [])
            document.append(row["id"])
            found[row["id"]] = {"id": row["id"], "title": row.get("title", ""), "text": row["text"]}
        return found

    @cached_property
    def _documents(self) -> dict[str, list[str]]:
        return {}

    def candidates(self, row: Mapping[str, Any], where: str) -> list[str]:
        """The ids of a question's passages, in the order to show them.

        Raises:
            InputError: The question names a passage or a document that the store does not have.
        """
        known = self.passages
        ids = row.get("passage_ids")
        if ids is None:
            ids = self._documents.get(row.get("doc_id", ""))
        if ids is None:
            message = f"{where}: {self.path.name} has no document {row.get('doc_id')!r}"
            raise InputError(message)
        missing = [name for name in ids if name not in known]
        if missing:
            message = f"{where}: {self.path.name} has no passage {missing[0]!r}"
            raise InputError(message)
        return list(ids)


@dataclass(frozen=True)
class PreparedFolder:
    """A folder of prepared question sets (the module says how it is laid out).

    Args:
        path: The folder that holds ``qa`` and ``store``.

    Raises:
        InputError: It holds no question set.
    """

    path: Path

    def __post_init__(self) -> None:
        if not self.sets():
            message = f"{self.path}: holds no prepared question set (qa/NAME.SPLIT{_SUFFIX} or store/...)"
            raise InputError(message)

    def sets(self) -> list[tuple[str, str]]:
        """The (name, split) pairs that there are, by name."""
        files = [file.name for kind in _KINDS for file in (self.path / kind).glob(f"*{_SUFFIX}")]
        pairs = [tuple(name.removesuffix(_SUFFIX).rsplit(".", 1)) for name in files]
        return sorted((pair[0], pair[1]) for pair in pairs if len(pair) == 2 and pair[1] != "passages")

    def count(self, name: str, split: str) -> int:
        """How many questions a set has.

        Raises:
            InputError: There is no such set, or its file cannot be read.
        """
        with open_lines(self._file(name, split)) as lines:
            return sum(1 for line in lines if line.strip())

    def rows(self, name: str, split: str, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """The questions of a set, in file order.

        Args:
            name: The set.
            split: ``"train"`` or ``"dev"``.
            limit: Only so many, spread evenly over the file: neighbours often share a document.

        Raises:
            InputError: There is no such set, or a row in it is wrong.
        """
        path = self._file(name, split)
        total = self.count(name, split) if limit is not None else 0
        wanted = (
            None if limit is None or limit >= total else {index * total // limit for index in range(limit)}
        )
        stores: dict[str, PassageStore] = {}
        for index, (number, row) in enumerate(read_jsonl(path)):
            if wanted is None or index in wanted:
                yield self._joined(row, f"{path}, line {number}", stores) if "store" in row else row

    def _file(self, name: str, split: str) -> Path:
        for kind in _KINDS:
            path = self.path / kind / f"{name}.{split}{_SUFFIX}"
            if path.is_file():
                return path
        there = ", ".join(f"{one} {part}" for one, part in self.sets())
        message = f"{self.path}: there is no set {name!r} with a split {split!r}; there are {there}"
        raise InputError(message)

    def _joined(self, row: dict[str, Any], where: str, stores: dict[str, PassageStore]) -> dict[str, Any]:
        """A row of references with its passages put in."""
        name = row["store"]
        if not isinstance(name, str) or Path(name).name != name:
            message = f"{where}: store: expected the name of a passage file, got {name!r}"
            raise InputError(message)
        store = stores.setdefault(name, PassageStore(self.path / "store" / f"{name}.passages{_SUFFIX}"))
        gold = set(row.get("gold_ids", ()))
        evidence = row.get("evidence", {})
        passages = [
            {**store.passages[one], "gold": one in gold, "evidence": evidence.get(one, [])}
            for one in store.candidates(row, where)
        ]
        references = {"store", "passage_ids", "doc_id", "gold_ids", "evidence"}
        return {key: value for key, value in row.items() if key not in references} | {"passages": passages}
