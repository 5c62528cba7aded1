"""A window that is made narrower, in tmux, with its screen read as a person sees it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import QUESTION, Cli, command, environment
from server.helpers import eventually

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


class Tmux:
    """A window of 80 columns and 24 rows, in a server of its own."""

    def __init__(self, folder: Path) -> None:
        self.base = ["tmux", "-S", str(folder / "socket"), "-f", os.devnull]
        words = (
            "new-session",
            "-d",
            "-x",
            "80",
            "-y",
            "24",
            "-s",
            "t",
            "bash",
            "--norc",
            "--noprofile",
        )
        env = environment(PS1="$ ", LC_ALL="C.UTF-8", COLUMNS="80")  # of another window
        subprocess.run([*self.base, *words], env=env, check=True)
        self.until(r"\$")

    def run(self, command: str, *words: str) -> str:
        line = [*self.base, command, "-t", "t", *words]
        return subprocess.run(line, check=True, capture_output=True, text=True).stdout

    def say(self, line: str) -> None:
        self.run("send-keys", "-l", line)
        self.run("send-keys", "Enter")

    @property
    def text(self) -> str:
        """The screen and what has scrolled away, with wrapped lines joined."""
        time.sleep(0.05)  # each look is a process
        return self.run("capture-pane", "-p", "-J", "-S", "-2000")

    def resize(self, columns: int) -> None:
        """Change the width of the window, and wait until the program's terminal has it: tmux tells it
        late."""
        self.run("resize-window", "-x", str(columns), "-y", "24")
        with open(self.run("display", "-p", "#{pane_tty}").strip(), "rb") as terminal:
            eventually(lambda: os.get_terminal_size(terminal.fileno()).columns == columns)

    def until(self, pattern: str) -> None:
        """Wait for a regular expression on the screen."""
        try:
            eventually(lambda: re.search(pattern, " ".join(self.text.split())), 60)
        except AssertionError:
            pytest.fail(f"{pattern!r} never came:\n{self.text}")


@pytest.fixture
def tmux(home: Path, tmp_path: Path) -> Iterator[Tmux]:
    made = Tmux(tmp_path)
    yield made
    made.run("kill-session")


def test_a_narrower_window_during_an_answer(tmux: Tmux, cli: Cli, picture: Path) -> None:
    """The answer stays on the screen once, as does a line that is typed."""
    tmux.say("seq 30")  # near its first row tmux scrolls
    tmux.say(f"{shlex.join(command('slow'))} chat -q --max-tokens 60 {picture}")
    tmux.until("> .* tokens left")
    tmux.say(QUESTION)
    for columns, words in ((60, 14), (45, 24), (32, 34)):
        tmux.until(re.escape(QUESTION) + rf" (\w\S* ){{{words}}}")
        Path("held").unlink(missing_ok=True)
        Path("hold").touch()
        eventually(Path("held").exists)  # the decoder waits: nothing is written meanwhile
        tmux.resize(columns)
        Path("hold").unlink()
    tmux.until(r"cut at 60 tokens")
    whole = " ".join(tmux.text.split())
    assert whole.count(QUESTION) == 1
    (turn,) = cli("sessions", "show", "--json").document["turns"]
    assert turn["answer"] in whole
    assert whole.count("A red circle") == turn["answer"].count("A red circle")
    tmux.run("send-keys", "-l", "a long line " * 9 + "end")
    for columns in (50, 30, 80):
        tmux.until("end .*tokens left")
        tmux.resize(columns)
    tmux.until("end .*float32 on cpu")
    assert " ".join(tmux.text.split()).count("a long line") == 9
