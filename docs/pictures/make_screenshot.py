"""Make the screenshot of README from a real conversation in a terminal of 80 columns.

python docs/pictures/make_screenshot.py docs/pictures/chat.svg        # needs tmux
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.terminal_theme import MONOKAI

ROOT = Path(__file__).parents[2]
COLUMNS, ROWS = 80, 24
LOW = 18  # rows while the image is drawn, which fills the height of the terminal
FONTS = "Fira Code, DejaVu Sans Mono, Menlo, Consolas, monospace"
IMAGE = "examples/images/stop-sign.png"
QUESTIONS = ("What does the sign say?", "What color is the sign?", "Describe the picture.")


class Terminal:
    """A shell in tmux."""

    def __init__(self, folder: str) -> None:
        self.tmux = ["tmux", "-S", f"{folder}/socket", "-f", os.devnull]
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "FLASHSLOTH_HOME": folder,
            "COLORTERM": "truecolor",
        }
        size = ["-x", str(COLUMNS), "-y", str(LOW)]
        shell = ["bash", "--norc", "--noprofile"]
        subprocess.run(
            [*self.tmux, "new-session", "-d", *size, "-s", "t", *shell], env=env, cwd=ROOT, check=True
        )

    def run(self, command: str, *arguments: str) -> str:
        done = subprocess.run(
            [*self.tmux, command, "-t", "t", *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout

    def type(self, line: str) -> None:
        self.run("send-keys", "-l", line)
        self.run("send-keys", "Enter")

    def screen(self, *options: str) -> str:
        return self.run("capture-pane", "-p", *options)

    def wait_for(self, condition: Callable[[str], bool], seconds: float = 120) -> None:
        """Wait until the screen fulfils a condition and stays the same for a second."""
        end, before = time.monotonic() + seconds, ""
        while time.monotonic() < end:
            now = self.screen()
            if now == before and condition(now):
                return
            before = now
            time.sleep(1)
        raise SystemExit(f"error: the screen did not change as expected:\n{before}")


def tokens_left(screen: str) -> str:
    """Return the number in the toolbar, which changes with each answer."""
    match = re.search(r"(\d+) tokens left", screen)
    return match[1] if match else ""


def capture_screen() -> str:
    """Hold the conversation in `flashsloth chat`; return the screen with its colours."""
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(folder)
        try:
            terminal.type(f"clear; {sys.executable} -m flashsloth_cli chat -q --session signs {IMAGE}")
            terminal.wait_for(lambda screen: tokens_left(screen) != "")
            terminal.type("/look")
            terminal.wait_for(lambda screen: "▀" in screen)
            terminal.run("resize-window", "-x", str(COLUMNS), "-y", str(ROWS))
            for question in QUESTIONS:
                before = tokens_left(terminal.screen())
                terminal.type(question)
                terminal.wait_for(lambda screen, before=before: tokens_left(screen) not in ("", before))
            return terminal.screen("-e")
        finally:
            subprocess.run([*terminal.tmux, "kill-server"], check=False)


def main() -> None:
    target = Path(sys.argv[1])
    with open(os.devnull, "w") as devnull:
        console = Console(
            record=True, width=COLUMNS, file=devnull, force_terminal=True, color_system="truecolor"
        )
        # one decoder for all lines, as colours continue over the end of a line
        for line in AnsiDecoder().decode(capture_screen().rstrip("\n")):
            console.print(line, no_wrap=True)
        svg = console.export_svg(title="flashsloth chat stop-sign.png", theme=MONOKAI)
    # fonts that would be loaded from the network
    svg = re.sub(r"\s*@font-face {.*?}", "", svg, flags=re.DOTALL)
    target.write_text(svg.replace("Fira Code, monospace", FONTS), encoding="utf-8")


if __name__ == "__main__":
    main()
