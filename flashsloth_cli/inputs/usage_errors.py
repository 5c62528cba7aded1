"""Messages for wrong words on the command line. They are typer's messages, which are changed where this
program can say more."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import typer
from pydantic import ValidationError

from flashsloth.utils.checked import EXPECTED
from flashsloth.utils.text import close_name, command_line, printable_repr
from flashsloth_cli.options import KEYS

# Suggestions for names that other programs use. A key is a command and the word that was typed.
MEANT = {
    **{
        f"{name} {flag}": "the picture without it"
        for name in ("ask", "chat", "batch")
        for flag in ("-i", "--image", "-a", "--attachment")
    },
    # Other programs ask without a command.
    **{f"flashsloth {flag}": f"ask {flag}" for flag in ("-m", "--model", "-p", "--prompt", "-s")},
    **dict.fromkeys(("flashsloth --image", "flashsloth -a", "flashsloth -i"), "ask photo.jpg"),
    **{f"{name} --temp": "--temperature" for name in ("ask", "chat", "batch")},
    **dict.fromkeys(("ask -n", "chat -n"), "--max-tokens"),
    "ask -o": "--set KEY=VALUE, or > FILE",
    **dict.fromkeys(("ask --option", "chat -o", "chat --option"), "--set KEY=VALUE"),
    **{
        f"{name} --format": "--json"
        for name in ("list", "show", "search", "check", "ps", "doctor", "bench", "eval")
    },
    **dict.fromkeys(("ask --format", "ask -f"), "--json, or --schema SCHEMA"),
    **dict.fromkeys(("ask --stream", "chat --stream"), "the same without it (answers always stream)"),
    "chat --format": "--schema SCHEMA",
    **dict.fromkeys(("chat -p", "chat --prompt", "chat --question"), "the question without it"),
    **dict.fromkeys(("ask --question", "batch --question"), "--prompt"),
    **dict.fromkeys(("batch --csv", "batch --format"), "--output FILE.csv"),
    **{f"flashsloth {word}": "ask" for word in ("prompt", "generate", "describe", "caption")},
    **{f"flashsloth {word}": "pull" for word in ("download", "get", "update")},
    **{f"flashsloth {word}": "rm" for word in ("delete", "remove")},
    "flashsloth info": "show",
    "flashsloth version": "--version",
    **dict.fromkeys(("flashsloth settings", "flashsloth set"), "config"),
    "flashsloth models": "list",
    **dict.fromkeys(("flashsloth logs", "flashsloth history"), "sessions list"),
    "flashsloth explain": "ask --explain",
    "config list": "show",
    "config reset": "unset",
}


def unknown_command(error: Any, context: Any, words: Sequence[str], known: Sequence[str]) -> Exception:
    """Return the error with a suggestion: the closest of the `known` commands or, if the words are
    pictures, a whole command line."""
    if words:
        near = MEANT.get(f"{context.command.name} {words[0]}") or close_name(words[0], known)
        if words[0] == "run" and context.parent is None:
            near = command_line("chat", *(["-m", words[1]] if words[1:] else []))
        # With `data FILE` the user probably meant `data check FILE`.
        near = "check" if "check" in known and os.path.exists(words[0]) else near
        message = error.message.removesuffix(".")
        error.message = f"{message}. Did you mean {near!r}?" if near else f"{message}."
        error.hint = "" if near or context.parent is not None else _line_for(words)
    return error


def _line_for(words: Sequence[str]) -> str:
    """Return a command line for words that are pictures or a question without a command. Return "" for
    other words."""
    from flashsloth_cli.inputs.arguments import is_picture

    words = [word for word in words if word != "--help"]
    if os.path.isdir(words[0]):
        return command_line("flashsloth", "batch", words[0], "-p", "TEXT")
    pictures = [word for word in words if is_picture(word)]
    if not pictures or not (is_picture(words[0]) or " " in words[0]):
        return ""
    others = [word for word in words if word not in pictures]
    # several words without an option may be one question
    if not any(word.startswith("-") for word in others):
        words = [*pictures, " ".join(others) or "What is this?"]
    return command_line("flashsloth", "ask", *words)


def message_and_hint(error: typer.TyperException) -> tuple[str, str]:
    """Return the message for wrong words, and a hint with the command that explains more."""
    # there is no context if the error comes before the name of a command
    context = getattr(error, "ctx", None)
    path = "flashsloth" if context is None else context.command_path
    hint = getattr(error, "hint", "") or f"{path} --help"
    # For `config set KEY=VALUE` suggest KEY VALUE.
    if context is not None and "=" in (pair := str(context.params.get("key"))):
        hint = f"{path} {command_line(*pair.split('=', 1))}"
    # An unknown option of a group of commands, such as the program itself. The group has hardly any
    # options, so it is probably an option of one of the commands.
    if hasattr(error, "possibilities") and hasattr(getattr(context, "command", None), "commands"):
        hint = f"Options come after the command; {path} COMMAND --help lists them."
    # Other servers take the model as an argument.
    if "extra argument" in error.message and path.endswith((" serve", " bench")):
        hint = f"{path} -m MODEL"
    if isinstance(invalid := error.__cause__, ValidationError):
        first = invalid.errors()[0]
        expected = EXPECTED.get(first["type"]) or first["msg"].removeprefix("Input should be ")
        error.message = f"must be {expected}, not {printable_repr(first['input'])}"
        if first["type"] == "value_error":  # raised by a function of this program
            error.message = str(first["ctx"]["error"])
    return _unknown_option(error) or error.format_message(), hint


def _unknown_option(error: Any) -> str | None:
    """Return the message for an unknown option, with the setting of that name if there is such a
    setting, else with the closest option. Return None for another error."""
    name = getattr(error, "option_name", None)
    context = getattr(error, "ctx", None)
    if name is None or context is None or not hasattr(error, "possibilities"):
        return None
    setting = name.removeprefix("--").replace("-", "_")
    flags = [
        flag
        for option in context.command.get_params(context)
        for flag in (*option.opts, *option.secondary_opts)
    ]
    # Commands without the flag --server ask no server, so this setting has no effect on them.
    is_setting = setting in KEYS and setting != "server"
    if is_setting and "--set" in flags and f"--{setting.replace('_', '-')}" not in flags:
        return f"{error.message}. It is a setting: --set {setting}=VALUE."
    near = MEANT.get(f"{context.command.name} {name}") or close_name(
        name, [flag for flag in flags if flag.startswith("--")]
    )
    return f"{error.message}. Did you mean {near}?" if near else f"{error.message}."
