"""The question sets that an evaluation goes over: files of any known form, and folders of prepared sets."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from excerpt.errors import InputError
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.data.formats import read_questions
from excerpt.eval.data.questions import Question

__all__ = ["QuestionSet", "question_sets"]

_ENDINGS = (".gz", ".jsonl", ".json")


@dataclass(frozen=True)
class QuestionSet:
    """Questions in the JSONL input form, read as often as they are asked for.

    Args:
        name: What reports call the set.
        source: The file, ``-`` for standard input (which can be read once), or the folder.
        limit: At most so many: the first of a file, spread evenly over a prepared set.
        prepared: Name and split in the folder; None for a file.
    """

    name: str
    source: str
    limit: int | None = None
    prepared: tuple[str, str] | None = None

    def rows(self) -> Iterator[dict[str, Any]]:
        """The questions.

        Raises:
            InputError: A file cannot be read, or a row in it is wrong.
        """
        if self.prepared is not None:
            return PreparedFolder(Path(self.source)).rows(*self.prepared, limit=self.limit)
        return islice(read_questions(self.source), self.limit)

    def questions(self) -> Iterator[Question]:
        """The same, made out.

        Raises:
            InputError: As `rows`, or a question is wrong; the message says which, of what.
        """
        place = self.source if self.prepared is None else f"{self.source}, {'.'.join(self.prepared)}"
        number = 0
        for number, row in enumerate(self.rows(), start=1):
            yield Question.of(row, f"{place}, question {number}")
        if number == 0:
            message = f"{place}: there are no questions"
            raise InputError(message)

    def check(self) -> list[str]:
        """Find what is wrong before there is work to lose. Standard input, which can be read once, is not checked.

        Returns:
            What is odd, for the user to know: questions with one id, which are hardly independent of each other.

        Raises:
            InputError: As `questions`.
        """
        if self.source == "-":
            return []
        counts = Counter(question.id for question in self.questions())
        [(name, most)] = counts.most_common(1)
        if most == 1:
            return []
        more = counts.total() - len(counts)
        said = f"questions have the id of an earlier one (most often {name}); all count, as if they were independent"
        return [f"{self.name}: {more} {said}"]

    @property
    def count(self) -> int | None:
        """How many questions there are, where that is known without reading them."""
        if self.prepared is None:
            return self.limit
        there = PreparedFolder(Path(self.source)).count(*self.prepared)
        return there if self.limit is None else min(there, self.limit)


def question_sets(
    sources: Iterable[str], names: Sequence[str] = (), split: str = "dev", limit: int | None = None
) -> list[QuestionSet]:
    """A set for each file, and for each set of a folder that has the split.

    Args:
        sources: Files, ``-``, or folders of prepared sets.
        names: Only these sets of the folders; all where empty.
        split: Which split of the folders' sets.
        limit: At most so many questions a set.

    Raises:
        InputError: A folder has no such set, or two sets have the same name.
    """
    found = [one for source in sources for one in _of(source, names, split, limit)]
    twice = sorted({one.name for one in found if sum(other.name == one.name for other in found) > 1})
    if twice:
        message = f"sources: two sets are called {twice[0]!r}; rename a file"
        raise InputError(message)
    return found


def _of(source: str, names: Sequence[str], split: str, limit: int | None) -> list[QuestionSet]:
    if source == "-" or not Path(source).is_dir():
        return [QuestionSet(_plain_name(source), source, limit)]
    there = [name for name, part in PreparedFolder(Path(source)).sets() if part == split]
    missing = sorted(set(names) - set(there))
    if missing or not there:
        wanted = repr(missing[0]) if missing else "any set"
        message = (
            f"{source}: there is not {wanted} with a split {split!r}; there are {', '.join(there) or 'none'}"
        )
        raise InputError(message)
    return [QuestionSet(name, source, limit, (name, split)) for name in there if not names or name in names]


def _plain_name(source: str) -> str:
    name = Path(source).name if source != "-" else "standard input"
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name
