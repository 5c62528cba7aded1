"""The common part of `train` and `finetune`. It runs the training, shows its progress, stops it
cleanly, and prints a command that tries the result. For `--dry-run` it prints an estimate."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, fields, replace
from functools import partial
from pathlib import Path
from statistics import fmean
from types import FrameType
from typing import TYPE_CHECKING, Any

import typer

from flashsloth.data.data_files import locate, open_rows
from flashsloth.errors import FlashSlothError, OptionError
from flashsloth.training.recipe import Recipe, from_values, read_recipe, visible_device
from flashsloth.training.run_folder import (
    AVERAGED,
    RUN,
    Evaluated,
    Note,
    Stepped,
    TrainingEvent,
    check_resumable,
)
from flashsloth.utils.paths import expand, shortest
from flashsloth.utils.safe_read import parse_toml
from flashsloth.utils.text import command_line
from flashsloth_cli.asking.models import confirm_download
from flashsloth_cli.settings.settings import read_names, split_pair
from flashsloth_cli.terminal import exit_codes, progress, render, streams, text

if TYPE_CHECKING:
    from flashsloth.training.dry_run import DryRunReport
    from flashsloth.training.run import Result
    from flashsloth.training.run_plan import RunPlan
    from flashsloth_cli.training.options import RunOptions

OF_LORA = ("rank", "alpha", "targets", "dropout")
MIN_LINES = 20  # minimum number of plain lines of progress, unless a run has fewer steps
METHODS = {"lora": "LoRA", "qlora": "QLoRA"}
MAX_SKIPPED = 20  # maximum number of skipped rows that are printed
MAX_ROWS = 2  # number of rows of the first batch that a dry run prints


def run(command: str, values: dict[str, Any], options: RunOptions, **defaults: Any) -> None:
    """Train, or with --dry-run print an estimate.

    Args:
        values: the values of the command line, with the fields of a Recipe as keys. None means that a
            value was not given.
        defaults: values for fields that are given neither on the command line nor in the recipe file.
    """
    # 1. Combine the values of the command line and the recipe file.
    values = values | read_pairs(options.set or (), sizes=command == "train")
    unused = [name for name in OF_LORA if values.get(name) is not None]
    if values["method"] == "full" and unused:
        raise OptionError(
            f"{unused[0]} needs LoRA, which --full does not use", hint="Remove it, or use --lora."
        )
    given = read_recipe(options.recipe) if options.recipe is not None else {}
    given |= {
        name: str(value) if isinstance(value, Path) else value
        for name, value in values.items()
        if value is not None
    }
    # A name of the user may stand for an adapter, which must be merged first, as an error says.
    named = read_names().get(str(given.get("model")))
    if named is not None:
        given["model"] = named.adapter or named.model
    if "output" not in given:
        raise OptionError("no output folder was given", hint="Add -o DIR.")
    if not given.get("data") and not options.resume:
        raise OptionError("no data was given", hint="Give one or more files.")
    recipe = Recipe(**defaults | given)
    # 2. Find mistyped names now: the import of transformers takes seconds.
    if options.resume and not recipe.data:
        check_resumable(Path(recipe.output))
    for path in () if options.resume else (*recipe.data, *recipe.eval_data):
        locate(expand(path))
    # 3. Prepare the libraries before they are imported. The Trainer uses the first device, so only the
    # chosen device is made visible before torch looks for devices.
    if re.fullmatch(r"cuda:\d+", recipe.device):
        os.environ["CUDA_VISIBLE_DEVICES"] = visible_device(int(recipe.device.partition(":")[2]))
        recipe = replace(recipe, device="cuda")
        given = {**given, "device": "cuda"}
    if not options.verbose:  # log messages of libraries would disturb the line of progress
        for name in ("accelerate", "transformers", "torch", "peft", "bitsandbytes"):
            logging.getLogger(name).setLevel(logging.ERROR)
    # 4. Train, or estimate a training.
    confirm = partial(confirm_download, yes=options.yes)
    if options.dry_run:
        print_dry_run(recipe, options, confirm)
    else:
        _train(command, recipe, given, options, confirm)


def _train(
    command: str,
    recipe: Recipe,
    given: dict[str, Any],
    options: RunOptions,
    confirm: Callable[[Any], bool],
) -> None:
    # torchrun starts a process for each card. Only the first process prints.
    is_main = int(os.environ.get("RANK", 0)) == 0
    again = f"To resume: {command_line('flashsloth', command, '-o', recipe.output, '--resume')}"
    with streams.no_echo(), View(quiet=options.quiet or not is_main) as view:
        from flashsloth.training import checkpoints
        from flashsloth.training.run import train

        try:
            result = train(
                recipe,
                given=given,
                resume=options.resume,
                force=options.force,
                offline=options.offline,
                confirm=confirm,
                agree=partial(streams.agree, yes=options.yes),
                on_event=view.show,
                on_plan=view.begin,
                on_progress=view.working,
                stop=view.stopping,
            )
        except (KeyboardInterrupt, SystemExit):
            # The run was ended at once, in the middle of a step, so only complete checkpoints count.
            last = checkpoints.newest(Path(recipe.output))
            saved = f"step {checkpoints.step_of(last)} is saved" if last else "nothing was saved yet"
            view.say(f"stopped; {saved}" + (f". {again}" if Path(recipe.output, RUN).is_file() else ""))
            raise
    if is_main:
        _print_end(result, result.recipe or recipe, options, again)
    if not result.finished:
        # The run was saved and ended cleanly, but a script must not treat it as finished.
        raise typer.Exit(view.stop_code or exit_codes.INTERRUPTED)


def read_pairs(pairs: Sequence[str], *, sizes: bool) -> dict[str, Any]:
    """Return the values of --set, with the fields of a Recipe as keys. With `sizes`, other names are
    sizes of the model.

    Raises: OptionError.
    """
    known = {field.name for field in fields(Recipe)}
    found: dict[str, Any] = {}
    rest = []
    for pair in pairs:
        key, text = split_pair(pair, "grad_accum=8")
        if sizes and key not in known:
            rest.append(pair)
            continue
        # Parse the value as in a recipe file, so that 3, 0.1, true and lists have their types.
        try:
            found[key] = parse_toml(f"value = {text}")["value"]
        except ValueError:  # the value is a text without quotes
            found[key] = text
    return from_values(found, "--set", OptionError) | ({"set": tuple(rest)} if rest else {})


def _print_end(result: Result, recipe: Recipe, options: RunOptions, again: str) -> None:
    # 1. Print on stderr which rows were skipped, and notes about the result.
    notes = [f"skipped {line}" for line in result.skipped[:MAX_SKIPPED]]
    if more := len(result.skipped[MAX_SKIPPED:]):
        notes.append(f"skipped {more} more, listed in {result.out / 'run.json'}")
    if result.finished and not options.json and not result.already:
        notes.append(f"{result.out}: {result.steps} steps in {text.duration(result.seconds)}. Try it:")
        if recipe.stage == "align":
            notes.append(
                "(it can only caption; next: flashsloth train DATA --stage instruct "
                f"{command_line('-m', render.folder_argument(result.out))})"
            )
    for note in notes:
        render.note(note, quiet=options.quiet)
    # 2. Print on stdout the document, or a command that tries the result.
    line = try_line(result, recipe)
    if options.json:
        render.write_json(
            {
                "schema": "flashsloth.training/1",
                "output": str(result.out),
                "finished": result.finished,
                "steps": result.steps,
                "loss": result.loss,
                "evaluation_loss": result.best,
                "seconds": round(result.seconds, 1),
                "adapter": result.adapter,
                "base": result.base,
                "skipped": list(result.skipped),
                **({} if result.choices is None else {"choices": result.choices._asdict()}),
                "try": line if result.finished else None,
            }
        )
    elif not result.finished:
        render.note(f"stopped after step {result.steps}, which is saved. {again}")
    else:
        if result.already:
            render.note(
                f"{result.out} holds a finished run of {result.steps} steps; nothing was done. To start over: --force"
            )
        streams.write(f"{line}\n")
        naming = render.naming_line(result.out, "adapter" if result.adapter else "model")
        render.note(naming, quiet=options.quiet)


def try_line(result: Result, recipe: Recipe) -> str:
    """Return a command that asks about the picture of the first row that was not skipped."""
    model = ("-m", render.folder_argument(result.out))
    if result.adapter:
        model = ("--adapter", str(result.out))
    picture = "photo.jpg"
    question = ""
    with suppress(FlashSlothError, IndexError):
        root = Path(recipe.image_root) if recipe.image_root else None
        rows = open_rows(recipe.eval_data or recipe.data, root, captions=True)
        number = 0
        while any(each.startswith("{}:{}:".format(*rows.where(number))) for each in result.skipped):
            number += 1
        row = rows[number]
        if row.image is not None:
            picture = shortest(row.image)
            question = text.strip_control_chars(row.turns[0].question)
    question = question if question.strip() else "What is this?"
    # Without -p `ask` would take such a question for a picture, an option or an address.
    needs_flag = (
        " " not in question or "\n" in question or question.startswith("-") or "://" in question
    )
    flag = ["-p"] if needs_flag else []
    return command_line("flashsloth", "ask", *model, Path(picture), *flag, question)


class View:
    """Shows the events of a run. On a terminal this is a line that changes, elsewhere it is plain
    lines.

    It is a context manager, which handles Ctrl-C and SIGTERM. After the first signal the run is saved
    and ends after the current step. A second signal ends it at once. Before the first step of a run
    there is nothing new to save, so the first signal ends the run at once.
    """

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.losses: deque[float] = deque(maxlen=AVERAGED)
        self.last: Stepped | None = None
        self.stop_code = 0  # the exit code of the first signal
        self._styled = streams.wants_styling(sys.stderr)
        self._last_line = 0.0
        self._label = ""  # the label of the work that is shown, such as reading the data
        self._shown = ExitStack()  # its callbacks end the line of that work
        self._in_step = False  # whether the line of the terminal shows a step
        self._advance: progress.Callback  # shows that work

    def __enter__(self) -> View:
        # A signal that is ignored stays ignored: a shell without job control ignores SIGINT in programs
        # that it starts in the background.
        self._handlers = {
            number: signal.signal(number, self._request_stop)
            for number in (signal.SIGINT, signal.SIGTERM)
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        if self._styled:
            self._begin_work("reading the data and the model")
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self.pause()

    def stopping(self) -> bool:
        """Return whether the run ends after this step."""
        return self.stop_code != 0

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        if self.stop_code or self.last is None:
            (streams.interrupt if number == signal.SIGINT else streams.leave_by_signal)(number, frame)
        else:
            self.stop_code = 128 + number
            self.say("finishing this step, then saving; press Ctrl-C again to stop at once")

    def pause(self) -> None:
        """End the line that is shown. The line of a step stays, but the line of other work is
        erased."""
        self._shown.close()
        if self._in_step:
            streams.write_stderr("")
        self._in_step = False
        self._label = ""

    def working(self, done: int, total: int, label: str) -> None:
        """Show the progress of work before the first step or after the last step."""
        if label != self._label:
            self._begin_work(label)
        self._advance(done, total, label)

    def _begin_work(self, label: str) -> None:
        self.pause()
        self._label = label
        self._advance = self._shown.enter_context(
            progress.counting(label, quiet=self.quiet, percent=True)
        )

    def begin(self, plan: RunPlan) -> None:
        """Show what will be trained."""
        schedule = plan.schedule
        method = METHODS.get(plan.recipe.method, "full")
        if plan.recipe.stage:
            method = f"stage {plan.recipe.stage}"
        dtype = str(plan.dtype).removeprefix("torch.")
        evaluation = f", {len(plan.evaluation):,} to evaluate" if plan.evaluation is not None else ""
        self.say(
            f"{plan.sources.name}, {method}, {dtype} on {plan.device}: {schedule.rows:,} rows{evaluation}, "
            f"{text.counted(schedule.steps, 'step')} of {schedule.step_rows}"
        )

    def show(self, event: TrainingEvent) -> None:
        if isinstance(event, Stepped):
            self._step(event)
        elif isinstance(event, Evaluated):
            lowest = ", the lowest so far" if event.best else ""
            self.say(f"step {event.step}: evaluation loss {event.loss:.4f}{lowest}")
        elif isinstance(event, Note):
            self.say(event.text)

    def say(self, text: str) -> None:
        """Print a line that stays, above the line of the steps."""
        # The note erases the line of a step, and the next step draws it again. The progress of other
        # work has to be ended first.
        if not self._in_step:
            self.pause()
        self._in_step = False
        render.note(text, quiet=self.quiet)

    def _step(self, event: Stepped) -> None:
        self.losses.append(event.loss)
        self.last = event
        if self.quiet:
            return
        step = f"step {event.step}/{event.steps}: loss {fmean(self.losses):.4f}"
        if self._styled:
            if not self._in_step:
                self.pause()
            self._in_step = True
            progress.show_line(f"{step}, {_rates(event)}")
            return
        seconds = time.monotonic() - self._last_line
        # In a log, a long run has at least MIN_LINES lines, and a quick run has at most one line per
        # second.
        regular = event.step % max(event.steps // MIN_LINES, 1) == 0 and seconds > 1
        if event.step in (1, event.steps) or regular or seconds > progress.SECONDS_BETWEEN:
            self._last_line = time.monotonic()
            render.note(f"{step}, {_rates(event)}")


def _rates(event: Stepped) -> str:
    parts = [f"{text.duration(event.left)} left"] if event.left else []
    parts.append(f"{event.samples_per_second:.1f} samples/s")
    if event.tokens_per_second:  # rows without text have no tokens
        parts.append(f"{event.tokens_per_second:,.0f} tok/s")
    parts.append(text.gigabytes(event.memory))
    if event.waited >= 0.05:
        parts.append(f"{event.waited:.0%} waiting for data")
    return ", ".join(parts)


# Dry runs


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
    for note in (*plan.notes, "reading the model and taking a few steps; nothing is written"):
        render.note(note, quiet=options.quiet)
    report = dry_run(plan)
    for line in plan.skipped:
        render.note(f"would skip {line}", quiet=options.quiet)
    if options.json:
        render.write_json(
            {
                "schema": "flashsloth.dry_run/1",
                "recipe": asdict(recipe),
                "model": report.model,
                "schedule": asdict(report.schedule),
                "parts": {
                    part: {"learning": a, "parameters": b} for part, (a, b) in report.by_part.items()
                },
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
                **({"pictures": report.pictures} if report.pictures else {}),
                "batch": [[asdict(span) for span in row] for row in report.batch[:MAX_ROWS]],
            }
        )
        return
    model = report.model
    embq = f"before layer {model['embq_layer']} of {model['decoder_layers']}, width {model['embq_width']}, "
    render.facts(
        {
            "tower": f"{model['tower']}, {model['tower_layers']} layers of width {model['tower_width']}, pictures of "
            f"{model['image_size']} pixels, {model['visual_tokens'] or 'a varying number of'} visual tokens",
            "decoder": f"{model['decoder']}, {model['decoder_layers']} layers of width {model['decoder_width']}, "
            f"{model['vocabulary']:,} words, {model['query_tokens']} query tokens",
            "EmbQ": f"{embq}{model['embq_heads']} heads" if model["embq_layer"] is not None else "none",
        }
    )
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
        f"{text.gigabytes(report.peak)} counted: libraries {text.gigabytes(libraries)}, frozen weights "
        f"{text.gigabytes(memory.frozen)}, learning weights {text.gigabytes(memory.state)}, "
        f"a step {text.gigabytes(memory.step)}\n"
    )
    if report.measured_peak is not None:
        counted += f"{text.gigabytes(report.measured_peak)} measured in a step over the longest rows"
    else:
        why = "not measured" if report.step_seconds is not None else "no step was taken"
        counted += f"{text.gigabytes(report.free)} are free: {why}"
    # The longest rows take the most time and memory, so the estimate is an upper limit.
    time = ""
    if report.step_seconds is not None and report.seconds is not None:
        time = f"{text.duration(report.seconds)}, at {report.step_seconds:.2f} s a step of the longest rows"
        if report.scaled:
            time += "\n(extrapolated from smaller models with one or two layers in decoder and tower)"
    pictures = ""
    if report.pictures is not None:
        cost = report.pictures
        time_once = "" if cost["seconds"] is None else f"; about {text.duration(cost['seconds'])}"
        pictures = (
            f"{cost['count']:,}, encoded once: {text.gigabytes(cost['bytes'])} on the disk until the run ends, "
            f"{text.gigabytes(cost['free'])} are free{time_once}"
        )
    return {
        "pictures": pictures,
        "steps": steps,
        "rate": f"{schedule.lr:.2g} at its peak",
        "saved": f"every {min(schedule.save_every, schedule.steps)} steps",
        "memory": counted,
        "time": time,
    }
