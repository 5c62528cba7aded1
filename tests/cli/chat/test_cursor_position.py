"""Where the line editor believes its lines to stand: terminals answer late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps

import pytest
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.renderer import CPR_Support, Renderer
from prompt_toolkit.styles import Style

from flashsloth_cli.chat.line_editor import _heed_last_report

ROWS = DummyOutput().get_size().rows


class Asked(DummyOutput):
    responds_to_cpr = True

    def get_rows_below_cursor_position(self) -> int:
        raise NotImplementedError


def inside_a_loop(test: Callable[..., Coroutine[None, None, None]]) -> Callable[..., None]:
    """Run the test in an event loop, where the editor's renderer always is: its requests are futures."""

    @wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@inside_a_loop
async def test_a_report_that_was_lost_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("flashsloth_cli.chat.line_editor.time.monotonic", lambda: now)
    renderer = Renderer(Style([]), Asked(), full_screen=False)
    renderer.cpr_support = CPR_Support.SUPPORTED
    _heed_last_report(renderer)
    for _ in range(3):  # the first of them is lost
        renderer.reset()
        renderer.request_absolute_cursor_position()
    renderer.report_absolute_cursor_row(2)
    renderer.report_absolute_cursor_row(10)
    now += 5
    renderer.reset()
    renderer.request_absolute_cursor_position()
    renderer.report_absolute_cursor_row(23)
    assert renderer._min_available_height == ROWS - 22


@inside_a_loop
async def test_a_report_from_before_something_was_written_is_not_heeded() -> None:
    renderer = Renderer(Style([]), Asked(), full_screen=False)
    renderer.cpr_support = CPR_Support.SUPPORTED
    _heed_last_report(renderer)
    for _ in range(3):  # three writes in a row, answered after the last
        renderer.reset()
        renderer.request_absolute_cursor_position()
    for row, believed in ((2, 0), (10, 0), (23, ROWS - 22)):
        renderer.report_absolute_cursor_row(row)
        assert renderer._min_available_height == believed
    assert not renderer.waiting_for_cpr
    renderer.reset()
    renderer.request_absolute_cursor_position()
    renderer.report_absolute_cursor_row(30)
    assert renderer._min_available_height == ROWS - 29
