"""Errors as HTTP responses in the protocol's shape, and the statuses that they have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

from flashsloth.errors import FlashSlothError, InputError, ServerBusy, ServerError, UnknownModel
from flashsloth.server.protocol import CODES

CLOSING = {"connection": "close"}
RETRY_AFTER = "1"  # seconds, as answers end all the time
STATUSES = ((ServerBusy, 429), (UnknownModel, 404), (InputError, 400), (FlashSlothError, 503), (Exception, 500))
TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


class RequestRefused(Exception):
    """A request that is refused for its own sake, with its HTTP status; no error of this library's work."""

    def __init__(
        self, message: str, status: int, code: str, hint: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.hint, self.headers = status, code, hint, headers or {}


def error_object(error: Exception) -> tuple[int, dict[str, Any]]:
    """Return the status of an error and what is sent: its code and hint, the code as OpenAI names it. Of an error that
    is not ours clients learn nothing: it could say something of this machine."""
    by_kind = next(status for kind, status in STATUSES if isinstance(error, kind))
    status = error.status if isinstance(error, RequestRefused) else by_kind
    known = ServerError("the server failed", hint="See its log.") if status == 500 else error
    code, hint = getattr(known, "code", ""), getattr(known, "hint", "")
    fields = {
        "message": f"{str(known).removesuffix('.')}. {hint}" if hint else str(known),  # all that most clients show
        "type": TYPES.get(status, "invalid_request_error" if status < 500 else "server_error"),
        "param": getattr(known, "param", None),
        "code": CODES.get(code, code),
        "hint": hint,
    }
    return status, {"error": fields}


def error_response(error: Exception) -> JSONResponse:
    status, sent = error_object(error)
    retry = {"retry-after": RETRY_AFTER} if status in (429, 503) else {}
    return JSONResponse(sent, status_code=status, headers={**getattr(error, "headers", {}), **retry})
