"""Describe running servers, find the server that a word names, and end a server."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from flashsloth.errors import ServerError, ServerNotFound
from flashsloth.server import registry
from flashsloth_cli.terminal import render, text

POLL_SECONDS = 0.05
NOTE_AFTER = 1.0  # seconds of waiting until a note is printed
SECRET = ("token", "request", "folder", "stamp")  # fields of a record that are not shown
STOP_SECONDS = 45.0  # a server that ends waits up to 30 s for its answers


def running() -> list[registry.ServerRecord]:
    """Return the running servers. Print a note if their records cannot be trusted."""
    if (problem := registry.problem()) is not None:
        render.note(problem)
    return registry.running()


def described(record: registry.ServerRecord) -> dict[str, Any]:
    """Return a record together with the state of its server, which is ok, asleep, or silent if the
    server does not answer. The numbers of a silent server are null. The token is left out, because it
    is secret."""
    said = registry.health(record) or {}
    return {
        **{name: value for name, value in asdict(record).items() if name not in SECRET},
        "state": said.get("status", "silent"),
        **{name: said.get(name) for name in ("slots", "active", "waiting")},
    }


def state_words(server: dict[str, Any]) -> str:
    """Return `idle`, `asleep`, `2 answers, 1 waiting` or `does not answer`."""
    if server["state"] == "ok" and (server["active"] or server["waiting"]):
        waiting = f", {server['waiting']} waiting" if server["waiting"] else ""
        return f"{text.counted(server['active'], 'answer')}{waiting}"
    return {"ok": "idle", "silent": "does not answer"}.get(server["state"], str(server["state"]))


def age(started: str) -> str:
    """Return how long ago a server was started."""
    return text.duration((datetime.now(UTC) - datetime.fromisoformat(started)).total_seconds())


def chosen(word: str | None, servers: Sequence[registry.ServerRecord]) -> registry.ServerRecord:
    """Return the server with this name, process id or port. Without a word return the only server.
    Raises: ServerNotFound if there is no such server, or if there are several."""
    listed = ", ".join(f"{server.pid} ({server.name})" for server in servers)
    if not servers:
        raise ServerNotFound(f"no server {word} runs", hint="Start one: flashsloth serve")
    if word is None:
        if len(servers) > 1:
            raise ServerNotFound(
                f"{len(servers)} servers run", hint=f"Name one of {listed}, or use --all."
            )
        return servers[0]
    # A process id is unique. Several servers may have the same name, and a port may equal a process id.
    found = [server for server in servers if word == str(server.pid)]
    found = found or [server for server in servers if word in (server.name, str(server.port))]
    if not found:
        raise ServerNotFound(f"no server {word} runs", hint=f"Running: {listed}.")
    if len(found) > 1:
        raise ServerNotFound(
            f"{len(found)} servers match {word}",
            hint=f"Name the process: {', '.join(str(server.pid) for server in found)}.",
        )
    return found[0]


def end(record: registry.ServerRecord) -> None:
    """Tell a server to end after its answers. Raises: ServerError."""
    # Containers may share the home folder that has the records, but they do not share process ids.
    if record.process and registry.process_mark(record.pid) != record.process:
        if record not in registry.running():  # it has ended since its record was read
            return
        raise ServerError(
            f"process {record.pid} here is not the server {record.name}, which runs in another container",
            hint="Stop it where it was started.",
        )
    try:
        os.kill(record.pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    except OSError as error:
        raise ServerError(f"process {record.pid} cannot be ended: {error.strerror}") from error


def wait(record: registry.ServerRecord, *, quiet: bool) -> None:
    """Wait until a server has ended. Raises: ServerError after STOP_SECONDS."""
    start = time.monotonic()
    noted = quiet
    while registry.is_running(record):
        waited = time.monotonic() - start
        if waited > STOP_SECONDS:
            raise ServerError(
                f"process {record.pid} has not ended after {text.duration(STOP_SECONDS)}",
                hint=f"End it at once: kill -KILL {record.pid}",
            )
        if waited > NOTE_AFTER and not noted:
            noted = True
            render.note(f"waiting until {record.name} (process {record.pid}) has finished its answers")
        time.sleep(POLL_SECONDS)
