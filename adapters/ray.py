"""Ray Data: a data set of questions with passages in, the same with excerpts out, on as many machines as there are.

Ray reads, spreads and writes; each actor loads the chain once. For files that must be the same bytes as those of one
machine, `excerpt compress --ray`.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from excerpt.adapters.arrow import BatchCompressor
from excerpt.adapters.ray_workers import RayWorkers
from excerpt.errors import InputError
from excerpt.files.job import Job, prepare
from excerpt.imports.extras import require
from excerpt.parallel.cores import limit_cores
from excerpt.retrievers import Index
from excerpt.retrievers.build.sharing import compute_ahead
from excerpt.retrievers.build.sources import DEFAULT_FEATURES
from excerpt.retrievers.build.writing import IndexProgress
from excerpt.retrievers.dense.encoding import DEFAULT_ENCODER
from excerpt.tokens import BUNDLED
from excerpt.values.coerce import PassageLike

__all__ = ["build_index", "compress"]


class _Actor:
    """Compresses the tables that Ray gives it.

    Args:
        job: What to do with each row.
    """

    def __init__(self, job: Job) -> None:
        limit_cores(1)  # the CPU that Ray counts for it
        prepare(job)
        self._compressor = BatchCompressor(job)

    def __call__(self, table: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
        """A table for a table."""
        return self._compressor.table(table)


def compress(  # noqa: PLR0913 - the options of one verb, by keyword
    dataset: Any,  # noqa: ANN401 - the package is optional
    *,
    budget: float | str,
    chain: str = "default",
    tokenizer: str = BUNDLED,
    template: str | None = None,
    group: str | None = None,
    workers: int | tuple[int, int] = (1, 1_000_000),
    batch_size: int = 64,
    checkpoint: str | Path | None = None,
    id_column: str = "id",
) -> Any:  # noqa: ANN401 - of the same kind
    """Compress each row of a data set, in order; columns in and out as in `excerpt.adapters.arrow`.

    Args:
        dataset: A ``ray.data.Dataset``. JSON lines are best read by ``ray.data.read_text`` and parsed: ``read_json``
            makes pickled objects of passages of several kinds.
        budget: An int (tokens), a float (ratio kept) or ``"calibrated:POLICY.json"``. A policy, as a chain's or a
            tokenizer's file, is read where the actors are.
        chain: A preset's name or a TOML file's path.
        tokenizer: The reader's tokenizer, by name.
        template: How passages are written; the chain's own where not given.
        group: Of a policy calibrated by groups.
        workers: Actors, each with one CPU: so many; or at least and at most so many, as the cluster has room.
        batch_size: Rows at once.
        checkpoint: A folder that all machines see, or a URI. A pipeline that ends in a write and was stopped then goes
            on: rows whose id is noted there are left out.
        id_column: The column whose values differ in all rows; read with ``checkpoint`` only.

    Returns:
        A ``ray.data.Dataset``, lazy as they are.

    Raises:
        ExcerptError: As `excerpt.files.job.Job.of`.
    """
    data: Any = require("ray.data", extra="ray", purpose="Ray Data")
    job = Job.of(budget, chain=chain, tokenizer=tokenizer, template=template, group=group)
    size = {"size": workers} if isinstance(workers, int) else {"min_size": workers[0], "max_size": workers[1]}
    made = dataset.map_batches(
        _Actor,
        fn_constructor_args=(job,),
        batch_format="pyarrow",
        batch_size=batch_size,
        compute=data.ActorPoolStrategy(**size),
        num_cpus=1,
    )
    made.context.execution_options.preserve_order = True
    if checkpoint is not None:
        config: Any = require("ray.data.checkpoint", extra="ray", purpose="checkpoints of Ray Data")
        place = str(checkpoint)
        made.context.checkpoint_config = config.CheckpointConfig(
            id_column=id_column, checkpoint_path=place if "://" in place else str(Path(place).resolve())
        )
    return made


def build_index(
    passages: Collection[PassageLike] | Callable[[], Iterable[PassageLike]],
    path: str | Path,
    *,
    encoder: str | None = DEFAULT_ENCODER,
    features: Sequence[str] = DEFAULT_FEATURES,
    workers: int | None = None,
    progress: IndexProgress | None = None,
    **settings: Any,  # noqa: ANN401 - those of Index.build
) -> Index:
    """Build an index whose vectors and features the cluster computes; the same bytes as ``Index.build`` gives.

    Args:
        passages: A collection, or a function that gives them: they are read twice.
        path: The folder to make.
        encoder: Name of the sentence encoder; None for words only.
        features: Names of what to store for the stages of a chain.
        workers: Actors, each with one CPU; None for as many as the cluster has CPUs.
        progress: As for ``Index.build``, twice.
        settings: Other options of ``Index.build``.

    Raises:
        InputError: ``passages`` can be read once only, or there are not so many CPUs.
        ExcerptError: As ``Index.build``.
    """
    give = passages if callable(passages) else lambda: passages
    if not callable(passages) and not isinstance(passages, Collection):
        message = (
            f"passages: are read twice, and a {type(passages).__name__} may be read once; give a list, or a function "
            "that gives them"
        )
        raise InputError(message)
    compute_ahead(give, path, RayWorkers(workers), encoder=encoder, features=features, progress=progress)
    return Index.build(give(), path, encoder=encoder, features=features, progress=progress, **settings)
