"""`flashsloth reduce skip` and `merge`: a model without some attentions."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from flashsloth.errors import UnsupportedModel
from flashsloth_cli import options as o
from flashsloth_cli.answers import models
from flashsloth_cli.commands.reduce import OF_QUESTIONS, RowOptions, read_prompts, unreduced
from flashsloth_cli.commands.write_model import WriteOptions, write_folder
from flashsloth_cli.config.resolved_options import resolve
from flashsloth_cli.terminal import progress, render


@dataclass(frozen=True, kw_only=True)
class SkipOptions(WriteOptions, o.ModelOptions):
    """How many attentions are removed, and where the model runs meanwhile."""

    layers: Annotated[
        int, o.option(o.METHOD, "--layers N", "How many attentions to remove.", min=1, show_default=False)
    ]
    rank: Annotated[int, o.option(o.METHOD, "--rank N", "Rank of the adapters in their place; even.", min=2)] = 128


@o.command(without=(*OF_QUESTIONS, "quant"))
def skip(model: o.ModelArgument, output: o.OutputFolder, *, rows: RowOptions, options: SkipOptions) -> None:
    """Write a copy of a model without its most redundant attentions.

    Each attention is left out in turn to measure how much worse the correct answers become; then the least useful ones
    are chosen one by one. Adapters take their place. They change nothing until they are trained.

    Examples:
        flashsloth reduce skip flashsloth --data task.jsonl --layers 8 -o shorter
        flashsloth train task.jsonl -m ./shorter --stage pia --epochs 20 -o trained
        flashsloth reduce merge ./trained -o merged
    """
    chosen = o.Options.of(options, model=model)
    source = models.find_model(resolve(chosen))
    check(source, options, output)
    dataset = rows.open(quiet=options.quiet)
    opened = models.open_model(unreduced(options, model, quant="none"))
    from flashsloth.reduction import eas

    prompts = read_prompts(opened, dataset, options, answered=True)
    loss = functools.partial(eas.answer_loss, opened.loaded.model, opened.engine.decoder, prompts)
    with progress.counting("measuring", quiet=options.quiet) as advance:
        found = eas.search_redundant(loss, opened.config.text_config.num_hidden_layers, options.layers, advance)
    if not options.quiet:
        first, *rest = found.losses
        for layer, later in zip(found.layers, rest, strict=True):
            render.note(f"without the attention of layer {layer}: loss {later:.3f} instead of {first:.3f}")
    removal = eas.Removal(found.layers, options.rank)
    write_folder(chosen, options, lambda save, source, **how: save.convert(source, output, adapter=removal, **how))


def check(source: Any, options: SkipOptions, output: Path) -> None:
    """Raise what writing the model would raise, before anything is measured."""
    from flashsloth.checkpoints import model_files, save
    from flashsloth.reduction import eas

    config = model_files.read_config(source.folder)
    if model_files.saved_preset(config, source.folder) is not None:
        raise UnsupportedModel(f"{source.name} is quantized", hint="Use the model that it was made of.")
    eas.check_removal(config, options.layers, options.rank)
    save.check_target(source, output, options.force)


@o.command()
def merge(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Folder with trained adapters.", show_default=False)],
    output: o.OutputFolder,
    *,
    options: WriteOptions,
) -> None:
    """Make the adapters of `reduce skip` a part of the model, exactly.

    Examples:
        flashsloth reduce merge ./trained -o merged
    """

    def write(save: Any, source: Any, **how: Any) -> Path:
        from flashsloth.reduction.eas import Merge

        return save.convert(source, output, adapter=Merge(), **how)

    write_folder(o.Options.of(options, model=model), options, write)
