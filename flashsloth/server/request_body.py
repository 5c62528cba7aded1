"""Read the bodies of requests within limits of bytes and time, and parse them without holding up other requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any, NoReturn

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from flashsloth.errors import BadRequest
from flashsloth.server.gate import RequestRefused
from flashsloth.server.requests import ChatRequest, parse_chat_request
from flashsloth.utils import safe_read
from flashsloth.utils.text import error_reason

BODY_SECONDS = 30.0  # to send a request
LARGE_BODY = 2**20  # bytes; of larger ones LARGE_BODIES are read or used at once, and others wait
LARGE_BODIES = 4
MAX_SEPARATORS = 100_000  # which bounds the objects that a body becomes; base64 has none, and text few
SEPARATORS = (b",", b":", b"[", b"{")


class BodyReader:
    """Reads the JSON bodies of requests, each of at most `limit` bytes. `side`: pixels of a picture for the model."""

    def __init__(self, limit: int, side: int) -> None:
        self.limit, self.side, self.seconds = limit, side, BODY_SECONDS
        self._large = asyncio.Semaphore(LARGE_BODIES)

    @asynccontextmanager
    async def chat(self, request: Request) -> AsyncIterator[ChatRequest]:
        """Read a body and yield it checked. A large one keeps its place until the context is left.

        Raises: BadRequest for a wrong one, another type and what is not JSON, RequestRefused for one too large or too
        slow.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":  # a web page may send other types without asking
            raise BadRequest("the content type must be application/json", param=None)
        announced = request.headers.get("content-length", "")
        size = int(announced) if announced.isdecimal() else self.limit
        if size > self.limit:
            self._refuse()
        async with self._large if size > LARGE_BODY else nullcontext():
            value = await run_in_threadpool(parse_json, await self._read(request))
            yield await run_in_threadpool(parse_chat_request, value)  # which may compile a grammar, and holds up nobody

    async def _read(self, request: Request) -> bytearray:
        body = bytearray()
        try:
            async with asyncio.timeout(self.seconds):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > self.limit:
                        self._refuse()
        except TimeoutError as error:
            hint = "Send it again."
            raise RequestRefused("the request took too long to arrive", 408, "request_timeout", hint) from error
        return body

    def _refuse(self) -> NoReturn:
        hint = f"Scale the pictures down first; the model looks at {self.side} pixels a side."
        raise RequestRefused(f"the request is larger than {self.limit:,} bytes", 413, "request_too_large", hint)


def parse_json(body: bytes | bytearray) -> Any:
    """Parse a body. Raises: BadRequest."""
    if sum(map(body.count, SEPARATORS)) > MAX_SEPARATORS:
        raise BadRequest("the body has too many values", param=None, hint="Send a shorter conversation.")
    try:
        return safe_read.parse_json(body)
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error_reason(error)}", param=None) from error
