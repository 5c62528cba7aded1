"""Messages for wrong words on the command line: typer's, in the words of this program where that says more."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from typing import Any

import typer

from flashsloth.utils.close_names import close_names
from flashsloth.utils.text import printable
from flashsloth_cli.options import KEYS

NUMBERS: dict[str, Callable[[dict[str, Any]], str]] = {  # by pydantic's type of error: which values are valid
    "int_parsing": lambda _: "a whole number",
    "int_from_float": lambda _: "a whole number",
    "int_parsing_size": lambda _: "a whole number with fewer digits",
    "float_parsing": lambda _: "a number",
    "finite_number": lambda _: "a number",
    "greater_than_equal": lambda limit: f"{limit['ge']} or more",
    "less_than_equal": lambda limit: f"{limit['le']} or less",
}


class UnknownCommand(typer.TyperException):
    """The first word is not a command."""

    def __init__(self, message: str, context: Any, hint: str) -> None:
        super().__init__(message)
        self.ctx, self.hint = context, hint


def unknown_command(error: typer.TyperException, context: Any, words: Sequence[str], known: Sequence[str]) -> Exception:
    """Return the error with the closest of the `known` commands, or the command line for pictures."""
    if not words:
        return error
    message = error.message.removesuffix(".")
    if near := close_names(words[0], known):
        return UnknownCommand(f"{message}. Did you mean {near[0]!r}?", context, _help(context))
    hint = _line_for(words) if context.parent is None else ""
    return UnknownCommand(f"{message}.", context, hint or _help(context))


def _line_for(words: Sequence[str]) -> str:
    """Return the command line for pictures or a question without a command, "" for other words."""
    from flashsloth_cli.inputs.arguments import corrected_line, is_picture

    words = [word for word in words if word != "--help"]
    if os.path.isdir(words[0]):
        return f"flashsloth batch {shlex.quote(words[0])} -p TEXT"
    pictures = [word for word in words if is_picture(word)]
    others = [word for word in words if word not in pictures]
    if not pictures or not (is_picture(words[0]) or " " in words[0]):
        return ""
    if any(word.startswith("-") for word in others):
        return shlex.join(["flashsloth", "ask", *words])
    line = corrected_line("ask", pictures, " ".join(others) or "What is this?")
    return line if others else f"{line}, or {shlex.join(['flashsloth', 'chat', *pictures])}"


def message_and_hint(error: typer.TyperException) -> tuple[str, str]:
    """Return the message for wrong words, and where to read on."""
    context = getattr(error, "ctx", None)
    hint = getattr(error, "hint", "") or _help(context)
    return _unknown_option(error) or _wrong_value(error) or _plain(error), hint


def _help(context: Any) -> str:
    return f"{context.command_path if context is not None else 'flashsloth'} --help"


def _plain(error: typer.TyperException) -> str:
    return error.format_message().replace("Value error, ", "")  # pydantic's prefix


def _unknown_option(error: Any) -> str | None:
    """Return the message for an unknown option, with the setting of that name, else the option that starts with these
    letters, else the closest."""
    name, context = getattr(error, "option_name", None), getattr(error, "ctx", None)
    if name is None or context is None or not hasattr(error, "possibilities"):
        return None
    setting = name.removeprefix("--").replace("-", "_")
    if setting in KEYS and any("--set" in option.opts for option in context.command.params):
        return f"{error.message}. It is a setting: --set {setting}=VALUE."
    known = [flag for option in context.command.get_params(context) for flag in (*option.opts, *option.secondary_opts)]
    flags = [flag for flag in known if flag.startswith("--")]
    begun = [flag for flag in flags if flag.startswith(name)] if len(name) > len("--x") else []
    near = begun[:2] or close_names(name, flags)
    return f"{error.message}. Did you mean {' or '.join(near)}?" if near else f"{error.message}."


def _wrong_value(error: Any) -> str | None:
    """Return the message for a number that is not one, or out of range."""
    parameter, details = getattr(error, "param", None), getattr(error.__cause__, "errors", None)
    if parameter is None:
        return None
    if details is None:
        return f"{_name(parameter)} {error.message}" if error.message.startswith("must be ") else None
    first = details()[0]
    if first["type"] not in NUMBERS:
        return None
    expected = NUMBERS[first["type"]](first.get("ctx", {}))
    return f"{_name(parameter)} must be {expected}, not {printable(str(first['input']))}"


def _name(parameter: Any) -> str:
    return str(max(parameter.opts, key=len) if parameter.param_type_name == "option" else parameter.make_metavar())
