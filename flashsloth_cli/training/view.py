"""The progress of a run: a line that changes on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections import deque
from contextlib import ExitStack
from statistics import fmean
from typing import TYPE_CHECKING

from flashsloth_cli.terminal import progress, render, streams
from flashsloth_cli.terminal.text import cut, duration, gigabytes

if TYPE_CHECKING:
    from flashsloth.training.events import Stepped, TrainingEvent
    from flashsloth.training.run_plan import RunPlan

AVERAGED = 10  # steps whose mean loss is shown in the line of a terminal
MIN_LINES = 20  # in a run
METHODS = {"lora": "LoRA", "qlora": "QLoRA"}


class View:
    """Shows the events of a run. Use as a context."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.losses: deque[float] = deque(maxlen=AVERAGED)
        self.last: Stepped | None = None
        self._styled = streams.wants_styling(sys.stderr)
        self._last_line = 0.0
        self._label = ""  # of the work that is shown
        self._shown = ExitStack()  # the line of other work
        self._in_step = False  # the line of the terminal shows a step
        self._advance: progress.Callback | None = None

    def __enter__(self) -> View:
        if self._styled:
            self._begin_work("reading the data and the model")
        return self

    def __exit__(self, *error: object) -> None:
        self.pause()

    def pause(self) -> None:
        """End what is shown: the line of the last step stays, that of other work is erased."""
        self._shown.close()
        if self._in_step:
            streams.write_stderr("")
        self._in_step, self._advance, self._label = False, None, ""

    def working(self, done: int, total: int, label: str) -> None:
        """Show work before the first step or after the last."""
        if label != self._label:
            self._begin_work(label)
        assert self._advance is not None
        self._advance(done, total, label)

    def _begin_work(self, label: str) -> None:
        self.pause()
        self._label = label
        self._advance = self._shown.enter_context(progress.counting(label, quiet=self.quiet, percent=True))

    def begin(self, plan: RunPlan) -> None:
        """Show what will be trained."""
        recipe, schedule = plan.recipe, plan.schedule
        method = f"stage {recipe.stage}" if recipe.stage else METHODS.get(recipe.method, "full")
        dtype = str(plan.dtype).removeprefix("torch.")
        evaluation = f", {len(plan.evaluation):,} to evaluate" if plan.evaluation is not None else ""
        steps = f"{schedule.steps:,} step{'s' * (schedule.steps != 1)} of {schedule.step_rows}"
        rows = f"{schedule.rows:,} rows{evaluation}, {steps}"
        self.say(f"{plan.sources.name}, {method}, {dtype} on {plan.device}: {rows}")

    def show(self, event: TrainingEvent) -> None:
        from flashsloth.training.events import Evaluated, Note, Stepped

        if isinstance(event, Stepped):
            self._step(event)
        elif isinstance(event, Evaluated):
            lowest = ", the lowest so far" if event.best else ""
            self.say(f"step {event.step}: evaluation loss {event.loss:.4f}{lowest}")
        elif isinstance(event, Note):
            self.say(event.text)

    def say(self, text: str) -> None:
        """Print a line that stays, above that of the steps."""
        if not self._in_step:
            self.pause()
        self._in_step = False
        if not self.quiet:
            progress.note_above(text)

    def _step(self, event: Stepped) -> None:
        self.losses.append(event.loss)
        self.last = event
        if self.quiet:
            return
        step = f"step {event.step}/{event.steps}: loss"
        if self._styled:
            if not self._in_step:
                self.pause()
            self._in_step = True
            line = cut(f"{step} {fmean(self.losses):.4f}, {_rates(event)}", shutil.get_terminal_size().columns - 1)
            streams.write_stderr(progress.ERASE + line, end="")
            return
        now = time.monotonic()
        seconds = now - self._last_line
        regular = event.step % max(event.steps // MIN_LINES, 1) == 0 and seconds > 1
        if event.step in (1, event.steps) or regular or seconds > progress.SECONDS_BETWEEN:
            self._last_line = now
            render.note(f"{step} {event.loss:.4f}, {_rates(event)}")


def _rates(event: Stepped) -> str:
    parts = [f"{duration(event.left)} left"] if event.left else []
    parts.append(f"{event.samples_per_second:.1f} samples/s")
    if event.tokens_per_second:  # none without text
        parts.append(f"{event.tokens_per_second:,.0f} tok/s")
    parts.append(gigabytes(event.memory))
    if event.waited >= 0.05:
        parts.append(f"{event.waited:.0%} waiting for data")
    return ", ".join(parts)
