"""`flashsloth serve`, `ps` and `stop`."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from flashsloth.errors import OptionError, ServerError, ServerNotFound
from flashsloth.server import registry
from flashsloth_cli import options as o
from flashsloth_cli.servers.options import ServeOptions
from flashsloth_cli.settings.settings import resolve
from flashsloth_cli.terminal import render, text

POLL_SECONDS = 0.05
NOTE_AFTER = 1.0  # seconds of waiting until a note is printed
SECRET = ("token", "request", "folder", "stamp")  # fields of a record that are not shown
STOP_SECONDS = 45.0  # a server that ends waits up to 30 s for its answers


@o.command(without=("hd",))
def serve(context: typer.Context, *, options: ServeOptions) -> None:
    """Keep a model open and answer programs that use the OpenAI protocol.

    It listens on this machine only, until Ctrl-C or `flashsloth stop`. docs/serve.md shows how programs
    send questions to it.

    With several -m it serves several models: a request names one, and each is opened at its first
    request.

    Examples:
        flashsloth serve
        flashsloth serve -m flashsloth --background
        flashsloth serve -m nano -m smolvlm -m ./receipts
    """
    # These modules are imported only here, because importing them takes long and --help would have to
    # wait.
    from flashsloth_cli.asking.single import read_settings
    from flashsloth_cli.servers import start

    names: Sequence[str | None] = options.model or [None]
    if len(names) > 1 and options.adapter is not None:
        raise OptionError(
            "--adapter goes with one model, and there are several",
            hint="Name the adapter's folder with -m: it is a model of its own.",
        )
    settings = read_settings()
    of_models = [resolve(o.Options.of(options, model=name), settings) for name in names]
    if options.background:
        start.run_in_background(context, options, of_models)
    else:
        start.run(options, of_models)


def ps(json: o.Json = False) -> None:
    """List the servers that you have started.

    Examples:
        flashsloth ps
    """
    records = running()
    servers = [described(record) for record in records]
    if json:
        render.write_json({"schema": "flashsloth.ps/1", "servers": servers})
    elif not servers:
        render.note("no server runs; start one with: flashsloth serve")
    else:
        now = datetime.now(UTC)
        rows = [
            [
                str(record.pid),
                record.name,
                render.precision_and_device(record),
                state_words(server),
                record.url,
                text.duration((now - datetime.fromisoformat(record.started)).total_seconds()),
            ]
            for record, server in zip(records, servers, strict=True)
        ]
        render.table(["PROCESS", "MODEL", "", "STATE", "ADDRESS", "UP"], rows)


def stop(
    server: Annotated[
        str | None,
        o.argument(
            "NAME|PID|PORT", "Which one, as in `flashsloth ps`; not needed for a single one.", "server"
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="End all servers that you have started.")
    ] = False,
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """End a server after its answers.

    Examples:
        flashsloth stop
        flashsloth stop --all
    """
    if every and server is not None:
        raise OptionError("--all and the name of a server exclude each other", hint="Use one of them.")
    servers = running()
    to_end = servers if every or (server is None and not servers) else [chosen(server, servers)]
    # a server with several models has several records
    to_end = list({record.pid: record for record in reversed(to_end)}.values())
    # signal all of them first, so that they finish their answers at the same time
    for record in to_end:
        end(record)
    for record in to_end:
        wait(record, quiet=quiet)
        render.note(f"ended {record.name} (process {record.pid}) on {record.url}", quiet=json or quiet)
    if json:
        ended = [{"pid": record.pid, "name": record.name, "url": record.url} for record in to_end]
        render.write_json({"schema": "flashsloth.stop/1", "stopped": ended})
    elif not to_end:
        render.note("no server runs", quiet=quiet)


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
    # The reply has the state of each model, and before them that of all together.
    said = next((each for each in said.get("models", ()) if each["model"] == record.name), said)
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


def chosen(word: str | None, servers: Sequence[registry.ServerRecord]) -> registry.ServerRecord:
    """Return the server with this name, process id or port. Without a word return the only server.
    Raises: ServerNotFound if there is no such server, or if there are several."""
    listed = ", ".join(f"{server.pid} ({server.name})" for server in servers)
    if not servers:
        raise ServerNotFound(f"no server {word} runs", hint="Start one: flashsloth serve")
    if word is None:
        if len({server.pid for server in servers}) > 1:
            raise ServerNotFound(
                f"{len(servers)} servers run", hint=f"Name one of {listed}, or use --all."
            )
        return servers[0]
    # A process id is unique. Several servers may have the same name, and a port may equal a process id.
    found = [server for server in servers if word == str(server.pid)]
    found = found or [server for server in servers if word in (server.name, str(server.port))]
    if not found:
        raise ServerNotFound(f"no server {word} runs", hint=f"Running: {listed}.")
    if len({server.pid for server in found}) > 1:
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
    while registry.is_running(record):
        waited = time.monotonic() - start
        if waited > STOP_SECONDS:
            raise ServerError(
                f"process {record.pid} has not ended after {text.duration(STOP_SECONDS)}",
                hint=f"End it at once: kill -KILL {record.pid}",
            )
        if waited > NOTE_AFTER and not quiet:
            render.note_once(
                f"waiting until {record.name} (process {record.pid}) has finished its answers"
            )
        time.sleep(POLL_SECONDS)
