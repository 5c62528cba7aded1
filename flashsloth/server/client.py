"""Send requests of this project's commands to a server of this user. Imports neither torch nor transformers."""

from __future__ import annotations

import http.client
import json
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any, NoReturn

from flashsloth.errors import BadRequest, FlashSlothError, ServerError, ServerUnreachable, error_with_code
from flashsloth.server import own_protocol
from flashsloth.server.own_protocol import ModelFacts
from flashsloth.server.registry import ServerRecord, connection

CONNECT_SECONDS = 2.0
SHORT_SECONDS = 10.0  # for replies that need no computation
SILENT_SECONDS = 900.0  # without a line: the model may have to be opened again first
MAX_LINE = 2**24  # bytes
REFUSED = (401, 403, 404, 405, 408, 413)  # statuses of a server that cannot take this request at all


def facts(record: ServerRecord) -> ModelFacts:
    """Ask how a server has its model open. Raises: ServerUnreachable."""
    try:
        return ModelFacts(**_reply(record, "GET", own_protocol.MODEL_PATH, None, CONNECT_SECONDS))
    except TypeError as error:  # other fields
        raise _unreachable(record) from error


def post(record: ServerRecord, path: str, body: dict[str, Any], seconds: float = SHORT_SECONDS) -> dict[str, Any]:
    """Send a request and return the reply. Raises: ServerUnreachable, and the server's errors."""
    return _reply(record, "POST", path, body, seconds)


def _reply(record: ServerRecord, method: str, path: str, body: dict[str, Any] | None, seconds: float) -> dict[str, Any]:
    with _sent(record, method, path, body, seconds) as response:
        try:
            value: dict[str, Any] = json.loads(response.read(MAX_LINE))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _unreachable(record) from error
        return value


def answer(record: ServerRecord, body: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
    """Send a question and yield the lines of its answer. Closing the generator ends the server's work.

    Raises: ServerUnreachable before the first token, later ServerError if the server ends, and the server's errors.
    """
    begun = False
    with _sent(record, "POST", own_protocol.ANSWER_PATH, body, SILENT_SECONDS) as response:
        try:
            for line in _lines(response):
                if "error" in line:
                    _raise_error(line["error"])
                begun = begun or "id" in line
                yield line
                if "end" in line:
                    return
        except FlashSlothError:  # some are also of a type below
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _ended(record, begun=begun) from error
        raise _ended(record, begun=begun)


def _lines(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    while line := response.readline(MAX_LINE):
        value = json.loads(line)
        match value:
            case (
                {"begin": {"continued": str(), "continued_ids": list()}}
                | {"start": {"stamp": str()}}
                | {"text": str(), "id": int()}
            ):
                yield value
            case {"end": {"text": str(), "reason": str(), "stats": {}}} | {"error": {"code": str(), "message": str()}}:
                yield value
            case _:
                raise ValueError("not a line of an answer")


def _ended(record: ServerRecord, *, begun: bool) -> ServerError:
    if not begun:
        return _unreachable(record)
    hint = "Ask again: if the server is gone, the model is opened here."
    return ServerError(f"the server on {record.url} ended in the middle of the answer", hint=hint)


def _refused(record: ServerRecord, value: dict[str, Any], status: int) -> ServerUnreachable:
    hint = value.get("hint") or "Start it again, or use --server none."
    if status == http.client.REQUEST_ENTITY_TOO_LARGE:  # the server's hint is for pictures that were not scaled
        hint = "Use fewer pictures, start it with a larger --max-body, or use --server none."
    return ServerUnreachable(f"the server on {record.url} refused the request: {value['message']}", hint=str(hint))


def _unreachable(record: ServerRecord) -> ServerUnreachable:
    hint = "Ask again, or run `flashsloth ps` to see which servers run."
    return ServerUnreachable(f"the server on {record.url} does not answer", hint=hint)


@contextmanager
def _sent(
    record: ServerRecord, method: str, path: str, body: dict[str, Any] | None, seconds: float
) -> Iterator[http.client.HTTPResponse]:
    """Send a request and yield the response of status 200."""
    asked = connection(record, CONNECT_SECONDS)
    headers = {"Authorization": f"Bearer {record.token}", "Content-Type": "application/json"}
    with closing(asked):
        try:
            asked.connect()
            asked.sock.settimeout(seconds)
            asked.request(method, path, None if body is None else json.dumps(body), headers)
            response = asked.getresponse()
            if response.status != http.client.OK:
                with closing(response):
                    value = json.loads(response.read(MAX_LINE))["error"]
                if response.status in REFUSED or value["code"] == BadRequest.code:
                    raise _refused(record, value, response.status)
                _raise_error(value)
        except FlashSlothError:
            raise
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
            raise _unreachable(record) from error
        with closing(response):
            yield response


def _raise_error(value: dict[str, Any]) -> NoReturn:
    raise error_with_code(value["code"], str(value["message"]), str(value.get("hint", "")))
