"""Start a server that keeps running after the terminal is closed, and wait until it answers."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import typer

from flashsloth.errors import ServerError
from flashsloth.server import registry
from flashsloth.utils import child as child_process
from flashsloth.utils import system
from flashsloth_cli.asking import models as opening
from flashsloth_cli.servers import browser, start
from flashsloth_cli.servers.options import ServeOptions
from flashsloth_cli.settings.settings import ResolvedOptions
from flashsloth_cli.terminal import progress, render, streams

POLL_SECONDS = 0.1
BROWSER_SECONDS = 10.0  # maximum time to wait for the start of a browser
TAIL_BYTES = 16 * 1024  # number of bytes at the end of a log that are printed after a failed start


def run(context: typer.Context, options: ServeOptions, of_model: ResolvedOptions) -> None:
    """Start a server in a separate process.

    Raises: the errors of the options and of finding the model; ServerError if another command is
    starting a server on this port; ServerError or typer.Exit, after its log was printed, if the server
    ended before it answered.
    """
    # The log is named after the port. Several servers may ask for port 0, any free port, so the names
    # of their logs contain a process id too.
    name = str(options.port or f"0-{os.getpid()}")
    with registry.starting(name):
        _run(context, options, of_model, registry.private_folder() / f"{name}.log")


def _run(context: typer.Context, options: ServeOptions, of_model: ResolvedOptions, path: Path) -> None:
    # 1. This process has a terminal. So it reports the errors that do not depend on the model, and asks
    # whether to download.
    start.check(options)
    # The child opens the port itself. If another program takes it before, the log of the child says so.
    start.port_socket(options).close()
    source = opening.find_model(of_model)
    # 2. Start the server.
    with open_log(path) as log:
        child = child_process.start(
            [*child_process.command("flashsloth_cli"), "serve", *arguments(context)],
            env={**child_process.environment(), start.LOG_VARIABLE: str(path)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **system.detached(),
        )
    # 3. Wait until it answers. If it has ended, its log says why, and its exit code is passed on.
    try:
        with progress.counting(f"loading {source.name}", quiet=options.quiet, percent=True):
            record = wait_until_it_answers(child)
    except BaseException:
        # After Ctrl-C no server may keep running that the user does not know about.
        child.terminate()
        raise
    if record is None:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            streams.write_stderr(file.read().decode(errors="replace"), end="")
        if child.returncode == 0:
            raise ServerError("the server ended before it answered", hint=f"Its log is {path}")
        # A negative code -N means that signal N ended the child. A shell reports this as 128 + N.
        raise typer.Exit(child.returncode if child.returncode > 0 else 128 - child.returncode)
    # 4. Print the server's address, its log and the command that ends it.
    start.announce(record, options)
    opening_page = browser.open_page(record.page) if options.open else None
    if not options.quiet:
        render.note(f"process {record.pid}, log: {path}")
        render.note(f"end it with: flashsloth stop {record.pid}")
    if opening_page is not None:  # the thread would end with this process
        opening_page.join(BROWSER_SECONDS)


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


def wait_until_it_answers(child: subprocess.Popen[bytes]) -> registry.ServerRecord | None:
    """Return the record of a server once it answers, or None if its process has ended."""
    while child.poll() is None:
        for record in registry.running():
            if record.pid == child.pid and registry.health(record) is not None:
                return record
        time.sleep(POLL_SECONDS)
    return None
