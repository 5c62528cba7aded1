"""A server for this project's own commands, in this process, and a way to it that can be cut."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from flashsloth import __version__
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints.folder import stamp as stamp_of
from flashsloth.server.registry import ServerRecord
from flashsloth.server.remote_chat import RemoteModel
from flashsloth.server.security import AccessRules
from server.helpers import RunningServer, serving

TOKEN = "a-token-of-this-test"
REQUEST = {"model": "nano", "adapter": None, "reduce": None, "quant": "auto", "dtype": "auto", "device": "auto"}


@dataclass
class CommandServer:
    """A running server and the record by which commands find it."""

    running: RunningServer
    record: ServerRecord
    model: RemoteModel

    def on_port(self, port: int) -> RemoteModel:
        """Return the model as it is reached over another port."""
        return replace(self.model, record=replace(self.record, port=port, url=f"http://127.0.0.1:{port}"))


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
            name="nano",
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
            facts=json.loads(json.dumps(asdict(facts))),  # as it is read from its file
            stamp=stamp_of(facts.folder, facts.adapter),
            token=TOKEN,
        )
        yield CommandServer(running, record, RemoteModel.of(record, None, None))


@contextmanager
def cut_after(port: int, limit: int) -> Iterator[int]:
    """Listen on a port that leads to another one. After `limit` bytes of each answer the connection is reset, as if the
    server had been killed then."""
    listening = socket.create_server(("127.0.0.1", 0))
    made: list[socket.socket] = [listening]
    threads: list[threading.Thread] = []

    def start(work: Callable[..., None], *arguments: Any) -> None:
        threads.append(threading.Thread(target=work, args=arguments))
        threads[-1].start()

    def pump(source: socket.socket, target: socket.socket, left: int) -> None:
        with suppress(OSError):
            while left and (data := source.recv(65536)[:left]):
                target.sendall(data)
                left -= len(data)
        close(source, target)

    def accept() -> None:
        with suppress(OSError):
            while True:
                made.append(listening.accept()[0])
                made.append(socket.create_connection(("127.0.0.1", port)))
                client, server = made[-2:]
                start(pump, client, server, sys.maxsize)
                start(pump, server, client, limit)

    start(accept)
    try:
        yield listening.getsockname()[1]
    finally:
        close(*made)
        for thread in threads:
            thread.join(30)
        for each in made:
            each.close()


def close(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
