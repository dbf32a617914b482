"""Requests to a running server, well-formed and not, through one client."""

import json
import socket
import time

import httpx2

CLIENT = httpx2.Client()  # one for all: each of its own would read the certificates of the world
HEAD = b"POST /v1/compress HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"


def post(address, path, body, **headers):
    """The answer to a JSON body, or to bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return CLIENT.post(
        f"{address}{path}", content=content, headers={"content-type": "application/json", **headers}
    )


def raw(address, request, *, pause=0.0, rest=b""):
    """What the server answers to bytes that no client would send, and whether it closed the connection."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        if rest:
            time.sleep(pause)
            connection.sendall(rest)
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
    return answer


def chat(address, **fields):
    """The answer to a request for a model."""
    return post(address, "/v1/chat/completions", {"model": "m", "messages": [], **fields})
