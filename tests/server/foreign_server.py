"""A stub of a server that speaks the OpenAI protocol and is none of FlashSloth's, such as llama-server
or vLLM."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL, ANSWER = "qwen2-vl:7b", "A red disc."
LOCATION = "https://models.example.org/v1/chat/completions"
USAGE = {"prompt_tokens": 700, "completion_tokens": 4, "total_tokens": 704}


@dataclass
class Foreign:
    """A running stub. `reply` is the status, the content type and the bytes that it sends to a
    question; `requests` has the path, the headers and the body of each request."""

    port: int
    reply: tuple[int, str, bytes]
    models: bytes = json.dumps({"object": "list", "data": [{"id": MODEL}, {"id": "another"}]}).encode()
    models_status: int = 200
    headers: dict[str, str] = field(default_factory=dict)  # of every response
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    wait: threading.Event | None = None  # before the first token
    stays: threading.Event | None = None  # after the last one

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> dict[str, Any]:
        """The body of the last question."""
        return self.requests[-1][2]


def streamed(*pieces: str, usage: Any = USAGE, reason: str | None = "stop") -> tuple[int, str, bytes]:
    """Return an answer as vLLM and llama-server stream it: usage in a chunk of its own, without
    choices."""
    deltas: list[Any] = [
        {"role": "assistant", "content": None},
        *({"content": piece} for piece in pieces),
        {},
    ]
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks[-1]["choices"][0]["finish_reason"] = reason
    if usage is not None:
        chunks.append({"choices": [], "usage": usage})
    lines = [f"data:{json.dumps(chunk)}\r\n\r\n" for chunk in chunks]
    return (
        200,
        "text/event-stream",
        (": ping\r\n\r\n" + "".join(lines) + "data: [DONE]\r\n\r\n").encode(),
    )


def cut(reply: tuple[int, str, bytes], before: str) -> tuple[int, str, bytes]:
    """Return a reply that ends before a text."""
    status, kind, data = reply
    return status, kind, data[: data.index(before.encode())]


def whole(**more: Any) -> tuple[int, str, bytes]:
    choice = {"index": 0, "message": {"role": "assistant", "content": ANSWER}, "finish_reason": "stop"}
    return 200, "application/json; charset=utf-8", json.dumps({"choices": [choice], **more}).encode()


def error(status: int, value: Any) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(value).encode()


@contextmanager
def foreign_server() -> Iterator[Foreign]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            stub.requests.append((self.path, dict(self.headers), json.loads(body) if body else None))
            status, kind, data = stub.reply
            if self.path.endswith("/v1/models"):
                status, kind, data = stub.models_status, "application/json", stub.models
            self.send_response(status)
            self.send_header("Content-Type", kind)
            for name, value in stub.headers.items():
                self.send_header(name, value)
            if status in range(300, 400):
                self.send_header("Location", LOCATION)
            self.end_headers()
            if stub.wait is not None and self.command == "POST":
                stub.wait.wait(60)
            self.wfile.write(data)
            if stub.stays is not None and self.command == "POST":
                stub.stays.wait(60)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        stub = Foreign(server.server_port, streamed("A red", " disc."))
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))  # it ends within this time
        thread.start()
        try:
            yield stub
        finally:
            for each in (stub.wait, stub.stays):
                if each is not None:
                    each.set()
            server.shutdown()
            thread.join()
