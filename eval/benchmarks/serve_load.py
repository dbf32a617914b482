"""Load `excerpt serve`: many requests at once, how long each takes, what memory does.

Each route gets requests with texts that it has not seen; ``compress again`` sends those of ``compress`` once more, so
that the store replays them. ``chat`` goes through the server to a model's API that answers at once. A row is a route:
seconds until the answer was there, over all requests; resident memory of the server a tenth of the way in and at the
end. Clients and server share the machine. Run from the repository root:

    python eval/benchmarks/serve_load.py QUESTIONS.jsonl.gz --out eval/results/serve_load.csv

QUESTIONS has ``question`` and ``passages`` in each line, as `excerpt compress` takes them.
"""

import argparse
import asyncio
import csv
import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import psutil
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from excerpt.eval.provenance import provenance
from excerpt.parallel.cores import available_cores

Row = dict[str, Any]
Body = dict[str, Any]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--chain", default="default")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--passages", type=int, default=5)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    command = (
        f"python eval/benchmarks/serve_load.py QUESTIONS.jsonl.gz --chain {given.chain} --requests {given.requests} "
        f"--at-once {given.at_once} --passages {given.passages}"
    )
    about = {
        "chain": given.chain,
        "requests": given.requests,
        "at_once": given.at_once,
        "cores": available_cores(),
    }
    records = list(_records(given.questions))
    with (
        TemporaryDirectory() as folder,
        _upstream() as upstream,
        _server(given.chain, upstream, folder) as server,
    ):
        for route, path, bodies in _routes(records, given.requests, given.passages):
            row = about | _load(server, route, path, bodies, given.at_once)
            row |= {"load_1min": f"{os.getloadavg()[0]:.1f}"} | provenance(command)
            print(
                {
                    name: row[name]
                    for name in ("route", "errors", "p50_s", "p95_s", "p99_s", "rss_early_mib", "rss_end_mib")
                }
            )
            if given.out is not None:
                _write(given.out, row)


def _records(path: Path) -> Iterator[tuple[str, list[str]]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield record["question"], [passage["text"] for passage in record["passages"]]


def _routes(
    records: Sequence[tuple[str, list[str]]], requests: int, passages: int
) -> Iterator[tuple[str, str, list[Body]]]:
    """The routes with their bodies; every text has a number of its own, so that nothing is remembered of it."""
    asked = [records[number % len(records)] for number in range(requests)]
    texts = [
        [f"{text} (Copy {number}.)" for text in given[:passages]] for number, (_, given) in enumerate(asked)
    ]
    questions = [question for question, _ in asked]
    conversations = [
        _messages(question, number, "\n\n".join(parts))
        for number, (question, parts) in enumerate(zip(questions, texts, strict=True))
    ]
    yield (
        "context",
        "/v1/context",
        [
            {"question": question, "passages": parts, "budget": 0.25}
            for question, parts in zip(questions, texts, strict=True)
        ],
    )
    compressed = [{"messages": messages} for messages in conversations]
    yield "compress", "/v1/compress", compressed
    yield "compress again", "/v1/compress", compressed
    yield (
        "chat again",
        "/v1/chat/completions",
        [{"model": "m", "messages": messages} for messages in conversations],
    )


def _messages(question: str, number: int, text: str) -> list[Body]:
    call = {"id": f"call_{number}", "type": "function", "function": {"name": "search", "arguments": "{}"}}
    return [
        {"role": "user", "content": question},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": f"call_{number}", "content": text},
    ]


def _load(server: "_Server", route: str, path: str, bodies: Sequence[Body], at_once: int) -> Row:
    seconds: list[float] = []
    memory: list[float] = []
    errors = 0

    async def run() -> None:
        nonlocal errors
        waiting = iter(bodies)
        limits = httpx2.Limits(max_connections=at_once)
        async with httpx2.AsyncClient(base_url=server.address, timeout=300, limits=limits) as client:

            async def work() -> None:
                nonlocal errors
                for body in waiting:
                    started = time.perf_counter()
                    answer = await client.post(path, json=body)
                    seconds.append(time.perf_counter() - started)
                    errors += answer.status_code != 200
                    if len(seconds) == max(1, len(bodies) // 10):
                        memory.append(server.rss_mib())

            await asyncio.gather(*[work() for _ in range(at_once)])

    started, used = time.perf_counter(), server.processor_s()
    asyncio.run(run())
    wall = time.perf_counter() - started
    cut = statistics.quantiles(seconds, n=100, method="inclusive")
    return {
        "route": route,
        "errors": errors,
        "requests_per_s": f"{len(seconds) / wall:.2f}",
        "p50_s": f"{cut[49]:.3f}",
        "p95_s": f"{cut[94]:.3f}",
        "p99_s": f"{cut[98]:.3f}",
        "max_s": f"{max(seconds):.3f}",
        "server_cores": f"{(server.processor_s() - used) / wall:.2f}",
        "rss_early_mib": f"{memory[0]:.0f}",
        "rss_end_mib": f"{server.rss_mib():.0f}",
    }


class _Server:
    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.address = address
        self._process = psutil.Process(process.pid)

    def rss_mib(self) -> float:
        return float(self._process.memory_info().rss / 2**20)

    def processor_s(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def _server(chain: str, upstream: str, folder: str) -> Iterator[_Server]:
    command = [sys.executable, "-P", "-m", "excerpt", "serve", "--port", "0", "--quiet", "--chain", chain]
    command += ["--ratio", "0.25", "--upstream", upstream, "--store", f"{folder}/kept.sqlite"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    try:
        found = next(filter(None, (re.search(r"serving on (\S+)", line) for line in process.stderr)), None)
        if found is None:
            message = "the server did not start; `excerpt serve` says why"
            raise SystemExit(message)
        yield _Server(process, found[1])
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _upstream() -> Iterator[str]:
    """A model's API that answers at once."""

    async def answer(request: Request) -> JSONResponse:
        await request.body()
        message = {"role": "assistant", "content": "Yes."}
        return JSONResponse({"object": "chat.completion", "choices": [{"index": 0, "message": message}]})

    app = Starlette(routes=[Route("/v1/chat/completions", answer, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _write(path: Path, row: Row) -> None:
    fresh = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(row), lineterminator="\n")
        if fresh:
            table.writeheader()
        table.writerow(row)


if __name__ == "__main__":
    main()
