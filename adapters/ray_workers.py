"""Workers of a Ray cluster, for `excerpt compress --ray` and `excerpt index --ray`: actors, one CPU each.

This process reads, hands out and writes, in order; so the files are the same bytes as those of one machine, and a run
that was stopped is gone on with as any other. All that is read and written goes through it: where that is too much for
one network card, `excerpt.adapters.ray` leaves reading and writing to Ray.
"""

import logging
import os
from types import TracebackType
from typing import Any, Self

from excerpt.errors import InputError
from excerpt.files.batch import Done, Hand, Work
from excerpt.files.workers import Ticket, WorkerDiedError
from excerpt.imports.extras import require

__all__ = ["RayWorkers"]


class _Actor:
    """Does what it is handed; its process loads the chain with the first hand."""

    def do(self, work: Work, hand: Hand) -> Done:
        """The result of a hand."""
        return work.do(hand)


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
        # A task is not tried again by Ray: a record may be what ends the actor.
        actor = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=0)(_Actor)
        self._actors = [actor.remote() for _ in range(count)]
        self._given = [0] * count
        self.ahead = 3 * count
        return self

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
        """Ray starts the process of an actor again by itself."""

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
