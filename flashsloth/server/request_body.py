"""Read the bodies of requests within limits of bytes and time, and parse them in threads.

The memory of all large bodies together is limited (`BodyReader._wait_for_room`):

1. Only the bytes of a body that have arrived are counted, so that an upload which stops early does not
   block others.
2. If there is not enough memory for an upload that continues, uploads that have stopped are ended.
3. A part of the memory is reserved for the bodies that came first, so that these can always finish.
   Otherwise bodies that have arrived partially could fill the memory and wait for each other forever.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from flashsloth.errors import BadRequest
from flashsloth.server.gate import RequestRefused
from flashsloth.utils import safe_read
from flashsloth.utils.text import error_reason, printable

# time limit for sending a body; the time in which the server does not read is not counted
BODY_SECONDS = 30.0
LARGE_BODY = 2**20  # in bytes; smaller bodies are not counted and never wait
# Large bodies together may take as much memory as LARGE_BODIES bodies of the maximum size. The memory
# of FIRST_BODIES such bodies is reserved for the large bodies that came first.
LARGE_BODIES = 4
FIRST_BODIES = 2
# An upload counts as stopped if it is STOPPED_SECONDS behind this rate although the server reads it.
SLOWEST_RATE = 2**16  # bytes per second
STOPPED_SECONDS = 1.0
POLL_SECONDS = 0.1


@dataclass(eq=False, slots=True)
class HeldBody:
    """A body that is arriving or in use.

    Args:
        timeout: the time limit that ends the upload.
        kept_up: the time, on the clock of the event loop, at which an upload with SLOWEST_RATE would
            have sent the bytes that have arrived. If this time is one second ago, the upload is one
            second behind this rate. Infinite once the whole body has arrived.
        size: the number of bytes that have arrived and for which memory is reserved.
    """

    timeout: asyncio.Timeout
    kept_up: float
    size: int = 0


class BodyReader:
    """Reads the JSON bodies of requests, each of at most `limit` bytes. The hint of an error names
    `side`, the pixels to which the model scales a picture."""

    def __init__(self, limit: int, side: int) -> None:
        self.limit = limit
        self.side = side
        self.seconds = BODY_SECONDS
        self._large: list[HeldBody] = []  # in the order in which they became large

    @asynccontextmanager
    async def json(self, request: Request) -> AsyncIterator[Any]:
        """Read a body and yield its JSON. The memory of a large body stays reserved until the context
        ends.

        Raises: BadRequest for another content type and for invalid JSON; RequestRefused for a body that
            is compressed, too large or too slow.
        """
        # 1. Refuse requests whose headers already show that they are invalid.
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        # Only JSON is accepted, to prevent CSRF: a web page of another origin may send some other
        # content types, such as text/plain, without a preflight request.
        if kind != "application/json":
            raise BadRequest(
                "the content type must be application/json",
                param=None,
                hint="With curl: -H 'Content-Type: application/json'",
            )
        coding = request.headers.get("content-encoding", "identity")
        if coding.strip().lower() not in ("", "identity"):
            raise RequestRefused(
                f"the content encoding {printable(coding)} is not supported",
                415,
                "encoding_refused",
                hint="Send the body uncompressed.",
                headers={"accept-encoding": "identity"},
            )
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self.limit:
            self._refuse()
        # 2. Read the body, then parse it in a thread.
        held = HeldBody(asyncio.timeout(self.seconds), asyncio.get_running_loop().time())
        try:
            body = await self._read(request, held)
            yield await run_in_threadpool(parse_json, body)
        # 3. The body is no longer needed, so its memory becomes free for other bodies.
        finally:
            if held in self._large:
                self._large.remove(held)

    async def _read(self, request: Request, held: HeldBody) -> bytearray:
        body = bytearray()
        loop = asyncio.get_running_loop()
        try:
            async with held.timeout:
                async for chunk in request.stream():
                    # `kept_up` is never in the future. Otherwise an upload that was fast at first could
                    # pause for longer than others.
                    held.kept_up = min(loop.time(), held.kept_up + len(chunk) / SLOWEST_RATE)
                    size = len(body) + len(chunk)
                    if size > self.limit:
                        self._refuse()
                    if size > LARGE_BODY:
                        await self._wait_for_room(held, size)
                    body += chunk
        except TimeoutError as error:
            raise RequestRefused(
                "the request took too long to arrive", 408, "request_timeout", hint="Send it again."
            ) from error
        held.kept_up = math.inf
        return body

    async def _wait_for_room(self, held: HeldBody, size: int) -> None:
        """Wait until `size` bytes of a large body fit into the memory for large bodies, and reserve
        them. Meanwhile end uploads that have stopped, beginning with the upload that stopped longest
        ago."""
        loop = asyncio.get_running_loop()
        if held not in self._large:
            self._large.append(held)
        while not self._has_room(held, size):
            latest = loop.time() - STOPPED_SECONDS
            others = [each for each in self._large if each is not held and not each.timeout.expired()]
            stopped = [each for each in others if each.kept_up < latest]
            if stopped:
                longest = min(stopped, key=lambda each: each.kept_up)
                longest.timeout.reschedule(0)
                self._large.remove(longest)
            else:
                await asyncio.sleep(POLL_SECONDS)
                # The server read nothing during this sleep, so extend both time limits of the upload.
                held.kept_up = loop.time()
                held.timeout.reschedule((held.timeout.when() or 0) + POLL_SECONDS)
        held.size = size

    def _has_room(self, held: HeldBody, size: int) -> bool:
        """Return whether `size` bytes of a body fit beside the bytes that other bodies have reserved.
        The bytes for which another body is still waiting are not counted."""
        others = sum(each.size for each in self._large if each is not held)
        arriving = [each for each in self._large if each.kept_up < math.inf]
        bodies = LARGE_BODIES if held in arriving[:FIRST_BODIES] else LARGE_BODIES - FIRST_BODIES
        return others + size <= bodies * self.limit

    def _refuse(self) -> NoReturn:
        raise RequestRefused(
            f"the request is larger than {self.limit:,} bytes",
            413,
            "request_too_large",
            hint=f"Scale the pictures down first; the model looks at {self.side} pixels a side.",
        )


def parse_json(body: bytes | bytearray) -> Any:
    """Parse a body. Raises: BadRequest."""
    if safe_read.count_separators(body) > safe_read.MAX_SEPARATORS:
        raise BadRequest(
            "the body has too many values", param=None, hint="Send a shorter conversation."
        )
    try:
        return safe_read.parse_json(body)
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error_reason(error)}", param=None) from error
