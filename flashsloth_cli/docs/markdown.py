"""The generated blocks of docs/cli.md, each between `<!-- generated: BLOCK -->` and `<!-- end -->`.

commands                       a list of all commands
usage COMMAND, ...             their lines of usage, and their options that `ask` does not have
options COMMAND                the tables of its options, by group
options COMMAND unlike OTHER   without options that OTHER has too, which a sentence names
options COMMAND and OTHER      only options that both have
options COMMAND without OTHER  only options that OTHER does not have
exit codes, environment        tables of the reference
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

from flashsloth_cli.docs.describe import Command, Parameter, by_group
from flashsloth_cli.docs.reference import ENVIRONMENT, EXIT_CODES

BLOCK = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
FEW = 9  # options that a line of usage spells out
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
WIDTH = 120
OPTION = ("option", "what it does")


def updated(document: str, root: Command) -> str:
    """Return the document with all generated blocks replaced. Raises ValueError for an unknown block."""
    commands = {command.name: command for command in root.walk()}
    headings = HEADING.findall(document)

    def replaced(match: re.Match[str]) -> str:
        kind, _, rest = match[2].partition(" ")
        match kind, re.split(r" (unlike|and|without) ", rest):
            case "commands", _:
                text = _commands(root, headings)
            case "usage", _:
                text = _usage([commands[name] for name in rest.split(", ")], commands["ask"])
            case "options", [name]:
                text = _options(commands[name].options)
            case "options", [name, how, other]:
                text = _compared(commands[name].options, how, commands[other])
            case "exit", _:
                text = _table(("code", "meaning"), [(str(code), text) for code, text in EXIT_CODES.items()])
            case "environment", _:
                text = _table(("variable", "what it sets"), [(_code(name), text) for name, text in ENVIRONMENT.items()])
            case _:
                raise ValueError(f"unknown block {match[2]!r}")
        return f"{match[1]}\n{text}\n{match[3]}"

    return BLOCK.sub(replaced, document)


def _commands(root: Command, headings: Sequence[str]) -> str:
    """A list of the commands by group, with links to their headings."""
    lines = []
    for group in dict.fromkeys(each.group for each in root.commands.values() if not each.hidden):
        lines += [f"**{group}**", ""]
        for name, command in root.commands.items():
            if command.group == group and not command.hidden:
                anchor = name if name in headings else "models"
                lines.append(f"- [{name}](#{anchor}): {command.phrase}")
        lines.append("")
    return "\n".join(lines)


def _usage(commands: Sequence[Command], ask: Command) -> str:
    lines = [command.usage(in_full=len(command.options) <= FEW) for command in commands]
    rows: dict[tuple[str, str], list[str]] = {}
    for command in commands:
        for option in command.options:
            if option not in ask.options:
                rows.setdefault((_label(option), _help(option)), []).append(_code(command.name))
    text = "\n".join(["```", *lines, "```", ""])
    if not rows:
        return text
    if len(commands) == 1:
        return f"{text}\n{_table(OPTION, rows)}"
    cells = [(label, ", ".join(names), help) for (label, help), names in rows.items()]
    return f"{text}\n{_table(('option', 'of', 'what it does'), cells)}"


def _options(options: Sequence[Parameter]) -> str:
    """A table of options for each group, or one table if they are few."""
    if len(options) <= FEW:
        return _table_of(options)
    return "\n".join(f"**{group}**\n\n{_table_of(members)}" for group, members in by_group(options))


def _compared(options: Sequence[Parameter], how: str, other: Command) -> str:
    shared = [option for option in options if option in other.options]
    own = [option for option in options if option not in other.options]
    if how != "unlike":
        return _options(shared if how == "and" else own)
    flags = ", ".join(_code(", ".join([option.flags[-1], *option.off_flags])) for option in shared)
    sentence = f"As for [{other.name}](#{other.name}): {flags}."
    return f"{_options(own)}\n{textwrap.fill(sentence, WIDTH, break_on_hyphens=False)}\n"


def _table_of(options: Sequence[Parameter]) -> str:
    return _table(OPTION, [(_label(option), _help(option)) for option in options])


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _help(option: Parameter) -> str:
    return f"{option.help} Default: {option.default}." if option.default else option.help


def _label(option: Parameter) -> str:
    return _code(option.label.replace(" / ", ", "))


def _code(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split(", "))
