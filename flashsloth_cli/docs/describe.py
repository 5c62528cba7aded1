"""What the commands are: names, summaries, arguments, options, examples.

Help, the manual page, docs/cli.md and completion are rendered from these descriptions. This is the only module that
reads typer's objects.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flashsloth_cli.options import OPTION_GROUPS

EXAMPLES = "Examples:"


@dataclass(frozen=True, slots=True)
class Parameter:
    """An option, or an argument: that has no flags."""

    name: str  # of the function's parameter
    help: str
    flags: tuple[str, ...] = ()
    off_flags: tuple[str, ...] = ()  # --no-...
    metavar: str = ""  # "" for an option without a value
    default: str = ""  # as text for people
    group: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    repeated: bool = False

    @property
    def label(self) -> str:
        """`-m, --model MODEL`, `--hd / --no-hd`, or `IMAGE`."""
        flags = " / ".join(", ".join(each) for each in (self.flags, self.off_flags) if each)
        return f"{flags} {self.metavar}".strip()

    @property
    def usage(self) -> str:
        """`[-m MODEL]`, `-o DIR`, `[--hd|--no-hd]`, or `[IMAGE]...`."""
        text = "|".join(flag[0] for flag in (self.flags, self.off_flags) if flag)
        text = f"{text} {self.metavar}".strip()
        if not self.required:
            text = f"[{text}]"
        return f"{text}..." if self.repeated and not self.flags else text

    @property
    def help_with_default(self) -> str:
        """The help, then `[default: ...]` where there is one."""
        return f"{self.help} [default: {self.default}]" if self.default else self.help


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group with `commands`."""

    path: str  # `flashsloth data check`
    summary: str
    notes: tuple[str, ...] = ()  # paragraphs
    examples: tuple[str, ...] = ()  # lines for a shell
    arguments: tuple[Parameter, ...] = ()
    options: tuple[Parameter, ...] = ()
    common: tuple[Parameter, ...] = ()  # options that the short help shows; () for all
    commands: dict[str, Command] = field(default_factory=dict)
    group: str = ""
    hidden: bool = False
    load: Callable[[], Command] | None = field(default=None, compare=False, repr=False)  # of a summary: all of it

    @property
    def name(self) -> str:
        """The path without `flashsloth`."""
        return self.path.partition(" ")[2]

    @property
    def phrase(self) -> str:
        """The summary inside a sentence: `download a model, or update it`."""
        return f"{self.summary[0].lower()}{self.summary[1:].removesuffix('.')}"

    def usage(self, *, in_full: bool = False) -> str:
        """The line of usage; `in_full` lists every option instead of [OPTIONS]."""
        if self.commands:
            return f"{self.path} COMMAND [ARGUMENTS]..."
        options = [option for option in self.options if in_full or option.required]
        pieces = [piece.usage for piece in (*self.arguments, *options)]
        return " ".join([self.path, *pieces, *([] if in_full else ["[OPTIONS]"])])

    def option(self, flag: str) -> Parameter | None:
        return next((each for each in self.options if flag in (*each.flags, *each.off_flags)), None)

    def walk(self) -> Iterator[Command]:
        """Yield the visible commands, without groups."""
        if not self.commands:
            yield self
        for command in self.commands.values():
            if not command.hidden:
                yield from command.walk()


def by_group(options: Sequence[Parameter]) -> Iterator[tuple[str, list[Parameter]]]:
    """Yield the options of each group, in the order of OPTION_GROUPS."""
    for group in OPTION_GROUPS:
        members = [option for option in options if option.group == group]
        if members:
            yield group, members


def describe(command: Any, path: str, *, deep: bool = True) -> Command:
    """Describe a typer command, or a group with everything in it. Unless `deep`, a group has only the summaries of its
    commands, which load the rest."""

    def describe_below(name: str, below: Any) -> Command:
        def load() -> Command:
            return describe(command.get_command(None, name), f"{path} {name}", deep=deep)

        return load() if deep else replace(describe(below, f"{path} {name}", deep=False), load=load)

    parameters = [_parameter(each) for each in command.params if not each.hidden and each.name != "help_all"]
    options = tuple(each for each in parameters if each.flags)
    by_flag = {flag: option for option in options for flag in option.flags}
    summary, notes, examples = _split_help(command.help or "")
    return Command(
        path=path,
        summary=summary,
        notes=notes,
        examples=examples,
        arguments=tuple(each for each in parameters if not each.flags),
        options=options,
        common=tuple(by_flag[flag] for flag in getattr(command.callback, "common", ())),
        commands={name: describe_below(name, below) for name, below in getattr(command, "commands", {}).items()},
        group=_text(command.rich_help_panel),
        hidden=command.hidden,
    )


def _parameter(parameter: Any) -> Parameter:
    is_option = parameter.param_type_name == "option"
    kind = parameter.type_descriptor
    return Parameter(
        name=parameter.name,
        help=parameter.help or "",
        flags=tuple(parameter.opts) if is_option else (),
        off_flags=tuple(parameter.secondary_opts) if is_option else (),
        metavar="" if is_option and parameter.is_flag else parameter.metavar or parameter.name.upper(),
        default=_default(parameter),
        group=_text(parameter.rich_help_panel),
        choices=tuple(map(str, kind.choices or ())) if kind.is_choice else (),
        required=parameter.required,
        repeated=parameter.nargs == -1 or (is_option and parameter.multiple),
    )


def _default(parameter: Any) -> str:
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    empty = parameter.default is None or parameter.default is False or parameter.default in ("", [], ())
    return "" if empty or not parameter.show_default else str(parameter.default)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _split_help(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Split a docstring into its first paragraph, the other paragraphs and the lines below "Examples:"."""
    notes, examples = [], []
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith(EXAMPLES):
            examples += [line.strip() for line in paragraph.splitlines()[1:]]
        else:
            notes.append(" ".join(paragraph.split()))
    return notes[0], tuple(notes[1:]), tuple(examples)
