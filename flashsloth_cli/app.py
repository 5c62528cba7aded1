"""The command tree, and the only place where errors become messages and exit codes. This module imports
nothing that loads slowly."""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from types import FunctionType
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from flashsloth import __version__
from flashsloth.errors import FlashSlothError, OutOfMemory, thread_error
from flashsloth.utils.text import printable
from flashsloth_cli.terminal import exit_codes, render, streams

WIDEST = 100  # maximum width of the help in columns
SUMMARY = 1000  # more characters than the first sentence of any help has
# Matches a default in the help. typer puts a default that is a text into parentheses.
DEFAULT = re.compile(r"\[default: \((.*)\)(; x[^\]]*)?\]")
# Other names of commands, after the name of their group.
ALIASES = {
    **dict.fromkeys(("flashsloth ls", "sessions ls", "templates ls", "cache ls"), "list"),
    "config get": "show",
}
# options of commands that may also stand before the name of the command
BEFORE = ("-q", "--quiet", "-v", "--verbose", "--json", "--offline", "-y", "--yes")
COMPLETES = "_FLASHSLOTH_COMPLETE"  # the shell sets this variable to ask for completions


def _write_sections(formatter: Any, rows: Sequence[tuple[str, tuple[str, str]]]) -> None:
    """Write the rows of help under their headings."""
    for title in dict(rows):
        with formatter.section(title):
            formatter.write_dl([row for heading, row in rows if heading == title])


def _rows(command: Any, ctx: Any) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the heading and the row of each argument and each option, without types in brackets."""
    for parameter in command.get_params(ctx):
        if row := parameter.get_help_record(ctx):  # it is None for a hidden parameter
            title = parameter.rich_help_panel or "Options"
            if parameter.param_type_name == "argument":
                title = "Arguments"
            yield title, (row[0].partition(" <")[0], DEFAULT.sub(r"[default: \1\2]", row[1]))


class Command(TyperCommand):
    """A command. While it runs, only answers reach stdout."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _write_sections(formatter, [*_rows(self, ctx)])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        # `asks_for_json` needs the command even if the rest of the line cannot be parsed.
        ctx.find_root().command.called = self
        try:
            with streams.convert_write_errors():  # --help
                return super().parse_args(ctx, args)
        except typer.TyperException as error:
            # typer sets no context if an option lacks its value
            if getattr(error, "ctx", None) is None:
                error.ctx = ctx  # type: ignore[attr-defined]
            raise

    def invoke(self, ctx: Any) -> Any:
        from flashsloth.utils.paths import check_current_folder
        from flashsloth_cli.options import check_force

        check_force(ctx.params)
        check_current_folder()
        with streams.redirect_stdout(), warnings.catch_warnings():
            # Warnings of libraries are about code that users of this program cannot change.
            if not ctx.params.get("verbose"):
                warnings.simplefilter("ignore")
            return super().invoke(ctx)


class LazyCommand(TyperCommand):
    """A command whose module is imported only when the command is called."""

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first sentence of the function's docstring. It is read from the compiled module,
        which is not run: the imports of all commands take seconds."""
        module, _, function = self.context_settings["obj"].partition(":")
        spec: Any = importlib.util.find_spec(f"flashsloth_cli.commands.{module}")
        parts = spec.loader.get_code(spec.name).co_consts
        code = next(each for each in parts if getattr(each, "co_name", None) == function)
        self.help = FunctionType(code, {}).__doc__
        return super().get_short_help_str(limit)

    def load(self) -> Any:
        """Import the module and return the command itself."""
        module, _, function = self.context_settings["obj"].partition(":")
        callback = getattr(importlib.import_module(f"flashsloth_cli.commands.{module}"), function)
        alone = typer.Typer(rich_markup_mode=None, add_completion=False)
        alone.command(
            self.name,
            cls=Command,
            # \b makes typer keep the lines of the examples
            help=inspect.cleandoc(callback.__doc__ or "").replace("Examples:", "\b\nExamples:"),
            # In `config set KEY -1` the value must not be read as an option.
            context_settings={"ignore_unknown_options": self.name == "set"},
        )(callback)
        return get_command(alone)


class ErrorHandlingGroup(TyperGroup):
    """A group of commands. It turns errors, wrong usage, Ctrl-C and a closed pipe into exit codes. A
    bug keeps its traceback."""

    called: Command | None = None  # the command that the command line names, once it is known

    def format_options(self, ctx: Any, formatter: Any) -> None:
        commands: Mapping[str, Any] = self.commands
        rows = [
            (each.rich_help_panel, (name, each.get_short_help_str(SUMMARY)))
            for name, each in commands.items()
        ]
        _write_sections(formatter, [*rows, *_rows(self, ctx)])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        # 1. `flashsloth -q ask` becomes `flashsloth ask -q`.
        before = [*itertools.takewhile(BEFORE.__contains__, args)] if ctx.parent is None else []
        args = args[len(before) :]
        # 2. `flashsloth help data check` becomes `flashsloth data check --help`.
        while args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        names = 2 if args[:1] and args[0] in GROUPS else 1
        if not ctx.resilient_parsing:  # of a completion
            args = [*args[:names], *before, *args[names:]]
        with streams.convert_write_errors():  # --help and --version
            # A script that lost its arguments must not take the help for an answer. So the help goes to
            # stderr, and the exit code is an error.
            if not args and not ctx.resilient_parsing:
                streams.write_stderr(self.get_help(ctx))
                raise typer.Exit(exit_codes.USAGE)
            if args[:1] in (["-V"], ["--version"]) and ctx.parent is None:
                streams.write(f"flashsloth {__version__}\n")
                raise typer.Exit
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        self.suggest_commands = False  # typer's own suggestions are less similar to the typed name
        args = [ALIASES.get(f"{self.name} {args[0]}", args[0]), *args[1:]]
        try:
            name, command, rest = super().resolve_command(ctx, args)
        except typer.TyperException as error:
            from flashsloth_cli.inputs import arguments

            raise arguments.unknown_command(error, ctx, args, [*self.commands, "help"]) from None
        return name, command.load() if isinstance(command, LazyCommand) else command, rest

    def main(
        self, args: Sequence[str] | None = None, prog_name: str | None = None, *_: Any, **__: Any
    ) -> NoReturn:
        if COMPLETES in os.environ:
            from flashsloth_cli import completion_values

            completion_values.register()
            try:
                self._main_shell_completion({}, "flashsloth", COMPLETES)
            except Exception:  # a message would appear in the line that the user types
                sys.exit(1)
        words = list(sys.argv[1:] if args is None else args)
        try:
            # typer removes the words that it has parsed, and `asks_for_json` needs all of them.
            with self.make_context(prog_name or "flashsloth", words.copy()) as ctx:
                self.invoke(ctx)
            # Flush stdout here, so that a full disk gives an error and its exit code.
            streams.write("")
            code = 0
        except typer.Exit as leaving:
            code = leaving.exit_code
        except (KeyboardInterrupt, typer.Abort):
            code = exit_codes.INTERRUPTED
        # The reader of the pipe, such as `head`, needs no more output. Other programs then end silently
        # by SIGPIPE.
        except BrokenPipeError:
            code = exit_codes.CLOSED_PIPE
        except Exception as error:
            # A library may have converted the KeyboardInterrupt of a Ctrl-C into another error.
            code = exit_codes.signal_code(error) or _report(
                error, as_json=asks_for_json(words, self.called)
            )
        sys.exit(code)


def asks_for_json(words: Sequence[str], command: Command | None) -> bool:
    """Return whether a command line has the option --json. The other words of the line may be wrong.
    The value of another option, as in `-p --json`, does not count, nor does a word after `--`."""
    with_value = {
        name
        for each in (command.params if command else ())
        if not getattr(each, "is_flag", True)
        for name in each.opts
    }
    pairs = itertools.pairwise(("", *itertools.takewhile("--".__ne__, words)))
    return any(word == "--json" and before not in with_value for before, word in pairs)


def _report(error: Exception, *, as_json: bool) -> int:
    """Print an error, and return its exit code. A bug is raised again unless --json was given."""
    if isinstance(error, typer.TyperException):
        from flashsloth_cli.inputs import arguments

        message, hint = arguments.message_and_hint(error)
        render.show_error(message, hint, as_json=as_json)
        return exit_codes.USAGE
    if isinstance(error, MemoryError):
        error = OutOfMemory("this machine ran out of memory")
    error = render.environment_error(error) or thread_error(error) or error
    if isinstance(error, FlashSlothError):
        render.show_error(
            str(error), error.hint, code=error.code, exit_code=error.exit_code, as_json=as_json
        )
        return error.exit_code
    # A bug is reported with its traceback. With --json, stderr must have exactly one document.
    if not as_json:
        raise error
    render.show_error(
        f"{type(error).__name__}: {printable(' '.join(str(error).split()))}",
        "This is a bug. Run the command without --json to see where.",
        code="internal",
        exit_code=1,
        as_json=True,
    )
    return 1


app = typer.Typer(
    name="flashsloth",
    cls=ErrorHandlingGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
)


@app.callback()
def root(
    show_version: Annotated[
        bool, typer.Option("-V", "--version", help="Show the version and exit.")
    ] = False,
) -> None:
    """Answer questions about pictures, on your own machine.

    ask, chat, batch and serve sample if an option, a setting or the model's generation_config.json says
    so, and else take the likeliest token; eval and bench always take it.

    \b
    Examples:
        flashsloth ask photo.jpg "What is this?"
        flashsloth chat photo.jpg
    """


GROUPS = {
    "sessions": "List, search, show and remove saved conversations.",
    "templates": "The prompt templates for -t.",
    "cache": "List and clear what is kept in the cache: encoded pictures, quantized copies and kernels.",
    "data": "Check data sets.",
    "reduce": "Reduce the computation of models: leave out visual tokens or attentions.",
    "config": "Show and change the settings.",
}
# The commands under each heading of --help, each with MODULE:FUNCTION in `flashsloth_cli.commands`. A
# module is imported only when its command is called.
COMMANDS = {
    "Questions": {
        "ask": "ask:ask",
        "chat": "ask:chat",
        "batch": "batch:batch",
        "sessions list": "sessions:list_sessions",
        "sessions search": "sessions:search",
        "sessions show": "sessions:show",
        "sessions rm": "sessions:remove",
        "templates list": "config:list_templates",
        "templates show": "config:show_template",
        "templates edit": "config:edit_template",
    },
    "Servers": {
        "serve": "serve:serve",
        "mcp": "mcp:mcp",
        "ps": "serve:ps",
        "stop": "serve:stop",
    },
    "Models": {
        "pull": "models:pull",
        "list": "models:list_models",
        "show": "models:show",
        "rm": "models:remove",
        "convert": "write_model:convert",
        "quantize": "write_model:quantize",
        "bench": "bench:bench",
        "cache list": "models:list_caches",
        "cache clear": "models:clear_cache",
    },
    "Training and evaluation": {
        "data check": "data:check",
        "finetune": "train:finetune",
        "train": "train:train",
        "merge": "write_model:merge",
        "eval": "evaluate:evaluate",
    },
    "Settings and setup": {
        "config show": "config:show",
        "config path": "config:print_path",
        "config set": "config:set_value",
        "config unset": "config:unset",
        "doctor": "doctor:doctor",
    },
    "Research": {
        "reduce fit": "reduce:fit",
        "reduce rank": "reduce:rank",
        "reduce show": "reduce:show",
        "reduce skip": "reduce:skip",
        "reduce merge": "reduce:merge",
    },
}


groups: dict[str, typer.Typer] = {"": app}
for heading, commands in COMMANDS.items():
    for words, path in commands.items():
        group, _, name = words.rpartition(" ")
        if group not in groups:
            groups[group] = typer.Typer(
                cls=ErrorHandlingGroup, rich_markup_mode=None, help=GROUPS[group]
            )
            app.add_typer(groups[group], name=group, rich_help_panel=heading)
        panel = heading if group == "" else "Commands"
        groups[group].command(
            name, cls=LazyCommand, rich_help_panel=panel, context_settings={"obj": path}
        )(lambda: None)  # in place of the module's function, which is not imported yet
