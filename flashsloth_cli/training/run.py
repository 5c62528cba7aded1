"""The body of `train` and `finetune`: run, show progress, stop in order, print the command that tries the result."""

from __future__ import annotations

import os
import re
import shlex
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import typer

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth_cli.config.settings import split_pair
from flashsloth_cli.terminal import exit_codes, render, streams
from flashsloth_cli.terminal.text import duration
from flashsloth_cli.training.try_line import try_line
from flashsloth_cli.training.view import View

if TYPE_CHECKING:
    from flashsloth.training.recipe import Recipe
    from flashsloth.training.run import Result
    from flashsloth_cli.training.options import RunOptions

OF_LORA = ("rank", "alpha", "targets", "dropout")
MAX_SKIPPED = 20  # skipped rows that are printed


class GracefulStop:
    """Handles Ctrl-C and SIGTERM. The first one saves and ends the run after the current step, the second ends it at
    once. Before the first step of a run nothing new could be saved, so that one suffices."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.code = 0

    def __call__(self) -> bool:
        return self.code != 0

    def request(self, number: int, frame: FrameType | None) -> None:
        if self.code or self.view.last is None:
            (streams.interrupt if number == signal.SIGINT else streams.leave_by_signal)(number, frame)
            return
        self.code = exit_codes.INTERRUPTED if number == signal.SIGINT else 128 + number
        self.view.say("finishing this step, then saving; press Ctrl-C again to stop at once")

    @contextmanager
    def listening(self) -> Iterator[GracefulStop]:
        """Install the signal handlers for this block."""
        before = {number: signal.signal(number, self.request) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(command: str, values: dict[str, Any], options: RunOptions, **defaults: Any) -> None:
    """Train, or with --dry-run print an estimate.

    Args:
        values: of the command line, by field of a Recipe; None for what was not given.
        defaults: for what neither the command line nor the recipe file gives.
    """
    from flashsloth.training.recipe import visible_device

    values = values | read_pairs(options.set or (), sizes=command == "train")
    if unused := [name for name in OF_LORA if values["method"] == "full" and values.get(name) is not None]:
        raise OptionError(f"{unused[0]} needs LoRA, which --full does not use", hint="Remove it, or use --lora.")
    given = given_values(values, options.recipe)
    recipe = make_recipe(defaults | given, resume=options.resume)
    if re.fullmatch(r"cuda:\d+", recipe.device):  # before torch looks for devices: the Trainer takes the first one
        os.environ["CUDA_VISIBLE_DEVICES"] = visible_device(int(recipe.device.partition(":")[2]))
        recipe, given = replace(recipe, device="cuda"), {**given, "device": "cuda"}
    from flashsloth_cli.answers.models import confirm_download

    quiet = options.quiet or not _is_main_process()
    if not options.verbose:
        _silence_libraries()
    if options.dry_run and options.resume:
        raise OptionError("--dry-run and --resume exclude each other", hint="Leave --resume out, and name the data.")

    def confirm(download: Any) -> bool:
        return confirm_download(download, options.yes)

    if options.dry_run:
        from flashsloth_cli.training.dry_run import print_dry_run

        print_dry_run(recipe, options, confirm)
        return
    _train(command, recipe, given, options, confirm, quiet=quiet)


def _train(
    command: str,
    recipe: Recipe,
    given: dict[str, Any],
    options: RunOptions,
    confirm: Callable[[Any], bool],
    *,
    quiet: bool,
) -> None:
    from flashsloth_cli.answers.models import confirmation

    with View(quiet=quiet) as view, GracefulStop(view).listening() as stop, note_when_stopped(command, recipe, quiet):
        from flashsloth.training.run import train

        result = train(
            recipe,
            given=given,
            resume=options.resume,
            force=options.force,
            offline=options.offline,
            confirm=confirm,
            agree=confirmation(yes=options.yes),
            on_event=view.show,
            on_plan=view.begin,
            on_progress=view.working,
            stop=stop,
        )
    if _is_main_process():
        _print_end(command, result, result.recipe or recipe, options)
    if not result.finished:
        raise typer.Exit(stop.code or exit_codes.INTERRUPTED)


def _is_main_process() -> bool:
    return int(os.environ.get("RANK", 0)) == 0


def read_pairs(pairs: Sequence[str], *, sizes: bool) -> dict[str, Any]:
    """Return the values of --set by field of a Recipe. With `sizes` other names are sizes of the model.

    Raises: OptionError.
    """
    from flashsloth.training.recipe import Recipe
    from flashsloth.training.recipe_file import from_values
    from flashsloth.utils.safe_read import parse_toml

    known = {field.name for field in fields(Recipe)}
    found: dict[str, Any] = {}
    rest = []
    for pair in pairs:
        key, text = split_pair(pair, "grad_accum=8")
        if sizes and key not in known:
            rest.append(pair)
            continue
        try:
            value = parse_toml(f"value = {text}")["value"]
        except ValueError:  # a text without quotes
            value = text
        try:
            found |= from_values({key: value}, "--set")
        except SettingsFileError as error:
            raise OptionError(str(error), hint=error.hint) from error
    return found | ({"set": tuple(rest)} if rest else {})


def given_values(values: dict[str, Any], file: Path | None) -> dict[str, Any]:
    """Return the values of a recipe file, overridden by those of the command line."""
    from flashsloth.training.recipe_file import read_recipe

    given = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items() if v is not None}
    for name in ("data", "skip_bad"):
        if not given.get(name):
            given.pop(name, None)
    return (read_recipe(file) if file is not None else {}) | given


def make_recipe(values: dict[str, Any], *, resume: bool) -> Recipe:
    """Return the recipe. Raises OptionError if the output or the data is missing."""
    from flashsloth.training.recipe import Recipe

    if "output" not in values:
        raise OptionError("no output folder was given", hint="Add -o DIR.")
    if not values.get("data") and not resume:
        raise OptionError("no data was given", hint="Give one or more files.")
    return Recipe(**values)


@contextmanager
def note_when_stopped(command: str, recipe: Recipe, quiet: bool) -> Iterator[None]:
    """Print how to resume a run that is stopped at once."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        from flashsloth.training import checkpoints

        last = checkpoints.newest(Path(recipe.output))
        if last is not None and not quiet:
            again = resume_command(command, recipe.output)
            render.note(f"stopped; step {checkpoints.step_of(last)} is saved. To resume: {again}")
        elif not quiet:
            render.note("stopped; nothing was saved yet")
        raise


def resume_command(command: str, output: str | Path) -> str:
    return f"flashsloth {command} -o {shlex.quote(str(output))} --resume"


def _silence_libraries() -> None:
    """Keep log messages of libraries out of the progress on stderr."""
    import logging

    for name in ("accelerate", "transformers", "torch", "peft", "bitsandbytes"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _print_end(command: str, result: Result, recipe: Recipe, options: RunOptions) -> None:
    if not options.quiet:
        _print_skipped(result)
    line = try_line(result, recipe)
    if options.json:
        render.write_json(document(result, line))
    elif not result.finished:
        again = resume_command(command, result.out)
        render.note(f"stopped after step {result.steps}, which is saved. To resume: {again}")
    else:
        _print_finished(result, recipe, quiet=options.quiet)
        streams.write(f"{line}\n")


def _print_skipped(result: Result) -> None:
    for line in result.skipped[:MAX_SKIPPED]:
        render.note(f"skipped {line}")
    if len(result.skipped) > MAX_SKIPPED:
        render.note(f"skipped {len(result.skipped) - MAX_SKIPPED} more, listed in {result.out / 'run.json'}")


def _print_finished(result: Result, recipe: Recipe, *, quiet: bool) -> None:
    if result.already:
        render.note(
            f"{result.out} holds a finished run of {result.steps} steps; nothing was done. To start over: --force"
        )
    elif not quiet:
        render.note(f"{result.out}: {result.steps} steps in {duration(result.seconds)}. Try it:")
        if recipe.stage == "align":
            folder = render.folder_argument(result.out)
            render.note(f"(it can only caption; next: flashsloth train DATA --stage instruct -m {folder})")
        if recipe.stage == "see":
            render.note("(its tower is trained, it cannot answer yet; this is the next stage)")


def document(result: Result, line: str) -> dict[str, Any]:
    """Return the document `flashsloth.training/1`."""
    return {
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
