"""The real Ray on this machine: few rows, because a process of Ray takes seconds to start."""

import hashlib
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from excerpt import InputError
from excerpt.adapters.arrow import BatchCompressor
from excerpt.adapters.ray import build_index, compress
from excerpt.adapters.ray_workers import RayWorkers
from excerpt.cli.compress import command
from excerpt.files.batch import Done, line_hands, split_lines
from excerpt.files.job import Job
from excerpt.files.workers import in_order
from excerpt.retrievers import Index

ray = pytest.importorskip("ray")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("_cluster"),
    pytest.mark.filterwarnings(
        "ignore::ResourceWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"
    ),
]

TEXT = "The mill grinds rye. It rains. Nobody looks at it."


@pytest.fixture(scope="module")
def _cluster():
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
        ray.data.DataContext.get_current().enable_progress_bars = False
        yield
        ray.shutdown()


def digests(folder):
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]


def test_a_dataset_and_an_index(tmp_path):
    """The rows are those of one machine, in order, errors among them; the index is the same bytes."""
    rows = [{"id": number, "question": f"what grinds {number}?", "passages": [TEXT]} for number in range(12)]
    rows[5]["question"] = None
    table = pa.Table.from_pylist(rows)
    given = ray.data.from_arrow([table.slice(start, 3) for start in range(0, 12, 3)])
    made = compress(given, budget=8, chain="fast", workers=1, checkpoint=tmp_path / "noted")
    assert made.context.checkpoint_config.id_column == "id"
    made.context.checkpoint_config = None  # it is for pipelines that end in a write
    assert made.take_all() == BatchCompressor(Job.of(8, chain="fast")).table(table).to_pylist()

    passages = [f"{TEXT} {number}" for number in range(300)]
    options = {"encoder": None, "features": ("sentences", "guards")}
    Index.build(passages, tmp_path / "one", **options)
    build_index(passages, tmp_path / "many", workers=1, **options)
    assert digests(tmp_path / "one") == digests(tmp_path / "many")
    with pytest.raises(InputError, match="a generator may be read once"):
        build_index((text for text in passages), tmp_path / "many", **options)
    with pytest.raises(InputError, match="3 are wanted, and the Ray cluster has 2 CPUs"):
        build_index(passages, tmp_path / "more", workers=3, **options)


def test_an_actor_that_dies_costs_one_record():
    """Of what it had in hand only the record that ended it is lost; another actor takes its place."""

    class Echo:
        """Writes each line again; a line `die` ends the process."""

        def do(self, hand):
            if b"die" in hand.data:
                os._exit(9)
            return Done(len(hand.data), b"".join(hand.data), written=len(hand.data))

        def split(self, hand):
            return split_lines(hand)

        def lost(self, hand):
            return Done(1, b"!", failed=1)

    lines = [b"die" if number == 9 else b"%d " % number for number in range(20)]
    with RayWorkers(1) as workers:
        results = list(in_order(workers, Echo(), line_hands(lines, 4)))
    done = Done.joined(done for _, done in results)
    assert done.rows == b"".join(lines).replace(b"die", b"!")
    assert (done.written, done.failed) == (19, 1)


def test_the_bytes_are_those_of_one_machine(tmp_path):
    """Of Parquet, whose row groups do not depend on who worked."""
    pq.write_table(
        pa.Table.from_pylist(
            [{"id": n, "query": f"what grinds {n}?", "passages": [TEXT]} for n in range(40)]
        ),
        tmp_path / "in.parquet",
    )
    for name, more in (("one", ()), ("many", ("--ray", "--workers", "1"))):
        call = [str(tmp_path / "in.parquet"), "-o", str(tmp_path / f"{name}.parquet"), "--budget", "8"]
        assert CliRunner().invoke(command, [*call, "--chain", "fast", "-q", *more]).exit_code == 0
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "many.parquet").read_bytes()
