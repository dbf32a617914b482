"""Reader processes beside a writer: every answer is from one generation."""

import subprocess
import sys
from pathlib import Path

from fakes.hash_encoder import HashEncoder

from excerpt.retrievers import Index

READER = """
import sys
sys.path.insert(0, sys.argv[1])
from fakes.hash_encoder import HashEncoder
from excerpt.retrievers import Index
count = 0
while count < 130:
    index = Index.open(sys.argv[2], encoder=HashEncoder())
    count = len(index)
    assert count % 10 == 0, count
    assert index[-1].text == f"mill {count - 1}", index[-1]
    assert all(hit.row < count for hit in index.search("a mill", 200))
"""


def test_readers_never_see_a_mixture(tmp_path: Path) -> None:
    """Two processes open and search again and again while passages are added."""
    path = tmp_path / "a.excerpt"
    writer = Index.build([f"mill {number}" for number in range(10)], path, encoder=HashEncoder())
    tests = str(Path(__file__).parent.parent)
    readers = [subprocess.Popen([sys.executable, "-c", READER, tests, str(path)]) for _ in range(2)]
    for start in range(10, 130, 10):
        writer.add([f"mill {number}" for number in range(start, start + 10)])
    assert [reader.wait(timeout=60) for reader in readers] == [0, 0]
