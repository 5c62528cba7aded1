"""Write the log of a server to stderr. It does not contain the content of requests."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flashsloth_cli.terminal import streams
from flashsloth_cli.terminal.text import one_line

PROBES = ("/health", "/metrics")  # paths that monitoring programs request every few seconds
COLORS = {2: "32", 4: "33", 5: "31"}  # colors by the first digit of the status
LOGGERS = ("flashsloth", "uvicorn", "asyncio")


class Handler(logging.Handler):
    """Writes a line for each request and each warning. A line has the date, except on a terminal, where
    lines are short."""

    def __init__(self, *, verbose: bool) -> None:
        super().__init__()
        self.verbose = verbose
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
        lines = [f"{moment} {level}{text}"]
        if record.exc_info:
            lines.append(logging.Formatter().formatException(record.exc_info))
        streams.write_stderr("\n".join(lines))

    def _request_line(
        self, method: str, path: str, status: int, milliseconds: float, request_id: str
    ) -> str:
        code = f"\x1b[{COLORS.get(status // 100, '0')}m{status}\x1b[0m" if self.styled else str(status)
        request = f"{one_line(method)} {one_line(path)}"
        return f"{code} {request} {milliseconds:.0f} ms [{one_line(request_id)}]"


@contextmanager
def installed(*, quiet: bool, verbose: bool) -> Iterator[None]:
    """While the context lasts, the log of this process goes to stderr. With `quiet` it has only
    warnings and errors."""
    handler = Handler(verbose=verbose)
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
