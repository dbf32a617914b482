"""Readers that ask nothing twice: what was said is kept on disk by content, so a killed run goes on where it was."""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from excerpt.contracts import ReaderContract, with_defaults
from excerpt.models.readers.protocols import Answer, Likelihood, Reader, TellsLikelihood
from excerpt.models.runtime.disk_cache import DiskCache, content_key

__all__ = ["RememberingLikelihood", "RememberingReader", "read_all"]

_AT_ONCE = 16  # answers between two writes: what a kill can lose


def read_all(reader: Reader, questions: Sequence[str], contexts: Sequence[str]) -> list[Answer]:
    """Many answers, in batches where the reader has ``read_many``."""
    read_many = with_defaults(reader, ReaderContract).read_many
    if read_many is not None:
        return list(read_many(questions, contexts))
    return [reader.read(question, context) for question, context in zip(questions, contexts, strict=True)]


@dataclass(frozen=True)
class RememberingReader:
    """A reader that looks in a cache first.

    Args:
        reader: The reader itself. Without a ``fingerprint`` it is always asked.
        cache: Where answers are kept.
    """

    reader: Reader
    cache: DiskCache

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - everything else is the reader's own
        return getattr(self.reader, name)

    @property
    def name(self) -> str:
        """The reader's own."""
        return self.reader.name

    def read(self, question: str, context: str) -> Answer:
        """One answer."""
        return self.read_many([question], [context])[0]

    def read_many(self, questions: Sequence[str], contexts: Sequence[str]) -> list[Answer]:
        """Many answers; each distinct question and context is asked once."""
        asked = list(zip(questions, contexts, strict=True))
        fingerprint = with_defaults(self.reader, ReaderContract).fingerprint
        if fingerprint is None:
            return read_all(self.reader, questions, contexts)
        keys = {pair: content_key("answer", fingerprint, *pair) for pair in asked}
        stored = self.cache.get_many(keys.values())
        known = {pair: _answer(stored[key]) for pair, key in keys.items() if key in stored}
        new = [pair for pair in keys if pair not in known]
        for start in range(0, len(new), _AT_ONCE):
            batch = new[start : start + _AT_ONCE]
            answers = read_all(self.reader, [one for one, _ in batch], [text for _, text in batch])
            known.update(zip(batch, answers, strict=True))
            self.cache.put_many({keys[pair]: _stored(known[pair]) for pair in batch})
        return [known[pair] for pair in asked]


@dataclass(frozen=True)
class RememberingLikelihood:
    """What tells likelihoods, looking in a cache first.

    Args:
        teller: Who tells them.
        cache: Where they are kept.
    """

    teller: TellsLikelihood
    cache: DiskCache

    @property
    def name(self) -> str:
        """The teller's own."""
        return self.teller.name

    @property
    def fingerprint(self) -> str:
        """The teller's own."""
        return self.teller.fingerprint

    def likelihoods(
        self, questions: Sequence[str], contexts: Sequence[str], answers: Sequence[Sequence[str]]
    ) -> list[Likelihood]:
        """Each distinct question, context and answers is measured once; times are those of that once."""
        asked = list(zip(questions, contexts, map(tuple, answers), strict=True))
        keys = {one: content_key("likelihood", self.fingerprint, *one[:2], *one[2]) for one in asked}
        stored = self.cache.get_many(keys.values())
        known = {one: Likelihood(*json.loads(stored[key])) for one, key in keys.items() if key in stored}
        new = [one for one in keys if one not in known]
        for start in range(0, len(new), _AT_ONCE):
            batch = new[start : start + _AT_ONCE]
            told = self.teller.likelihoods(*(list(column) for column in zip(*batch, strict=True)))
            known.update(zip(batch, told, strict=True))
            self.cache.put_many({keys[one]: json.dumps(astuple(known[one])).encode() for one in batch})
        return [known[one] for one in asked]


def _stored(answer: Answer) -> bytes:
    return json.dumps([answer.text, answer.score, answer.span]).encode()


def _answer(raw: bytes) -> Answer:
    text, score, span = json.loads(raw)
    return Answer(str(text), float(score), None if span is None else (int(span[0]), int(span[1])))
