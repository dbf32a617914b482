"""Workers of a Ray cluster, for `excerpt compress --ray` and `excerpt index --ray`: actors, one CPU each.

This process reads, hands out and writes, in order; so the files are the same bytes as those of one machine, and a run
that was stopped is gone on with as any other. All that is read and written goes through it: where that is too much for
one network card, `excerpt.adapters.ray` leaves reading and writing to Ray.
"""

import logging
import os
from types import TracebackType
from typing import Any, Self

from excerpt.errors import ExcerptError, InputError
from excerpt.files.batch import Done, Hand, Work
from excerpt.files.workers import Ticket, WorkerDiedError
from excerpt.imports.extras import require
from excerpt.parallel.cores import limit_cores

__all__ = ["RayWorkers"]

_PATIENCE_S = 120
"""How long to wait for a process of the cluster."""


class _Actor:
    """Does what it is handed; its process loads the chain with the first hand."""

    def __init__(self) -> None:
        limit_cores(1)  # the CPU that Ray counts for it

    def do(self, work: Work, hand: Hand) -> Done:
        """The result of a hand."""
        return work.do(hand)

    def ready(self) -> None:
        """Answers once the process is there."""


class RayWorkers:
    """Actors of the cluster that this process is connected to, that ``RAY_ADDRESS`` names, or of this machine.

    Args:
        count: How many; None for as many as the cluster has CPUs.

    Raises:
        MissingExtraError: Ray is not installed.
    """

    hand = 16

    def __init__(self, count: int | None = None) -> None:
        self._ray: Any = require("ray", extra="ray", purpose="workers of a Ray cluster")
        self._count = count
        self._started = False
        self._actors: list[Any] = []
        self._given: list[int] = []
        self._make: Any = None
        self.ahead = 1

    def __enter__(self) -> Self:
        ray = self._ray
        if not ray.is_initialized():
            # A cluster that is started here reports to nobody.
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            ray.init(include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False)
            self._started = True
        cpus = int(ray.cluster_resources().get("CPU", 0))
        count = cpus if self._count is None else self._count
        if not 1 <= count <= cpus:
            self._shut_down()
            message = f"workers: {count} are wanted, and the Ray cluster has {cpus} CPUs; each needs one"
            raise InputError(message)
        # Ray is not to start an actor again, nor a task: a record may be what ended it.
        self._make = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(_Actor).remote
        self._use([self._make() for _ in range(count)])
        return self

    def _use(self, actors: list[Any]) -> None:
        self._actors = actors
        self._given = [0] * len(actors)
        self.ahead = 3 * len(actors)

    def submit(self, work: Work, hand: Hand) -> Ticket:
        """As for `excerpt.files.workers.Workers`: to the actor that has least to do."""
        place = self._given.index(min(self._given))
        self._given[place] += 1
        coming = self._actors[place].do.remote(work, hand)

        def result() -> Done:
            errors = self._ray.exceptions
            try:
                done: Done = self._ray.get(coming)
            except errors.RayTaskError as error:  # raised by the work itself, and no record's fault
                raise error.cause from error
            except (errors.RayActorError, errors.WorkerCrashedError, errors.ObjectLostError) as error:
                raise WorkerDiedError from error
            finally:
                self._given[place] -= 1
            return done

        return result

    def renew(self) -> None:
        """Have another actor in the place of each that died; one fewer where the cluster has lost the room for it.

        Raises:
            ExcerptError: No actor can be had.
        """
        pings = [actor.ready.remote() for actor in self._actors]
        alive = [actor for actor, ping in zip(self._actors, pings, strict=True) if self._answers(ping)]
        fresh = [self._make() for _ in range(len(self._actors) - len(alive))]
        waits = [actor.ready.remote() for actor in fresh]
        if waits:
            self._ray.wait(waits, num_returns=len(waits), timeout=_PATIENCE_S)
        for actor, wait in zip(fresh, waits, strict=True):
            if self._answers(wait, timeout=0):
                alive.append(actor)
            else:
                self._ray.kill(actor)
        if not alive:
            message = (
                f"the Ray cluster has had no CPU for a worker for {_PATIENCE_S} s; the same command with --resume goes "
                "on when there is one"
            )
            raise ExcerptError(message)
        self._use(alive)

    def _answers(self, ping: Any, timeout: float | None = None) -> bool:  # noqa: ANN401 - Ray's type
        errors = self._ray.exceptions
        try:
            self._ray.get(ping, timeout=timeout)
        except (errors.RayActorError, errors.GetTimeoutError):
            return False
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for actor in self._actors:
            self._ray.kill(actor)
        self._actors = []
        self._shut_down()

    def _shut_down(self) -> None:
        if self._started:
            self._ray.shutdown()
            self._started = False
