"""A stub of llama-server, ollama or vLLM, which answers in the shapes that they publish, and may fail
as servers do. Each answer depends on the question, so that a test knows whose answer a row has."""

from __future__ import annotations

import json
import math
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KINDS = ("llama-server", "ollama", "vllm")
# what a chunk of each has besides the choices
HEADS: dict[str, dict[str, Any]] = {
    "llama-server": {"created": 1780000000, "model": "m.gguf", "system_fingerprint": "b6500-1f2e3d4c"},
    "ollama": {"created": 1780000000, "model": "llava:7b", "system_fingerprint": "fp_ollama"},
    "vllm": {"created": 1780000000, "model": "Qwen/Qwen2-VL-2B-Instruct"},
}
DROP = object()  # a fault: the connection ends before the reply
CUT = object()  # a fault: the connection ends in the middle of the answer


@dataclass(frozen=True)
class Refusal:
    """A fault: a reply with an error."""

    status: int
    message: str = "no"
    headers: dict[str, str] = field(default_factory=dict)


def answer_to(question: str) -> str:
    return f"It is {question}."


@dataclass
class PublishedServer:
    """A running stub. `fault` returns what fails for a request, by its number and its question, or
    None. `answer` makes an answer of a question. `asked` has the questions, also those that fail,
    `bodies` what was sent, and `most` is the largest number of requests at once. Until `together` of
    them have come at once, none is answered."""

    kind: str
    port: int = 0
    fault: Callable[[int, str], Any] = lambda number, question: None
    answer: Callable[[str], str] = answer_to
    tokens: list[tuple[str, float]] | None = None  # the likeliest first tokens
    wait: threading.Event | None = None
    seconds: float = 0.0
    asked: list[str] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    keys: set[str | None] = field(default_factory=set)
    running: int = 0
    most: int = 0
    together: int = 0
    lists: int = 0  # how often the models were asked for
    drops_lists: bool = False  # whether every second connection for them drops
    lock: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def model(self) -> str:
        return str(HEADS[self.kind]["model"])

    def listed(self) -> dict[str, Any]:
        models = [{"id": self.model, "object": "model", "created": 1, "owned_by": "library"}]
        return {"object": "list", "data": models}

    def error(self, refusal: Refusal) -> dict[str, Any]:
        if self.kind == "ollama":
            return {"error": {"message": refusal.message, "type": "api_error", "code": None}}
        return {"error": {"code": refusal.status, "message": refusal.message, "type": "server_error"}}

    def chunks(self, text: str) -> Iterator[dict[str, Any]]:
        """Yield the chunks of a streamed answer, with the usage in one of its own."""
        words = re.findall(r"\S+\s*", text)
        deltas: list[dict[str, Any]] = [
            {"role": "assistant", "content": None if "llama" in self.kind else ""}
        ]
        deltas += [{"content": word} for word in words]
        for delta in deltas:
            yield self._chunk(
                [{"index": 0, "delta": delta, **self._logprobs(None), "finish_reason": None}]
            )
        end = {"stop_reason": None} if self.kind == "vllm" else {}
        yield self._chunk([{"index": 0, "delta": {}, "finish_reason": "stop", **end}])
        yield self._chunk([]) | {"usage": self.usage(words)}

    def whole(self, text: str, top: list[tuple[str, float]] | None) -> dict[str, Any]:
        """Return an answer that is not streamed."""
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": text},
            "finish_reason": "stop",
        }
        usage = self.usage(re.findall(r"\S+", text))
        return self._chunk([choice | self._logprobs(top)]) | {"usage": usage}

    def usage(self, words: list[str]) -> dict[str, int]:
        return {"prompt_tokens": 100, "completion_tokens": len(words), "total_tokens": 100 + len(words)}

    def _chunk(self, choices: list[Any]) -> dict[str, Any]:
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            **HEADS[self.kind],
            "choices": choices,
        }

    def _logprobs(self, top: list[tuple[str, float]] | None) -> dict[str, Any]:
        if top is None:
            return {"logprobs": None} if self.kind == "vllm" else {}
        listed = [
            {"token": token, "logprob": math.log(share), "bytes": [*token.encode()]}
            for token, share in top
        ]
        return {"logprobs": {"content": [{**listed[0], "top_logprobs": listed}]}}


@contextmanager
def published_server(kind: str = "vllm") -> Iterator[PublishedServer]:
    stub = PublishedServer(kind)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            stub.lists += 1
            if not (stub.drops_lists and stub.lists % 2):
                self.reply(200, stub.listed())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            content = body["messages"][-1]["content"]
            question = content[-1]["text"]
            with stub.lock:
                stub.times.append(time.monotonic())
                stub.keys.add(self.headers["authorization"])
                stub.asked.append(question)
                stub.bodies.append(body)
                number = len(stub.asked)
                stub.running += 1
                stub.most = max(stub.most, stub.running)
                stub.lock.notify_all()
                stub.lock.wait_for(lambda: stub.most >= stub.together, 60)
            try:
                if stub.wait is not None:
                    stub.wait.wait(60)
                time.sleep(stub.seconds)
                text = stub.answer(question)
            finally:
                # before it is sent, as its reader may ask the next question at once
                with stub.lock:
                    stub.running -= 1
            self.answer(body, question, text, stub.fault(number, question))

        def answer(self, body: dict[str, Any], question: str, text: str, fault: Any) -> None:
            self.close_connection = True
            if fault is DROP:
                return
            if isinstance(fault, Refusal):
                self.reply(fault.status, stub.error(fault), **fault.headers)
                return
            if not body.get("stream"):
                self.reply(200, stub.whole(text, stub.tokens))
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for number, chunk in enumerate(stub.chunks(text)):
                if fault is CUT and number == 2:
                    return
                self.send(f"data: {json.dumps(chunk)}\n\n")
            self.send("data: [DONE]\n\n")
            self.wfile.write(b"0\r\n\r\n")
            with stub.lock:
                stub.answered[question] += 1

        def send(self, text: str) -> None:
            data = text.encode()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

        def reply(self, status: int, value: dict[str, Any], **headers: str) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, text in headers.items():
                self.send_header(name.replace("_", "-"), text)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None: ...  # a client that was killed

    with Server(("127.0.0.1", 0), Handler) as server:
        stub.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))  # it ends within this time
        thread.start()
        try:
            yield stub
        finally:
            if stub.wait is not None:
                stub.wait.set()
            server.shutdown()
            thread.join()
