"""Read the bodies of requests within limits of bytes and time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NoReturn

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from flashsloth.errors import BadRequest, ServerBusy
from flashsloth.server.responses import RequestRefused
from flashsloth.utils.text import error_reason

BODY_SECONDS = 30.0  # to send a request
BODIES = 4  # as many of the largest bodies may be in memory at once


class BodyReader:
    """Reads the JSON bodies of requests, each of at most `limit` bytes."""

    def __init__(self, limit: int, seconds: float = BODY_SECONDS) -> None:
        self.limit, self.seconds = limit, seconds
        self.held = 0  # bytes of all bodies that are being read or used

    @asynccontextmanager
    async def json(self, request: Request) -> AsyncIterator[Any]:
        """Read a body. Its bytes count until the context is left.

        Raises: BadRequest for another type and for what is not JSON, RequestRefused for one too large or too slow,
        ServerBusy while others have much to send.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":  # a web page may send other types without asking
            raise BadRequest("the content type must be application/json", param=None)
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self.limit:
            self._refuse()
        body = bytearray()
        try:
            try:
                async with asyncio.timeout(self.seconds):
                    async for chunk in request.stream():
                        body += chunk
                        self.held += len(chunk)
                        if len(body) > self.limit:
                            self._refuse()
                        if self.held > BODIES * self.limit:
                            raise ServerBusy("other requests have too much to send at once")
            except TimeoutError as error:
                hint = "Send it again."
                raise RequestRefused("the request took too long to arrive", 408, "request_timeout", hint) from error
            yield await run_in_threadpool(parse_json, bytes(body))
        finally:
            self.held -= len(body)

    def _refuse(self) -> NoReturn:
        hint = "Scale the pictures down first; the model looks at 384 pixels a side."
        raise RequestRefused(f"the request is larger than {self.limit:,} bytes", 413, "request_too_large", hint)


def parse_json(body: bytes) -> Any:
    """Parse a body. Raises: BadRequest."""
    try:
        return json.loads(body, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is not JSON: {error_reason(error)}", param=None) from error


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")
