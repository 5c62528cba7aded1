"""`flashsloth serve`, `ps` and `stop`."""

from __future__ import annotations

from typing import Annotated

import typer

from flashsloth.errors import OptionError
from flashsloth_cli import options as o
from flashsloth_cli.servers.options import ServeOptions
from flashsloth_cli.settings.settings import resolve
from flashsloth_cli.terminal import render


@o.command(without=("hd",))
def serve(context: typer.Context, *, options: ServeOptions) -> None:
    """Keep a model open and answer programs that use the OpenAI protocol.

    It listens on this machine only, until Ctrl-C or `flashsloth stop`. docs/serve.md shows how programs
    send questions to it.

    Examples:
        flashsloth serve
        flashsloth serve -m flashsloth --background
    """
    # These modules are imported only here, because importing them takes long and --help would have to
    # wait.
    from flashsloth_cli.asking.single import read_settings
    from flashsloth_cli.servers import start

    of_model = resolve(o.Options.of(options), read_settings())
    if options.background:
        start.run_in_background(context, options, of_model)
    else:
        start.run(options, of_model)


def ps(json: o.Json = False) -> None:
    """List the servers that you have started.

    Examples:
        flashsloth ps
    """
    from flashsloth_cli.servers import listing

    records = listing.running()
    servers = [listing.described(record) for record in records]
    if json:
        render.write_json({"schema": "flashsloth.ps/1", "servers": servers})
    elif not servers:
        render.note("no server runs; start one with: flashsloth serve")
    else:
        rows = [
            [
                str(record.pid),
                record.name,
                render.precision_and_device(record),
                listing.state_words(server),
                record.url,
                listing.age(record.started),
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
    from flashsloth_cli.servers import listing

    if every and server is not None:
        raise OptionError("--all and the name of a server exclude each other", hint="Use one of them.")
    servers = listing.running()
    to_end = servers if every or (server is None and not servers) else [listing.chosen(server, servers)]
    # signal all of them first, so that they finish their answers at the same time
    for record in to_end:
        listing.end(record)
    for record in to_end:
        listing.wait(record, quiet=quiet)
        if not (json or quiet):
            render.note(f"ended {record.name} (process {record.pid}) on {record.url}")
    if json:
        ended = [{"pid": record.pid, "name": record.name, "url": record.url} for record in to_end]
        render.write_json({"schema": "flashsloth.stop/1", "stopped": ended})
    elif not to_end and not quiet:
        render.note("no server runs")
