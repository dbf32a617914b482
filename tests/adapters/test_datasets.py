"""Hugging Face data sets, in memory and streamed."""

import pytest

from excerpt import InputError
from excerpt import compress as compress_one
from excerpt.adapters.arrow import ADDED
from excerpt.adapters.datasets import compress

datasets = pytest.importorskip("datasets")

TEXT = "The mill grinds rye. It rains. Nobody looks at it."


@pytest.fixture
def dataset(monkeypatch):
    monkeypatch.setattr("datasets.config.HF_DATASETS_DISABLE_PROGRESS_BARS", True)
    rows = [
        {"question": f"what grinds {number}?", "passages": [{"text": TEXT, "title": None}]}
        for number in range(9)
    ]
    rows[4]["question"] = None
    return datasets.Dataset.from_list(rows)


def test_a_dataset_keeps_its_rows_and_gets_columns(dataset):
    """In order; an error is a row, in whatever batch it comes; types do not depend on the first batch."""
    made = compress(dataset, budget=8, chain="fast", batch_size=4)
    assert made.column_names == ["question", *ADDED.names]
    assert made["text"][0] == compress_one("what grinds 0?", [TEXT], budget=8, chain="fast").text
    assert [row["error"] is None for row in made] == [number != 4 for number in range(9)]
    streamed = compress(dataset.to_iterable_dataset(), budget=8, chain="fast")
    assert list(streamed) == list(made)


def test_the_cache_knows_the_same_work_again(dataset):
    """The fingerprint is of the job, and another budget is another one."""
    once = compress(dataset, budget=8, chain="fast")._fingerprint
    assert compress(dataset, budget=8, chain="fast")._fingerprint == once
    assert compress(dataset, budget=9, chain="fast")._fingerprint != once


def test_what_is_no_dataset_is_refused(dataset):
    """A dict of splits, a list, a data set without the columns."""
    with pytest.raises(InputError, match="of a DatasetDict give one split"):
        compress(datasets.DatasetDict({"train": dataset}), budget=8, chain="fast")
    with pytest.raises(InputError, match="passages: no such column"):
        compress(dataset.remove_columns("passages"), budget=8, chain="fast")
