"""`flashsloth reduce rank`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from flashsloth_cli import options as o
from flashsloth_cli.answers import models
from flashsloth_cli.answers.single import read_settings
from flashsloth_cli.commands.reduce import OF_QUESTIONS, RowOptions
from flashsloth_cli.config.resolved_options import resolve
from flashsloth_cli.inputs.output_file import output_file
from flashsloth_cli.terminal import progress, render, streams

if TYPE_CHECKING:
    from flashsloth.reduction.mod import Ranks

BAR = 40  # characters of a bar


@dataclass(frozen=True, kw_only=True)
class Options(o.NoteOptions, o.ModelOptions):
    """How many layers are chosen, which model is measured, and where the ranks are written."""

    layers: Annotated[
        int | None,
        o.option(o.METHOD, "--layers N", "Layers to choose.", min=1, show_default="all below the mean"),
    ] = None
    output: Annotated[
        Path | None, o.option(o.OUTPUT, "-o, --output FILE", "Ranks to write for finetune --set mod=FILE, .json.")
    ] = None
    force: o.ForceFile = False
    json: o.Json = False


@o.command(without=OF_QUESTIONS)
def rank(model: o.ModelArgument, *, rows: RowOptions, options: Options) -> None:
    """Measure which layers visual tokens could skip.

    A layer whose heads attend in few patterns has a low rank (ARank, a mean over heads and rows, as a share of the
    prompt's length). The lowest are chosen, never the first or the last; finetune --set mod=FILE trains without them.

    Examples:
        flashsloth reduce rank flashsloth --data questions.jsonl -o ranks.json
        flashsloth finetune receipts.jsonl -m flashsloth --full --set mod=ranks.json -o routed
    """
    output = options.output and output_file(options.output, force=options.force, inputs=rows.data)
    of_model = resolve(o.Options.of(options), read_settings()).with_flags(model=model, reduce="none")
    dataset = rows.open(quiet=options.quiet)
    opened = models.open_model(of_model)
    from flashsloth.evaluation import reduction_prompts
    from flashsloth.reduction import mod

    decoder = reduction_prompts.reducible(opened)
    with progress.counting("reading pictures", quiet=options.quiet) as advance:
        prompts = list(reduction_prompts.prompts(opened, dataset, hd=options.hd, on_progress=advance))
    with progress.counting("measuring", quiet=options.quiet, labelled=True) as advance:
        ranks = mod.measure(decoder, opened.config, prompts, options.layers, advance)
    if output is not None:
        ranks.write(output)
    if options.json:
        render.write_json({"schema": "flashsloth.ranks/1", **asdict(ranks)})
    else:
        streams.write(_drawn(ranks))


def _drawn(ranks: Ranks) -> str:
    """Return the numbers of each layer with a bar."""
    low, high = min(ranks.ranks), max(ranks.ranks)
    lines = ["layer  ARank  effective   bars from the lowest to the highest; * is chosen\n"]
    for layer, (value, effective) in enumerate(zip(ranks.ranks, ranks.effective, strict=True)):
        mark = "*" if layer in ranks.layers else " "
        bar = "#" * (1 + round((BAR - 1) * (value - low) / ((high - low) or 1)))
        lines.append(f"{layer:>4} {mark} {value:.3f}      {effective:.3f}   {bar}\n")
    return "".join(lines)
