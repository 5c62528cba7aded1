"""Write the log of a server to stderr. It does not contain the content of requests."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flashsloth.utils import atomic_write
from flashsloth_cli.terminal import streams
from flashsloth_cli.terminal.text import one_line

PROBES = ("/health", "/metrics")  # paths that monitoring programs request every few seconds
COLORS = {2: "32", 4: "33", 5: "31"}  # colors by the first digit of the status
MAX_BYTES = 10_000_000  # maximum size of the log of a server in the background
LOGGERS = ("flashsloth", "uvicorn", "asyncio")


class Handler(logging.Handler):
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
        text = one_line(record.getMessage()) if request is None else self._request_line(*request)
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        text = f"{moment} {level}{text}"
        if record.exc_info:
            text += f"\n{logging.Formatter().formatException(record.exc_info)}"
        if self.file is not None:
            make_room(Path(self.file), len(text.encode(errors="replace")) + 1)
        streams.write_stderr(text)

    def _request_line(
        self, method: str, path: str, status: int, milliseconds: float, request_id: str
    ) -> str:
        code = f"\x1b[{COLORS.get(status // 100, '0')}m{status}\x1b[0m" if self.styled else str(status)
        request = f"{one_line(method)} {one_line(path)}"
        return f"{code} {request} {milliseconds:.0f} ms [{one_line(request_id)}]"


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
def installed(*, quiet: bool, verbose: bool, file: str | Path | None = None) -> Iterator[None]:
    """While the context lasts, the log of this process goes to stderr. With `quiet` it has only
    warnings and errors. `file` is the file of `Handler`."""
    handler = Handler(verbose=verbose, file=file)
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
