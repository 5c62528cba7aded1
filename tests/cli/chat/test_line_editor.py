"""The line editor and the interpreter that it runs in."""

from __future__ import annotations

import sys

from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import DummyCompleter
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from flashsloth_cli.chat.line_editor import LineEditor


def test_switch_interval_is_restored() -> None:
    before = sys.getswitchinterval()
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        editor = LineEditor(lambda: "", DummyCompleter(), None)
        for _ in range(2):
            editor.open()
            assert sys.getswitchinterval() < before
            editor.close()
            assert sys.getswitchinterval() == before
