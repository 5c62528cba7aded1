"""What a request must pass before the application answers it.

`Gate` is ASGI middleware. It applies the access rules, converts errors into responses in the format of
OpenAI's protocol, logs each request, and counts the requests for an answer.

`BodyReader` reads the bodies of requests within limits of bytes and time, and parses them in threads.
The memory of all large bodies together is limited (`BodyReader._wait_for_room`):

1. Only the bytes of a body that have arrived are counted, so that an upload which stops early does not
   block others.
2. If there is not enough memory for an upload that continues, uploads that have stopped are ended.
3. A part of the memory is reserved for the bodies that came first, so that these can always finish.
   Otherwise bodies that have arrived partially could fill the memory and wait for each other forever.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flashsloth.errors import (
    BadRequest,
    FlashSlothError,
    InputError,
    ServerBusy,
    ServerError,
    UnknownModel,
)
from flashsloth.server.protocol import ANSWER_PATHS, CODES, FIELDS_HEADER
from flashsloth.server.security import AccessRules
from flashsloth.utils import safe_read
from flashsloth.utils.text import error_reason, printable

log = logging.getLogger("flashsloth.server")

CLIENT_LEFT = 499  # the status in logs and metrics if the client left, as in nginx
MODEL = "flashsloth.model"  # the key of a request's scope for the name of the model that it asks
OPEN_PATHS = ("/", "/health")  # paths that are answered without a key
RETRY_AFTER = "1"  # The number of seconds is small because a running answer may end at any moment.
STATUSES = (
    (ServerBusy, 429),
    (UnknownModel, 404),
    (InputError, 400),
    (FlashSlothError, 503),
    (Exception, 500),
)
TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")  # the request ids that a client may choose

# Matches a request target that is a whole URL (the absolute form of RFC 9112).
ABSOLUTE = re.compile(rb"https?://(?P<host>[^/]*)(?P<path>/.*)?", re.IGNORECASE)


class Gate:
    """Passes allowed requests on to an application. `statuses` counts the requests for an answer by
    the name of the model and their HTTP status."""

    def __init__(self, app: ASGIApp, rules: AccessRules, statuses: Counter[tuple[str, int]]) -> None:
        self.app = app
        self.rules = rules
        self.statuses = statuses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = time.perf_counter()
        status = CLIENT_LEFT
        scope = origin_form(scope)
        method = scope["method"]
        path = scope["path"]
        request_id = Headers(scope=scope).get("x-request-id", "")
        if not REQUEST_ID.fullmatch(request_id):
            request_id = secrets.token_hex(8)

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers["x-content-type-options"] = "nosniff"
                headers[FIELDS_HEADER] = "1"
            await send(message)

        try:
            refused = self._refusal(path, Headers(scope=scope))
            await (error_response(refused) if refused else self.app)(scope, receive, send_noted)
        except asyncio.CancelledError:
            # The server ends. If no response has begun, say so: uvicorn's own response would look like
            # a bug of the server.
            if status == CLIENT_LEFT:
                await error_response(ServerBusy("the server is stopping"))(scope, receive, send_noted)
            raise
        # Starlette has already sent an error response. Only if the error came in the middle of a
        # response, this was no longer possible.
        except Exception:
            log.exception("%s %s failed [%s]", method, printable(path), request_id)
        finally:
            # Only requests for an answer are counted, as the help text of the metric says.
            if path in ANSWER_PATHS:
                self.statuses[scope.get(MODEL, ""), status] += 1
            milliseconds = (time.perf_counter() - start) * 1000
            log.info("%s %s %d %.0f ms [%s]", method, printable(path), status, milliseconds, request_id)

    def _refusal(self, path: str, headers: Headers) -> RequestRefused | None:
        """Return an error if the application must not get the request, else None.

        A request is refused if its length is ambiguous, if its host is not allowed, if it comes from a
        web page of another origin, or if it lacks a required key.
        """
        host = headers.get("host")
        origin = headers.get("origin")
        # Refuse a request with both headers, to prevent request smuggling. A proxy in front of this
        # server may take the length from one header and this server from the other. The proxy would
        # then see one request where this server sees two.
        if "transfer-encoding" in headers and "content-length" in headers:
            return RequestRefused(
                "the length of the body is ambiguous",
                400,
                "bad_request",
                hint="Send Transfer-Encoding or Content-Length, as RFC 9112 has it.",
                headers={"connection": "close"},
            )
        if not self.rules.allows_host(host):
            return RequestRefused(
                f"the host {printable(host or '')!r} is not this server's",
                403,
                "host_refused",
                hint="Use the server's address, or name the host with --allow-host.",
            )
        if not self.rules.allows_origin(origin, host):
            return RequestRefused(
                f"pages of {printable(origin or '')!r} may not ask here",
                403,
                "origin_refused",
                hint="Name the page's origin with --allow-origin.",
            )
        if path not in OPEN_PATHS and not self.rules.allows_key(headers.get("authorization")):
            return RequestRefused(
                "the key is missing or wrong",
                401,
                "key_refused",
                hint="Send a line of the key file: Authorization: Bearer KEY",
                headers={"www-authenticate": "Bearer"},
            )
        return None


def origin_form(scope: Scope) -> Scope:
    """Return the scope of a request with only the path as the request target.

    A client that believes that this server is a proxy sends a whole URL as the target. The host of the
    URL then replaces the Host header, as RFC 9112 (3.2.2) requires. So the access rules check the host
    of the URL.
    """
    target = ABSOLUTE.fullmatch(scope["raw_path"])
    if target is None:
        return scope
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    path = target["path"] or b"/"
    return {
        **scope,
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "headers": [(b"host", target["host"]), *headers],
    }


class RequestRefused(Exception):
    """Raised if the request itself is at fault. The response has the HTTP status `status`."""

    def __init__(
        self, message: str, status: int, code: str, hint: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.hint = hint
        self.headers = headers or {}


def error_object(error: Exception) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status of an error and the body of its response.

    An unexpected error becomes a response with status 500 that does not contain its text, because the
    text may reveal paths of this machine.
    """
    known = next(number for kind, number in STATUSES if isinstance(error, kind))
    status = error.status if isinstance(error, RequestRefused) else known
    if status == 500:
        error = ServerError("the server failed", hint="See its log.")
    code = getattr(error, "code", "")
    hint = getattr(error, "hint", "")
    param = getattr(error, "param", None)
    # The message includes the hint, because most clients show only the message.
    message = f"{str(error).removesuffix('.')}. {hint}" if hint else str(error)
    kind = TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    fields = {
        "message": message,
        "type": kind,
        "param": param,
        "reason": reason_of(str(error), param),
        "code": CODES.get(code, code),
        "hint": hint,
    }
    return status, {"error": fields}


def reason_of(message: str, param: str | None) -> str:
    """Return a message without the place in the request with which it begins. If the place is the
    subject of the sentence, "it" stands for the place."""
    for beginning, subject in ((f"{param}: ", ""), (f"{param} ", "it ")):
        if message.startswith(beginning):
            return subject + message.removeprefix(beginning)
    return message


def error_response(error: Exception) -> JSONResponse:
    status, body = error_object(error)
    retry = {"retry-after": RETRY_AFTER} if status in (429, 503) else {}
    return JSONResponse(body, status_code=status, headers={**getattr(error, "headers", {}), **retry})


# The bodies of requests

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
            if stopped := [each for each in others if each.kept_up < latest]:
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
