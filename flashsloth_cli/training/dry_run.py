"""Print an estimate of a run, for `--dry-run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth_cli.terminal import progress, render, streams
from flashsloth_cli.terminal.text import duration, gigabytes

if TYPE_CHECKING:
    from flashsloth.training.dry_run import DryRunReport
    from flashsloth.training.recipe import Recipe
    from flashsloth_cli.training.options import RunOptions

MAX_ROWS = 2  # number of rows of the first batch that are printed


def print_dry_run(recipe: Recipe, options: RunOptions, confirm: Any) -> None:
    """Estimate a run and print the numbers. Raises: the errors about the output folder, the data and
    the model that a run would raise."""
    from flashsloth.training.dry_run import dry_run
    from flashsloth.training.run import refuse_own_source
    from flashsloth.training.run_folder import check_folder
    from flashsloth.training.run_plan import plan_run

    out = Path(recipe.output)
    check_folder(out, force=options.force)
    with progress.counting("checking the data", quiet=options.quiet) as advance:
        plan = plan_run(recipe, offline=options.offline, confirm=confirm, on_progress=advance)
    refuse_own_source(out, recipe, plan.sources)
    if not options.quiet:
        for note in plan.notes:
            render.note(note)
        render.note("reading the model and taking a few steps; nothing is written")
    report = dry_run(plan)
    for line in () if options.quiet else plan.skipped:
        render.note(f"would skip {line}")
    if options.json:
        render.write_json(document(report, recipe))
        return
    render.facts(model_facts(report.model))
    streams.write("\n")
    parts = report.by_part | {"all": map(sum, zip(*report.by_part.values(), strict=True))}
    rows = [(part, f"{count:,}", f"{learning:,}") for part, (learning, count) in parts.items()]
    render.table(("PART", "PARAMETERS", "LEARNING"), rows, right=("PARAMETERS", "LEARNING"))
    streams.write("\n")
    render.facts(run_facts(report))
    if report.batch:
        streams.write(
            "\nThe first rows of the first batch. Text in ⟦ ⟧ is learned, all else only read.\n"
        )
    for row in report.batch[:MAX_ROWS]:
        marked = "".join(f"⟦{span.text}⟧" if span.learned else span.text for span in row)
        render.write_printable(f"\n{marked}\n")


def model_facts(model: dict[str, Any]) -> dict[str, str]:
    """Return lines with the sizes of the parts of a model, with the names of the parts as keys."""
    embq = f"before layer {model['embq_layer']} of {model['decoder_layers']}, width {model['embq_width']}, "
    return {
        "tower": f"{model['tower']}, {model['tower_layers']} layers of width {model['tower_width']}, pictures of "
        f"{model['image_size']} pixels, {model['visual_tokens']} visual tokens",
        "decoder": f"{model['decoder']}, {model['decoder_layers']} layers of width {model['decoder_width']}, "
        f"{model['vocabulary']:,} words, {model['query_tokens']} query tokens",
        "EmbQ": f"{embq}{model['embq_heads']} heads" if model["embq_layer"] is not None else "none",
    }


def run_facts(report: DryRunReport) -> dict[str, str]:
    """Return lines with the steps, memory and time of a run, by name."""
    schedule = report.schedule
    memory = report.memory
    steps = f"{schedule.steps:,}, {schedule.steps_per_epoch:,} an epoch, of {schedule.step_rows} rows"
    if schedule.step_rows != schedule.batch_size:
        steps += (
            f"\n({schedule.batch_size} at once x {schedule.grad_accum} x {schedule.world} processes)"
        )
    libraries = report.peak - memory.frozen - memory.state - memory.step
    counted = (
        f"{gigabytes(report.peak)} counted: libraries {gigabytes(libraries)}, frozen weights "
        f"{gigabytes(memory.frozen)}, learning weights {gigabytes(memory.state)}, a step {gigabytes(memory.step)}\n"
    )
    if report.measured_peak is not None:
        counted += f"{gigabytes(report.measured_peak)} measured in a step over the longest rows"
    else:
        why = "not measured" if report.step_seconds is not None else "no step was taken"
        counted += f"{gigabytes(report.free)} are free: {why}"
    # The longest rows take the most time and memory, so the estimate is an upper limit.
    time = ""
    if report.step_seconds is not None and report.seconds is not None:
        time = f"{duration(report.seconds)}, at {report.step_seconds:.2f} s a step of the longest rows"
        if report.scaled:
            time += "\n(extrapolated from smaller models with one or two layers in decoder and tower)"
    return {
        "steps": steps,
        "rate": f"{schedule.lr:.2g} at its peak",
        "saved": f"every {min(schedule.save_every, schedule.steps)} steps",
        "memory": counted,
        "time": time,
    }


def document(report: DryRunReport, recipe: Recipe) -> dict[str, Any]:
    """Return the document `flashsloth.dry_run/1`."""
    from dataclasses import asdict

    return {
        "schema": "flashsloth.dry_run/1",
        "recipe": asdict(recipe),
        "model": report.model,
        "schedule": asdict(report.schedule),
        "parts": {part: {"learning": a, "parameters": b} for part, (a, b) in report.by_part.items()},
        "memory": {
            **asdict(report.memory),
            "total": report.memory.total,
            "measured": report.measured,
            "free": report.free,
            "imports": report.imports,
            "peak": report.peak,
            "measured_peak": report.measured_peak,
        },
        "step_seconds": report.step_seconds,
        "step_scaled": report.scaled and report.step_seconds is not None,
        "seconds": report.seconds,
        "batch": [[asdict(span) for span in row] for row in report.batch[:MAX_ROWS]],
    }
