import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

pytest.importorskip("gunicorn", reason="gunicorn runs on Unix")

APP = """
import json, os
from excerpt import compress

PASSAGES = ["Bees are kept by Ann. She has two dogs.", "The mill stands by the river.", "Tom keeps sheep."]

def ask(question):
    return compress(question, PASSAGES, budget=12).text

EXPECTED = ask("Who keeps the bees?")  # in the master: models are loaded before the workers are forked

def app(environ, start_response):
    text = ask("Who keeps the bees?")
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"pid": os.getpid(), "master": os.getppid(), "same": text == EXPECTED}).encode()]
"""


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def ask(port):
    """One answer, by a worker that may just be coming up."""
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
                return json.load(answer)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def test_workers_of_a_preloaded_application_answer_end_and_are_replaced(tmp_path):
    """Each worker ends after two requests and the next takes its place: none is killed for not ending in time."""
    (tmp_path / "application.py").write_text(APP)
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-P", "-m", "gunicorn", "application:app", "--preload", "--workers", "1"]
    command += [
        "--max-requests",
        "2",
        "--threads",
        "2",
        "--bind",
        f"127.0.0.1:{port}",
        "--chdir",
        str(tmp_path),
    ]
    command += ["--graceful-timeout", "60", "--timeout", "60", "--log-file", str(log)]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "PYTHONPATH": str(tmp_path),
    }
    server = subprocess.Popen(command, env=environment, cwd=tmp_path)
    try:
        answers = [ask(port) for _ in range(12)]
    finally:
        server.send_signal(signal.SIGTERM)
        status = server.wait(120)
    assert all(answer["same"] for answer in answers)
    assert {answer["master"] for answer in answers} == {server.pid}
    assert len({answer["pid"] for answer in answers}) >= 4
    assert status == 0
    assert "WORKER TIMEOUT" not in log.read_text()
    assert not [name for name in ("SIGKILL", "SIGABRT") if name in log.read_text()]
