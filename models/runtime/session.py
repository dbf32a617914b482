"""One ONNX file, opened when it is first used, and run by any number of threads and forked children."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import get_ident
from typing import Any

from numpy.typing import NDArray

from excerpt.errors import ModelError
from excerpt.parallel.cores import SLOTS
from excerpt.parallel.forks import ForkLock, renew_in_children

__all__ = ["Session"]

_ABANDONED: list[
    Any
] = []  # by forked children: a session that another thread was in the middle of is not even freed


class Session:
    """An ONNX Runtime session that computes on the calling thread alone.

    A forked child goes on with the session of its parent, whose memory it shares, unless a thread of the parent was
    running it at that moment: then the child opens its own.

    Args:
        path: The ``.onnx`` file.
        providers: ONNX Runtime's execution providers in order of preference.
        check: Called with the session when it has been opened; what it raises is raised by every use.
    """

    def __init__(
        self,
        path: Path,
        *,
        providers: Sequence[str] = ("CPUExecutionProvider",),
        check: Callable[[Any], None] | None = None,
    ) -> None:
        self.path = path
        self.providers = tuple(providers)
        self._check = check
        self._lock = ForkLock()
        self._session: Any = None
        self._running: dict[int, Any] = {}  # by thread
        renew_in_children(self)

    def opened(self) -> Any:  # noqa: ANN401 - untyped package
        """The session of ONNX Runtime.

        Raises:
            ModelError: There is no such file, or it cannot be opened.
        """
        with self._lock:
            if self._session is None:
                session = _open(self.path, self.providers)
                if self._check is not None:
                    self._check(session)
                self._session = session
        return self._session

    def run(self, outputs: Sequence[str] | None, feed: Mapping[str, Any], of: str) -> list[NDArray[Any]]:
        """The outputs for one input; waits for a core that no other forward pass runs on.

        Args:
            outputs: Their names; None for all.
            feed: The inputs by name.
            of: What it is run on, for the error message: ``"a sequence of 12 tokens"``.

        Raises:
            ModelError: The file cannot be opened or run.
        """
        session = self.opened()
        with SLOTS:
            self._running[get_ident()] = session
            try:
                arrays: list[NDArray[Any]] = session.run(outputs, feed)
            except Exception as error:
                message = f"{self.path} failed on {of}: {error}"
                raise ModelError(message) from error
            finally:
                self._running.pop(get_ident(), None)
        return arrays

    def renew(self) -> None:
        """In a forked child: no session, if it was running."""
        if self._running:
            _ABANDONED.append(self._session)
            self._session, self._running = None, {}


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
