"""The application of docs/guides/production.md runs in several processes of the servers that the page names."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "production.md"
BODY = {
    "question": "Who keeps bees?",
    "passages": ["Ann keeps bees. The mill stands by the river."],
    "budget": 5,
}
COMMANDS = {
    "uvicorn": ["uvicorn", "service:app", "--workers", "2", "--port", "PORT", "--no-access-log"],
    "gunicorn": ["gunicorn", "service:app", "-k", "asgi", "--workers", "2", "--preload", "--bind", "127.0.0.1:PORT"],
}  # fmt: skip


def asked(port: int) -> dict[str, object]:
    """One answer of a server that may just be coming up."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/context",
        json.dumps(BODY).encode(),
        {"Content-Type": "application/json"},
    )
    end = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - of this machine
                return json.load(answer)  # type: ignore[no-any-return]  # an object
        except OSError as error:
            if isinstance(error, HTTPError) or time.monotonic() > end:
                raise
            time.sleep(0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn runs on Unix")
@pytest.mark.parametrize("server", COMMANDS)
def test_the_application_runs_in_two_processes(server: str, tmp_path: Path) -> None:
    """It answers, and ends in good order; the words of the command are those of the page."""
    text = PAGE.read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    (tmp_path / "service.py").write_text(block, encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith(f"{server} service:app")]
    assert {word for word in COMMANDS[server] if word.startswith("-")} <= set(line.split()) | {
        "--port",
        "--bind",
    }
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    words = [word.replace("PORT", str(port)) for word in COMMANDS[server]]
    environment = {**os.environ, "WEB_CONCURRENCY": "2", "EXCERPT_STORE": str(tmp_path / "kept.sqlite")}
    environment["PYTHONPATH"] = str(tmp_path)
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", *words], env=environment, cwd=tmp_path, stderr=log
        )
        try:
            answers = [asked(port) for _ in range(4)]
        finally:
            process.send_signal(signal.SIGTERM)
            status = process.wait(60)
    assert {str(answer["text"]) for answer in answers} == {"Ann keeps bees."}
    assert status in {0, -signal.SIGTERM}
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")
