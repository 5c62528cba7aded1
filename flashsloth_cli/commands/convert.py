"""`flashsloth convert`."""

from __future__ import annotations

from typing import Annotated

from flashsloth_cli import options as o
from flashsloth_cli.reports import written_model
from flashsloth_cli.terminal import progress


def convert(
    output: o.OutputFolder,
    model: o.ModelArgument = "",
    named: o.NamedModel = None,
    allow_pickle: Annotated[
        bool, o.option(o.MODEL, "--allow-pickle", help="Also read pickled weights (torch.load with weights_only).")
    ] = False,
    force: o.Force = False,
    json: o.Json = False,
    offline: o.Offline = False,
    quiet: o.Quiet = False,
    yes: o.Yes = False,
) -> None:
    """Write a model in the native layout, which transformers opens.

    Examples:
        flashsloth convert ./FlashSloth-3.2B -o flashsloth-native
    """
    from flashsloth_cli.config.resolved_options import resolve
    from flashsloth_cli.runs.open_model import find_model

    source = find_model(resolve(o.Options(model=o.one_model(model, named), offline=offline, yes=yes, quiet=quiet)))
    from flashsloth.checkpoints import save

    with progress.loading(source.name, quiet=quiet) as advance:
        folder = save.convert(source, output, allow_pickle=allow_pickle, force=force, on_progress=advance)
    written_model.show(source.name, folder, json=json, quiet=quiet)
