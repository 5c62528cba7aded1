"""Help for a terminal, as plain text. It imports nothing heavy and breaks no word."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence

from flashsloth_cli.docs.describe import Command, Parameter, by_group

WIDEST = 100
COLUMN = 30  # the widest first column
NARROW = 28  # columns of text below which the text gets a line of its own
HELP = Parameter("help", "Show this help and exit.", flags=("-h", "--help"))
HELP_ALL = Parameter("help_all", "Show all options, in groups, and exit.", flags=("--help-all",))
SHELL_WORD = re.compile(r"""(?:[^\s"']|"[^"]*"|'[^']*')+""")

Rows = list[tuple[str, str]]


def render(command: Command, *, every: bool = False, width: int = 0) -> str:
    """Return the help of a command; `every` shows all of its options in their groups."""
    width = min(width or shutil.get_terminal_size().columns, WIDEST)
    blocks = [_fill(["Usage:", *command.usage().split()], width, "    "), _wrap(command.summary, width)]
    if command.examples:
        blocks.append("\n".join(["Examples:", *(line for each in command.examples for line in _example(each, width))]))
    blocks += [_wrap(note, width) for note in command.notes]
    if command.commands:
        blocks += _sections({**_command_rows(command), "Options": _rows((*command.options, HELP))}, width)
        blocks.append(_wrap(f"Help for one command: {command.path} COMMAND --help", width))
        return "\n\n".join(blocks)
    sections = {"Arguments": _rows(command.arguments)}
    if every and command.common:
        sections |= {group: _rows(options) for group, options in by_group(command.options)}
        sections["Help"] = _rows((HELP, HELP_ALL))
    else:
        sections["Options"] = _rows((*(command.common or command.options), HELP))
    blocks += _sections(sections, width)
    if command.common and not every:
        blocks.append(_wrap(f"All {len(command.options)} options: {command.path} --help-all", width))
    return "\n\n".join(blocks)


def _command_rows(group: Command) -> dict[str, Rows]:
    """The visible commands of a group, under their headings."""
    rows: dict[str, Rows] = {}
    for name, command in group.commands.items():
        if not command.hidden:
            rows.setdefault(command.group or "Commands", []).append((name, command.summary))
    return rows


def _rows(parameters: Sequence[Parameter]) -> Rows:
    return [(parameter.label, parameter.help_with_default) for parameter in parameters]


def _sections(sections: dict[str, Rows], width: int) -> list[str]:
    """Each section with a heading; one column width for all of them."""
    labels = [label for rows in sections.values() for label, _ in rows]
    column = max((len(label) for label in labels if len(label) <= COLUMN), default=0) + 4
    if width - column < NARROW:
        column = 6
    return [
        "\n".join([f"{title}:", *(line for row in rows for line in _row(*row, column, width))])
        for title, rows in sections.items()
        if rows
    ]


def _row(label: str, text: str, column: int, width: int) -> Iterator[str]:
    """A label and its text: beside it from `column` on, or below it."""
    lines = _wrap(text, width - column).splitlines()
    first = f"  {label}"
    if len(first) + 2 <= column:
        first = f"{first:<{column}}{lines.pop(0)}"
    yield from (first, *(" " * column + line for line in lines))


def _example(line: str, width: int) -> list[str]:
    """A line for a shell, continued with backslashes where it is too long."""
    lines = _fill(SHELL_WORD.findall(line), width - 4, "  ").splitlines()
    return ["  " + each for each in (*(f"{part} \\" for part in lines[:-1]), lines[-1])]


def _fill(words: Sequence[str], width: int, indent: str) -> str:
    """Words on lines no wider than `width`, as far as single words allow."""
    lines = [""]
    for word in words:
        if lines[-1].strip() and len(lines[-1]) + 1 + len(word) > width:
            lines.append(indent + word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\n".join(lines)


def _wrap(text: str, width: int) -> str:
    together = text.replace("[default: ", "[default:\xa0")
    return textwrap.fill(together, width, break_long_words=False, break_on_hyphens=False).replace("\xa0", " ")
