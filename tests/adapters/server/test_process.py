"""``excerpt serve`` as a process: start, stop, kill, start again."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import httpx2
import pytest

from excerpt.adapters.kept_texts import KeptTexts

FILLER = " ".join(
    f"Ledger page {n} lists oats, rye and barley sold to household number {n}." for n in range(40)
)
CLIENT = httpx2.Client(timeout=60)


@pytest.fixture(scope="module", autouse=True)
def _client():
    with CLIENT:
        yield


def command(*options):
    return [
        sys.executable,
        "-P",
        "-m",
        "excerpt",
        "serve",
        "--port",
        "0",
        "--chain",
        "fast",
        "--budget",
        "60",
        *options,
    ]


@contextmanager
def serving(*options, **environment):
    """A process and its address."""
    process = subprocess.Popen(
        command(*options), stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    lines = []
    for line in process.stderr:
        lines.append(line)
        if found := re.search(r"serving on (http://\S+)", line):
            break
    else:
        pytest.fail("".join(lines))
    rest = threading.Thread(target=lambda: lines.extend(process.stderr), daemon=True)
    rest.start()
    try:
        yield process, found[1], lines
    finally:
        process.kill()
        process.wait()
        rest.join(10)
        process.stderr.close()


def shorten(address, number):
    message = {
        "role": "tool",
        "tool_call_id": f"c{number}",
        "content": f"{FILLER} The mill burned in 1859. {number}",
    }
    return CLIENT.post(
        f"{address}/v1/compress", json={"messages": [message], "query": "when did the mill burn"}
    )


def test_kill_under_load_then_restart(tmp_path):
    """What was answered before the kill is answered the same after it, and the originals are there."""
    store = tmp_path / "kept.sqlite"
    answers = {}

    def load(address, numbers):
        for number in numbers:
            try:
                answers[number] = shorten(address, number).json()
            except httpx2.HTTPError:  # killed meanwhile
                return

    with serving("--store", str(store), "--quiet") as (process, address, _):
        threads = [threading.Thread(target=load, args=(address, range(k, 400, 4))) for k in range(4)]
        for thread in threads:
            thread.start()
        while len(answers) < 20:
            threads[0].join(0.01)
        process.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join()
    assert 20 <= len(answers) < 400
    with serving("--store", str(store), "--quiet") as (_, address, _):
        for number, before in answers.items():
            after = shorten(address, number).json()
            assert after["messages"] == before["messages"]
            assert after["parts"][0]["action"] == "replayed"
            text_id = after["parts"][0]["id"]
            original = CLIENT.get(f"{address}/v1/retrieve/{text_id}?start=0&end=6").json()
            assert original == {"hash": text_id, "original_content": "Ledger"}
    assert len(KeptTexts(store)) >= len(answers)


def test_a_request_in_work_is_answered_before_the_server_stops():
    """SIGTERM; the exit status is 0."""
    passages = [FILLER.replace("page", f"page {number}") for number in range(60)]
    answered = []
    with serving("--quiet") as (process, address, _):
        body = {"question": "who bought barley from page 7", "passages": passages, "budget": 100}
        asking = threading.Thread(
            target=lambda: answered.append(CLIENT.post(f"{address}/v1/context", json=body).status_code)
        )
        asking.start()
        while not answered and "excerpt_requests_running 2.0" not in CLIENT.get(f"{address}/metrics").text:
            asking.join(0.01)
        process.terminate()
        asking.join(60)
        assert process.wait(60) in (0, -signal.SIGTERM)
    assert answered == [200]


def test_log_lines():
    """Method, route, status and time: no path of a client's, no query string."""
    with serving() as (process, address, lines):
        CLIENT.get(f"{address}/v1/nothing-secret?key=secret")
        shorten(address, "secret")
        process.terminate()
        process.wait(60)
    text = "".join(lines)
    assert re.search(r"INFO GET other 404 \d+ ms", text)
    assert re.search(r"INFO POST /v1/compress 200 \d+ ms", text)
    assert "secret" not in text


@pytest.mark.parametrize(
    ("options", "environment", "message"),
    [
        (["--host", "0.0.0.0"], {}, "can be reached from other machines, and there is no key"),  # noqa: S104
        ([], {"EXCERPT_SERVER_KEY": "short"}, "key: needs at least 16 visible ASCII characters"),
        (["--upstream", "ftp://example"], {}, "upstream: expected a URL such as"),
        (["--upstream", "https://user:secret@example"], {}, "upstream: expected a URL such as"),
        ([], {"EXCERPT_UPSTREAM_KEY": "sk-0123456789abcdef"}, "upstream_key: goes with an upstream"),
        (["--also", "nothing"], {}, "--also: expected NAME=CHAIN"),
        (["--chain", "no-such"], {}, "there is no preset 'no-such'"),
        (["--store", "/dev/null/kept.sqlite"], {}, "cannot be opened"),
    ],
)
def test_what_it_does_not_start_with(options, environment, message):
    """One line, exit status 1 or 2, no traceback."""
    done = subprocess.run(
        command(*options), env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode in (1, 2)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_a_port_that_is_taken():
    """One line that says so."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(command("-q", "--port", port), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"excerpt: cannot listen on 127.0.0.1, port {port} (Address already in use)"
    )


def test_a_server_for_others_needs_the_key():
    """And serves those who have it."""
    key = "a-key-of-enough-letters"
    with serving("--host", "0.0.0.0", "--quiet", EXCERPT_SERVER_KEY=key) as (_, address, _):  # noqa: S104
        here = address.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        assert CLIENT.post(f"{here}/v1/compress", json={"messages": []}).status_code == 401
        headers = {"authorization": f"Bearer {key}"}
        assert CLIENT.post(f"{here}/v1/compress", json={"messages": []}, headers=headers).status_code == 200
