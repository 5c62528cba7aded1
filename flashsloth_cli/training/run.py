"""The body that `train` and `finetune` share: ask, show, stop in order, say how to try the result."""

from __future__ import annotations

import os
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import typer

from flashsloth.errors import OptionError
from flashsloth_cli.runs import known_folders
from flashsloth_cli.terminal import exit_codes, render, streams, text
from flashsloth_cli.terminal.text import duration
from flashsloth_cli.training.view import View

if TYPE_CHECKING:
    from flashsloth.training.recipe import Recipe
    from flashsloth.training.run import Result
    from flashsloth_cli.training.options import OutputOptions

TRY = "What is this?"
SHOWN = 20  # skipped rows that are told


class GracefulStop:
    """The first Ctrl-C or SIGTERM while it learns lets the step end and be saved; the second stops where it is."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.code = 0

    def __call__(self) -> bool:
        return self.code != 0

    def ask(self, number: int, frame: FrameType | None) -> None:
        if self.code or self.view.last is None:  # before the first step there is nothing to save
            (streams.interrupt if number == signal.SIGINT else streams.leave_by_signal)(number, frame)
            return
        self.code = exit_codes.INTERRUPTED if number == signal.SIGINT else 128 + number
        self.view.say("finishing this step, then saving; once more stops at once")

    @contextmanager
    def listening(self) -> Iterator[GracefulStop]:
        """Inside, signals ask."""
        before = {number: signal.signal(number, self.ask) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(
    command: str, recipe: Recipe, given: dict[str, Any], manners: OutputOptions, *, resume: bool, dry_run: bool
) -> None:
    """Train, or with `dry_run` say what training would be."""
    if recipe.device.startswith("cuda:"):  # before torch looks for devices: the Trainer takes the first one
        os.environ["CUDA_VISIBLE_DEVICES"] = recipe.device.partition(":")[2]
        recipe = _replaced(recipe, device="cuda")
        given = {**given, "device": "cuda"}
    alone = int(os.environ.get("RANK", 0)) == 0
    quiet = manners.quiet or not alone
    from flashsloth_cli.runs.open_model import confirmation

    confirm = _confirm(manners)
    if not manners.verbose:
        _hush()
    if dry_run and resume:
        raise OptionError("--dry-run is for a run that has not begun", hint="Leave --resume out, and name the data.")
    if dry_run:
        from flashsloth_cli.training.dry_run import survey

        survey(recipe, manners, confirm)
        return
    with (
        View(quiet=quiet) as view,
        GracefulStop(view).listening() as stopping,
        told_when_stopped(command, recipe, quiet),
    ):
        from flashsloth.training.run import train

        result = train(
            recipe,
            given=given,
            resume=resume,
            force=manners.force,
            offline=manners.offline,
            confirm=confirm,
            agree=confirmation(yes=manners.yes),
            on_event=view.show,
            on_setup=view.begin,
            on_progress=view.working,
            stop=stopping,
        )
    if alone:
        _say_end(command, result, recipe, manners)
    if not result.finished:
        raise typer.Exit(stopping.code or exit_codes.INTERRUPTED)


@contextmanager
def told_when_stopped(command: str, recipe: Recipe, quiet: bool) -> Iterator[None]:
    """Say what is left of a run that is stopped at once."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        from flashsloth.training import checkpoints

        last = checkpoints.newest(Path(recipe.output))
        if last is not None and not quiet:
            again = f"flashsloth {command} -o {shlex.quote(recipe.output)} --resume"
            render.note(f"stopped; step {checkpoints.step_of(last)} is saved. Go on: {again}")
        elif not quiet:
            render.note("stopped; nothing was saved yet")
        raise


def _replaced(recipe: Recipe, **changes: Any) -> Recipe:
    from dataclasses import replace

    return replace(recipe, **changes)


def _hush() -> None:
    """Libraries log to stderr, amid what is drawn there."""
    import logging

    for name in ("accelerate", "transformers", "torch", "peft", "bitsandbytes"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _confirm(manners: OutputOptions) -> Any:
    from flashsloth_cli.runs.open_model import confirm_download

    return lambda download: manners.yes or confirm_download(download)


def _say_end(command: str, result: Result, recipe: Recipe, manners: OutputOptions) -> None:
    if result.finished:
        known_folders.remember(result.out)
    if result.skipped and not manners.quiet:
        for line in result.skipped[:SHOWN]:
            render.note(f"skipped {line}")
        if len(result.skipped) > SHOWN:
            render.note(f"skipped {len(result.skipped) - SHOWN} more, which {result.out / 'run.json'} lists")
    recipe = result.recipe or recipe
    line, where = try_line(result, recipe), render.folder_argument(result.out)
    if manners.json:
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
                "try": line if result.finished else None,
            }
        )
        return
    if not result.finished:
        again = f"flashsloth {command} -o {shlex.quote(str(result.out))} --resume"
        render.note(f"stopped after step {result.steps}, which is saved. Go on: {again}")
        return
    if result.already:
        render.note(
            f"{result.out} holds a finished run of {result.steps} steps; nothing was done. Longer, or anew: --force"
        )
    elif not manners.quiet:
        render.note(f"{result.out}: {result.steps} steps in {duration(result.seconds)}. Try it:")
        if recipe.stage == "align":
            render.note(f"(it knows captions only; then: flashsloth train DATA --stage instruct -m {where})")
        if recipe.stage == "see":
            render.note("(its tower sees, and it says nothing yet: the line is that of the next stage)")
    streams.write(f"{line}\n")


def try_line(result: Result, recipe: Recipe) -> str:
    """A command line that asks the result about the first picture it learned from; of drawn ones, about new ones."""
    where = (
        f"--adapter {shlex.quote(str(result.out))}" if result.adapter else f"-m {render.folder_argument(result.out)}"
    )
    from flashsloth.training.recipe import DRAWN

    if recipe.stage == "see":
        return f"flashsloth train {recipe.data[0]} --stage instruct --max-steps N {where} -o DIR"
    if recipe.data and recipe.data[0].startswith(DRAWN):
        return f"flashsloth eval {DRAWN}test {where}"
    found = first_picture(recipe)
    picture, question = found if found else ("photo.jpg", TRY)
    if picture.startswith("-"):
        picture = os.path.join(".", picture)
    if " " not in question or "\n" in question or question.startswith("-") or "://" in question:
        return f"flashsloth ask {where} {shlex.quote(picture)} -p {shlex.quote(question)}"
    return f"flashsloth ask {where} {shlex.quote(picture)} {shlex.quote(question)}"


def first_picture(recipe: Recipe) -> tuple[str, str] | None:
    """A picture and the first question about it, from the data."""
    from contextlib import suppress

    from flashsloth.data.dataset import open_rows
    from flashsloth.errors import FlashSlothError

    with suppress(FlashSlothError):
        root = Path(recipe.image_root) if recipe.image_root else None
        rows = open_rows(recipe.eval_data or recipe.data, root, captions=True)
        if recipe.eval_split:  # rather one that it has not learned
            from flashsloth.training.run_plan import split

            rows = split(rows, recipe.eval_split, recipe.seed)[1]
        for row in range(min(len(rows), 100)):
            with suppress(FlashSlothError):
                sample = rows[row]
                if sample.image is not None and sample.turns:
                    place = os.path.relpath(sample.image)
                    question = (
                        text.strip_control_chars(sample.turns[0].question) if sample.turns[0].question.strip() else TRY
                    )
                    return (place if len(place) < len(sample.image) else sample.image), question
    return None
