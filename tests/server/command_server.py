"""A server for this project's own commands, in this process, and others in its place."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from flashsloth import __version__
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints.folder import stamp as stamp_of
from flashsloth.server.registry import ServerRecord
from flashsloth.server.remote_chat import RemoteModel
from flashsloth.server.security import AccessRules
from server.helpers import RunningServer, serving

TOKEN = "a-token-of-this-test"
REQUEST = {
    "model": "nano",
    "adapter": None,
    "reduce": None,
    "max_side": None,
    "quant": "auto",
    "dtype": "auto",
    "device": "auto",
}


@dataclass
class CommandServer:
    """A running server and the record by which commands find it."""

    running: RunningServer
    record: ServerRecord
    model: RemoteModel

    def on_port(self, port: int) -> RemoteModel:
        """Return the model as it is reached over another port."""
        return replace(
            self.model, record=replace(self.record, port=port, url=f"http://127.0.0.1:{port}")
        )


@contextmanager
def command_server(model: FlashSloth, **options: Any) -> Iterator[CommandServer]:
    """Run a server for commands until the end of the context."""
    facts = model.facts
    options.setdefault("slots", 4)
    with serving(lambda: model, rules=AccessRules(keys=(TOKEN,)), **options) as running:
        record = ServerRecord(
            pid=os.getpid(),
            machine=socket.gethostname(),
            started="2026-01-01T00:00:00Z",
            version=__version__,
            name=next(iter(running.server.models)),
            model=model.name,
            adapter=facts.adapter,
            quant=facts.quant,
            dtype=facts.dtype,
            device=facts.device,
            host="127.0.0.1",
            port=running.port,
            url=running.url,
            log=None,
            request=REQUEST,
            folder=facts.folder or "",
            stamp=stamp_of(facts.folder, facts.adapter),
            token=TOKEN,
        )
        yield CommandServer(running, record, RemoteModel.of(record, None, None))


@contextmanager
def replying(reply: Callable[[bytes], bytes] | bytes) -> Iterator[int]:
    """Listen on a port. Send the same bytes to every request, or what a function makes of it, and
    close."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            head = f"{self.requestline}\nConnection: close\n{self.headers}".replace(
                "\n", "\r\n"
            ).encode()
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            self.wfile.write(reply(head + body) if callable(reply) else reply)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as other:
        thread = threading.Thread(target=other.serve_forever, args=(0.02,))  # it ends within this time
        thread.start()
        try:
            yield other.server_port
        finally:
            other.shutdown()
            thread.join()


def forwarded(port: int, request: bytes) -> bytes:
    """Return all that a server sends in reply to a request."""
    with socket.create_connection(("127.0.0.1", port)) as server, server.makefile("rb") as replied:
        server.sendall(request)
        return replied.read()
