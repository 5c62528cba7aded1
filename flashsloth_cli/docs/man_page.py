"""The manual page flashsloth(1) in roff, rendered from the descriptions of the commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flashsloth_cli.docs.describe import Command, Parameter, by_group
from flashsloth_cli.docs.reference import ENVIRONMENT, EXIT_CODES, FILES


def page(root: Command) -> str:
    from flashsloth import __version__

    lines = [
        f'.TH FLASHSLOTH 1 "" "flashsloth {__version__}" "User Commands"',
        *(".SH NAME", _escape(f"flashsloth - {root.phrase}")),
        *(".SH SYNOPSIS", ".B flashsloth", r"\fICOMMAND\fR [\fIARGUMENT\fR]... [\fIOPTION\fR]..."),
        *(".SH DESCRIPTION", *_text(root)),
        *_parameters(root.options),
        ".SH COMMANDS",
        *(line for command in root.walk() for line in _command(command)),
        *(".SH ENVIRONMENT", *_list(ENVIRONMENT)),
        *(".SH FILES", *_list(FILES)),
        *(".SH EXIT STATUS", *_list({str(code): text for code, text in EXIT_CODES.items()})),
        *(".SH SEE ALSO", _escape("docs/cli.md explains all of this in more detail; docs/errors.md lists all errors.")),
    ]
    return "\n".join(lines) + "\n"


def _command(command: Command) -> list[str]:
    lines = [f".SS {_escape(command.path)}", ".nf", rf"\fB{_escape(command.usage())}\fR", ".fi", *_text(command)]
    lines += _parameters(command.arguments)
    if not command.common:
        return lines + _parameters(command.options)
    for group, options in by_group(command.options):
        lines += [".PP", rf"\fI{_escape(group)}\fR", *_parameters(options)]
    return lines


def _text(command: Command) -> list[str]:
    """The summary and the notes as paragraphs, and the examples, which are not filled."""
    lines = [line for text in (command.summary, *command.notes) for line in (".PP", _escape(text))]
    if command.examples:
        lines += [".PP", ".RS", ".nf", *map(_escape, command.examples), ".fi", ".RE"]
    return lines


def _parameters(parameters: Iterable[Parameter]) -> list[str]:
    return _list({each.label: each.help_with_default for each in parameters})


def _list(entries: Mapping[str, str]) -> list[str]:
    return [line for name, text in entries.items() for line in (".TP", rf"\fB{_escape(name)}\fR", _escape(text))]


def _escape(text: str) -> str:
    """Return the text so that roff sets it unchanged: no commands, hyphens that can be copied, ASCII only."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    plain = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in escaped)
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
