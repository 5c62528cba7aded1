"""`flashsloth merge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flashsloth_cli import options as o
from flashsloth_cli import progress, written


def merge(
    adapter: Annotated[Path, typer.Argument(metavar="ADAPTER", help="The folder that finetune wrote.")],
    output: o.Output,
    model: Annotated[
        str | None, typer.Option("-m", "--model", metavar="MODEL", help="The base, if it lies elsewhere now.")
    ] = None,
    force: o.Force = False,
    json: o.Json = False,
    offline: o.Offline = False,
    quiet: o.Quiet = False,
    yes: o.Yes = False,
) -> None:
    """Write an adapter and its base as one model.

    flashsloth merge receipts -o receipts-model
    """
    from flashsloth import adapter as adapters
    from flashsloth_cli.opening import find_model
    from flashsloth_cli.settings import Settings

    trained = adapters.read(adapter)
    chosen = o.Options(model=model, adapter=str(adapter), offline=offline, yes=yes, quiet=quiet)
    source = find_model(chosen, Settings())
    from flashsloth import export

    with progress.loading(source.name, quiet=quiet) as advance:
        folder = export.convert(source, output, trained=trained, force=force, on_progress=advance)
    written.show(source.name, folder, json=json, quiet=quiet)
