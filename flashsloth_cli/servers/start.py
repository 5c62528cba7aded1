"""Run a server in this process, or start one in another process that keeps running after the terminal
is closed. This module opens the port and the model, serves, logs, shuts down, and opens the page."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import typer

from flashsloth import __version__
from flashsloth.checkpoints.folder import stamp as stamp_of
from flashsloth.errors import (
    FlashSlothError,
    OptionError,
    OutOfMemory,
    ServerError,
    ServerUnreachable,
)
from flashsloth.generation.detail import AUTO, REFUSALS
from flashsloth.server import registry
from flashsloth.server.security import AccessRules, is_loopback
from flashsloth.utils import atomic_write, child, system
from flashsloth.utils.paths import NANO, expand
from flashsloth.utils.text import command_line
from flashsloth_cli.asking import models as opening
from flashsloth_cli.inputs.arguments import traced
from flashsloth_cli.servers.options import (
    ServeOptions,
    check_origins,
    check_url_hosts,
    parse_duration,
    read_key_file,
)
from flashsloth_cli.settings.settings import ResolvedOptions
from flashsloth_cli.terminal import progress, render, streams, text

if TYPE_CHECKING:
    from flashsloth.chat import FlashSloth
    from flashsloth.chat.chat import ModelFacts
    from flashsloth.checkpoints.adapter import Adapter
    from flashsloth.checkpoints.resolve import ModelSource
    from flashsloth.server.scheduler import Scheduler
    from flashsloth.server.served_model import ServedModel

# with --background this variable names the file for the child's stderr
LOG_VARIABLE = "FLASHSLOTH_SERVER_LOG"
END_SECONDS = 5.0  # maximum time to wait for the last step of the decoder at the end
POLL_SECONDS = 0.1
BROWSER_SECONDS = 10.0  # maximum time to wait for the start of a browser
PROBES = ("/health", "/metrics")  # paths that monitoring programs request every few seconds
COLORS = {2: "32", 4: "33", 5: "31"}  # colors by the first digit of the status
MAX_BYTES = 10_000_000  # maximum size of the log of a server in the background
LOGGERS = ("flashsloth", "uvicorn", "asyncio")
TAIL_BYTES = 16 * 1024  # number of bytes at the end of a log that are printed after a failed start

log = logging.getLogger("flashsloth.server")


def check(options: ServeOptions) -> AccessRules:
    """Check the options that do not depend on the model, and return the rules of access. Raises:
    OptionError, SettingsFileError."""
    parse_duration(options.keep_alive)
    if not is_loopback(options.host) and options.api_key_file is None:
        raise OptionError(
            f"--host {options.host} lets other machines ask this server, and needs --api-key-file",
            hint="Write a key with: (umask 077; openssl rand -hex 32 > keys.txt) and add --api-key-file keys.txt",
        )
    return AccessRules(
        hosts=tuple(host.lower() for host in options.allow_host or ()),
        origins=check_origins(options.allow_origin or []),
        url_hosts=check_url_hosts(options.allow_url_host or [], fetches=options.allow_urls),
        keys=() if options.api_key_file is None else read_key_file(expand(options.api_key_file)),
    )


def run(options: ServeOptions, of_models: Sequence[ResolvedOptions]) -> None:
    """Serve until a signal. The first model is opened at once, the others at their first request.
    Raises: OptionError, SettingsFileError, ServerError, and the errors of opening a model."""
    rules = check(options)
    with ExitStack() as stack:
        stack.enter_context(traced(options.trace))
        # 1. Open the port and the first model. From here on clients can connect, and they wait for it.
        listening = stack.enter_context(port_socket(options))
        stack.enter_context(
            logging_to_stderr(
                quiet=options.quiet,
                verbose=options.verbose,
                file=os.environ.get(LOG_VARIABLE),
            )
        )
        opening.note_default_model(of_models[0])
        # 2. Build the server.
        from flashsloth.server.app import Limits, Server
        from flashsloth.server.http_server import serve

        models = open_models(options, of_models)
        # Commands of this user read a token from a record, and do not need a key from the key file.
        port = listening.getsockname()[1]
        records = [
            replace(record_of(each, options.host, port), number=number)
            for number, each in enumerate(models)
        ]
        tokens = [record.token for record in records]
        server = Server(
            [each.served for each in models],
            rules=replace(rules, keys=(*rules.keys, *tokens) if rules.keys else ()),
            limits=Limits(body_bytes=options.max_body * 10**6),
            allow_urls=options.allow_urls,
        )
        # 3. Serve until a signal.
        schedulers = [each.scheduler for each in server.models.values()]
        for each in schedulers:
            each.start(asleep=each is not schedulers[0])
        # Register the server only now, because other commands must not find it before it can answer.
        register_until_end(records, stack)
        announce(records, options)
        if options.open:
            open_page(records[0].page)
        try:
            serve(server, [listening], on_stopping=lambda: say_what_runs(schedulers))
        except BaseException:  # a second Ctrl-C, or the end after a signal
            # Running answers are abandoned at once. If there are none, the thread needs only a moment
            # to end.
            for each in schedulers:
                each.close(END_SECONDS if not each.active else 0)
            raise
        for each in schedulers:
            each.close(END_SECONDS)


class ServerModel(NamedTuple):
    """A model of a server, with the options that chose it and the stamp of its files."""

    served: ServedModel
    facts: ModelFacts
    of_model: ResolvedOptions
    stamp: str


def open_models(
    options: ServeOptions, of_models: Sequence[ResolvedOptions], *, asleep: bool = False
) -> list[ServerModel]:
    """Open the first model, unless all are `asleep`. Of the others read everything but the weights.

    Raises: OutOfMemory for a model that is larger than --memory allows, OptionError for two models of
        the same name, and the errors of opening a model.
    """
    from flashsloth import devices
    from flashsloth.server.model_memory import ModelMemory
    from flashsloth.server.scheduler import Scheduler
    from flashsloth.server.served_model import ServedModel

    limit = math.inf
    if options.memory is not None:
        limit = options.memory * 1e9
    elif len(of_models) > 1:
        limit = devices.free_memory(devices.choose_device(of_models[0].device or opening.AUTO))
    shared = ModelMemory(limit)
    models: list[ServerModel] = []
    for of_model in of_models:
        # 1. Read what is needed of the model.
        files = OpenedFiles()
        opened = None
        if models or asleep:
            parts = opening.read_parts(of_model, on_found=files.check)
        else:
            parts = opened = opening.open_model(of_model, on_found=files.check)
        needed = parts.files.memory_bytes
        if needed > limit:
            raise OutOfMemory(
                f"{parts.name} needs {needed / 1e9:.1f} GB of memory, {limit / 1e9:.1f} GB are there for the models",
                hint="Give them more with --memory, or choose a smaller model or preset.",
            )
        # 2. Make its scheduler.
        scheduler = Scheduler(
            opener(parts.facts, opened, of_model, files),
            slots=options.slots,
            queue=options.queue,
            keep_alive=parse_duration(options.keep_alive),
            memory=options.kept_memory * 10**6 // len(of_models),
            model_bytes=needed,
            model_memory=shared,
        )
        # 3. Add the facts that /v1/models has besides those of the model.
        facts: dict[str, object] = {
            "version": __version__,
            "started": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
        if parts.name == NANO and parts.files.adapter is None:
            # The page shows the note, and again after an answer that begins with a refusal.
            facts |= {
                "note": f"{opening.NANO_LIMITS} For photographs: flashsloth serve -m flashsloth",
                "refusals": REFUSALS,
            }
        name = of_model.own_name or client_name(parts.facts)
        if name in [other.served.name for other in models]:
            raise OptionError(
                f"two models would have the name {name}",
                hint="Leave one out, or name it: flashsloth config set models.NAME.model FOLDER",
            )
        given = {each: getattr(of_model, each) for each in ("hd", "detail_threshold", "refusal")}
        given["hd"] = AUTO if given["hd"] == AUTO else None
        defaults = {each: value for each, value in given.items() if value is not None}
        served = ServedModel(parts, facts, scheduler, name, defaults)
        models.append(ServerModel(served, parts.facts, of_model, files.stamp))
    return models


@dataclass(slots=True)
class OpenedFiles:
    """The stamp of the files that the server has opened. Clients compute the stamp again, to find out
    whether the files have changed since.

    The server computes it before the files are read. So if a file changes while it is read, clients get
    another stamp.
    """

    stamp: str = ""

    def check(self, source: ModelSource, adapter: Adapter | None) -> None:
        """Record the stamp of the files that are about to be opened. Raises: ServerUnreachable if they
        have changed since they were opened before."""
        stamp = stamp_of(source.folder, None if adapter is None else adapter.folder)
        if self.stamp not in ("", stamp):
            raise ServerUnreachable(
                "the files of the model have changed since its server was started",
                hint="Start the server again.",
            )
        self.stamp = stamp


def opener(
    facts: ModelFacts, first: FlashSloth | None, of_model: ResolvedOptions, files: OpenedFiles
) -> Callable[[], FlashSloth]:
    """Return a function that opens a model, without the network and with the preset, dtype and device
    of its `facts`, even if there is less memory than before. Its first call returns `first`, if that is
    open already."""
    waiting = [first]
    opened: dict[str, Any] = {name: getattr(facts, name) for name in ("quant", "dtype", "device")}
    again = of_model.with_flags(**opened, quiet=True, verbose=False, offline=True)

    def open_model() -> FlashSloth:
        model = waiting.pop() if waiting else None
        if model is None:
            start = time.monotonic()
            model = opening.open_model(again, on_found=files.check)
            log.info("opened %s in %.1f s", model.name, time.monotonic() - start)
        return model

    return open_model


# The port


def port_socket(options: ServeOptions) -> socket.socket:
    """Return a listening socket. With port 0 the system chooses a free port. Raises: ServerError, which
    names the FlashSloth server that uses the port, if there is one."""
    from flashsloth.server.http_server import tcp_socket

    try:
        return tcp_socket(options.host, options.port)
    except ServerError as error:
        others = [server for server in registry.running() if server.port == options.port]
        if not others:
            raise
        other = others[0]
        names = [
            each.request.get("adapter") or each.request.get("model") or each.model for each in others
        ]
        wanted = [*dict.fromkeys([*names, *(options.model or ())])]
        hint = (
            f"Use that server, choose another port with --port, or stop it: flashsloth stop {other.pid}"
        )
        if len(wanted) > len(names):
            words = [word for name in wanted for word in ("-m", name)]
            hint += f"; to serve all of them: {command_line('flashsloth', 'serve', *words)}"
        raise ServerError(
            f"{' and '.join(each.name for each in others)} is served on {other.url} already (process {other.pid})",
            hint=hint,
        ) from error


# What commands and clients learn about the server


def client_name(facts: ModelFacts) -> str:
    """Return the name of a model for clients. A model or an adapter that is a folder is named by the
    folder's own name."""
    is_folder = os.path.isdir(expand(facts.name))
    name = Path(os.path.abspath(expand(facts.name))).name if is_folder else facts.name
    return name if facts.adapter is None else f"{name}+{Path(os.path.abspath(facts.adapter)).name}"


def record_of(model: ServerModel, host: str, port: int) -> registry.ServerRecord:
    """Return the record with which the other commands of this program find and use a model of the
    server. Its paths are absolute, because a command may run in any folder."""
    facts = model.facts
    return registry.ServerRecord(
        pid=os.getpid(),
        machine=socket.gethostname(),
        started=model.served.facts["started"],
        version=__version__,
        name=model.served.name,
        model=facts.name,
        adapter=facts.adapter and os.path.abspath(facts.adapter),
        quant=facts.quant or "",
        dtype=facts.dtype or "",
        device=facts.device or "",
        host=host,
        port=port,
        url=registry.url(host, port),
        log=os.environ.get(LOG_VARIABLE),
        request=opening.asked_model(model.of_model),
        folder=os.path.abspath(facts.folder or ""),
        stamp=model.stamp,
        token=secrets.token_urlsafe(32),
        process=registry.process_mark(os.getpid()),
    )


def register_until_end(records: Sequence[registry.ServerRecord], stack: ExitStack) -> None:
    """Let `flashsloth ps` list the models of this server until the stack is closed. If a record cannot
    be written, print a warning. For a server in the background raise the error instead, because nobody
    would find the server."""
    try:
        for record in records:
            stack.enter_context(registry.registered(record))
    except FlashSlothError as error:
        if records[0].log is not None:
            raise
        render.note(f"warning: {error}; flashsloth ps and stop do not see this server")


def announce(records: Sequence[registry.ServerRecord], options: ServeOptions) -> None:
    """Print where the server listens, the address of its page, and a command that tries it."""
    if not options.quiet:
        record = records[0]
        names = [f"{each.name} ({render.precision_and_device(each)})" for each in records]
        render.note(f"{', '.join(names)} {'listen' if names[1:] else 'listens'} on {record.url}")
        streams.write_stderr(f"in a browser: {record.page}")
        streams.write_stderr(f"try it: {try_line(record, options)}")


def try_line(record: registry.ServerRecord, options: ServeOptions) -> str:
    key = ""
    if options.api_key_file is not None:
        first = f"grep -m 1 '^[[:space:]]*[^#[:space:]]' {command_line(options.api_key_file)}"
        key = f' -H "Authorization: Bearer $({first})"'
    body = '{"messages": [{"role": "user", "content": "What can you do?"}]}'
    return f"curl {record.url}/v1/chat/completions{key} -H 'Content-Type: application/json' -d '{body}'"


def say_what_runs(schedulers: Sequence[Scheduler]) -> None:
    """Log that the server ends, and how many answers it finishes first."""
    count = sum(each.active + each.waiting for each in schedulers)
    log.info(
        "ending" + (f" after {text.counted(count, 'answer')}; Ctrl-C ends at once" if count else "")
    )


def open_page(page: str) -> threading.Thread:
    """Open the page at an address, in a thread, and return the thread. Print a note if no browser can
    be opened."""

    def run() -> None:
        import webbrowser

        # A graphical browser may exist if BROWSER or a display is set, and on Windows and macOS.
        # Otherwise there could only be a text browser in this terminal, to which the server writes its
        # log.
        has_windows = sys.platform in ("win32", "darwin") or any(
            os.environ.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
        )
        if not (has_windows and webbrowser.open(page)):
            render.note(f"no browser found; open {page} yourself")

    thread = threading.Thread(target=run, name="browser", daemon=True)
    thread.start()
    return thread


# In the background


def run_in_background(
    context: typer.Context, options: ServeOptions, of_models: Sequence[ResolvedOptions]
) -> None:
    """Start a server in a separate process.

    Raises: the errors of the options and of finding the model; ServerError if another command is
    starting a server on this port; ServerError or typer.Exit, after its log was printed, if the server
    ended before it answered.
    """
    # The log is named after the port. Several servers may ask for port 0, any free port, so the names
    # of their logs contain a process id too.
    name = str(options.port or f"0-{os.getpid()}")
    with registry.starting(name):
        path = registry.private_folder() / f"{name}.log"
        # 1. This process has a terminal. So it reports the errors that do not depend on the model, and
        # asks whether to download.
        check(options)
        # The child opens the port itself. If another program takes it before, the log of the child says
        # so.
        port_socket(options).close()
        sources = [opening.find_model(each) for each in of_models]
        # 2. Start the server.
        with open_log(path) as output:
            process = child.start(
                [*child.command("flashsloth_cli"), "serve", *arguments(context)],
                env={**child.environment(), LOG_VARIABLE: str(path)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **system.detached(),
            )
        # 3. Wait until it answers. If it has ended, its log says why, and its exit code is passed on.
        try:
            with progress.counting(f"loading {sources[0].name}", quiet=options.quiet, percent=True):
                records = wait_until_it_answers(process)
        except BaseException:
            # After Ctrl-C no server may keep running that the user does not know about.
            process.terminate()
            raise
        if not records:
            with path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
                streams.write_stderr(file.read().decode(errors="replace"), end="")
            if process.returncode == 0:
                raise ServerError("the server ended before it answered", hint=f"Its log is {path}")
            # A negative code -N means that signal N ended the child. A shell reports this as 128 + N.
            raise typer.Exit(process.returncode if process.returncode > 0 else 128 - process.returncode)
        # 4. Print the server's address, its log and the command that ends it.
        announce(records, options)
        render.note(f"process {process.pid}, log: {path}", quiet=options.quiet)
        render.note(f"end it with: flashsloth stop {process.pid}", quiet=options.quiet)
        if options.open:  # the thread would end with this process
            open_page(records[0].page).join(BROWSER_SECONDS)


def arguments(context: typer.Context) -> list[str]:
    """Return the options of this command line as words for the command line of the child process."""
    words = []
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        # The child itself runs in the foreground, and this process opens the page.
        if parameter.name not in ("background", "open") and value is not None and value is not False:
            flag = parameter.opts[-1]
            values = value if isinstance(value, (list, tuple)) else [value]
            # With = a value that begins with - is not taken for an option.
            words += [flag if each is True else f"{flag}={each}" for each in values]
    return words


def open_log(path: Path) -> IO[bytes]:
    """Open a new log, which only this user can read. The previous log is kept beside it. Raises:
    ServerError."""
    try:
        with suppress(FileNotFoundError):
            system.replace(path, path.with_suffix(".log.1"))
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
    except OSError as error:
        raise ServerError(f"{path} cannot be written: {error.strerror}", hint=registry.HINT) from error


def wait_until_it_answers(process: subprocess.Popen[bytes]) -> list[registry.ServerRecord]:
    """Return the records of a server once it answers, or none if its process has ended."""
    while process.poll() is None:
        records = [record for record in registry.running() if record.pid == process.pid]
        if records and registry.health(records[0]) is not None:
            return records
        time.sleep(POLL_SECONDS)
    return []


# The log, which does not contain the content of requests


class LogHandler(logging.Handler):
    """Writes a line for each request and each warning. A line has the date, except on a terminal, where
    lines are short. `file` is the file to which stderr writes, if it must not grow beyond MAX_BYTES."""

    def __init__(self, *, verbose: bool, file: str | Path | None = None) -> None:
        super().__init__()
        self.verbose = verbose
        self.file = file
        self.styled = streams.wants_styling(sys.stderr)
        self.dated = not streams.is_terminal(sys.stderr)

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError):
            return  # the server ended before an answer was complete, which is not an error
        # The library logs a request with its method, path, status, milliseconds and id as arguments.
        request: Any = None
        match record.args:
            case (str(), str(), int(), float(), str()) if record.levelno == logging.INFO:
                request = record.args
        if request is not None and request[1] in PROBES and request[2] < 400 and not self.verbose:
            return
        now = datetime.fromtimestamp(record.created, UTC)
        moment = f"{now:%Y-%m-%dT%H:%M:%SZ}" if self.dated else f"{now.astimezone():%H:%M:%S}"
        line = text.one_line(record.getMessage()) if request is None else self._request_line(*request)
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        line = f"{moment} {level}{line}"
        if record.exc_info:
            line += f"\n{logging.Formatter().formatException(record.exc_info)}"
        if self.file is not None:
            make_room(Path(self.file), len(line.encode(errors="replace")) + 1)
        streams.write_stderr(line)

    def _request_line(
        self, method: str, path: str, status: int, milliseconds: float, request_id: str
    ) -> str:
        code = f"\x1b[{COLORS.get(status // 100, '0')}m{status}\x1b[0m" if self.styled else str(status)
        request = f"{text.one_line(method)} {text.one_line(path)}"
        return f"{code} {request} {milliseconds:.0f} ms [{text.one_line(request_id)}]"


def make_room(path: Path, size: int) -> None:
    """If `size` more bytes do not fit into the log, copy it to the file .log.1 and empty it. It is not
    renamed, because stdout, stderr and child processes have it open, which Windows does not allow."""
    log = sys.stderr.fileno()
    status = os.fstat(log)
    if status.st_size + size <= MAX_BYTES:
        return
    # If the disk is full, the old lines are lost. They also are if `path` is now the log of another
    # server, which was started on another address or machine with the same port.
    with suppress(OSError):
        if os.path.samestat(status, path.stat()):
            previous = path.with_suffix(".log.1")
            with path.open("rb") as lines, atomic_write.atomic_write(previous, mode=0o600) as copy:
                shutil.copyfileobj(lines, copy)
    with suppress(OSError):
        os.ftruncate(log, 0)
        os.lseek(log, 0, os.SEEK_SET)  # Windows does not append by itself


@contextmanager
def logging_to_stderr(*, quiet: bool, verbose: bool, file: str | Path | None = None) -> Iterator[None]:
    """While the context lasts, the log of this process goes to stderr. With `quiet` it has only
    warnings and errors. `file` is the file of `LogHandler`."""
    handler = LogHandler(verbose=verbose, file=file)
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(logger.handlers, logger.propagate, logger.level) for logger in loggers]
    for logger in loggers:
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO if logger.name == "flashsloth" and not quiet else logging.WARNING)
    try:
        yield
    finally:
        for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
            logger.handlers = handlers
            logger.propagate = propagate
            logger.setLevel(level)
