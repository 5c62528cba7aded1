"""Read the bodies of requests within limits of bytes and time, and parse them without holding up other requests."""

from __future__ import annotations

import asyncio
import json
import re
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
MAX_TEXT = 2**18  # bytes of a body without its long strings, which bounds the objects that it becomes
MAX_COMMAND_TEXT = 2**22  # the same for this project's commands, which send the ids of all earlier answers
LONG_STRING = 2**12
PIECE = 2**20  # bytes that are looked at in one step, during which no other thread runs
# what a data: URL is written with: base64 in lines has \n, and JSON of .NET and Gson has \u002b and \u003d for + and =
PLAIN = re.compile(rb"(?:[ !#-\[\]-~]++|\\(?:[/nrt]|u00[0-7][0-9A-Fa-f]))*+")
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)

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
    async def json(
        self, request: Request, parse: Callable[[Any], Parsed], max_text: int = MAX_TEXT
    ) -> AsyncIterator[Parsed]:
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
                parsed = await run_in_threadpool(lambda: parse(parse_json(body, max_text)))
            body = bytearray()
            yield parsed
        finally:
            budget.free(upload)

    def _refuse(self) -> NoReturn:
        hint = "Scale the pictures down first; the model looks at 384 pixels a side."
        raise RequestRefused(f"the request is larger than {self.limit:,} bytes", 413, "request_too_large", hint)


def parse_json(body: bytes | bytearray, max_text: int = MAX_TEXT) -> Any:
    """Parse a body. Raises: BadRequest."""
    try:
        if len(body) <= max_text:
            return json.loads(body, parse_constant=refuse_constant)
        text, strings = without_long_strings(body, max_text)
        long = iter(strings)
        return json.loads(text, parse_constant=lambda _: next(long))
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is not JSON: {error_reason(error)}", param=None) from error


def without_long_strings(body: bytes | bytearray, max_text: int) -> tuple[bytes, list[str]]:
    """Return a body with NaN in the place of each long plain string, such as a picture, and those strings in order.

    Raises: ValueError for a body with NaN or Infinity, BadRequest for one that has too much else.
    """
    kept, strings, at = bytearray(), [], 0
    while at < len(body):
        start = body.find(b'"', at)
        start = len(body) if start < 0 else start
        end = start + 1
        while (reached := plain_end(body, end)) > end:
            end = reached
        is_long = end - start > LONG_STRING and body[end : end + 1] == b'"'
        found = None if is_long else STRING.match(body, start, start + max_text)
        after = end + 1 if is_long else found.end() if found else len(body)
        if len(kept) + start - at + (0 if is_long else after - start) > max_text:
            message = f"the body has more than {max_text:,} bytes besides its pictures"
            raise BadRequest(message, param=None, hint="Send a shorter text.")
        outside = body[at:start]
        if b"N" in outside or b"I" in outside:  # no other word of JSON has these letters
            refuse_constant("NaN or Infinity")
        kept += outside
        if is_long:
            strings.append(plain_text(body, start + 1, end))
            kept += b"NaN"
        else:
            kept += body[start:after]
        at = after
    return bytes(kept), strings


def plain_text(body: bytes | bytearray, start: int, end: int) -> str:
    """Return a part of a body that has only what PLAIN matches."""
    if body.find(b"\\", start, end) < 0:
        return str(memoryview(body)[start:end], "ascii")
    pieces = []
    while start < end:
        reached = plain_end(body, start)  # never inside an escape
        pieces.append(body[start:reached].replace(b"\\/", b"/").decode("unicode_escape"))
        start = reached
    return "".join(pieces)


def plain_end(body: bytes | bytearray, start: int) -> int:
    """Return where a part of a string ends that has only what PLAIN matches, after at most PIECE bytes."""
    found = PLAIN.match(body, start, start + PIECE)
    return found.end() if found else start


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")
