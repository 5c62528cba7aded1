"""`flashsloth merge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flashsloth_cli import options as o
from flashsloth_cli.reports import written_model
from flashsloth_cli.terminal import progress


def merge(
    adapter: Annotated[Path, typer.Argument(metavar="ADAPTER", help="Folder that finetune wrote.")],
    output: o.OutputFolder,
    model: Annotated[
        str | None,
        o.option(
            o.MODEL,
            "-m",
            "--model",
            metavar="MODEL",
            help="Base model, if it has moved.",
            show_default="the one the adapter names",
        ),
    ] = None,
    force: o.Force = False,
    json: o.Json = False,
    offline: o.Offline = False,
    quiet: o.Quiet = False,
    yes: o.Yes = False,
) -> None:
    """Write an adapter and its base as one model.

    Examples:
        flashsloth merge receipts -o receipts-model
    """
    from flashsloth.checkpoints import adapter as adapters
    from flashsloth_cli.config.resolved_options import resolve
    from flashsloth_cli.runs.open_model import find_model

    trained = adapters.read(adapter)
    chosen = o.Options(model=model, adapter=str(adapter), offline=offline, yes=yes, quiet=quiet)
    source = find_model(resolve(chosen))
    from flashsloth.checkpoints import save

    with progress.loading(source.name, quiet=quiet) as advance:
        folder = save.convert(source, output, adapter=trained, force=force, on_progress=advance)
    written_model.show(source.name, folder, json=json, quiet=quiet)
