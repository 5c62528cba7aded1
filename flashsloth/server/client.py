"""Send requests of this project's commands to a server of this user. Imports neither torch nor transformers."""

from __future__ import annotations

import http.client
import json
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any, NoReturn

from flashsloth.errors import BadRequest, FlashSlothError, ServerError, ServerUnreachable, error_with_code
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.events import Choice, Token
from flashsloth.server.protocol import CHAT_PATH, CHOICES, CODES, DETAILED, ID, Begun, Ended
from flashsloth.server.registry import ServerRecord, connection

CONNECT_SECONDS = 2.0
SILENT_SECONDS = 900.0  # without a line: the model may have to be opened again first
MAX_REPLY = 2**26  # bytes of a reply, or of all chunks of an answer
REFUSED = (401, 403, 404, 405, 408, 413)  # statuses of a server that cannot take this request at all


def stream(record: ServerRecord, body: dict[str, Any], answer: AnswerRecord) -> Generator[Token, None, int]:
    """Send a question, yield the tokens of its answer and record it. Return the peak memory of the server in bytes.
    Closing the generator ends the server's work. The first token is timed as it came here, decoding as the server
    measured it, since tokens may arrive together.

    Raises: ServerUnreachable before the first token, later ServerError if the server ends, and the server's errors.
    """
    begun, sent = False, json.dumps({**body, "stream": True, DETAILED: True})
    headers = {"Authorization": f"Bearer {record.token}", "Content-Type": "application/json"}
    try:
        with closing(connection(record, CONNECT_SECONDS)) as asked:
            asked.connect()
            asked.sock.settimeout(SILENT_SECONDS)
            asked.request("POST", CHAT_PATH, sent, headers)
            with closing(asked.getresponse()) as response:
                for chunk in _chunks(record, response):
                    [choice] = chunk["choices"]
                    delta = choice["delta"]
                    if "role" in delta:
                        prompt = Begun(**chunk["flashsloth"])
                        answer.input_tokens, answer.visual_tokens = prompt.prompt_tokens, prompt.image_tokens
                        answer.query_tokens, answer.forgotten = prompt.query_tokens, prompt.forgotten
                        answer.continue_from(prompt.continued_ids, prompt.continued)
                    elif ID in delta:
                        begun = True
                        yield answer.add(int(delta[ID]), delta["content"])
                    elif choice["finish_reason"] is None:
                        answer.rest += delta["content"]
                    else:
                        end = Ended(**chunk["flashsloth"])
                        answer.choices = tuple(Choice(**each) for each in chunk.get(CHOICES, ())) or None
                        answer.reason, answer.cached_tokens = end.reason, end.cached_tokens
                        answer.image_ms, answer.decode_ms = end.image_ms, end.decode_ms
                        return end.peak_bytes
    except FlashSlothError:  # some are also of a type below
        raise
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError, RecursionError) as error:
        raise ended(record, begun=begun) from error
    raise ended(record, begun=begun)


def _chunks(record: ServerRecord, response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    """Yield the chunks of an answer. Raises: the error that it has instead; ValueError for a malformed event, and
    beyond MAX_REPLY bytes."""
    if response.status != http.client.OK:
        value = json.loads(response.read(MAX_REPLY))["error"]
        if response.status in REFUSED or value["code"] == BadRequest.code:
            raise _refused(record, value, response.status)
        _raise_error(value)
    left = MAX_REPLY
    while line := response.readline(left + 1):
        left -= len(line)
        if left < 0:
            raise ValueError("the answer does not end")
        name, _, value = line.partition(b": ")
        if name == b"data":
            chunk = json.loads(value)
            if "error" in chunk:
                _raise_error(chunk["error"])
            yield chunk
        elif line.strip():
            raise ValueError("not an event")


def ended(record: ServerRecord, *, begun: bool) -> ServerError:
    """Return the error of a server that stopped to answer, before or after the first token."""
    if not begun:
        return unreachable(record)
    hint = "Ask again: if the server is gone, the model is opened here."
    return ServerError(f"the server on {record.url} ended in the middle of the answer", hint=hint)


def _refused(record: ServerRecord, value: dict[str, Any], status: int) -> ServerUnreachable:
    hint = value.get("hint") or "Start it again, or use --server none."
    if status == http.client.REQUEST_ENTITY_TOO_LARGE:  # the server's hint is for pictures that were not scaled
        hint = "Use fewer pictures, start it with a larger --max-body, or use --server none."
    return ServerUnreachable(f"the server on {record.url} refused the request: {_message(value)}", hint=str(hint))


def unreachable(record: ServerRecord) -> ServerUnreachable:
    """Return the error of a server that does not answer."""
    hint = "Ask again, or run `flashsloth ps` to see which servers run."
    return ServerUnreachable(f"the server on {record.url} does not answer", hint=hint)


def _raise_error(value: dict[str, Any]) -> NoReturn:
    """Raise an error of the class that has this code, as the server raised it."""
    code = next((own for own, theirs in CODES.items() if theirs == value["code"]), value["code"])
    raise error_with_code(code, _message(value), str(value.get("hint", "")))


def _message(value: dict[str, Any]) -> str:
    """Return an error's message without the hint that ends it."""
    return str(value["message"]).removesuffix(f". {value.get('hint')}")
