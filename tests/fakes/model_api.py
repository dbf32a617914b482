"""A model's API on this machine: answers as OpenAI's and Anthropic's do, and notes what it was sent."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

CHAT_CHUNKS = [
    {
        "id": "x",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": word}, "finish_reason": None}],
    }
    for word in ("In ", "1859", ".")
]
CHAT_STREAM = [f"data: {json.dumps(chunk)}\n\n".encode() for chunk in CHAT_CHUNKS] + [b"data: [DONE]\n\n"]


def _event(name, **fields):
    return f"event: {name}\ndata: {json.dumps({'type': name, **fields})}\n\n".encode()


_MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 1},
}
ANTHROPIC_STREAM = [
    _event("message_start", message=_MESSAGE),
    _event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    _event("content_block_delta", index=0, delta={"type": "text_delta", "text": "In 1859."}),
    _event("content_block_stop", index=0),
    _event(
        "message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 4}
    ),
    _event("message_stop"),
]


class ModelApi:
    """The API; ``requests`` are what came, ``gate`` holds back all but the first chunk of a stream until it is set."""

    def __init__(self):
        self.requests = []
        self.gate = threading.Event()
        self.gate.set()
        self.closed = threading.Event()
        self.app = Starlette(
            routes=[
                Route("/v1/chat/completions", self.chat, methods=["POST"]),
                Route("/v1/responses", self.responses, methods=["POST"]),
                Route("/v1/messages", self.messages, methods=["POST"]),
                Route("/v1/messages/count_tokens", self.count, methods=["POST"]),
                Route("/v1/models", self.models),
                Route("/v1/moved", self.moved),
                Route("/v1/broken", self.broken),
            ]
        )

    async def _note(self, request):
        body = await request.body()
        seen = SimpleNamespace(
            path=request.url.path,
            query=request.url.query,
            headers=request.headers,
            bytes=body,
            body=json.loads(body) if body[:1] == b"{" else None,
        )
        self.requests.append(seen)
        return seen.body

    async def chat(self, request):
        body = await self._note(request)
        if body.get("stream"):
            return self._stream(CHAT_STREAM)
        message = {"role": "assistant", "content": "In 1859."}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
        return JSONResponse(
            {
                "id": "x",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [choice],
                "usage": usage,
            }
        )

    async def responses(self, request):
        await self._note(request)
        content = [{"type": "output_text", "text": "In 1859.", "annotations": []}]
        output = [
            {"type": "message", "id": "m1", "role": "assistant", "status": "completed", "content": content}
        ]
        return JSONResponse(
            {
                "id": "r1",
                "object": "response",
                "created_at": 1,
                "model": "m",
                "status": "completed",
                "output": output,
                "parallel_tool_calls": True,
                "tool_choice": "auto",
                "tools": [],
            }
        )

    async def messages(self, request):
        body = await self._note(request)
        if body.get("stream"):
            return self._stream(ANTHROPIC_STREAM)
        return JSONResponse(
            _MESSAGE | {"content": [{"type": "text", "text": "In 1859."}], "stop_reason": "end_turn"}
        )

    async def count(self, request):
        return JSONResponse({"input_tokens": len(json.dumps(await self._note(request)))})

    async def models(self, request):
        await self._note(request)
        return JSONResponse(
            {"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "us"}]}
        )

    async def moved(self, request):
        return RedirectResponse("http://127.0.0.1:1/elsewhere")

    async def broken(self, request):
        async def chunks():
            yield b"one"
            raise RuntimeError("the upstream dies")

        return StreamingResponse(chunks())

    def _stream(self, chunks) -> Response:
        async def send():
            import anyio

            try:
                for number, chunk in enumerate(chunks):
                    while number and not self.gate.is_set():
                        await anyio.sleep(0.005)
                    yield chunk
            finally:
                self.closed.set()

        return StreamingResponse(send(), media_type="text/event-stream")


@contextmanager
def running(server: uvicorn.Server) -> Iterator[str]:
    """The address of a server while it runs in a thread."""
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        thread.join(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


@contextmanager
def model_api() -> Iterator[tuple[ModelApi, str]]:
    """A model's API, and its address."""
    api = ModelApi()
    config = uvicorn.Config(api.app, port=0, log_config=None, access_log=False, lifespan="off")
    with running(uvicorn.Server(config)) as address:
        yield api, address
