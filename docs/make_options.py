"""Write docs/options.md: the help of every command, each option once, and the settings.

With --check exit with 1 if it differs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from flashsloth_cli.app import app
from flashsloth_cli.options import KEYS

OPTION = re.compile(r"^  -.*\n(?: {4,}\S.*\n)*", re.MULTILINE)
EMPTY_PANEL = re.compile(r"^\w[\w ]*:\n+(?=\w|\Z)", re.MULTILINE)
TARGET = Path(__file__).with_name("options.md")
SETTINGS = """Of config.toml and `--set KEY=VALUE`. [Templates](cli.md#templates) and `/set` in [chat](cli.md#chat)
take some. Each setting has an environment variable, such as `FLASHSLOTH_MAX_TOKENS`.

| key | default | value | what it does |
|---|---|---|---|"""


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of each visible command."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        elif not command.hidden:
            yield *path, name


def settings() -> Iterator[str]:
    """Yield the rows of the table of settings."""
    ask = get_command(app).commands["ask"].load()
    flags = {parameter.name: parameter for parameter in ask.params}
    for name, setting in KEYS.items():
        default = "" if setting.default in (None, ()) else f"`{str(setting.default).lower()}`"
        what = setting.help or flags[name].help
        yield f"| `{name}` | {default} | {setting.allowed} | {what} |"


def section(name: str, shown: str, first: dict[str, str]) -> list[str]:
    """Return the lines of a command. Options that an earlier one describes alike are named with a link
    to it.

    Args:
        first: by the text of an option the command that has it first; gets those of this command.
    """
    earlier: dict[str, list[str]] = {}

    def keep_new(option: re.Match[str]) -> str:
        text = " ".join(option[0].split())
        command = first.setdefault(text, name)
        if command == name:
            return option[0]
        earlier.setdefault(command, []).append(re.findall(r"--[\w-]+", text)[0])
        return ""

    kept = EMPTY_PANEL.sub("", OPTION.sub(keep_new, f"{shown.strip()}\n")).strip()
    lines = [f"## {name}", "", "```", kept, "```", ""]
    for command, flags in earlier.items():
        shared = ", ".join(f"`{flag}`" for flag in flags if flag != "--help")
        if shared:
            lines += [f"As for [{command}](#{command.replace(' ', '-')}): {shared}.", ""]
    return lines


def document() -> str:
    written = "Written by `make docs` from `--help` of the commands, which [cli.md](cli.md) explains."
    lines, first = ["# Options and settings", "", written, ""], dict[str, str]()
    for words in commands(get_command(app)):
        lines += section(" ".join(words), CliRunner().invoke(app, [*words, "--help"]).stdout, first)
    return "\n".join([*lines, "## Settings", "", SETTINGS, *settings(), ""])


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(TARGET.read_text(encoding="utf-8") != document())
    TARGET.write_text(document(), encoding="utf-8")
