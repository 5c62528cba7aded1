"""The command tree, and the one place where errors become messages and exit codes. Imports nothing heavy."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from flashsloth.errors import FlashSlothError, OutOfMemory, ResourceError
from flashsloth.utils.text import printable
from flashsloth_cli import options
from flashsloth_cli.docs import help_text, shell_completion
from flashsloth_cli.docs.describe import describe
from flashsloth_cli.inputs import usage_errors
from flashsloth_cli.terminal import exit_codes, render, streams

OWN_PACKAGES = ("flashsloth", "flashsloth_cli", "__main__")


class Command(TyperCommand):
    """A command: only answers reach stdout while it runs."""

    def get_help(self, ctx: Any) -> str:
        return help_text.render(describe(self, ctx.command_path))

    def get_help_all(self, ctx: Any) -> str:
        return help_text.render(describe(self, ctx.command_path), every=True)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            with streams.convert_write_errors():  # --help
                return super().parse_args(ctx, args)
        except typer.TyperException as error:
            if getattr(error, "ctx", None) is None:  # for an option without its value
                error.ctx = ctx  # type: ignore[attr-defined]
            raise

    def invoke(self, ctx: Any) -> Any:
        from flashsloth.utils.atomic_write import check_current_folder

        check_current_folder()
        with streams.redirect_stdout(), warnings.catch_warnings():
            if not ctx.params.get("verbose"):
                warnings.simplefilter("ignore")
            return super().invoke(ctx)


class ErrorHandlingGroup(TyperGroup):
    """A group of commands: turns errors, wrong usage, Ctrl-C and a closed pipe into exit codes. Bugs keep their
    traceback."""

    def get_help(self, ctx: Any) -> str:
        return help_text.render(describe(self, ctx.command_path))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        while args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        if args[:1] == ["--help-all"]:
            args = ["--help"]
        with streams.convert_write_errors():  # --help and --version
            if not args:
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
        if shell_completion.is_asked():
            sys.exit(shell_completion.answer(describe(self, "flashsloth")))
        words = list(sys.argv[1:] if args is None else args)
        as_json = "--json" in words
        try:
            with self.make_context(prog_name or "flashsloth", words) as ctx:
                self.invoke(ctx)
            streams.write("")
            code = 0
        except typer.Exit as leaving:
            code = leaving.exit_code
        except FlashSlothError as error:
            code = exit_codes.signal_code(error) or _show_error(error, as_json=as_json)
        except MemoryError:
            code = _show_error(OutOfMemory("this machine ran out of memory"), as_json=as_json)
        except (KeyboardInterrupt, typer.Abort):
            code = exit_codes.INTERRUPTED
        except BrokenPipeError:
            streams.discard_stdout()
            code = exit_codes.CLOSED_PIPE
        except typer.TyperException as error:
            code = exit_codes.signal_code(error) or _show_usage_error(error, as_json=as_json)
        except Exception as error:
            code = exit_codes.signal_code(error) or _show_unexpected(error, as_json=as_json)
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


def _group(**settings: Any) -> typer.Typer:
    return typer.Typer(cls=ErrorHandlingGroup, rich_markup_mode=None, add_completion=False, **settings)


app = _group(
    name="flashsloth",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def version() -> None:
    """Show the version.

    Examples:
        flashsloth version
    """
    from flashsloth import __version__

    streams.write(f"flashsloth {__version__}\n")


def _version_option(wanted: bool) -> None:
    if wanted:
        version()
        raise typer.Exit


@app.callback()
def root(
    show_version: Annotated[
        bool,
        typer.Option("-V", "--version", callback=_version_option, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Answer questions about pictures, on your own machine.

    Examples:
        flashsloth ask photo.jpg "What is this?"
        flashsloth chat photo.jpg
    """


from flashsloth_cli.commands import (  # noqa: E402
    ask,
    batch,
    bench,
    cache,
    chat,
    completion,
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
    serve,
    sessions,
    templates,
    train,
)


def _add(name: str, function: Callable[..., None], group: str | typer.Typer = app, **settings: Any) -> None:
    """Add a command: to a group of commands, or under this heading of `flashsloth --help`."""
    function = function if hasattr(function, "everyday") else options.command()(function)
    owner, panel = (app, group) if isinstance(group, str) else (group, None)
    owner.command(name, cls=Command, rich_help_panel=panel, **settings)(function)


ASK, SERVERS, MODELS, TRAINING, SETUP = (
    "Questions",
    "Servers",
    "Models",
    "Training and evaluation",
    "Settings and setup",
)

_add("ask", ask.ask, ASK)
_add("chat", chat.chat, ASK)
_add("run", chat.run, ASK, hidden=True)
_add("batch", batch.batch, ASK)

sessions_app = _group(help="List, show, export and remove saved conversations.")
app.add_typer(sessions_app, name="sessions", rich_help_panel=ASK)
_add("list", sessions.list_sessions, sessions_app)
_add("search", sessions.search, sessions_app)
_add("show", sessions.show, sessions_app)
_add("export", sessions.export, sessions_app)
_add("rm", sessions.remove, sessions_app)

templates_app = _group(help="List and show the prompt templates for -t.")
app.add_typer(templates_app, name="templates", rich_help_panel=ASK)
_add("list", templates.list_templates, templates_app)
_add("show", templates.show, templates_app)

_add("serve", serve.serve, SERVERS)
_add("ps", serve.ps, SERVERS)
_add("stop", serve.stop, SERVERS)

_add("pull", models.pull, MODELS)
_add("list", models.list_models, MODELS)
_add("ls", models.list_models, MODELS, hidden=True)
_add("models", models.list_models, MODELS, hidden=True)
_add("show", models.show, MODELS)
_add("rm", models.remove, MODELS)
_add("remove", models.remove, MODELS, hidden=True)
_add("convert", convert.convert, MODELS)
_add("quantize", quantize.quantize, MODELS)
_add("bench", bench.bench, MODELS)

cache_app = _group(help="List and clear what is kept in the cache: encoded pictures and quantized copies.")
app.add_typer(cache_app, name="cache", rich_help_panel=MODELS)
_add("list", cache.list_caches, cache_app)
_add("clear", cache.clear, cache_app)

data_app = _group(help="Check, show and convert data sets.")
app.add_typer(data_app, name="data", rich_help_panel=TRAINING)
_add("check", data.check, data_app)
_add("show", data.show, data_app)
_add("convert", data.convert, data_app)

_add("finetune", finetune.finetune, TRAINING)
_add("train", train.train, TRAINING)
_add("merge", merge.merge, TRAINING)
_add("eval", evaluate.evaluate, TRAINING)

config_app = _group(help="Show and change the settings.")
app.add_typer(config_app, name="config", rich_help_panel=SETUP)
_add("path", config.path, config_app)
_add("show", config.show, config_app)
_add("get", config.get, config_app)
_add("set", config.set_value, config_app, context_settings={"ignore_unknown_options": True})  # values such as -1
_add("unset", config.unset, config_app)

_add("doctor", doctor.doctor, SETUP)
_add("completion", completion.completion, SETUP)
_add("man", man.man, SETUP, hidden=True)
_add("version", version, SETUP, hidden=True)
