"""Read the bodies of requests within limits of bytes and time, and parse them without holding up other requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from flashsloth.errors import BadRequest, ServerBusy
from flashsloth.server.responses import RequestRefused
from flashsloth.utils.text import error_reason

BODY_SECONDS = 30.0  # to send a request
BODIES = 4  # as many of the largest bodies may be in memory at once
SMALL_BODY = 2**20  # bytes; those have a budget of their own
SMALL_BODIES = 64
YIELDING_SECONDS = 1.0  # after which an unfinished body gives way where the budget is used up
MAX_SEPARATORS = 100_000  # which bounds the objects that a body becomes; base64 has none, and text few
SEPARATORS = (b",", b":", b"[", b"{")

Parsed = TypeVar("Parsed")


@dataclass(eq=False, slots=True)
class Upload:
    """A body that is being sent or used."""

    deadline: asyncio.Timeout
    begun: float
    size: int = 0


@dataclass(slots=True)
class Budget:
    """The bytes that bodies of one kind may have together."""

    limit: int
    held: int = 0
    unfinished: list[Upload] = field(default_factory=list)  # the oldest first
    parsing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def take(self, upload: Upload, size: int) -> None:
        """Count bytes of an upload. If they do not fit, the oldest unfinished ones give way. Raises: ServerBusy."""
        now = asyncio.get_running_loop().time()
        while self.held + size > self.limit:
            oldest = next((each for each in self.unfinished if each is not upload), None)
            if oldest is None or now - oldest.begun < YIELDING_SECONDS:
                raise ServerBusy("other requests have too much to send at once")
            if not oldest.deadline.expired():  # then it ends by itself
                oldest.deadline.reschedule(now)
            self.free(oldest)
        self.held += size
        upload.size += size

    def free(self, upload: Upload) -> None:
        """Count an upload no more."""
        self.held -= upload.size
        upload.size = 0
        self.finish(upload)

    def finish(self, upload: Upload) -> None:
        """Note that an upload has arrived, or never will."""
        if upload in self.unfinished:
            self.unfinished.remove(upload)


class BodyReader:
    """Reads the JSON bodies of requests, each of at most `limit` bytes."""

    def __init__(self, limit: int, seconds: float = BODY_SECONDS) -> None:
        self.limit, self.seconds = limit, seconds
        self.small, self.large = Budget(SMALL_BODIES * SMALL_BODY), Budget(BODIES * limit)

    @property
    def held(self) -> int:
        """The bytes of all bodies that are being read or used."""
        return self.small.held + self.large.held

    @asynccontextmanager
    async def json(self, request: Request, parse: Callable[[Any], Parsed]) -> AsyncIterator[Parsed]:
        """Read a body and yield what `parse` makes of it in a thread. Its bytes count until the context is left.

        Raises: BadRequest for another type and for what is not JSON, RequestRefused for one too large or too slow,
        ServerBusy while others have much to send, and the errors of `parse`.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":  # a web page may send other types without asking
            raise BadRequest("the content type must be application/json", param=None)
        announced = request.headers.get("content-length", "")
        size = int(announced) if announced.isdecimal() else 0
        if size > self.limit:
            self._refuse()
        body, budget = bytearray(), self.large if size > SMALL_BODY else self.small
        deadline = asyncio.timeout(self.seconds)
        upload = Upload(deadline, asyncio.get_running_loop().time())
        budget.unfinished.append(upload)
        try:
            try:
                async with deadline:
                    async for chunk in request.stream():
                        if len(body) + len(chunk) > self.limit:
                            self._refuse()
                        if budget is self.small and len(body) + len(chunk) > SMALL_BODY:
                            budget.free(upload)
                            budget = self.large
                            budget.unfinished.append(upload)
                            budget.take(upload, len(body))
                        budget.take(upload, len(chunk))
                        body += chunk
            except TimeoutError as error:
                hint = "Send it again."
                raise RequestRefused("the request took too long to arrive", 408, "request_timeout", hint) from error
            budget.finish(upload)
            async with budget.parsing:
                value = await run_in_threadpool(parse_json, body)
            body = bytearray()
            yield await run_in_threadpool(parse, value)  # which may compile a grammar, and holds up nobody
        finally:
            budget.free(upload)

    def _refuse(self) -> NoReturn:
        hint = "Scale the pictures down first; the model looks at 384 pixels a side."
        raise RequestRefused(f"the request is larger than {self.limit:,} bytes", 413, "request_too_large", hint)


def parse_json(body: bytes | bytearray) -> Any:
    """Parse a body. Raises: BadRequest."""
    if sum(map(body.count, SEPARATORS)) > MAX_SEPARATORS:
        raise BadRequest("the body has too many values", param=None, hint="Send a shorter conversation.")
    try:
        return json.loads(body, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is not JSON: {error_reason(error)}", param=None) from error


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")
