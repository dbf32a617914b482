"""A local endpoint that speaks chat completions, and answers as it is ordered to."""

import json
import re
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CUT = {"the", "a", "of", "and"}


def shortened(text):
    """What a good teacher answers: a few words deleted."""
    return " ".join(word for word in text.split() if word.lower() not in CUT)


def completion(content, finish="stop"):
    body = {"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": finish}]}
    return 200, json.dumps(body), {}


def echoed(text):
    """A word is a token, with the white space before it; its log-probability is minus a tenth of its letters."""
    places = [found.start() for found in re.finditer(r"\s*\S+", text)]
    words = text.split()
    values = [None, *(-len(word) / 10 for word in words[1:])]
    told = {"tokens": words, "text_offset": [*places, len(text)], "token_logprobs": [*values, -5.0]}
    return 200, json.dumps({"choices": [{"text": text, "logprobs": told}]}), {}


class FakeEndpoint:
    """Answers well, unless ``orders`` holds (status, body, headers) for the next question."""

    def __init__(self):
        self.asked = []
        self.keys = []
        self.orders = deque()
        self.answer = self.good
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                endpoint.asked.append(request)
                endpoint.keys.append(self.headers.get("authorization"))
                text = request["messages"][-1]["content"] if "messages" in request else request["prompt"]
                status, body, headers = (
                    endpoint.orders.popleft() if endpoint.orders else endpoint.answer(text)
                )
                content = body.encode()
                self.send_response(status)
                fixed = {"content-type": "application/json", "content-length": str(len(content))}
                for name, value in (fixed | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def good(self, text):
        return completion(shortened(text))

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
