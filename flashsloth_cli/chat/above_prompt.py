"""Write above the prompt of prompt_toolkit while a line is being edited.

prompt_toolkit's own way, `run_in_terminal`, detaches the input and leaves raw mode for every write: keys that are
typed meanwhile are echoed, and Enter arrives as a newline. It also waits up to a second for reports of the cursor
position. These functions redraw around a write instead, with public attributes of Application and Renderer;
tests/cli/chat/test_above_prompt.py fails when prompt_toolkit changes one of them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prompt_toolkit.application import Application
    from prompt_toolkit.renderer import Renderer

LONGEST_REPORT = 2.0  # seconds after which a report of the cursor position counts as lost


def write_above(app: Application[Any], write: Callable[[], None]) -> None:
    """Erase the prompt, write, and draw the prompt again. To be called in the thread of the application."""
    app.renderer.erase()
    try:
        write()
    finally:
        app.renderer.reset()
        if not app.key_processor.input_queue and not app.is_done:  # otherwise nothing would read the report
            app.renderer.request_absolute_cursor_position()
        _draw(app)


def _draw(app: Application[Any]) -> None:
    """Draw the prompt at once; `invalidate` would leave it erased for up to `min_redraw_interval` seconds."""

    def draw() -> None:
        app.render_counter += 1  # texts of the prompt are cached by it
        app.renderer.render(app, app.layout)

    if app.context is not None:
        app.context.copy().run(draw)


def follow_resizes(app: Application[Any]) -> None:
    """Let the renderer erase also the rows that its lines take in a window that has become narrower, at the next draw.

    Terminals wrap long lines again when the window changes; prompt_toolkit counts the rows that it once drew, and would
    leave the first lines of a growing answer on the screen, above their second copy. The first row is erased by itself:
    tmux keeps a copy of a screen that is erased as a whole.
    """
    renderer, output, erase, render = app.renderer, app.renderer.output, app.renderer.erase, app.renderer.render
    drawn = 0  # columns

    def erase_all(*args: Any, **kwargs: Any) -> None:
        if (screen := renderer.last_rendered_screen) is not None:
            cursor, columns = screen.get_cursor_position(app.layout.current_window), output.get_size().columns
            rows = [screen.data_buffer[y] for y in range(cursor.y)]
            lasts = [max((x for x, cell in row.items() if cell.char.strip()), default=0) for row in rows]
            more = sum(last // columns for last in (*lasts, cursor.x)) if _wraps_again() else 0
            if cursor.y + more:
                output.cursor_backward(cursor.x)
                output.cursor_up(cursor.y + more)
                output.erase_end_of_line()
                output.cursor_down(1)
                output.erase_down()
                output.cursor_up(1)
                output.cursor_down(cursor.y)
        erase(*args, **kwargs)

    def render_new_size(*args: Any, **kwargs: Any) -> None:
        nonlocal drawn
        if drawn != (drawn := output.get_size().columns) and renderer.last_rendered_screen is not None:
            erase_all(leave_alternate_screen=False)
            renderer.request_absolute_cursor_position()
        render(*args, **kwargs)

    for name, function in (("erase", erase_all), ("render", render_new_size)):
        setattr(renderer, name, function)


def _wraps_again(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether this terminal wraps lines again in a narrower window: xterm and screen cut them instead."""
    cuts = environment.get("XTERM_VERSION") or environment.get("TERM", "").startswith("screen")
    return bool(environment.get("TMUX")) or not cuts


def ignore_outdated_reports(renderer: Renderer) -> None:
    """Let only the answer to the last request of the cursor position place the prompt. Terminals answer late. An answer
    from before a write would place the prompt too high, and prompt_toolkit would then push what is above it off the
    screen."""
    from prompt_toolkit.renderer import CPR_Support

    output, reset, report = renderer.output, renderer.reset, renderer.report_absolute_cursor_row
    ask = output.ask_for_cpr
    requested = outdated = 0  # requests without an answer; those among them from before the last reset
    height = 0  # rows below the cursor, 0 for unknown
    last_reset = time.monotonic()

    def count_request() -> None:
        nonlocal requested
        requested += 1
        ask()

    def reset_and_outdate(*args: Any, **kwargs: Any) -> None:
        nonlocal requested, outdated, height, last_reset
        reset(*args, **kwargs)
        height, now = 0, time.monotonic()
        if now - last_reset > LONGEST_REPORT and renderer.cpr_support == CPR_Support.SUPPORTED:
            for _ in range(requested):  # lost: let nothing wait for them
                keep_height()
            requested = 0
        outdated, last_reset = requested, now

    def report_current(row: int) -> None:
        nonlocal requested, outdated, height
        requested = max(0, requested - 1)
        if outdated:
            outdated -= 1
            keep_height()
        else:
            height = output.get_size().rows - row + 1
            report(row)

    def keep_height() -> None:
        """Take the report off the renderer's list without a change of the height."""
        report(output.get_size().rows - height + 1)

    replacements = (
        (output, "ask_for_cpr", count_request),
        (renderer, "reset", reset_and_outdate),
        (renderer, "report_absolute_cursor_row", report_current),
    )
    for owner, name, function in replacements:
        setattr(owner, name, function)
