"""The command tree, and the one place where errors become messages and exit codes. Imports nothing heavy."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import sys
import traceback
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from flashsloth import __version__
from flashsloth.errors import FlashSlothError, OutOfMemory, ResourceError
from flashsloth.utils.text import printable
from flashsloth_cli.inputs import usage_errors
from flashsloth_cli.terminal import exit_codes, render, streams

OWN_PACKAGES = ("flashsloth", "flashsloth_cli", "__main__")
WIDEST = 100  # columns of help
DEFAULT = re.compile(r"\[default: \((.*)\)(; x[^\]]*)?\]")  # of a text, which typer puts into brackets
COMPLETES = "_FLASHSLOTH_COMPLETE"  # set by the shell when it asks what fits at the cursor


def _write_sections(formatter: Any, rows: Iterable[tuple[str, tuple[str, str]]]) -> None:
    """Write the rows of help under their headings."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for title, row in rows:
        sections.setdefault(title, []).append(row)
    for title, found in sections.items():
        with formatter.section(title):
            formatter.write_dl(found)


def _rows(command: Any, ctx: Any) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the heading and the row of each argument and each option, without types in brackets."""
    for parameter in command.get_params(ctx):
        row = parameter.get_help_record(ctx)
        if row is not None:
            panel = parameter.rich_help_panel if isinstance(parameter.rich_help_panel, str) else "Options"
            title = "Arguments" if parameter.param_type_name == "argument" else panel
            yield title, (row[0].partition(" <")[0], DEFAULT.sub(r"[default: \1\2]", row[1]))


class Command(TyperCommand):
    """A command: only answers reach stdout while it runs."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _write_sections(formatter, _rows(self, ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.find_root().command.as_json = self._asks_for_json(ctx, args)
        try:
            with streams.convert_write_errors():  # --help
                return super().parse_args(ctx, args)
        except typer.TyperException as error:
            if getattr(error, "ctx", None) is None:  # for an option without its value
                error.ctx = ctx  # type: ignore[attr-defined]
            raise

    def _asks_for_json(self, ctx: Any, args: Sequence[str]) -> bool:
        """Return whether --json is among the words, other than as the value of an option or after --."""
        valued = {
            flag for option in self.get_params(ctx) if not getattr(option, "is_flag", True) for flag in option.opts
        }
        is_value = False
        for word in args:
            if not is_value and word in ("--json", "--"):
                return word == "--json"
            flag = word if word.startswith("--") else f"-{word[-1:]}" if word.startswith("-") else ""
            is_value = not is_value and flag in valued
        return False

    def invoke(self, ctx: Any) -> Any:
        from flashsloth.utils.atomic_write import check_current_folder

        check_current_folder()
        with streams.redirect_stdout(), warnings.catch_warnings():
            if not ctx.params.get("verbose"):
                warnings.simplefilter("ignore")
            return super().invoke(ctx)


class LazyCommand(TyperCommand):
    """A command whose module is imported when it is called. Until then only its name and its summary are known."""

    def load(self) -> Any:
        """Import the module and return the command itself."""
        module, _, function = self.callback.path.partition(":")  # type: ignore[union-attr]
        callback = getattr(importlib.import_module(f"flashsloth_cli.commands.{module}"), function)
        alone = typer.Typer(rich_markup_mode=None, add_completion=False)
        add = alone.command(self.name, cls=Command, help=_help(callback), context_settings=dict(self.context_settings))
        add(callback)
        return get_command(alone)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return self.load().make_context(info_name, args, parent, **extra)


def _help(function: Any) -> str:
    """Return a docstring whose examples keep their lines."""
    return inspect.cleandoc(function.__doc__).replace("Examples:", "\b\nExamples:")


class ErrorHandlingGroup(TyperGroup):
    """A group of commands: turns errors, wrong usage, Ctrl-C and a closed pipe into exit codes. Bugs keep their
    traceback."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        shown = [(name, command) for name, command in self.commands.items() if not command.hidden]
        rows = [(getattr(each, "rich_help_panel", None) or "Commands", (name, each.help or "")) for name, each in shown]
        _write_sections(formatter, [*rows, *_rows(self, ctx)])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        while args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        with streams.convert_write_errors():  # --help and --version
            if not args and not ctx.resilient_parsing:
                streams.write_stderr(self.get_help(ctx))
                raise typer.Exit(exit_codes.USAGE)
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        self.suggest_commands = False  # typer's suggestions are less similar
        try:
            return super().resolve_command(ctx, args)
        except typer.TyperException as error:
            known = [*(name for name, command in self.commands.items() if not command.hidden), "help"]
            raise usage_errors.unknown_command(error, ctx, args, known) from None

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *_: Any, **__: Any) -> NoReturn:
        if COMPLETES in os.environ:
            from flashsloth_cli import completion_values

            completion_values.register()
            try:
                self._main_shell_completion({}, "flashsloth", COMPLETES)
            except Exception:  # a message would stand in the line that is typed
                sys.exit(1)
        words = list(sys.argv[1:] if args is None else args)
        self.as_json = "--json" in words  # until a command knows its options
        try:
            with self.make_context(prog_name or "flashsloth", words) as ctx:
                self.invoke(ctx)
            streams.write("")
            code = 0
        except typer.Exit as leaving:
            code = leaving.exit_code
        except FlashSlothError as error:
            code = exit_codes.signal_code(error) or _show_error(error, as_json=self.as_json)
        except MemoryError:
            code = _show_error(OutOfMemory("this machine ran out of memory"), as_json=self.as_json)
        except (KeyboardInterrupt, typer.Abort):
            code = exit_codes.INTERRUPTED
        except BrokenPipeError:
            streams.discard_stdout()
            code = exit_codes.CLOSED_PIPE
        except typer.TyperException as error:
            code = exit_codes.signal_code(error) or _show_usage_error(error, as_json=self.as_json)
        except Exception as error:
            code = exit_codes.signal_code(error) or _show_unexpected(error, as_json=self.as_json)
        sys.exit(code)


def _show_error(error: FlashSlothError, *, as_json: bool) -> int:
    code = exit_codes.exit_code(error)
    render.show_library_error(error, code, as_json=as_json)
    return code


def _show_usage_error(error: typer.TyperException, *, as_json: bool) -> int:
    render.show_error(*usage_errors.message_and_hint(error), as_json=as_json)
    return exit_codes.USAGE


def _show_unexpected(error: Exception, *, as_json: bool) -> int:
    """Report a package that cannot be imported, or with --json a bug; raise other bugs again."""
    package = _failed_import(error)
    reason = f"{type(error).__name__}: {printable(' '.join(str(error).split()))}"
    if package is not None:
        hint = "Check the environment variables it reads and memory limits (ulimit -v), or reinstall it."
        return _show_error(ResourceError(f"{package} cannot be imported: {reason}", hint=hint), as_json=as_json)
    if not as_json:
        raise error
    hint = "This is a bug. Run the command without --json to see where."
    render.show_error(reason, hint, code="internal", exit_code=1, as_json=True)
    return 1


def _failed_import(error: BaseException) -> str | None:
    """Return the innermost package whose import raised the error; None if that is our own or there is none."""
    names = []
    while error.__cause__ is not None:
        error = error.__cause__
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "<module>":
            names.append(str(frame.f_globals.get("__name__")).partition(".")[0])
    return names[-1] if names and names[-1] not in OWN_PACKAGES else None


def _group(*, add_completion: bool = False, **settings: Any) -> typer.Typer:
    return typer.Typer(cls=ErrorHandlingGroup, rich_markup_mode=None, add_completion=add_completion, **settings)


app = _group(
    name="flashsloth",
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
)


def _version_option(wanted: bool) -> None:
    if wanted:
        streams.write(f"flashsloth {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    show_version: Annotated[
        bool,
        typer.Option("-V", "--version", callback=_version_option, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Answer questions about pictures, on your own machine.

    \b
    Examples:
        flashsloth ask photo.jpg "What is this?"
        flashsloth chat photo.jpg
    """


def _add(
    name: str,
    path: str,
    group: str | typer.Typer = app,
    *,
    summary: str,
    hidden: bool = False,
    aliases: Sequence[str] = (),
    **settings: Any,
) -> None:
    """Add a command of `flashsloth_cli.commands`: to a group of commands, or under this heading of `flashsloth --help`.

    `path` is MODULE:FUNCTION, imported when the command is called. `summary` is the first sentence of its help.
    `aliases` are hidden.
    """

    def declared() -> None: ...

    declared.__doc__ = summary
    declared.path = path  # type: ignore[attr-defined]
    owner, panel = (app, group) if isinstance(group, str) else (group, None)
    for each in (name, *aliases):
        is_hidden = hidden or each != name
        owner.command(each, cls=LazyCommand, rich_help_panel=panel, hidden=is_hidden, **settings)(declared)


ASK, SERVERS, MODELS, TRAINING, SETUP = (
    "Questions",
    "Servers",
    "Models",
    "Training and evaluation",
    "Settings and setup",
)

_add("ask", "ask:ask", ASK, summary="Answer one question about a picture, on stdout.")
_add("chat", "chat:chat", ASK, summary="Talk about a picture.")
_add("batch", "batch:batch", ASK, summary="Ask about many pictures, and write one JSON object or table row each.")

sessions_app = _group(help="List, search, show and remove saved conversations.")
app.add_typer(sessions_app, name="sessions", rich_help_panel=ASK)
_add("list", "sessions:list_sessions", sessions_app, summary="List saved conversations, newest first.")
_add("search", "sessions:search", sessions_app, summary="Search saved conversations for a text.")
_add("show", "sessions:show", sessions_app, summary="Show a conversation, or write it as a file.")
_add(
    "rm", "sessions:remove", sessions_app, summary="Remove conversations, and pictures that no other conversation uses."
)

templates_app = _group(help="The prompt templates for -t.")
app.add_typer(templates_app, name="templates", rich_help_panel=ASK)
_add("list", "templates:list_templates", templates_app, summary="List the templates: built-in ones and your own.")

_add("serve", "serve:serve", SERVERS, summary="Keep a model open and answer programs that use the OpenAI protocol.")
_add("ps", "serve:ps", SERVERS, summary="List the servers that you have started.")
_add("stop", "serve:stop", SERVERS, summary="End a server after its answers.")

_add("pull", "models:pull", MODELS, summary="Download a model, or update it.")
_add(
    "list",
    "models:list_models",
    MODELS,
    summary="List the models, adapters and quantized copies on this machine.",
    aliases=("ls", "models"),
)
_add("show", "models:show", MODELS, summary="Show the sizes, files and card of a model or an adapter.")
_add("rm", "models:remove", MODELS, summary="Remove a downloaded model from the cache.", aliases=("remove",))
_add("convert", "write_model:convert", MODELS, summary="Write a model in the native layout, which transformers opens.")
_add("quantize", "write_model:quantize", MODELS, summary="Write a copy of a model in 4 or 8 bits.")
_add("bench", "bench:bench", MODELS, summary="Measure the time to the first token, decoding speed and memory.")

cache_app = _group(help="List and clear what is kept in the cache: encoded pictures and quantized copies.")
app.add_typer(cache_app, name="cache", rich_help_panel=MODELS)
_add("list", "cache:list_caches", cache_app, summary="List what is kept in the cache, with its size.")
_add("clear", "cache:clear", cache_app, summary="Remove encoded pictures, quantized copies or both from the cache.")

data_app = _group(help="Check data sets.")
app.add_typer(data_app, name="data", rich_help_panel=TRAINING)
_add("check", "data:check", data_app, summary="Report what is wrong with a data set, row by row.")

reduce_app = _group(help="Make models compute less: without some visual tokens, or some attentions.")
app.add_typer(reduce_app, name="reduce", rich_help_panel=TRAINING)
_add("fit", "reduce:fit", reduce_app, summary="Measure a recipe that leaves visual tokens out.")
_add("rank", "reduce_rank:rank", reduce_app, summary="Measure which layers visual tokens could skip.")
_add("show", "reduce:show", reduce_app, summary="Show what a recipe leaves out.")
_add(
    "skip",
    "reduce_attention:skip",
    reduce_app,
    summary="Write a copy of a model without its most redundant attentions.",
)
_add(
    "merge",
    "reduce_attention:merge",
    reduce_app,
    summary="Make the adapters of `reduce skip` a part of the model, exactly.",
)

_add("finetune", "finetune:finetune", TRAINING, summary="Adapt a model to pictures and answers of your own.")
_add("train", "train:train", TRAINING, summary="Run the training stages of the paper.")
_add("merge", "write_model:merge", TRAINING, summary="Write an adapter and its base as one model.")
_add("eval", "evaluate:evaluate", TRAINING, summary="Measure how often a model answers correctly.")

config_app = _group(help="Show and change the settings.")
app.add_typer(config_app, name="config", rich_help_panel=SETUP)
_add("show", "config:show", config_app, summary="Show every setting and its current value.")
_add(
    "set",
    "config:set_value",
    config_app,
    context_settings={"ignore_unknown_options": True},
    summary="Write a setting to the configuration file.",
)  # values such as -1
_add("unset", "config:unset", config_app, summary="Remove a setting from the configuration file.")

_add("doctor", "doctor:doctor", SETUP, summary="Find out why this program does not work here.")
