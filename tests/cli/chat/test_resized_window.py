"""A window that is made narrower, in tmux, with its screen read as a person sees it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.conftest import QUESTION, Result, command, environment
from server.helpers import eventually

SLOW = shlex.join(command("slow"))

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")]


class Tmux:
    """One window of a given size, in a server of its own."""

    def __init__(self, folder: Path, columns: int, rows: int, env: dict[str, str]) -> None:
        self.base = ["tmux", "-S", str(folder / "socket"), "-f", os.devnull]
        self.columns = columns
        size = ["-x", str(columns), "-y", str(rows)]
        self.run("new-session", "-d", *size, "-s", "t", "bash", "--norc", "--noprofile", env=env)

    def run(self, *words: str, env: dict[str, str] | None = None) -> str:
        return subprocess.run([*self.base, *words], env=env, check=True, capture_output=True, text=True).stdout

    def type(self, *keys: str) -> None:
        self.run("send-keys", "-t", "t", *keys)

    def say(self, line: str) -> None:
        self.run("send-keys", "-t", "t", "-l", line)
        self.type("Enter")

    @property
    def screen(self) -> list[str]:
        """The lines of the screen."""
        return [line.rstrip() for line in self.run("capture-pane", "-p", "-t", "t").rstrip("\n").split("\n")]

    @property
    def text(self) -> str:
        """The screen and what has scrolled away, with wrapped lines joined."""
        return self.run("capture-pane", "-p", "-J", "-S", "-2000", "-t", "t")

    def resize(self, columns: int) -> None:
        """Change the width of the window, and wait until the program's terminal has it: tmux tells it late."""
        self.run("resize-window", "-t", "t", "-x", str(columns), "-y", "24")
        with open(self.run("display", "-p", "-t", "t", "#{pane_tty}").strip(), "rb") as terminal:
            eventually(lambda: os.get_terminal_size(terminal.fileno()).columns == columns)

    def until(self, pattern: str) -> None:
        """Wait for a regular expression on the screen."""
        try:
            eventually(lambda: re.search(pattern, " ".join(self.text.split())), 60)
        except AssertionError:
            pytest.fail(f"{pattern!r} never came:\n{self.text}")

    def idle(self) -> None:
        """Wait for an empty prompt above the toolbar."""
        eventually(lambda: re.search(r"\n>\n .*$", "\n".join(filter(None, self.screen))), 60)


@contextmanager
def held() -> Iterator[None]:
    """Let the slow decoder wait: nothing is written meanwhile."""
    Path("held").unlink(missing_ok=True)
    Path("hold").touch()
    eventually(Path("held").exists)
    yield
    Path("hold").unlink()


@pytest.fixture
def window(home: Path, tmp_path: Path) -> Iterator[Callable[[int, int], Tmux]]:
    made: list[Tmux] = []

    def start(columns: int, rows: int) -> Tmux:
        env = environment(PS1="$ ", LC_ALL="C.UTF-8", COLUMNS="80")  # of another window
        made.append(Tmux(tmp_path, columns, rows, env))
        made[-1].until(r"\$")
        return made[-1]

    yield start
    for each in made:
        subprocess.run([*each.base, "kill-server"], check=False, capture_output=True)


def test_a_narrower_window_during_an_answer(
    window: Callable[[int, int], Tmux], cli: Callable[..., Result], picture: Path
) -> None:
    """The answer stays on the screen once, as does a line that is typed."""
    tmux = window(80, 24)
    tmux.say("seq 30")  # near its first row tmux scrolls
    tmux.say(f"{SLOW} chat -q --max-tokens 60 {picture}")
    tmux.until("tokens left")
    tmux.idle()
    tmux.say(QUESTION)
    for columns, words in ((60, 14), (45, 24), (32, 34)):
        tmux.until(re.escape(QUESTION) + rf" (\w\S* ){{{words}}}")
        with held():
            tmux.resize(columns)
    tmux.until(r"cut at 60 tokens")
    whole = " ".join(tmux.text.split())
    assert whole.count(QUESTION) == 1
    (turn,) = cli("sessions", "show", "--json").document["turns"]
    assert turn["answer"] in whole
    assert whole.count("A red circle") == turn["answer"].count("A red circle")
    tmux.run("send-keys", "-t", "t", "-l", "a long line " * 9 + "end")
    for columns in (50, 30, 80):
        tmux.until("end .*tokens left")
        tmux.resize(columns)
    tmux.until("end .*float32 on cpu")
    assert " ".join(tmux.text.split()).count("a long line") == 9
