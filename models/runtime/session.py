"""One ONNX file, opened when it is first used, and run by any number of threads and forked children."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from excerpt.errors import ModelError
from excerpt.parallel.forks import ForkLock

__all__ = ["Session"]

_CPU = ("CPUExecutionProvider",)


class Session:
    """Sessions of ONNX Runtime that compute on the calling thread alone: one for each pass that runs at once.

    Two threads in one session share its memory arena, and a pass then takes half as long again (sequences of 128
    tokens; without an arena long sequences take a quarter longer). So a thread takes a session that nobody uses, and
    opens another where there is none: 12 to 40 MB for the bundled encoder, of which no more run at once than there are
    cores, and one (`excerpt.parallel.cores`). On other processors than the CPU, whose memory is dearer, all threads
    share one.

    A forked child goes on with its parent's sessions, whose memory it shares, except those that were running.

    Args:
        path: The ``.onnx`` file.
        providers: ONNX Runtime's execution providers in order of preference.
        check: Called with each session when it has been opened; what it raises is raised by every use.
    """

    def __init__(
        self,
        path: Path,
        *,
        providers: Sequence[str] = _CPU,
        check: Callable[[Any], None] | None = None,
    ) -> None:
        self.path = path
        self.providers = tuple(providers)
        self._check = check
        self._lock = ForkLock()
        # In a forked child also those that were running, which must not be freed there.
        self._all: list[Any] = []
        self._idle: list[Any] = []

    def opened(self) -> Any:  # noqa: ANN401 - untyped package
        """The first session, to be asked for its inputs and outputs.

        Raises:
            ModelError: There is no such file, or it cannot be opened.
        """
        with self._lock:
            if not self._all:
                self._idle.append(self._open())
        return self._all[0]

    def run(self, outputs: Sequence[str] | None, feed: Mapping[str, Any], of: str) -> list[NDArray[Any]]:
        """The outputs for one input.

        Args:
            outputs: Their names; None for all.
            feed: The inputs by name.
            of: What it is run on, for the error message: ``"a sequence of 12 tokens"``.

        Raises:
            ModelError: The file cannot be opened or run.
        """
        first = self.opened()
        if self.providers != _CPU:
            return self._run(first, outputs, feed, of)
        try:
            session = self._idle.pop()
        except IndexError:
            session = self._open()
        try:
            return self._run(session, outputs, feed, of)
        finally:
            self._idle.append(session)

    def _run(
        self,
        session: Any,  # noqa: ANN401 - untyped package
        outputs: Sequence[str] | None,
        feed: Mapping[str, Any],
        of: str,
    ) -> list[NDArray[Any]]:
        try:
            arrays: list[NDArray[Any]] = session.run(outputs, feed)
        except Exception as error:
            message = f"{self.path} failed on {of}: {error}"
            raise ModelError(message) from error
        return arrays

    def _open(self) -> Any:  # noqa: ANN401 - untyped package
        session = _open(self.path, self.providers)
        if self._check is not None:
            self._check(session)
        self._all.append(session)
        return session


def _open(path: Path, providers: tuple[str, ...]) -> Any:  # noqa: ANN401 - untyped package
    import onnxruntime  # noqa: PLC0415 - heavy

    if not path.is_file():
        message = f"there is no model file at {path}"
        raise ModelError(message)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Lengths differ from call to call: a plan of memory for each length seen would grow for ever.
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=list(providers))
    except Exception as error:
        message = f"ONNX Runtime {onnxruntime.__version__} cannot open {path}: {error}"
        raise ModelError(message) from error
