"""The store of short texts and their originals."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading

import pytest

from excerpt import ConfigError, InputError, StoreError
from excerpt.adapters.kept_texts import KeptText, KeptTexts

KEPT = KeptText("short", ((0, 5),), "short and long \ud800", (3, 1), scope="a")


def noise(number, size=2000):
    return KeptText("x", ((0, 1),), os.urandom(size).hex() + str(number), (9, 1))


@pytest.fixture(params=["file", "memory"])
def store(request, tmp_path):
    return KeptTexts(tmp_path / "kept.sqlite" if request.param == "file" else None)


def test_what_was_put_first_stays(store):
    """Byte for byte."""
    assert store.get("id") is None
    assert store.put("id", KEPT) == KEPT
    assert store.put("id", KeptText("other", (), "other", (1, 1))) == KEPT
    assert store.get("id") == KEPT
    assert len(store) == 1


def test_the_original_can_be_had_back(store):
    """All of it, or some characters."""
    store.put("id", KEPT)
    assert store.expand("id") == KEPT.original
    assert store.expand("id", 6, 9) == "and"
    assert store.expand("id", 10) == "long \ud800"
    assert store.expand("id", 6, 9, scope="a") == "and"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("no",), "nothing is stored under 'no'"),
        ((7,), "nothing is stored under 7"),
        (("id", -1), "start: must be a whole number"),
        (("id", 0, True), "end: must be a whole number"),
        (("id", 5, 2), "start: 5 is behind end, 2"),
    ],
)
def test_expand_refuses(store, arguments, message):
    """Clearly."""
    store.put("id", KEPT)
    with pytest.raises(InputError, match=message):
        store.expand(*arguments)


def test_one_scope_does_not_see_anothers(store):
    """As if it were not there."""
    store.put("id", KEPT)
    with pytest.raises(InputError, match="nothing is stored"):
        store.expand("id", scope="b")


def test_it_lives_through_a_restart(tmp_path):
    """And only its owner can read it."""
    path = tmp_path / "folder" / "kept.sqlite"
    KeptTexts(path).put("id", KEPT)
    assert KeptTexts(path).get("id") == KEPT
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_is_capped(tmp_path):
    """What was not used longest goes first, the newest never."""
    store = KeptTexts(tmp_path / "kept.sqlite", max_bytes=12_000)
    for number in range(20):
        store.put(str(number), noise(number))
        assert store.size <= 12_000
    assert store.get("0") is None
    assert store.get("19") is not None
    store.put("big", noise(0, 50_000))
    assert store.get("big") is not None
    assert len(store) == 1


def test_what_was_not_used_for_long_is_dropped():
    """When something is stored."""
    store = KeptTexts(max_age_days=0)
    store.put("a", KEPT)
    store.put("b", KEPT)
    assert store.get("a") is None
    assert store.get("b") == KEPT


def test_threads_share_it(store):
    """All see the first."""
    seen = []

    def put(number):
        seen.extend((key, store.put(str(key), noise(number, 10)).original) for key in range(20))

    threads = [threading.Thread(target=put, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 20


WRITER = """
import sys
from excerpt.adapters.kept_texts import KeptText, KeptTexts
store = KeptTexts(sys.argv[1])
for key in range(50):
    print(key, store.put(str(key), KeptText(sys.argv[2], (), "o", (1, 1))).text)
"""


def test_processes_share_it(tmp_path):
    """All see the first."""
    path = str(tmp_path / "kept.sqlite")
    commands = [[sys.executable, "-P", "-c", WRITER, path, name] for name in "ab"]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    first, second = [process.communicate()[0] for process in running]
    assert first == second
    assert len(KeptTexts(path)) == 50


def test_a_forked_child_opens_it_anew(tmp_path):
    """SQLite's connections must not be carried over."""
    store = KeptTexts(tmp_path / "kept.sqlite")
    store.put("parent", KEPT)
    child = os.fork()
    if child == 0:
        os._exit(0 if store.put("child", KEPT) == KEPT and store.get("parent") == KEPT else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.get("child") == KEPT


def test_foreign_files_are_refused(tmp_path):
    """Another program's database, no database, a folder."""
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE t(x)")
    database.close()
    with pytest.raises(StoreError, match="is no store of texts of this version"):
        KeptTexts(other)
    text = tmp_path / "text"
    text.write_text("not a database, and longer than a header of one hundred bytes " * 3)
    with pytest.raises(StoreError, match="file is not a database"):
        KeptTexts(text)
    with pytest.raises(StoreError, match="cannot be opened"):
        KeptTexts(tmp_path)


def test_options_are_checked():
    """Named, with the value."""
    with pytest.raises(ConfigError, match="max_bytes must be a whole number of at least 1, got 0"):
        KeptTexts(max_bytes=0)
    with pytest.raises(ConfigError, match="max_age_days"):
        KeptTexts(max_age_days=-1)


def test_closing_lets_go_of_the_file(tmp_path):
    """And the next use opens it again."""
    store = KeptTexts(tmp_path / "kept.sqlite")
    store.put("id", KEPT)
    store.close()
    assert store.get("id") == KEPT
