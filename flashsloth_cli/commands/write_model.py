"""`flashsloth merge`, `quantize` and `convert`, which write a model into a new folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from flashsloth.quantization.presets import STORED, listed
from flashsloth.utils.text import command_line
from flashsloth_cli import options as o
from flashsloth_cli.reports import caches
from flashsloth_cli.terminal import progress, render, text

QuantName: TypeAlias = Literal["int4", "int8", "4bit", "8bit"]  # presets.STORED, and their aliases


@o.command()
def merge(
    adapter: Annotated[Path, o.argument("ADAPTER", "Folder that finetune wrote.")],
    output: o.OutputFolder,
    model: Annotated[
        str | None,
        o.MODEL.option(
            "-m, --model MODEL",
            "Base model, if it has moved.",
            show_default="the one the adapter names",
        ),
    ] = None,
    *,
    options: o.WriteOptions,
) -> None:
    """Write an adapter and its base as one model.

    Examples:
        flashsloth merge receipts -o receipts-model
    """
    from flashsloth.checkpoints import adapter as adapters

    trained = adapters.read(adapter)
    write_folder(
        o.Options.of(options, model=model, adapter=str(adapter)), options, output, adapter=trained
    )


@o.command()
def quantize(
    model: o.ModelArgument,
    output: o.OutputFolder,
    quant: Annotated[QuantName, o.MODEL.option("--quant Q", f"{listed(STORED)}.")] = "int4",
    *,
    options: o.WriteOptions,
) -> None:
    """Write a copy of a model in 4 or 8 bits.

    Examples:
        flashsloth quantize flashsloth -o flashsloth-int4 --quant int4
    """
    write_folder(o.Options.of(options, model=model), options, output, quant=quant)


@o.command()
def convert(
    model: o.ModelArgument,
    output: o.OutputFolder,
    allow_pickle: Annotated[
        bool,
        o.MODEL.option("--allow-pickle", "Also read pickled weights (torch.load with weights_only)."),
    ] = False,
    *,
    options: o.WriteOptions,
) -> None:
    """Write a model in the native layout, which transformers opens.

    Examples:
        flashsloth convert ./FlashSloth-3.2B -o flashsloth-native
    """
    write_folder(o.Options.of(options, model=model), options, output, allow_pickle=allow_pickle)


def write_folder(
    chosen: o.Options,
    options: o.WriteOptions,
    output: Path,
    quant: str | None = None,
    **conversion: Any,
) -> None:
    """Find the chosen model, write a copy of it, and print its path, its size and a command to try it.

    Args:
        quant: the preset of a quantized copy; None to convert the model instead.
        conversion: further arguments of `save.convert`.
    """
    from flashsloth_cli.asking.models import find_model
    from flashsloth_cli.settings.settings import resolve

    source = find_model(resolve(chosen))
    with progress.counting(f"loading {source.name}", quiet=options.quiet, percent=True) as advance:
        from flashsloth.checkpoints import save  # imports torch, while the progress is shown

        how: dict[str, Any] = {"force": options.force, "on_progress": advance}
        if quant is None:
            folder = save.convert(source, output, **conversion, **how)
        else:
            folder = save.quantize(source, output, quant, **how)
    size = caches.size(folder)
    if quant is not None and size >= caches.size(source.folder) and not options.quiet:
        render.note(f"note: the copy is not smaller than {source.name}")
    if options.json:
        render.write_json(
            {
                "schema": "flashsloth.written/1",
                "model": source.name,
                "path": str(folder),
                "size_bytes": size,
            }
        )
    if not options.quiet:
        again = command_line(
            "flashsloth", "ask", "-m", render.folder_argument(folder), "photo.jpg", "What is this?"
        )
        render.note(f"wrote {folder}, {text.gigabytes(size)}. Try it: {again}")
