"""`--dry-run`: print an estimate of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth_cli.reports import data_view
from flashsloth_cli.terminal import progress, render, streams, text
from flashsloth_cli.terminal.text import duration

if TYPE_CHECKING:
    from flashsloth.training.dry_run import DryRunReport
    from flashsloth.training.recipe import Recipe
    from flashsloth_cli.training.options import RunOptions

MAX_ROWS = 2  # printed, of the first batch


def print_dry_run(recipe: Recipe, options: RunOptions, confirm: Any) -> None:
    """Estimate a run and print the numbers. Raises what a run would raise about its output folder."""
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
    batch = ("", f"The first rows of the first batch. {data_view.legend()}") if report.batch else ()
    for line in (*numbers(report), *batch):
        streams.write(f"{line}\n")
    streams.write("\n".join(f"{data_view.mark_learned(row)}\n" for row in report.batch[:MAX_ROWS]))


def numbers(report: DryRunReport) -> list[str]:
    """Return counts, time and memory as lines."""
    schedule, memory = report.schedule, report.memory
    libraries = report.peak - memory.frozen - memory.state - memory.step
    lines = [*model_lines(report.model), ""]
    lines += [f"{'part':<14}{'parameters':>14}{'learning':>14}"]
    lines += [f"{part:<14}{count:>14,}{learning:>14,}" for part, (learning, count) in report.by_part.items()]
    total = [sum(pair[i] for pair in report.by_part.values()) for i in (1, 0)]
    lines += [f"{'all':<14}{total[0]:>14,}{total[1]:>14,}", ""]
    lines.append(f"steps    {schedule.steps:,}, {schedule.steps_per_epoch:,} an epoch, of {schedule.step_rows} rows")
    if schedule.step_rows != schedule.batch_size:
        lines.append(f"         ({schedule.batch_size} at once x {schedule.grad_accum} x {schedule.world} processes)")
    lines.append(f"rate     {schedule.lr:.2g} at its peak")
    lines.append(f"saved    every {min(schedule.save_every, schedule.steps)} steps")
    lines.append(
        f"memory   {text.gigabytes(report.peak)} counted: libraries {text.gigabytes(libraries)}, "
        f"frozen weights {text.gigabytes(memory.frozen)}, learning weights {text.gigabytes(memory.state)}, "
        f"a step {text.gigabytes(memory.step)}"
    )
    if report.measured_peak is not None:
        lines.append(f"         {text.gigabytes(report.measured_peak)} measured in a step over the longest rows")
    else:
        why = "not measured" if report.step_seconds is not None else "no step was taken"
        lines.append(f"         {text.gigabytes(report.free)} are free: {why}")
    if report.step_seconds is not None and report.seconds is not None:
        lines.append(f"time     {duration(report.seconds)}, at {report.step_seconds:.2f} s a step of the longest rows")
    if report.step_seconds is not None and report.scaled:
        lines.append("         (computed from steps that the model's first layers took, one and two of each kind)")
    return lines


def model_lines(model: dict[str, Any]) -> list[str]:
    embq = f"before layer {model['embq_layer']} of {model['decoder_layers']}, width {model['embq_width']}, "
    return [
        f"tower    {model['tower']}, {model['tower_layers']} layers of width {model['tower_width']}, pictures of "
        f"{model['image_size']} pixels, {model['visual_tokens']} visual tokens",
        f"decoder  {model['decoder']}, {model['decoder_layers']} layers of width {model['decoder_width']}, "
        f"{model['vocabulary']:,} words, {model['query_tokens']} query tokens",
        f"EmbQ     {embq}{model['embq_heads']} heads" if model["embq_layer"] is not None else "EmbQ     none",
    ]


def document(report: DryRunReport, recipe: Recipe) -> dict[str, Any]:
    """Return the document `flashsloth.dry_run/1`."""
    from dataclasses import asdict

    from flashsloth.training.recipe_file import as_values

    return {
        "schema": "flashsloth.dry_run/1",
        "recipe": as_values(recipe),
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
