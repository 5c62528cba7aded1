"""The command tree, and the one place where errors become messages and exit codes. Imports nothing heavy."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from flashsloth.errors import FlashSlothError, OutOfMemory, ResourceError
from flashsloth.utils.close_names import close_names
from flashsloth.utils.text import printable
from flashsloth_cli.docs import shell_completion
from flashsloth_cli.terminal import exit_codes, render, streams

OURS = ("flashsloth", "flashsloth_cli", "__main__")


class Command(TyperCommand):
    """While its body runs, only answers reach stdout."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with streams.convert_write_errors():  # of --help
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        from flashsloth.utils.atomic_write import check_current_folder

        check_current_folder()
        with streams.redirect_stdout(), warnings.catch_warnings():
            if not ctx.params.get("verbose"):
                warnings.simplefilter("ignore")
            return super().invoke(ctx)


class ErrorHandlingGroup(TyperGroup):
    """Turns our errors, wrong usage, Ctrl-C and a closed pipe into their exit codes; bugs keep their traceback."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with streams.convert_write_errors():  # of --help and --version
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        self.suggest_commands = False  # typer's own suggestions are less alike
        try:
            return super().resolve_command(ctx, args)
        except Exception as error:
            known = [name for name, command in self.commands.items() if not command.hidden]
            if hasattr(error, "message") and args and (near := close_names(args[0], known)):
                error.message = f"{error.message.removesuffix('.')}. Did you mean {near[0]!r}?"
            raise

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *_: Any, **__: Any) -> NoReturn:
        words = list(sys.argv[1:] if args is None else args)
        as_json = "--json" in words
        if shell_completion.is_asked():
            with suppress(Exception):  # a shell that did not say what it wants; nobody looks for messages there
                shell_completion.prepare(self)
                self._main_shell_completion({}, "flashsloth", shell_completion.VARIABLE)  # writes the answer and leaves
            sys.exit(1)
        try:
            with self.make_context(prog_name or "flashsloth", words) as ctx:
                self.invoke(ctx)
            streams.write("")
            code = 0
        except typer.Exit as leaving:
            code = leaving.exit_code
        except FlashSlothError as error:
            code = exit_codes.signal_code(error) or _library(error, as_json=as_json)
        except MemoryError:
            code = _library(OutOfMemory("this machine ran out of memory"), as_json=as_json)
        except (KeyboardInterrupt, typer.Abort):
            code = exit_codes.INTERRUPTED
        except BrokenPipeError:
            streams.discard_stdout()
            code = exit_codes.CLOSED_PIPE
        except Exception as error:
            code = exit_codes.signal_code(error) or _unstarted(error, as_json=as_json) or _usage(error, as_json=as_json)
        sys.exit(code)


def _unstarted(error: BaseException, *, as_json: bool) -> int | None:
    """The exit code of a library that failed while it was imported: one that is damaged, has no memory to be mapped
    into, or does not understand one of its environment variables."""
    name = _imported(error)
    if name is None:
        return None
    reason = " ".join(str(error).split())
    said = f"{name} cannot be imported: {type(error).__name__}: {printable(reason)}"
    hint = "Look at the environment variables it reads and at limits of memory (ulimit -v); or install it again."
    return _library(ResourceError(said, hint=hint), as_json=as_json)


def _imported(error: BaseException) -> str | None:
    """The package amid whose import an error came up, the innermost one; None where it was no import, or of our own."""
    names = []
    while error.__cause__ is not None:
        error = error.__cause__
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "<module>":
            names.append(str(frame.f_globals.get("__name__")).partition(".")[0])
    return names[-1] if names and names[-1] not in OURS else None


def _library(error: FlashSlothError, *, as_json: bool) -> int:
    code = exit_codes.exit_code(error)
    render.show_library_error(error, code, as_json=as_json)
    return code


def _usage(error: Exception, *, as_json: bool) -> int:
    """Wrong usage, as typer found it; anything else is a bug and goes on."""
    message = getattr(error, "format_message", None)
    if message is None:
        if not as_json:
            raise error
        said = f"{type(error).__name__}: {error}"
        hint = "This is a bug; without --json it shows where."
        render.show_error(said, hint, code="internal", exit_code=1, as_json=True)
        return 1
    context = getattr(error, "ctx", None)
    if context is not None and type(error).__name__ == "NoArgsIsHelpError":
        streams.write_stderr(message())
        return exit_codes.USAGE
    path = context.command_path if context is not None else "flashsloth"
    said = message().replace("Value error, ", "")  # pydantic's beginning
    render.show_error(said, f"{path} --help", as_json=as_json)
    return exit_codes.USAGE


app = typer.Typer(
    name="flashsloth",
    help="Talk with a picture on your own machine.",
    cls=ErrorHandlingGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        from flashsloth import __version__

        typer.echo(f"flashsloth {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Talk with a picture on your own machine.

    flashsloth ask photo.jpg "What is this?"    one answer on stdout

    flashsloth chat photo.jpg                   a conversation
    """


from flashsloth_cli.commands import (  # noqa: E402
    ask,
    batch,
    bench,
    chat,
    config,
    convert,
    data,
    doctor,
    evaluate,
    finetune,
    man,
    merge,
    models,
    quantize,
    sessions,
    templates,
    train,
)
from flashsloth_cli.commands import (  # noqa: E402
    completion as completion_command,
)

app.command("ask", cls=Command)(ask.ask)
app.command("chat", cls=Command)(chat.chat)
app.command("batch", cls=Command)(batch.batch)
app.command("pull", cls=Command)(models.pull)
app.command("list", cls=Command)(models.list_models)
app.command("ls", cls=Command, hidden=True)(models.list_models)
app.command("show", cls=Command)(models.show)
app.command("rm", cls=Command)(models.remove)
app.command("convert", cls=Command)(convert.convert)
app.command("quantize", cls=Command)(quantize.quantize)
app.command("bench", cls=Command)(bench.bench)
app.command("finetune", cls=Command)(finetune.finetune)
app.command("train", cls=Command)(train.train)
app.command("merge", cls=Command)(merge.merge)
app.command("eval", cls=Command)(evaluate.evaluate)

data_app = typer.Typer(
    help="Look at, check and convert data sets for training.",
    cls=ErrorHandlingGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
)
data_app.command("check", cls=Command)(data.check)
data_app.command("show", cls=Command)(data.show)
data_app.command("convert", cls=Command)(data.convert)
app.add_typer(data_app, name="data")

sessions_app = typer.Typer(
    help="Earlier conversations.", cls=ErrorHandlingGroup, no_args_is_help=True, rich_markup_mode=None
)
sessions_app.command("list", cls=Command)(sessions.list_sessions)
sessions_app.command("search", cls=Command)(sessions.search)
sessions_app.command("show", cls=Command)(sessions.show)
sessions_app.command("export", cls=Command)(sessions.export)
sessions_app.command("rm", cls=Command)(sessions.remove)
app.add_typer(sessions_app, name="sessions")
templates_app = typer.Typer(
    help="Prompts that are used again and again, for -t.",
    cls=ErrorHandlingGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
)
templates_app.command("list", cls=Command)(templates.list_templates)
templates_app.command("show", cls=Command)(templates.show)
app.add_typer(templates_app, name="templates")

config_app = typer.Typer(
    help="Look at and change what is settled.", cls=ErrorHandlingGroup, no_args_is_help=True, rich_markup_mode=None
)
config_app.command("path", cls=Command)(config.path)
config_app.command("show", cls=Command)(config.show)
config_app.command("get", cls=Command)(config.get)
config_app.command("set", cls=Command, context_settings={"ignore_unknown_options": True})(config.set_value)  # as -1
config_app.command("unset", cls=Command)(config.unset)
app.add_typer(config_app, name="config")

app.command("doctor", cls=Command)(doctor.doctor)
app.command("completion", cls=Command)(completion_command.print_script)
app.command("man", cls=Command, hidden=True)(man.man)
