"""Errors as HTTP responses, and the statuses that they have."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

from flashsloth.errors import FlashSlothError, InputError, ServerBusy, ServerError, UnknownModel
from flashsloth.server import protocol

CLOSING = {"connection": "close"}
RETRY_AFTER = 1  # seconds, as answers end all the time
STATUSES = ((ServerBusy, 429), (UnknownModel, 404), (InputError, 400), (FlashSlothError, 503))


class RequestRefused(Exception):
    """A request that is refused for its own sake, with its HTTP status; no error of this library's work."""

    def __init__(
        self, message: str, status: int, code: str, hint: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.hint, self.headers = status, code, hint, headers or {}


def status_of(error: Exception) -> int:
    if isinstance(error, RequestRefused):
        return error.status
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def safe_error(error: Exception) -> Exception:
    """Return an error as clients may see it: one that is not ours could say something of this machine."""
    if isinstance(error, FlashSlothError | RequestRefused):
        return error
    return ServerError("the server failed", hint="See its log.")


def error_response(error: Exception) -> JSONResponse:
    status = status_of(error)
    headers = dict(getattr(error, "headers", {}))
    if status in (429, 503):
        headers["retry-after"] = str(RETRY_AFTER)
    return JSONResponse(protocol.error_object(safe_error(error), status), status_code=status, headers=headers)
