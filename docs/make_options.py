"""Write docs/options.md: the help of every command, and the settings. With --check exit with 1 if it differs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from flashsloth_cli.app import app
from flashsloth_cli.declaration import NAMES
from flashsloth_cli.options import KEYS

TARGET = Path(__file__).with_name("options.md")
SETTINGS = """Of config.toml and `--set KEY=VALUE`. [Templates](cli.md#templates) and `/set` in [chat](cli.md#chat)
take some.

| key | default | value | variable | what it does |
|---|---|---|---|---|"""


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
    for name, (setting, kind, values) in KEYS.items():
        default = "" if setting.default in (None, ()) else f"`{str(setting.default).lower()}`"
        allowed = ", ".join(values) or (setting.rule[1] if setting.rule else NAMES[kind])
        what = setting.help or flags[name].help
        variable = f"`{setting.env}`" if setting.env else ""
        yield f"| `{name}` | {default} | {allowed} | {variable} | {what} |"


def document() -> str:
    written = "Written by `make docs` from the commands, which [cli.md](cli.md) explains."
    lines = ["# Options and settings", "", written, ""]
    for words in commands(get_command(app)):
        shown = CliRunner().invoke(app, [*words, "--help"]).stdout.strip()
        lines += [f"## {' '.join(words)}", "", "```", shown, "```", ""]
    return "\n".join([*lines, "## Settings", "", SETTINGS, *settings(), ""])


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(TARGET.read_text(encoding="utf-8") != document())
    TARGET.write_text(document(), encoding="utf-8")
