"""The manual page, made from the command tree. Knows roff; what it says of commands and options is their own help."""

from __future__ import annotations

from typing import Any

ENVIRONMENT = {
    "FLASHSLOTH_MODEL": "The model, where -m is not given.",
    "FLASHSLOTH_DEVICE": "The device, where --device is not given.",
    "FLASHSLOTH_QUANT": "The preset, where neither --quant nor --dtype is given.",
    "FLASHSLOTH_CONFIG": "The configuration file.",
    "FLASHSLOTH_HOME": "The folder of the configuration file, of templates and of quantized copies.",
    "HF_HOME, HF_HUB_CACHE": "Where models are kept.",
    "HF_TOKEN, HF_ENDPOINT, HF_HUB_OFFLINE": "Access to the hub.",
    "NO_COLOR, TERM, COLUMNS": "How it looks on a terminal.",
}
EXIT_STATUS = {
    0: "It worked.",
    1: "An unexpected fault, stdout cannot be written to, or doctor found something.",
    2: "Wrong usage.",
    3: "The input cannot be used: a picture, a prompt, a data set.",
    4: "The model is not available.",
    5: "Not enough memory or disk.",
    7: "Some rows failed, the others are there.",
    9: "The question does not fit into the model's context.",
    130: "Ctrl-C.",
    141: "The reader of stdout has gone.",
    143: "SIGTERM.",
}
FILES = {
    "~/.config/flashsloth/config.toml": "The configuration file on Linux; flashsloth config path says which it is.",
    "~/.config/flashsloth/templates/": "Your own templates, NAME.toml.",
}


def page(root: Any) -> str:
    """The page flashsloth(1) in roff, for man(1)."""
    from flashsloth import __version__

    context = root.context_class(root, info_name="flashsloth")
    short, *more = _paragraphs(root.help)
    lines = [
        f'.TH FLASHSLOTH 1 "" "flashsloth {__version__}" "User Commands"',
        *(".SH NAME", _text(f"flashsloth - {short[0].lower()}{short[1:].rstrip('.')}")),
        *(".SH SYNOPSIS", ".B flashsloth", r"\fICOMMAND\fR [\fIARGUMENT\fR]... [\fIOPTION\fR]..."),
        *(".SH DESCRIPTION", *_body([short, *more])),
        *_options(root, context),
        ".SH COMMANDS",
        *_commands(root, context),
        *(".SH ENVIRONMENT", *_listed(ENVIRONMENT)),
        *(".SH FILES", *_listed(FILES)),
        *(".SH EXIT STATUS", *_listed({str(code): text for code, text in EXIT_STATUS.items()})),
        *(".SH SEE ALSO", _text("docs/cli.md has all of this at greater length, docs/errors.md every error.")),
    ]
    return "\n".join(lines) + "\n"


def _commands(group: Any, above: Any) -> list[str]:
    """A part for each command that is shown, those of groups in their places."""
    lines: list[str] = []
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        if command.hidden:
            continue
        context = command.context_class(command, info_name=name, parent=above)
        if hasattr(command, "commands"):
            lines += _commands(command, context)
            continue
        usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
        lines += [f".SS {_text(context.command_path)}", ".nf", rf"\fB{_text(usage)}\fR", ".fi"]
        lines += [*_body(_paragraphs(command.help)), *_options(command, context)]
    return lines


def _options(command: Any, context: Any) -> list[str]:
    """Arguments and options that have help; without --help, which all have."""
    entries = {}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1] and parameter.name != "help":
            argument = parameter.param_type_name == "argument"
            entries[str(parameter.metavar) if argument else record[0]] = " ".join(record[1].split())
    return _listed(entries)


def _listed(entries: dict[str, str]) -> list[str]:
    return [line for name, text in entries.items() for line in (".TP", rf"\fB{_text(name)}\fR", _text(text))]


def _body(paragraphs: list[str]) -> list[str]:
    """Paragraphs; a line for the shell stands as it is."""
    lines = []
    for text in paragraphs:
        if "flashsloth " in text and not text.endswith("."):
            lines += [".PP", ".RS", ".nf", _text(text), ".fi", ".RE"]
        else:
            lines += [".PP", _text(text)]
    return lines


def _paragraphs(help: str | None) -> list[str]:
    """A command's help: its paragraphs, each as one line."""
    return [" ".join(part.split()) for part in (help or "").split("\n\n") if part.strip()]


def _text(text: str) -> str:
    """Text for roff: nothing in it is a command, hyphens are those that one types, and all is ASCII."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    plain = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in escaped)
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
