"""What a teacher answered, kept line by line as it comes: a killed run loses nothing that was paid for."""

import hashlib
import json
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from excerpt.errors import InputError, StoreError
from excerpt.files.jsonl import dump
from excerpt.models.generation.endpoint import Endpoint
from excerpt.models.training.distill.endpoint import RULES

__all__ = ["Answers"]


class Answers:
    """Answers by the content of the question, in a JSONL file that only grows.

    The key is a hash of the rules, the model, the sampling and the chunk, so a file can serve any run:
    what was asked in the same way before is not asked again. A last line that a kill cut short is dropped.

    Args:
        path: The file; made when it is not there.
        endpoint: How the run asks.

    Raises:
        InputError: The file cannot be written to.
        StoreError: A line of the file is damaged.
    """

    def __init__(self, path: Path, endpoint: Endpoint) -> None:
        self.path = path
        self._endpoint = endpoint
        self._known: dict[str, str] = {}
        try:
            self._file: IO[bytes] = path.open("a+b")
        except OSError as error:
            message = f"output: {path} cannot be written ({error.strerror}); choose another place with -o"
            raise InputError(message) from error
        try:
            self._read()
        except StoreError:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def get(self, text: str) -> str | None:
        """The compression of a chunk, if it is known."""
        return self._known.get(self._key(text))

    def add(self, text: str, compression: str) -> None:
        """Note an answer; it is on the disk when this returns."""
        key = self._key(text)
        self._known[key] = compression
        self._file.write(dump({"key": key, "compression": compression}))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _key(self, text: str) -> str:
        asked = (RULES, self._endpoint.model, self._endpoint.temperature, self._endpoint.top_p, text)
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()

    def _read(self) -> None:
        self._file.seek(0)
        whole = 0
        for number, line in enumerate(self._file, start=1):
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            try:
                row = json.loads(line)
                self._known[str(row["key"])] = str(row["compression"])
            except (ValueError, KeyError, TypeError) as error:
                message = f"{self.path}, line {number}: damaged ({error}); delete that line, its chunk is asked again"
                raise StoreError(message) from error
        self._file.truncate(whole)
