"""`flashsloth bench`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import typer

from flashsloth import benchmark, devices
from flashsloth.errors import OptionError, error_with_code
from flashsloth.quantization.presets import CHOICES, PRESETS, listed
from flashsloth_cli import options as o
from flashsloth_cli.asking import models, single
from flashsloth_cli.settings.settings import resolve
from flashsloth_cli.terminal import exit_codes, progress, render, streams

QUANTS = f"{listed(CHOICES)}; all measures each that the device runs"
OTHERS = ("internal", "killed")  # error codes of rows for which there is no class of errors


@dataclass(frozen=True, kw_only=True)
class Options(o.MessageOptions, o.ModelOptions):
    """The options that say which model is measured, how it is measured, and how often."""

    random_weights: str | None = o.MEASUREMENT.field(
        None,
        "--random-weights NAME|FILE.toml",
        "Measure random weights with the sizes of a known model or of a file.",
    )
    quant: Any = o.MEASUREMENT.field(  # also "all", which is no preset
        None, "--quant PRESET|all", f"{QUANTS}.", completes="presets", show_default="auto"
    )
    max_tokens: int = o.MEASUREMENT.field(64, "--max-tokens N", "Tokens of each answer.", min=2)
    repeats: int = o.MEASUREMENT.field(5, "--repeats N", "Answers for each row.", min=1)
    json: o.Json = False


@o.command(without=("adapter", "reduce"), exclusive=(("model", "random_weights", o.ONE),))
def bench(*, options: Options) -> None:
    """Measure the time to the first token, decoding speed and memory.

    Each row is measured in a separate process. benchmarks/compare.py in the source code measures the
    same model in transformers' generate() too.

    Examples:
        flashsloth bench -m nano
        flashsloth bench --random-weights flashsloth --quant all --max-tokens 16 --repeats 3
    """
    from flashsloth.benchmark import table  # imports PIL

    jobs = plan(options)
    rows = measure(jobs, options)
    document = table.document(
        rows, {name: getattr(options, name) for name in ("random_weights", "max_tokens", "repeats")}
    )
    if options.json:
        render.write_json(document)
    else:
        streams.write("\n".join(table.lines(document)) + "\n")
    if len(rows) < len(jobs):  # Ctrl-C ended the measurement, and the exit code must say so
        raise KeyboardInterrupt
    if any(row["error"] for row in rows):
        raise typer.Exit(exit_codes.SOME_FAILED)


def plan(options: Options) -> list[benchmark.Job]:
    """Return the rows to measure. A model that is stored quantized is measured only with its own
    preset. The model is found before anything is measured, and is downloaded if necessary.

    Raises: OptionError for options that do not work together, and the errors of finding a model.
    """
    resolved = resolve(o.Options.of(options), single.read_settings())
    presets = read_presets(options, resolved.device or "auto")
    common: dict[str, Any] = {
        "hd": options.hd,
        "max_side": resolved.max_side,
        "max_tokens": options.max_tokens,
        "repeats": options.repeats,
        "device": resolved.device,
        "dtype": resolved.flags.dtype,
    }
    if options.random_weights is not None:
        from flashsloth.benchmark.random_weights import read_sizes

        common["model"], common["sizes"] = read_sizes(options.random_weights)
    else:
        from flashsloth.checkpoints import model_files

        # A copy that is stored quantized does not have the weights from which another preset could be
        # made.
        source = models.find_unadapted_model(resolved)
        common |= {"model": source.name, "folder": str(source.folder)}
        stored = model_files.stored_preset(source.folder)
        if stored is None:
            presets = (resolved.quant,) if presets == (None,) else presets
        elif any(preset not in (None, "auto", stored.name) for preset in presets):
            raise OptionError(
                f"{source.name} is stored in {stored.name} and can be measured only in {stored.name}",
                hint="Measure the model it was made from.",
            )
        else:
            presets = (stored.name,)
    return [benchmark.Job("flashsloth", quant=preset, **common) for preset in presets]


def read_presets(options: Options, device: str) -> tuple[str | None, ...]:
    """Return the presets to measure. None stands for the automatic choice. Raises: OptionError for a
    preset that the device does not support."""
    from flashsloth.quantization import card_products, presets

    if options.quant in (None, "auto"):
        return (options.quant,)
    kind = card_products.kind_of(devices.choose_device(device))
    if options.quant == "all":
        return tuple(name for name in PRESETS if name in presets.choices(kind))
    return (presets.resolve(options.quant, kind).name,)


def measure(jobs: list[benchmark.Job], options: Options) -> list[dict[str, Any]]:
    """Measure one job after another, and return a row for each. After Ctrl-C return the rows so far.

    Raises: the error of the first row if all rows failed.
    """
    rows: list[dict[str, Any]] = []
    for number, job in enumerate(jobs, 1):
        title = f"row {number} of {len(jobs)}"
        if not options.quiet:
            preset = f", {job.quant}" if job.quant else ""
            render.note(f"{title}: {job.model}{preset}")
        try:
            with progress.counting(title, quiet=options.quiet, labelled=True) as advance:
                rows.append(benchmark.run(asdict(job), verbose=options.verbose, on_progress=advance))
        except KeyboardInterrupt:
            if not rows:
                raise
            break
    if all(row["error"] for row in rows):
        code = rows[0]["error_code"]
        raise error_with_code(
            "error" if code in OTHERS else code, rows[0]["error"], rows[0]["error_hint"]
        )
    render.warn(f"{row['quant'] or row['engine']}: {row['error']}" for row in rows if row["error"])
    return rows
