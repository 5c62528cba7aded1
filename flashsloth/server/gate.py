"""ASGI middleware around the application. It applies the access rules, converts errors into responses
in the format of OpenAI's protocol, logs each request, and counts the requests for an answer."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flashsloth.errors import FlashSlothError, InputError, ServerBusy, ServerError, UnknownModel
from flashsloth.server.protocol import ANSWER_PATHS, CODES, FIELDS_HEADER
from flashsloth.server.security import AccessRules
from flashsloth.utils.text import printable

log = logging.getLogger("flashsloth.server")

CLIENT_LEFT = 499  # the status in logs and metrics if the client left, as in nginx
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
    their HTTP status."""

    def __init__(self, app: ASGIApp, rules: AccessRules, statuses: Counter[int]) -> None:
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
                self.statuses[status] += 1
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
