"""Writing above the prompt: what prompt_toolkit must offer for it, and cursor reports that come late."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Coroutine
from functools import wraps

import prompt_toolkit
import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.application import Application
from prompt_toolkit.application.current import set_app
from prompt_toolkit.data_structures import Point, Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.layout import FormattedTextControl, Layout, Window
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.renderer import CPR_Support, Renderer
from prompt_toolkit.styles import Style

from flashsloth_cli.chat.above_prompt import _wraps_again, follow_resizes, ignore_outdated_reports, write_above

CHANGED = f"prompt_toolkit {prompt_toolkit.__version__} has changed, see flashsloth_cli/chat/above_prompt.py:"


def in_a_loop(test: Callable[..., Coroutine[None, None, None]]) -> Callable[..., None]:
    """Run the test in an event loop, where a renderer always is: its requests are futures."""

    @wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


def test_prompt_toolkit_has_what_is_used() -> None:
    app: Application[None] = Application(output=DummyOutput())
    for owner, names in (
        (app, ("context", "is_done", "is_running", "key_processor", "layout", "loop", "render_counter")),
        (app.renderer, ("cpr_support", "erase", "output", "render", "report_absolute_cursor_row", "reset")),
        (app.renderer, ("last_rendered_screen", "request_absolute_cursor_position")),
        (app.renderer.output, ("ask_for_cpr", "cursor_up", "erase_down", "erase_end_of_line", "get_size")),
        (app.key_processor, ("input_queue",)),
    ):
        for name in names:
            assert hasattr(owner, name), f"{CHANGED} {type(owner).__name__} has no {name}"


@in_a_loop
async def test_the_prompt_is_drawn_again_below_what_is_written() -> None:
    """With its new text, at once, and with the keys typed so far."""
    screen, message = io.StringIO(), "before> "
    output = Vt100_Output(screen, lambda: Size(rows=24, columns=80), term="xterm", enable_cpr=False)
    with create_pipe_input() as keys:
        session: PromptSession[str] = PromptSession(input=keys, output=output, erase_when_done=True)
        typed = asyncio.Event()
        session.default_buffer.on_text_changed += lambda _: typed.set()

        async def write() -> None:
            nonlocal message
            keys.send_text("typed")
            await typed.wait()
            message = "after> "
            screen.truncate(screen.seek(0))
            write_above(session.app, lambda: output.write_raw("ABOVE\r\n") or output.flush())
            drawn = screen.getvalue()
            assert drawn.index("ABOVE") < drawn.index("after> ") < drawn.index("typed"), f"{CHANGED} {drawn!r}"
            keys.send_text("\r")

        writing = asyncio.create_task(write())
        assert await session.prompt_async(lambda: message) == "typed"
        await writing


class AskedOutput(DummyOutput):
    """A terminal that reports the position of the cursor only when it is asked."""

    responds_to_cpr = True

    def get_rows_below_cursor_position(self) -> int:
        raise NotImplementedError


ROWS = AskedOutput().get_size().rows


@pytest.fixture
def renderer() -> Renderer:
    made = Renderer(Style([]), AskedOutput(), full_screen=False)
    made.cpr_support = CPR_Support.SUPPORTED
    ignore_outdated_reports(made)
    return made


def height(renderer: Renderer) -> int:
    """Return the rows from the cursor to the end of the screen, or 0 if they are unknown."""
    return ROWS - renderer.rows_above_layout if renderer.height_is_known else 0


def reset_and_ask(renderer: Renderer) -> None:
    renderer.reset()
    renderer.request_absolute_cursor_position()


@in_a_loop
async def test_a_report_from_before_a_write_is_ignored(renderer: Renderer) -> None:
    for _ in range(3):  # three writes in a row, reported after the last one
        reset_and_ask(renderer)
    for row, expected in ((2, 0), (10, 0), (23, ROWS - 22)):
        renderer.report_absolute_cursor_row(row)
        assert height(renderer) == expected, CHANGED
    assert not renderer.waiting_for_cpr
    reset_and_ask(renderer)
    renderer.report_absolute_cursor_row(30)
    assert height(renderer) == ROWS - 29


@in_a_loop
async def test_a_lost_report_is_not_waited_for(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("flashsloth_cli.chat.above_prompt.time.monotonic", lambda: now)
    now += 1
    for _ in range(3):  # the first report is lost
        reset_and_ask(renderer)
    renderer.report_absolute_cursor_row(2)
    renderer.report_absolute_cursor_row(10)
    assert renderer.waiting_for_cpr
    now += 5
    reset_and_ask(renderer)
    renderer.report_absolute_cursor_row(23)
    assert height(renderer) == ROWS - 22
    assert not renderer.waiting_for_cpr


@pytest.mark.parametrize(
    ("environment", "wraps"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm", "XTERM_VERSION": "XTerm(379)"}, False),
        ({"TERM": "screen"}, False),
        ({"TERM": "screen", "TMUX": "/tmp/s,1,0"}, True),
    ],
)
def test_which_terminals_wrap_again(environment: dict[str, str], wraps: bool) -> None:
    assert _wraps_again(environment) == wraps


@pytest.mark.parametrize(("columns", "up"), [(80, 2), (40, 2 + 1), (20, 2 + 3 + 1)])
def test_rows_that_wrapped_again_are_erased(monkeypatch: pytest.MonkeyPatch, columns: int, up: int) -> None:
    """A line of 61 columns and one of 30 stand above the prompt."""
    monkeypatch.setenv("TMUX", "/tmp/s,1,0")
    control = FormattedTextControl(f"{'a' * 61}\n{'b' * 30}\n> ", get_cursor_position=lambda: Point(1, 2))
    app: Application[None] = Application(Layout(Window(control)), output=DummyOutput())
    follow_resizes(app)
    moves: list[int] = []
    with set_app(app):
        app.renderer.render(app, app.layout)
    monkeypatch.setattr(app.output, "cursor_up", moves.append)
    monkeypatch.setattr(app.output, "get_size", lambda: Size(rows=40, columns=columns))
    app.renderer.erase()
    assert moves[0] == up
