"""Send requests of this project's commands to a server of this user. Imports neither torch nor transformers."""

from __future__ import annotations

import http.client
import json
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, NoReturn

from flashsloth.chat.chat_model import ModelFacts
from flashsloth.errors import BadRequest, FlashSlothError, OptionError, ServerError, ServerUnreachable, error_with_code
from flashsloth.server import command_protocol
from flashsloth.server.protocol import CODES
from flashsloth.server.registry import ServerRecord, connection

CONNECT_SECONDS = 2.0
SHORT_SECONDS = 10.0  # for replies that need no computation
SILENT_SECONDS = 900.0  # without a line: the model may have to be opened again first
MAX_REPLY = 2**24  # bytes of a reply, or of all lines of an answer
REFUSED = (401, 403, 404, 405, 408, 413)  # statuses of a server that cannot take this request at all


def facts(record: ServerRecord) -> tuple[ModelFacts, str]:
    """Ask how a server has its model open, and for the stamp of the files. Raises: ServerUnreachable."""
    try:
        return command_protocol.parse_facts(_reply(record, "GET", command_protocol.MODEL_PATH, None, CONNECT_SECONDS))
    except (LookupError, TypeError, ValueError, OptionError) as error:  # other fields
        raise _unreachable(record) from error


def post(record: ServerRecord, path: str, body: dict[str, Any], seconds: float = SHORT_SECONDS) -> dict[str, Any]:
    """Send a request and return the reply. Raises: ServerUnreachable, and the server's errors."""
    return _reply(record, "POST", path, body, seconds)


def _reply(record: ServerRecord, method: str, path: str, body: dict[str, Any] | None, seconds: float) -> dict[str, Any]:
    with _sent(record, method, path, body, seconds) as response:
        try:
            value = json.loads(response.read(MAX_REPLY))
        except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
            raise _unreachable(record) from error
        if not isinstance(value, dict):
            raise _unreachable(record)
        return value


def answer(record: ServerRecord, body: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
    """Send a question and yield the lines of its answer. Closing the generator ends the server's work.

    Raises: ServerUnreachable before the first token, later ServerError if the server ends, and the server's errors.
    """
    begun = False
    with _sent(record, "POST", command_protocol.ANSWER_PATH, body, SILENT_SECONDS) as response:
        try:
            for line in _lines(response, int(body["request"]["max_tokens"])):
                if "error" in line:
                    _raise_error(line["error"])
                begun = begun or "id" in line
                yield line
                if "end" in line:
                    return
        except FlashSlothError:  # some are also of a type below
            raise
        except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
            raise _ended(record, begun=begun) from error
        raise _ended(record, begun=begun)


def _lines(response: http.client.HTTPResponse, max_tokens: int) -> Iterator[dict[str, Any]]:
    """Yield the lines of an answer. Raises: ValueError for one that no server of ours sends, and for too many."""
    left = MAX_REPLY
    while line := response.readline(left + 1):
        value, left = json.loads(line), left - len(line)
        max_tokens -= "id" in value
        if left < 0 or max_tokens < 0:
            raise ValueError("the answer does not end")
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
    return ServerUnreachable(f"the server on {record.url} refused the request: {_message(value)}", hint=str(hint))


def _unreachable(record: ServerRecord) -> ServerUnreachable:
    hint = "Ask again, or run `flashsloth ps` to see which servers run."
    return ServerUnreachable(f"the server on {record.url} does not answer", hint=hint)


@contextmanager
def _sent(
    record: ServerRecord, method: str, path: str, body: dict[str, Any] | None, seconds: float
) -> Iterator[http.client.HTTPResponse]:
    """Send a request and yield the response of status 200."""
    headers = {"Authorization": f"Bearer {record.token}", "Content-Type": "application/json"}
    with ExitStack() as stack:
        try:
            asked = stack.enter_context(closing(connection(record, CONNECT_SECONDS)))
            asked.connect()
            asked.sock.settimeout(seconds)
            asked.request(method, path, None if body is None else json.dumps(body), headers)
            response = asked.getresponse()
            if response.status != http.client.OK:
                with closing(response):
                    value = json.loads(response.read(MAX_REPLY))["error"]
                if response.status in REFUSED or value["code"] == BadRequest.code:
                    raise _refused(record, value, response.status)
                _raise_error(value)
        except FlashSlothError:
            raise
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, RecursionError) as error:
            raise _unreachable(record) from error
        with closing(response):
            yield response


def _raise_error(value: dict[str, Any]) -> NoReturn:
    """Raise an error of the class that has this code, as the server raised it."""
    code = next((own for own, theirs in CODES.items() if theirs == value["code"]), value["code"])
    raise error_with_code(code, _message(value), str(value.get("hint", "")))


def _message(value: dict[str, Any]) -> str:
    """Return an error's message without the hint that ends it."""
    return str(value["message"]).removesuffix(f". {value.get('hint')}")
