"""`chat` and `ask` at a terminal: a person types, waits, presses Ctrl-C, Ctrl-D and Ctrl-Z."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest

from cli.conftest import PROGRAMS, QUESTION
from paths import ROOT

PROMPT = "\n> "


class Terminal(pexpect.spawn):
    """A program at a terminal of 200 columns. `raw` is all its output, `text` the text on the screen up to the cursor,
    with the lines that have scrolled away."""

    raw = ""
    seen = 0  # position of `until` in `text`

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.screen = pyte.Screen(200, 600)
        self.shown = pyte.Stream(self.screen)

    @property
    def text(self) -> str:
        cursor, shown = self.screen.cursor, self.screen.display
        return "\n".join(["", *(line.rstrip() for line in shown[: cursor.y]), shown[cursor.y][: cursor.x]])

    def type(self, line: str) -> None:
        self.send(f"{line}\r")

    def until(self, pattern: str) -> str:
        """Wait for a regular expression, and return the text before it."""
        while (match := re.search(pattern, self.text[self.seen :])) is None:
            assert self._read(), f"{pattern!r} never came: {self.text!r}"
        before = match.string[: match.start()]
        self.seen += match.end()
        return before

    def until_raw(self, text: str) -> None:
        """Wait for output that does not stay on the screen."""
        while text not in self.raw:
            assert self._read(), f"{text!r} never came: {self.raw!r}"

    def until_shown(self, pattern: str) -> None:
        """Wait for a regular expression anywhere on the screen."""
        while re.search(pattern, self.text) is None:
            assert self._read(), f"{pattern!r} never came: {self.text!r}"

    def until_cleared(self) -> None:
        """Wait for an empty prompt."""
        while not self.text.endswith(PROMPT):
            assert self._read(), f"it was not cleared: {self.text!r}"
        self.seen = len(self.text)

    def until_text(self, text: str) -> str:
        return self.until(re.escape(text))

    def end(self) -> str:
        """Wait for the end of the program, and return its last output."""
        while self._read():
            pass
        self.close()
        return self.text[self.seen :]

    def _read(self) -> bool:
        """Read more output. Return False at its end."""
        try:
            more = self.read_nonblocking(10000, timeout=60)
        except (pexpect.EOF, pexpect.TIMEOUT):
            return False
        self.raw += more
        self.shown.feed(more)
        return True


@pytest.fixture
def terminal(home: Path) -> Iterator[Callable[..., Terminal]]:
    started = []

    def start(
        *words: str | os.PathLike[str], driver: str | None = None, program: Sequence[str] = (), **env: str
    ) -> Terminal:
        script = [str(PROGRAMS / f"{driver}.py")] if driver else ["-m", "flashsloth_cli"]
        first, *command = [*(program or [sys.executable, *script]), *map(os.fspath, words)]
        paths = f"{ROOT}{os.pathsep}{PROGRAMS}"
        env = {"PYTHONPATH": paths, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "COLUMNS": "200", **env}
        started.append(Terminal(first, command, env={**os.environ, **env}, encoding="utf-8", dimensions=(24, 200)))
        return started[-1]

    yield start
    for each in started:
        each.close(force=True)


def test_conversation(terminal, picture: Path, nano) -> None:
    """Two turns with the line editor, a command, and Ctrl-D; keys typed too early wait for the prompt."""
    chat = nano.chat(picture)
    first, second = (chat.ask(question).text() for question in (QUESTION, "What color is it?"))
    chatting = terminal("chat", picture)
    chatting.until_raw("loading nano")
    assert chatting.waitnoecho(60)
    chatting.send(QUESTION[:6])
    assert QUESTION[:6] not in chatting.until("note: nano answers")
    chatting.until_text(f"\nTalking with nano about {picture}. /help lists commands, Ctrl-D leaves.\n")
    chatting.until_text(f"> {QUESTION[:6]}")
    chatting.type(QUESTION[6:])
    chatting.until_text(f"\n{first}\n")
    chatting.until("> ")
    chatting.type("What color is it?")
    chatting.until_text(f"\n{second}\n")
    chatting.type("/stats")
    chatting.until("of them reused")
    chatting.until(PROMPT)
    chatting.type("/nothing")
    chatting.until_text("error: unknown command /nothing\nhint: /help lists the commands.\n")
    chatting.until("> ")
    chatting.sendeof()
    chatting.end()
    assert re.search(r"\nsaved as \w+; flashsloth chat -c continues it\n$", chatting.text)
    assert chatting.exitstatus == 0  # a person has seen the error
    assert "\x1b[2mTalking with nano" in chatting.raw  # a note, not an answer


def test_ctrl_c_stops_the_answer_and_not_the_program(terminal, picture: Path) -> None:
    """The answer streams, stops, and stays in the conversation; the next question works."""
    chatting = terminal("chat", picture, "-q", driver="slow")
    chatting.until(PROMPT)
    chatting.type(QUESTION)
    chatting.until(re.escape(QUESTION) + r"\n\S")  # it never ends by itself
    chatting.sendintr()
    chatting.until_text("\n(stopped; the answer so far stays in the conversation)\n")
    chatting.until("> ")
    chatting.type("/stats")
    assert re.search(r"[1-9]\d* tokens", chatting.until("context left"))
    chatting.until(PROMPT)
    chatting.type("What color is it?")
    chatting.until(r"What color is it\?\n\S")
    chatting.sendintr()
    chatting.until_text("(stopped; the answer so far stays in the conversation)")
    chatting.until(PROMPT)
    chatting.type("/stats")
    assert "of them reused" in chatting.until("context left")  # the stopped answer is part of the conversation
    chatting.until(PROMPT)
    chatting.type("/quit")
    chatting.end()
    assert chatting.exitstatus == 0


@pytest.mark.slow
def test_ctrl_c_at_the_prompt(terminal) -> None:
    """With text it clears the line; on an empty line it warns, and leaves the second time."""
    warning = "(Ctrl-C again or Ctrl-D leaves)\n"
    chatting = terminal("chat", "-q")
    chatting.until(PROMPT)
    chatting.send("half a line")
    chatting.until("half a line")
    chatting.sendintr()
    chatting.until_cleared()
    assert warning not in chatting.text
    chatting.sendintr()
    chatting.until_shown(re.escape(f"{warning}> ") + "$")
    chatting.type("hello")  # resets the warning
    chatting.until(r"hello\n\w+.*\n")
    chatting.until_cleared()
    chatting.sendintr()
    chatting.until_shown(re.escape(warning) + r"(.|\n)*" + re.escape(f"{warning}> ") + "$")
    chatting.sendintr()
    chatting.end()
    assert chatting.exitstatus == 0


@pytest.mark.slow
def test_ctrl_c_while_a_picture_is_fetched(terminal) -> None:
    """Back to the prompt, with the conversation there was."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        chatting = terminal("chat", "-q", "--allow-local")
        chatting.until(PROMPT)
        chatting.type(f"/image http://127.0.0.1:{silent.getsockname()[1]}/a.png")
        with silent.accept()[0]:
            chatting.sendintr()
            chatting.until_text("\n(stopped)\n")
        chatting.until("> ")
        chatting.type("/stats")
        chatting.until("no answer yet")
        chatting.until(PROMPT)
        chatting.sendeof()
        chatting.end()
        assert chatting.exitstatus == 0


@pytest.mark.slow
def test_dumb_terminal(terminal, nano) -> None:
    """The plain loop: no escape sequence at all, and the same keys."""
    chatting = terminal("chat", TERM="dumb")
    chatting.until(PROMPT)
    chatting.type("hello")
    chatting.until_text(nano.chat().ask("hello").text())
    chatting.until(PROMPT)
    chatting.sendintr()
    chatting.until_text("(Ctrl-C again or Ctrl-D leaves)")
    chatting.until(PROMPT)
    chatting.sendeof()
    chatting.end()
    assert "\x1b" not in chatting.raw
    assert chatting.exitstatus == 0


@pytest.mark.slow
def test_suspend_and_resume(terminal) -> None:
    """With a shell's job control, at the prompt."""
    shell = terminal(program=("bash", "--norc", "--noprofile"), PS1="$ ")
    shell.until_text("$ ")
    shell.type(f"{sys.executable} -m flashsloth_cli chat -q")
    shell.until(PROMPT)
    shell.sendcontrol("z")
    shell.until("Stopped")
    shell.until_text("$ ")
    shell.type("fg")
    shell.until(PROMPT)
    shell.type("hello")
    shell.until(r"hello\n\w+")
    shell.until(PROMPT)
    shell.type("/quit")
    shell.until_text("$ ")
    shell.type("exit $?")
    shell.end()
    assert shell.exitstatus == 0


@pytest.mark.slow
def test_sigterm_at_the_prompt(terminal) -> None:
    chatting = terminal("chat", "-q")
    chatting.until(PROMPT)
    chatting.kill(signal.SIGTERM)
    assert chatting.end().strip("> \n") == ""
    assert chatting.exitstatus == 143


def test_ctrl_c_ends_ask_by_its_signal(terminal, picture: Path) -> None:
    """A loop in a shell then ends too; its $? is 130."""
    asking = terminal("ask", picture, QUESTION, "-q", driver="slow")
    asking.until(r"\w+ \w+")
    asking.sendintr()
    assert re.fullmatch(r"[\w .]*(\^C)?\n", asking.end())
    assert (asking.exitstatus, asking.signalstatus) == (None, signal.SIGINT)


def test_ask_at_a_terminal(terminal, picture: Path, expected: str) -> None:
    """stdin is a terminal and is not read; the loading line goes away."""
    asking = terminal("ask", picture, QUESTION, "-m", "nano")
    asking.end()
    assert asking.raw.startswith("loading nano")
    assert asking.raw.endswith(f"\r\x1b[K{expected}\r\n")
    assert asking.exitstatus == 0


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_styling(terminal, env: dict[str, str]) -> None:
    listing = terminal("list", **env)
    listing.end()
    assert "\x1b" not in listing.raw
    assert "nano (default)" in listing.raw


def test_bold_headers(terminal) -> None:
    listing = terminal("list")
    listing.end()
    assert "\x1b[1mNAME" in listing.raw


@pytest.mark.slow
def test_model_text_cannot_control_the_terminal(terminal) -> None:
    asking = terminal("ask", "--no-picture", "-p", "hi", "-q", "--max-tokens", "1", driver="escapes")
    asking.end()
    assert asking.raw.endswith("a\ufffd[31mb\ufffdc\r\n")
