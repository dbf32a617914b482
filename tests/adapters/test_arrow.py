"""Arrow record batches in and out, and the contract of Spark's mapInArrow, which calls the same object."""

import pickle

import pyarrow as pa
import pytest

from excerpt import BudgetError, ConfigError, InputError, compress
from excerpt.adapters.arrow import ADDED, BatchCompressor, output_schema
from excerpt.files.job import Job

TEXTS = ["The mill grinds rye. It rains. Nobody looks at it.", "Bread is made of rye. The river is cold."]
QUESTION = "what grinds rye?"


def compressor(budget=8, **options):
    return BatchCompressor(Job.of(budget, chain="fast", **options))


def batch(passages, **columns):
    return pa.RecordBatch.from_pylist(
        [{"question": QUESTION, "passages": given, **columns} for given in passages]
    )


@pytest.mark.parametrize(
    "passages",
    [
        TEXTS,
        [{"text": text, "id": name, "title": None} for text, name in zip(TEXTS, "ab", strict=True)],
        [{"page_content": text, "metadata": {"id": "a", "page": 3}} for text in TEXTS],
        [{"role": "tool", "content": text} for text in TEXTS],
    ],
)
def test_passages_of_every_form(passages):
    """Texts, passages, LangChain documents, chat messages: the text is that of `compress`."""
    row = compressor().batch(batch([passages])).to_pylist()[0]
    expected = compress(QUESTION, TEXTS, budget=8, chain="fast")
    assert (row["text"], row["tokens_out"], row["error"]) == (expected.text, expected.tokens_out, None)
    assert [[(span["start"], span["end"]) for span in spans] for spans in row["spans"]] == [
        list(kept.spans) for kept in expected.passages
    ]


def test_the_contract_of_map_in_arrow():
    """Pickled, called with an iterator, it gives an iterator of batches of one schema, and reads no batch ahead."""
    read = []

    def batches():
        for number in range(3):
            read.append(number)
            yield batch([TEXTS, None], id=f"r{number}", rank=number)

    sent = pickle.loads(pickle.dumps(compressor()))  # noqa: S301 - what Spark does with it
    given = sent(batches())
    first = next(given)
    assert read == [0]
    rest = list(given)
    schema = output_schema(batch([TEXTS], id="r", rank=1).schema)
    assert [made.schema for made in (first, *rest)] == [schema] * 3
    assert schema.names == ["question", "id", "rank", *ADDED.names]
    rows = pa.Table.from_batches([first, *rest]).to_pylist()
    assert [row["rank"] for row in rows] == [0, 0, 1, 1, 2, 2]
    assert [row["error"] is None for row in rows] == [True, False] * 3


def test_our_columns_win_over_carried_ones():
    """As in JSON lines."""
    made = compressor().batch(batch([TEXTS], text="old", tokens_in="many"))
    assert made.schema.names == ["question", *ADDED.names]
    assert made.column("text")[0].as_py() != "old"


def test_tables_without_rows_keep_their_columns():
    """A shard may be empty."""
    empty = pa.Table.from_batches([batch([TEXTS]).slice(0, 0)])
    assert compressor().table(empty).schema == output_schema(empty.schema)


@pytest.mark.parametrize(
    ("budget", "options", "error"),
    [
        (2.0, {"chain": "fast"}, BudgetError),
        (5, {"chain": "no-such"}, ConfigError),
        (None, {"chain": "fast"}, InputError),
        (5, {"chain": "fast", "tokenizer": len}, InputError),
    ],
)
def test_a_job_is_checked_where_it_is_made(budget, options, error):
    """Not by each of a hundred workers."""
    with pytest.raises(error):
        Job.of(budget, **options)
