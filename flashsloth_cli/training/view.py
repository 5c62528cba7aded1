"""The progress of a run: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections import deque
from contextlib import ExitStack
from statistics import fmean
from typing import TYPE_CHECKING, Any

from flashsloth_cli.terminal import progress, render, streams
from flashsloth_cli.terminal.text import duration, gigabytes

if TYPE_CHECKING:
    from flashsloth.training.events import Stepped, TrainingEvent
    from flashsloth.training.run_plan import RunPlan

AVERAGED = 10  # steps whose mean loss is shown beside the bar
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
        self._shown = ExitStack()  # the bar, or the line of other work
        self._bar: Any = None
        self._advance: progress.Callback | None = None

    def __enter__(self) -> View:
        if self._styled:
            self._begin_work("reading the data and the model")
        return self

    def __exit__(self, *error: object) -> None:
        self.pause()

    def pause(self) -> None:
        """End what is shown: the bar stays in its last state, the line of other work is erased."""
        self._shown.close()
        self._bar, self._advance, self._label = None, None, ""

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
        """Print a line that stays, above the bar if there is one."""
        if self._bar is None:
            self.pause()
        if not self.quiet:
            render.note(text)

    def _step(self, event: Stepped) -> None:
        self.losses.append(event.loss)
        self.last = event
        if self.quiet:
            return
        if self._styled:
            self._draw(event)
            return
        now = time.monotonic()
        seconds = now - self._last_line
        regular = event.step % max(event.steps // MIN_LINES, 1) == 0 and seconds > 1
        if event.step in (1, event.steps) or regular or seconds > progress.SECONDS_BETWEEN:
            self._last_line = now
            render.note(f"step {event.step}/{event.steps}: loss {event.loss:.4f}, {_rates(event)}")

    def _draw(self, event: Stepped) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
            from rich.table import Column

            self.pause()
            rates = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True))
            columns = MofNCompleteColumn(), BarColumn(20), rates
            bar = Progress(*columns, console=Console(file=sys.stderr), auto_refresh=False)
            self._bar = self._shown.enter_context(bar)
            self._bar.add_task("", total=event.steps)
        text = f"loss {fmean(self.losses):.4f}, {_rates(event)}"
        self._bar.update(self._bar.task_ids[0], completed=event.step, description=text, refresh=True)


def _rates(event: Stepped) -> str:
    parts = [f"{duration(event.left)} left"] if event.left else []
    parts.append(f"{event.samples_per_second:.1f} samples/s")
    if event.tokens_per_second:  # none without text
        parts.append(f"{event.tokens_per_second:,.0f} tok/s")
    parts.append(gigabytes(event.memory))
    if event.waited >= 0.05:
        parts.append(f"{event.waited:.0%} waiting for data")
    return ", ".join(parts)
