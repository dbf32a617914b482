"""A peer's process, seen from the evaluation: a chain like any other, whose text is traced back to its sources."""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from excerpt.budget import Budget, BudgetLike
from excerpt.errors import ExcerptError
from excerpt.eval.oracle import WholeContext
from excerpt.eval.peers.alignment import align
from excerpt.models.runtime.disk_cache import DiskCache, content_key
from excerpt.presets import DEFAULT_RATIO
from excerpt.tokens import TokenCounter, resolve_tokenizer
from excerpt.values.coerce import PassageLike
from excerpt.values.compressed import Compressed
from excerpt.values.kept import KeptPassage
from excerpt.values.report import Report, StageReport
from excerpt.values.rewritten import Rewritten, WrittenSentence

__all__ = ["FOLDER", "Peer", "PeerFailed", "PeerSkipped"]

FOLDER = Path(__file__).resolve().parent
_START_S = 300.0
_ANSWER_S = 180.0


class PeerSkipped(ExcerptError):  # noqa: N818 - reads as what happened
    """A peer cannot run here; the text says why."""


class PeerFailed(ExcerptError, RuntimeError):  # noqa: N818 - reads as what happened
    """A peer could not compress one question, or ended."""


@dataclass
class Peer:
    """Another compressor in a process of its own.

    Its budget is the share to keep, in whatever way its users set one; it does not have to hold it.

    Args:
        name: What tables call it.
        file: Which file of this folder serves it, without its ending.
        settings: What the file's ``start`` is given.
        python: The interpreter that runs it; it needs the peer's packages and not excerpt.
        cache: Where its answers are kept; None asks anew.

    Raises:
        PeerSkipped: It cannot run here.
    """

    name: str
    file: str
    settings: Mapping[str, str] = field(default_factory=dict)
    python: str = sys.executable
    cache: DiskCache | None = None
    versions: dict[str, str] = field(default_factory=dict, init=False)
    peak_mib: float = field(default=0.0, init=False)
    processor_ms: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        served = [str(FOLDER / "serve.py"), str(FOLDER / f"{self.file}.py"), json.dumps(dict(self.settings))]
        try:
            # The command is this folder's own file and the interpreter that the user named.
            self._process = subprocess.Popen(  # noqa: S603
                [self.python, "-P", *served],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
            )
        except OSError as error:
            message = f"{self.python} cannot be run ({error.strerror})"
            raise PeerSkipped(message) from error
        self._to, self._from = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
        try:
            said = self._line(_START_S)
        except PeerFailed as error:
            self.close()
            raise PeerSkipped(str(error)) from error
        if "skipped" in said:
            self.close()
            raise PeerSkipped(said["skipped"])
        self.versions = said["versions"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):  # what it did not read any more
            self._to.close()
        self._from.close()

    def compress(
        self, query: str, passages: Sequence[PassageLike], *, budget: BudgetLike = None
    ) -> Compressed:
        """Have one question's passages compressed.

        Raises:
            PeerFailed: It raised, ended, or took too long.
        """
        limit = Budget.of(budget) or Budget(ratio=DEFAULT_RATIO)
        whole = WholeContext().compress(query, passages, budget=limit)
        texts = [{"title": kept.title, "text": kept.passage.text} for kept in whole.passages]
        ratio = limit.ratio
        if ratio is None:
            ratio = (limit.tokens or 0) / max(whole.tokens_in, 1)
        said = self._asked({"question": query, "passages": texts, "ratio": ratio})
        return self._result(whole, said, resolve_tokenizer(limit.tokenizer))

    def _asked(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        asked = json.dumps(sent)
        key = content_key(
            "peer", self.file, json.dumps([self.settings, self.versions], default=dict, sort_keys=True), asked
        )
        if self.cache is not None and (stored := self.cache.get_many([key])):
            kept: dict[str, Any] = json.loads(stored[key])
            self.peak_mib = max(self.peak_mib, kept["peak_mib"])
            return kept
        said = self._answered(asked)
        if "error" in said:
            raise PeerFailed(said["error"])
        self.processor_ms = said["processor_ms"]
        self.peak_mib = max(self.peak_mib, said["peak_mib"])
        if self.cache is not None:
            self.cache.put_many({key: json.dumps(said).encode()})
        return said

    def _answered(self, asked: str) -> dict[str, Any]:
        try:
            self._to.write(asked + "\n")
            self._to.flush()
        except (OSError, ValueError) as error:
            message = f"{self.name}: its process has ended"
            raise PeerFailed(message) from error
        return self._line(_ANSWER_S)

    def _line(self, seconds: float) -> dict[str, Any]:
        """The next line; the process is killed if none comes in time."""
        timer = threading.Timer(seconds, self._process.kill)
        timer.start()
        try:
            line = self._from.readline()
        finally:
            timer.cancel()
        if not line:
            message = f"{self.name}: its process ended, or was silent for {seconds:.0f} s"
            raise PeerFailed(message)
        said: dict[str, Any] = json.loads(line)
        return said

    def _result(self, whole: Compressed, said: Mapping[str, Any], counter: TokenCounter) -> Compressed:
        passages = [one.passage for one in whole.passages]
        # Where a peer does not keep passages apart, its text is looked for in each of them.
        texts = said["kept"] or [said["text"]] * len(passages)
        spans = [align(text, passage.text) for text, passage in zip(texts, passages, strict=True)]
        context = whole.context.narrow(spans)
        tokens_out = counter.count(said["text"])
        taken = said["milliseconds"]
        stage = StageReport(self.name, tokens_in=whole.tokens_in, tokens_out=tokens_out, milliseconds=taken)
        report = Report(self.name, counter.name, None, (stage,), milliseconds=taken)
        kept = tuple(
            KeptPassage(index, index + 1, passage, held)
            for index, (passage, held) in enumerate(zip(passages, context.kept, strict=True))
        )
        # What it sends on is its own writing: only the spans that were found in the sources are theirs.
        holders = tuple(one.index for one in kept if one.spans)
        written = Rewritten(self.name, (WrittenSentence(said["text"], 1.0, holders),))
        return Compressed(
            whole.query,
            said["text"],
            kept,
            whole.tokens_in,
            tokens_out,
            report,
            (),
            context,
            rewritten=written,
        )
