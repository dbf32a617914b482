"""Hugging Face ``datasets``: a data set of questions with passages in, the same with excerpts out."""

from typing import Any

from excerpt.adapters.arrow import BatchCompressor, check_schema
from excerpt.errors import InputError
from excerpt.files.job import Job
from excerpt.imports.extras import require
from excerpt.tokens import BUNDLED

__all__ = ["compress"]


def compress(  # noqa: PLR0913 - the options of one verb, by keyword
    dataset: Any,  # noqa: ANN401 - the package is optional
    *,
    budget: float | str,
    chain: str = "default",
    tokenizer: str = BUNDLED,
    template: str | None = None,
    group: str | None = None,
    num_proc: int | None = None,
    batch_size: int = 64,
) -> Any:  # noqa: ANN401 - of the same kind
    """Compress each row of a data set; columns in and out as in `excerpt.adapters.arrow`.

    It is ``dataset.map(BatchCompressor(job).table, batched=True)`` in the format ``arrow``: so types are kept, and the
    result is found in the cache of ``datasets`` when the same is asked again.

    Args:
        dataset: A ``datasets.Dataset`` or ``IterableDataset``.
        budget: An int (tokens), a float (ratio kept) or ``"calibrated:POLICY.json"``.
        chain: A preset's name or a TOML file's path.
        tokenizer: The reader's tokenizer, by name.
        template: How passages are written; the chain's own where not given.
        group: Of a policy calibrated by groups.
        num_proc: Processes; for a ``Dataset`` only.
        batch_size: Rows at once.

    Returns:
        A data set of the same kind.

    Raises:
        InputError: ``dataset`` is none, or a column is missing.
        ExcerptError: As `excerpt.files.job.Job.of`.
    """
    datasets: Any = require("datasets", extra="datasets", purpose="Hugging Face data sets")
    job = Job.of(budget, chain=chain, tokenizer=tokenizer, template=template, group=group)
    if not isinstance(dataset, datasets.Dataset | datasets.IterableDataset):
        message = (
            f"dataset: expected a datasets.Dataset or IterableDataset, got {type(dataset).__name__}; of a DatasetDict "
            "give one split"
        )
        raise InputError(message)
    if dataset.features is not None:
        check_schema(dataset.features.arrow_schema)
    options: dict[str, Any] = {"batched": True, "batch_size": batch_size}
    if isinstance(dataset, datasets.Dataset):
        options["num_proc"] = num_proc
    made = dataset.with_format("arrow").map(BatchCompressor(job).table, **options)
    return made.with_format(None)
