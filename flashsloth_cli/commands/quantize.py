"""`flashsloth quantize`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from flashsloth.quantization.presets import ALIASES, QUANTIZING, listed
from flashsloth_cli import options as o
from flashsloth_cli.reports import written_model
from flashsloth_cli.terminal import progress

if TYPE_CHECKING:
    QuantName = str
else:
    QuantName = Literal[(*QUANTIZING, *ALIASES)]
Preset = Annotated[QuantName, o.option(o.MODEL, "--quant", metavar="Q", help=f"{listed(QUANTIZING)}.")]


def quantize(
    output: o.OutputFolder,
    model: o.ModelArgument = "",
    named: o.NamedModel = None,
    quant: Preset = "int4",
    allow_larger: Annotated[
        bool, o.option(o.OUTPUT, "--allow-larger", help="Write the copy even if it is not smaller than the model.")
    ] = False,
    force: o.Force = False,
    json: o.Json = False,
    offline: o.Offline = False,
    quiet: o.Quiet = False,
    yes: o.Yes = False,
) -> None:
    """Write a copy of a model in 4 or 8 bits.

    Examples:
        flashsloth quantize flashsloth -o flashsloth-int4 --quant int4
    """
    from flashsloth_cli.config.resolved_options import resolve
    from flashsloth_cli.runs.open_model import find_model

    source = find_model(resolve(o.Options(model=o.one_model(model, named), offline=offline, yes=yes, quiet=quiet)))
    from flashsloth.checkpoints import save

    with progress.loading(source.name, quiet=quiet) as advance:
        folder = save.quantize(source, output, quant, force=force, allow_larger=allow_larger, on_progress=advance)
    written_model.show(source.name, folder, json=json, quiet=quiet)
