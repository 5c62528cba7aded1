"""`flashsloth merge`, `quantize` and `convert`, which write a model into a new folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.errors import OptionError
from flashsloth.quantization.presets import STORED, listed, resolve_alias
from flashsloth.utils.text import command_line
from flashsloth_cli import options as o
from flashsloth_cli import reports
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
    source = write_folder(
        o.Options.of(options, model=model, adapter=str(adapter)), options, output, adapter=trained
    )
    from flashsloth.checkpoints.model_files import read_sizes, read_tensors  # imports torch

    for note in trained.notes(read_tensors(read_sizes(source.folder), source.folder), source.name):
        render.note(f"note: {note}", quiet=options.quiet)


@o.command(
    needed=(
        ("image_root", "calibrate", "Add --calibrate FILE, or leave it out."),
        ("calibration_tokens", "calibrate", "Add --calibrate FILE, or leave it out."),
    )
)
def quantize(
    model: o.ModelArgument,
    output: o.OutputFolder,
    quant: Annotated[QuantName, o.MODEL.option("--quant Q", f"{listed(STORED)}.")] = "int4",
    calibrate: Annotated[
        Path | None,
        o.DATA.option("--calibrate FILE", "Questions and answers, as for eval, to round for (slow)."),
    ] = None,
    image_root: o.ImageRoot = None,
    calibration_tokens: Annotated[
        int | None,
        o.DATA.option(
            "--calibration-tokens N",
            "Read this many tokens of the file, visual tokens included.",
            min=8000,
            show_default="16000",
        ),
    ] = None,
    *,
    options: o.WriteOptions,
) -> None:
    """Write a copy of a model in 4 or 8 bits.

    With --calibrate the weights are rounded for the pictures and questions of a file. Answers about
    similar pictures then change less.

    Examples:
        flashsloth quantize flashsloth -o flashsloth-int4 --quant int4
        flashsloth quantize flashsloth -o flashsloth-int4 --calibrate questions.jsonl
    """
    if calibrate is not None and resolve_alias(quant, "cpu") != "int4":
        raise OptionError("--calibrate works only with --quant int4", hint="Leave one of them out.")
    data = {"file": calibrate, "image_root": image_root, "positions": calibration_tokens}
    write_folder(o.Options.of(options, model=model), options, output, quant=quant, data=data)


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
    data: Mapping[str, Any] | None = None,
    **conversion: Any,
) -> ModelSource:
    """Find the chosen model, write a copy of it, and print its path, its size and a command to try it.
    Return the model.

    Args:
        quant: the preset of a quantized copy; None to convert the model instead.
        data: the arguments of `write_calibrated`, for a quantized copy; it is used if it has a file.
        conversion: further arguments of `save.convert`.
    """
    from flashsloth_cli.asking.models import find_unadapted_model
    from flashsloth_cli.settings.settings import Settings, read_names, resolve

    source = find_unadapted_model(resolve(chosen, Settings(names=read_names())))
    if data is not None and data["file"] is not None:
        folder = write_calibrated(source, output, options, **data)
    else:
        with progress.counting(f"loading {source.name}", quiet=options.quiet, percent=True) as advance:
            from flashsloth.checkpoints import save  # imports torch, while the progress is shown

            how: dict[str, Any] = {"force": options.force, "on_progress": advance}
            if quant is None:
                folder = save.convert(source, output, **conversion, **how)
            else:
                folder = save.quantize(source, output, quant, **how)
    size = reports.folder_size(folder)
    if quant is not None and size >= reports.folder_size(source.folder) and not options.quiet:
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
        if "adapter" in conversion:
            render.note(render.naming_line(folder, "model"))
    return source


def write_calibrated(
    source: ModelSource,
    output: Path,
    options: o.WriteOptions,
    *,
    file: Path,
    image_root: Path | None,
    positions: int | None,
) -> Path:
    """Write a copy in int4 that is calibrated on a file. Before that say on what, and what it takes."""
    with progress.counting(f"reading {file}", quiet=options.quiet, percent=True) as advance:
        from flashsloth.checkpoints import save
        from flashsloth.evaluation import calibrated_copy  # imports torch

        plan = save.plan_copy(source, output, "int4", force=options.force)
        found = calibrated_copy.read_calibration(
            plan,
            file,
            image_root=image_root,
            positions=positions or calibrated_copy.POSITIONS,
            on_progress=advance,
        )
    render.warn(map(str, found.skipped[:20]))
    if found.skipped:
        render.note(
            f"warning: {text.counted(len(found.skipped), 'row')} cannot be read and do not count"
        )
    if alone := sum(prepared is None for _, prepared in found.dialogues):
        render.note(
            f"warning: {text.counted(alone, 'row')} have no picture; answers about pictures gain less"
        )
    seconds, memory = found.cost(output)
    if not options.quiet:
        if found.positions < calibrated_copy.POSITIONS:
            render.note(f"note: with {calibrated_copy.POSITIONS:,} tokens the copy would lose less")
        render.note(
            f"calibrating on {text.counted(len(found.dialogues), 'row')}, {found.positions:,} tokens: about "
            f"{text.duration(seconds)}, {text.gigabytes(memory)} of memory"
        )
    with progress.counting("calibrating", quiet=options.quiet, percent=True, timed=True) as advance:
        return found.write(output, advance)
