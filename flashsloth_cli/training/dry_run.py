"""`--dry-run`: what a run would be, on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flashsloth_cli.runs import data_view
from flashsloth_cli.terminal import progress, render, streams, text
from flashsloth_cli.terminal.text import duration

if TYPE_CHECKING:
    from flashsloth.training.dry_run import DryRunReport
    from flashsloth.training.recipe import Recipe
    from flashsloth_cli.training.options import OutputOptions

SHOWN = 2  # rows of the first batch


def survey(recipe: Recipe, manners: OutputOptions, confirm: Any) -> None:
    """Survey a run and print what was found."""
    from flashsloth.training import dry_run as library
    from flashsloth.training.run_plan import plan_run

    with progress.counting("checking the data", quiet=manners.quiet) as advance:
        setup = plan_run(recipe, offline=manners.offline, confirm=confirm, on_progress=advance)
    for note in () if manners.quiet else setup.notes:
        render.note(note)
    if not manners.quiet:
        render.note("reading the model and taking one step; nothing is written")
    found = library.survey(setup)
    for line in () if manners.quiet else setup.skipped:
        render.note(f"would skip {line}")
    if manners.json:
        render.write_json(document(found, recipe))
        return
    first = ("", f"The first rows of the first batch. {data_view.legend()}") if found.batch else ()
    for line in (*numbers(found), *first):
        streams.write(f"{line}\n")
    streams.write("\n".join(f"{data_view.mark_learned(row)}\n" for row in found.batch[:SHOWN]))


def numbers(found: DryRunReport) -> list[str]:
    """Counts, time and memory as lines."""
    schedule, memory = found.schedule, found.memory
    before = f", {text.gigabytes(found.imports)} of them Python and torch" if found.imports else ""
    lines = [f"{'part':<14}{'parameters':>14}{'learning':>14}"] if found.by_part else []
    lines += [f"{part:<14}{count:>14,}{learning:>14,}" for part, (learning, count) in found.by_part.items()]
    if found.by_part:
        total = [sum(pair[i] for pair in found.by_part.values()) for i in (1, 0)]
        lines += [f"{'all':<14}{total[0]:>14,}{total[1]:>14,}", ""]
    lines.append(f"steps    {schedule.steps:,}, {schedule.steps_per_epoch:,} an epoch, of {schedule.step_rows} rows")
    if schedule.step_rows != schedule.batch_size:
        lines.append(f"         ({schedule.batch_size} at once x {schedule.grad_accum} x {schedule.world} processes)")
    lines.append(f"rate     {schedule.lr:.2g} at its peak")
    lines.append(f"saved    every {min(schedule.save_every, schedule.steps)} steps")
    lines.append(
        f"memory   {text.gigabytes(found.peak)} counted{before}: weights {text.gigabytes(memory.frozen)}, "
        f"what learns {text.gigabytes(memory.learning)}, a batch {text.gigabytes(memory.activations)}"
    )
    if found.measured_peak is not None:
        lines.append(f"         {text.gigabytes(found.measured_peak)} measured in a step over the longest rows")
    else:
        lines.append(f"         {text.gigabytes(found.free)} are free: no step was taken")
    if found.step_seconds is not None and found.seconds is not None:
        lines.append(f"time     {duration(found.seconds)}, at {found.step_seconds:.2f} s a step of the longest rows")
    return lines


def document(found: DryRunReport, recipe: Recipe) -> dict[str, Any]:
    """The document `flashsloth.dry_run/1`."""
    from dataclasses import asdict

    from flashsloth.training.recipe import as_values

    return {
        "schema": "flashsloth.dry_run/1",
        "recipe": as_values(recipe),
        "schedule": asdict(found.schedule),
        "parts": {part: {"learning": a, "parameters": b} for part, (a, b) in found.by_part.items()},
        "memory": {
            **asdict(found.memory),
            "measured": found.measured,
            "free": found.free,
            "imports": found.imports,
            "peak": found.peak,
            "measured_peak": found.measured_peak,
        },
        "step_seconds": found.step_seconds,
        "seconds": found.seconds,
        "batch": [[asdict(span) for span in row] for row in found.batch[:SHOWN]],
    }
