"""The progress of a run: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import itertools
import shutil
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from flashsloth_cli.terminal import render, streams
from flashsloth_cli.terminal.progress import ERASE, SECONDS_BETWEEN, PlainLines
from flashsloth_cli.terminal.text import duration, gigabytes, one_line

if TYPE_CHECKING:
    from flashsloth.training.events import Evaluated, Stepped, TrainingEvent
    from flashsloth.training.run_plan import RunPlan

BARS = "▁▂▃▄▅▆▇█"
MIN_LINES = 20  # in a run


def sparkline(values: list[float], width: int) -> str:
    """Draw values as bars, each the mean of its share of them."""
    if not values or width < 1:
        return ""
    count = min(width, len(values))
    edges = [round(i * len(values) / count) for i in range(count + 1)]
    means = [sum(values[a:b]) / (b - a) for a, b in itertools.pairwise(edges) if b > a]
    low, high = min(means), max(means)
    if high <= low:
        return BARS[0] * len(means)
    return "".join(BARS[min(int((mean - low) / (high - low) * len(BARS)), len(BARS) - 1)] for mean in means)


class View:
    """Shows the events of a run. Use as a context."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.styled = streams.wants_styling(sys.stderr) and not quiet
        self.losses: list[float] = []
        self.last: Stepped | None = None
        self.evaluated: Evaluated | None = None
        self.best: Evaluated | None = None
        self.title = ""
        self._live: Any = None
        self._stack = ExitStack()
        self._last_line = 0.0
        self._plain = PlainLines()
        self._working_line = "initial"

    def __enter__(self) -> View:
        self._stack.enter_context(streams.no_echo())
        if self.styled:
            streams.write_stderr("reading the data and the model", end="")
        return self

    def working(self, done: int, total: int, label: str) -> None:
        """Show work before the first step: on one line of a terminal, else a plain line every ten seconds."""
        if not (self.quiet or self.styled):
            self._plain(done, total, label)
        percent = f"{label} {100 * done // max(total, 1)}%"
        if self.styled and self._live is None and percent != self._working_line:
            self._working_line = percent
            streams.write_stderr(f"{ERASE}{one_line(percent)[-shutil.get_terminal_size().columns + 1 :]}", end="")

    def __exit__(self, *error: object) -> None:
        self.pause()
        self._stack.close()

    def pause(self) -> None:
        """Stop the live display, leaving its last state."""
        self._wipe()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def begin(self, plan: RunPlan) -> None:
        """Show what will be trained."""
        recipe, schedule = plan.recipe, plan.schedule
        method = (
            f"stage {recipe.stage}" if recipe.stage else {"lora": "LoRA", "qlora": "QLoRA"}.get(recipe.method, "full")
        )
        dtype = str(plan.dtype).removeprefix("torch.")
        evaluation = f", {len(plan.evaluation):,} to evaluate" if plan.evaluation is not None else ""
        steps = f"{schedule.steps:,} step{'s' * (schedule.steps != 1)} of {schedule.step_rows}"
        rows = f"{schedule.rows:,} rows{evaluation}, {steps}"
        self.title = f"{plan.sources.name}, {method}, {dtype} on {plan.device}: {rows}"
        self.say(self.title)

    def show(self, event: TrainingEvent) -> None:
        from flashsloth.training.events import Evaluated, Note, Stepped

        if isinstance(event, Stepped):
            self._step(event)
        elif isinstance(event, Evaluated):
            self._evaluation(event)
        elif isinstance(event, Note):
            self.say(event.text)

    def say(self, text: str) -> None:
        """Print a line that stays."""
        if self.quiet:
            return
        if self._live is not None:
            self._live.console.print(one_line(text), markup=False, highlight=False)
        else:
            self._wipe()
            render.note(text)

    def _wipe(self) -> None:
        """Erase the line of the work before."""
        if self.styled and self._working_line:
            self._working_line = ""
            streams.write_stderr(ERASE, end="")

    def _evaluation(self, event: Evaluated) -> None:
        self.evaluated = event
        if event.best:
            self.best = event
        if self.styled and self._live is not None:
            self._redraw()
        if not self.styled:
            self.say(
                f"step {event.step}: evaluation loss {event.loss:.4f}{', the lowest so far' if event.best else ''}"
            )

    def _step(self, event: Stepped) -> None:
        self.losses.append(event.loss)
        self.last = event
        if self.quiet:
            return
        if self.styled:
            self._redraw()
            return
        now = time.monotonic()
        interval = max(event.steps // MIN_LINES, 1)
        if (
            event.step in (1, event.steps)
            or (event.step % interval == 0 and now - self._last_line > 1)
            or (now - self._last_line > SECONDS_BETWEEN)
        ):
            self._last_line = now
            render.note(f"step {event.step}/{event.steps}: loss {event.loss:.4f}, {self._rates(event)}")

    @staticmethod
    def _rates(event: Stepped) -> str:
        parts = [f"{event.samples_per_second:.1f} samples/s"]
        if event.tokens_per_second:  # none in stage see
            parts.append(f"{event.tokens_per_second:,.0f} tok/s")
        parts.append(gigabytes(event.memory))
        if event.waited >= 0.05:
            parts.append(f"{event.waited:.0%} waiting for data")
        if event.left:
            parts.append(f"{duration(event.left)} left")
        return ", ".join(parts)

    def _redraw(self) -> None:
        if self._live is None:
            from rich.console import Console
            from rich.live import Live

            self._wipe()
            console = Console(file=sys.stderr)
            self._live = Live(console=console, auto_refresh=False, transient=False, vertical_overflow="crop")
            self._live.start()
        self._live.update(self._render(), refresh=True)

    def _render(self) -> Any:
        from rich.console import Group
        from rich.text import Text

        event = self.last
        assert event is not None
        width = shutil.get_terminal_size().columns - 1
        bar_width = max(min(width - 30, 40), 4)
        filled = round(bar_width * event.step / max(event.steps, 1))
        bar = Text.assemble(("━" * filled, "green"), ("━" * (bar_width - filled), "bright_black"))
        loss = sum(self.losses[-20:]) / len(self.losses[-20:])
        first = Text(f"{event.step}/{event.steps} ") + bar + Text(f" {duration(event.left)} left" if event.left else "")
        head = f"loss {loss:.4f} "
        second = Text(head) + Text(sparkline(self.losses, max(min(width - len(head), 60), 1)), "cyan")
        third = f"{self._rates(event).rsplit(', ', 1)[0] if event.left else self._rates(event)}, lr {event.lr:.1e}"
        lines = [first, second, Text(third, "bright_black")]
        if self.evaluated is not None:
            best = " (lowest)" if self.evaluated.best else ""
            if not best and self.best is not None:
                best = f", lowest {self.best.loss:.4f} at step {self.best.step}"
            lines.append(Text(f"evaluation {self.evaluated.loss:.4f} at step {self.evaluated.step}{best}"))
        for line in lines:
            line.truncate(width, overflow="ellipsis")
            line.no_wrap = True
        return Group(*lines)
