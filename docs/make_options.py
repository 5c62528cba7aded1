"""Write docs/options.md: the help of every command, and a table of the settings.

python -m docs.make_options [--check]    # --check: exit with 1 if the file differs
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from flashsloth_cli.app import app
from flashsloth_cli.config.settings import KEYS, NAMES, Key

FILE = Path(__file__).with_name("options.md")
HEAD = """# Options and settings

The help of every command, and a table of all [settings](#settings). [cli.md](cli.md) explains the commands.
`make docs` writes this file.
"""
SETTINGS = """## Settings

[cli.md](cli.md#settings) says where they are set. Without a default the model decides, or nothing is set.

| key | default | values | environment |
|---|---|---|---|
"""


def commands(command: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each visible command, without those that only group others."""
    if not hasattr(command, "commands"):
        yield path
        return
    for name, each in command.commands.items():
        if not each.hidden:
            yield from commands(each, *path, name)


def help_section(path: tuple[str, ...]) -> str:
    """Return a heading and the help of a command, as on a terminal of 100 columns."""
    done = CliRunner().invoke(app, [*path, "--help"], prog_name="flashsloth", env={"COLUMNS": "100"})
    return f"## {' '.join(path)}\n\n```text\n{done.stdout.strip()}\n```\n"


def table_row(name: str, key: Key) -> str:
    """Return the row of a setting."""
    setting, kind, choices = key
    default = "" if setting.default in (None, ()) else str(setting.default)
    values = setting.rule[1] if setting.rule else ", ".join(choices) or NAMES[kind]
    cells = f"`{name}`", default.lower() if kind is bool else default, values, setting.env and f"`{setting.env}`"
    return f"| {' | '.join(cells)} |\n"


def document() -> str:
    """Return the text of the file."""
    sections = [help_section(path) for path in commands(get_command(app))]
    return "\n".join([HEAD, *sections, SETTINGS + "".join(table_row(*item) for item in KEYS.items())])


if __name__ == "__main__":
    text = document()
    if sys.argv[1:] == ["--check"]:
        sys.exit(FILE.read_text(encoding="utf-8") != text)
    FILE.write_text(text, encoding="utf-8")
