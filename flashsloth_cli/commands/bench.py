"""`flashsloth bench`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from flashsloth.errors import FlashSlothError, OptionError
from flashsloth_cli import options as o
from flashsloth_cli.terminal import exit_codes, progress, render, streams

if TYPE_CHECKING:
    from flashsloth.benchmark import Job
    from flashsloth.checkpoints.resolve import ModelSource
    from flashsloth_cli.config.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is measured, and how often."""

    model: Annotated[
        str | None,
        typer.Option(
            "-m", "--model", metavar="MODEL", help="nano, flashsloth, flashsloth-hd, org/repo[@rev] or a folder."
        ),
    ] = None
    random_weights: Annotated[
        str | None,
        typer.Option(
            "--random-weights",
            metavar="NAME|FILE.toml",
            help="No model but its sizes, filled with random numbers: flashsloth, flashsloth-hd, or sizes in a file.",
        ),
    ] = None
    compare: Annotated[
        Literal["hf"] | None,
        typer.Option("--compare", metavar="hf", help="hf: the same model through transformers' generate() too."),
    ] = None
    quant: Annotated[
        str | None,
        typer.Option(
            "--quant",
            metavar="PRESET|all",
            help="auto, none, int8, int4, nf4 or llm-int8; all: a row for each. Default: auto, or none beside hf.",
        ),
    ] = None
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", metavar="N", min=2, help="Tokens of each answer.", show_default=True)
    ] = 64
    repeats: Annotated[
        int, typer.Option("--repeats", metavar="N", min=1, help="Answers of each row.", show_default=True)
    ] = 5
    json: o.Json = False
    device: Annotated[str | None, typer.Option("--device", metavar="D", help="auto, cpu, mps, cuda or cuda:N.")] = None
    dtype: Annotated[
        Literal["auto", "float32", "bfloat16", "float16"] | None,
        typer.Option("--dtype", metavar="T", help="auto, float32, bfloat16 or float16."),
    ] = None
    hd: Annotated[
        bool | None,
        typer.Option("--hd/--no-hd", help="Read the picture in five tiles. Default: as the model was trained."),
    ] = None
    offline: o.Offline = False
    yes: o.Yes = False
    quiet: o.Quiet = False
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show what the rows' processes say.")] = False


@o.flatten_options
def bench(*, options: Options) -> None:
    """Measure first token, decode speed and memory.

    Each row is measured in a process of its own.

    flashsloth bench -m nano --compare hf

    flashsloth bench --random-weights flashsloth --quant all --max-tokens 16 --repeats 3
    """
    from flashsloth.benchmark import table

    jobs = plan(options)
    rows = measure(jobs, options)
    settings = {"random_weights": options.random_weights, "max_tokens": options.max_tokens, "repeats": options.repeats}
    shown = table.document(rows, settings)
    if options.json:
        render.write_json(shown)
    else:
        streams.write("\n".join(table.lines(shown)) + "\n")
    if len(rows) < len(jobs):
        raise KeyboardInterrupt
    if any(row["error"] for row in rows):
        raise typer.Exit(exit_codes.SOME_FAILED)


def plan(options: Options) -> list[Job]:
    """The rows to be measured; the model is found, and fetched if need be, before the first one.

    Raises: OptionError for options that mean nothing, and whatever finding a model raises.
    """
    from flashsloth.benchmark import Job
    from flashsloth_cli.runs.one_shot import read_settings

    presets = read_presets(options)
    settled = read_settings()
    common: dict[str, Any] = {
        "device": settled.get("device", options.device, "auto"),
        "dtype": options.dtype,
        "hd": options.hd,
        "max_tokens": options.max_tokens,
        "repeats": options.repeats,
    }
    if options.random_weights is not None:
        if options.model is not None:
            raise OptionError("--model and --random-weights exclude each other", hint="Leave one of them out.")
        from flashsloth.benchmark.random_weights import read_sizes

        common["model"], common["sizes"] = read_sizes(options.random_weights)
    else:
        from flashsloth_cli.runs.open_model import find_model

        chosen = o.Options(model=options.model, offline=options.offline, yes=options.yes, quiet=options.quiet)
        source = find_model(chosen, settled)
        presets = of_folder(presets, source, settled, options)
        common["model"], common["folder"] = source.name, str(source.folder)
    jobs = [Job("flashsloth", quant=preset, **common) for preset in presets]
    return jobs + ([Job("hf", **common)] if options.compare else [])


def read_presets(options: Options) -> tuple[str | None, ...]:
    """The presets to be measured; None is what the program would choose. Raises OptionError for an unknown one."""
    from flashsloth import quantization

    match options.quant:
        case "all":
            return tuple(quantization.PRESETS)
        case None:  # beside transformers the same type on both sides
            return ("none" if options.compare else None,)
        case "auto":
            return ("auto",)
        case name:
            return (quantization.resolve(name).name,)


def of_folder(
    presets: tuple[str | None, ...], source: ModelSource, settled: Settings, options: Options
) -> tuple[str | None, ...]:
    """What can be measured of this folder: where it is quantized, only the preset that it is stored in. OptionError
    for anything else."""
    from flashsloth.checkpoints import model_files

    stored = model_files.stored_preset(source)
    if stored is None:
        chosen = None if options.dtype else settled.get("quant")
        return (chosen,) if presets == (None,) else presets
    if options.compare or any(preset not in (None, "auto", stored.name) for preset in presets):
        raise OptionError(
            f"{source.name} is stored in {stored.name}: that is all that can be measured of it",
            hint="Measure the model that it was made from.",
        )
    return (stored.name,)


def measure(jobs: list[Job], options: Options) -> list[dict[str, Any]]:
    """A row for each job, one after another, saying on stderr which; fewer if Ctrl-C came between. Raises the first
    error if there is no good row."""
    from flashsloth import benchmark

    rows: list[dict[str, Any]] = []
    for number, job in enumerate(jobs, 1):
        title = f"row {number} of {len(jobs)}"
        if not options.quiet:
            what = f", {job.quant}" if job.quant else ", transformers' generate()" if job.engine == "hf" else ""
            render.note(f"{title}: {job.model}{what}")
        try:
            with progress.counting(title, quiet=options.quiet, labelled=True) as advance:
                rows.append(benchmark.run(job.to_json(), verbose=options.verbose, on_progress=advance))
        except KeyboardInterrupt:
            if not rows:
                raise
            break
    if all(row["error"] for row in rows):
        raise error_of(rows[0])
    for row in rows:
        if row["error"]:
            render.note(f"warning: {row['quant'] or row['engine']}: {row['error']}")
    return rows


def error_of(row: dict[str, Any]) -> FlashSlothError:
    """The library's error behind a row that came to nothing."""

    def kinds(kind: type[FlashSlothError]) -> list[type[FlashSlothError]]:
        return [kind, *(k for sub in kind.__subclasses__() for k in kinds(sub))]

    kind = next((k for k in kinds(FlashSlothError) if k.code == row["error_code"]), FlashSlothError)
    return kind(row["error"], hint=row["error_hint"] or None)
