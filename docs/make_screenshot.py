"""The picture of a conversation on README's first screen: what a terminal of 80 columns shows in a real run.

python docs/make_screenshot.py docs/chat.svg        # needs tmux
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.terminal_theme import MONOKAI

ROOT = Path(__file__).parents[1]
COLUMNS, ROWS = 80, 24
LOW = 18  # rows while the picture is shown, which takes as many as it can
FONTS = "Fira Code, DejaVu Sans Mono, Menlo, Consolas, monospace"
LINES = ("/look", "What does the sign say?", "What color is the sign?", "Describe the picture.")


def captured(lines: tuple[str, ...]) -> str:
    """The screen after these lines, with its colours."""
    with tempfile.TemporaryDirectory() as folder:
        tmux = ["tmux", "-S", f"{folder}/socket", "-f", os.devnull]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "FLASHSLOTH_HOME": folder, "COLORTERM": "truecolor"}
        chat = f"clear; {sys.executable} -m flashsloth_cli chat -q examples/images/stop-sign.png"
        low, full = (["-x", str(COLUMNS), "-y", str(rows)] for rows in (LOW, ROWS))
        shell = ["bash", "--norc", "--noprofile"]
        subprocess.run([*tmux, "new-session", "-d", *low, "-s", "t", *shell], env=env, cwd=ROOT, check=True)
        try:
            for line in (chat, *lines):
                subprocess.run([*tmux, "send-keys", "-t", "t", "-l", line], check=True)
                subprocess.run([*tmux, "send-keys", "-t", "t", "Enter"], check=True)
                time.sleep(12 if line is chat else 1.5)
                if line == "/look":
                    subprocess.run([*tmux, "resize-window", "-t", "t", *full], check=True)
            shown = [*tmux, "capture-pane", "-p", "-e", "-t", "t"]
            return subprocess.run(shown, check=True, capture_output=True, text=True).stdout
        finally:
            subprocess.run([*tmux, "kill-server"], check=False)


def main() -> None:
    target = Path(sys.argv[1])
    with open(os.devnull, "w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor")
        for line in AnsiDecoder().decode(captured(LINES).rstrip("\n")):  # a colour holds over the end of its line
            console.print(line, no_wrap=True)
        drawn = console.export_svg(title="flashsloth chat stop-sign.png", theme=MONOKAI)
    drawn = re.sub(r"\s*@font-face {.*?}", "", drawn, flags=re.DOTALL)  # which a page elsewhere would have to send
    target.write_text(drawn.replace("Fira Code, monospace", FONTS), encoding="utf-8")


if __name__ == "__main__":
    main()
