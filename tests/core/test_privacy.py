import platform
import sys
from importlib.metadata import version

import pytest
from fakes.tiny_token_classifiers import make_wordpiece
from fakes.watched import watch
from packaging.version import Version

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="watched by Linux's seccomp",
)
SENDS = Version("1.29") <= Version(version("onnxruntime"))

COMPRESS = """
from excerpt import compress
result = compress("who keeps bees", ["Bees are kept by Ann. " * 30, "The cat sat. " * 40], budget=50)
assert result.tokens_out <= 50
"""
OURS_FIRST = "import excerpt\nimport onnxruntime"
THEIRS_FIRST = f"import logging; logging.basicConfig()\nimport onnxruntime{COMPRESS}"


@pytest.mark.parametrize("work", [COMPRESS, OURS_FIRST])
def test_nothing_is_written_nothing_runs_and_nothing_is_asked_for(work, tmp_path):
    """No file in a fresh home, no thread that is not Python's, no socket of the internet, at the end neither."""
    process = watch(work, tmp_path)
    assert (process.status, process.files, process.native_threads) == (0, [], 0), process.errors
    assert "onnxruntime" in process.modules


@pytest.mark.skipif(not SENDS, reason="this version of onnxruntime has no statistics on Linux")
def test_the_watch_sees_what_onnxruntime_does_when_it_is_let(tmp_path):
    """The last word is the environment's; with statistics on, a file and a thread more are seen. Nothing goes out."""
    process = watch(OURS_FIRST, tmp_path, kill=False, ORT_DISABLE_TELEMETRY="0")
    assert any("deviceid" in name for name in process.files)
    assert process.native_threads > 0


@pytest.mark.skipif(not SENDS, reason="this version of onnxruntime has no statistics on Linux")
def test_where_onnxruntime_came_first_the_user_is_warned(tmp_path):
    """What it begins with cannot be taken back, and is not kept silent about."""
    process = watch(THEIRS_FIRST, tmp_path, kill=False)
    assert process.status == 0
    assert "excerpt was imported after onnxruntime" in process.errors
    assert "ORT_DISABLE_TELEMETRY=1" in process.errors


def test_a_checkpoint_in_a_folder_is_loaded_without_asking_anyone(tmp_path):
    """transformers, which knows a hub, asks for nothing where the checkpoint is a folder."""
    folder, home = tmp_path / "model", tmp_path / "home"
    home.mkdir()
    make_wordpiece(folder)
    work = f"""
import socket
socket.has_ipv6 = False  # urllib3, when it is imported, else opens a socket to see whether there is IPv6
from pathlib import Path
from excerpt.models.runtime.torch_model import TorchModel
assert TorchModel(Path({str(folder)!r}), "token-classifier").run([[1, 2, 3]])[0].shape == (3, 2)
"""
    process = watch(work, home)
    assert (process.status, process.files) == (0, []), process.errors


def test_the_watch_sees_a_socket(tmp_path):
    """A process that asks for a socket of the internet is ended."""
    assert watch("import socket; socket.socket()", tmp_path).status == -31
