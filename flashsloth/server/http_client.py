"""HTTP client for a server that has a model open: sends a request, reads the stream of an answer, and
converts what goes wrong into errors. Imports neither torch nor transformers."""

from __future__ import annotations

import codecs
import http.client
import io
import json
import math
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from flashsloth.checkpoints.folder import stamp as stamp_of
from flashsloth.errors import (
    BadRequest,
    ContextTooLong,
    FlashSlothError,
    OptionError,
    ResourceError,
    ServerBusy,
    ServerError,
    ServerUnreachable,
    error_with_code,
)
from flashsloth.generation.answer_record import AnswerRecord, Choice, FinishReason, Token
from flashsloth.server import protocol, registry
from flashsloth.server.registry import ServerRecord
from flashsloth.utils import safe_read, tracing
from flashsloth.utils.progress import ignore
from flashsloth.utils.text import error_reason, last_line, printable_repr

CONNECT_SECONDS = 5.0  # time limit for connecting, and for getting the list of models
# How long an answer may pause. This is long because the model may have to be opened again first.
SILENT_SECONDS = 900.0
MAX_REPLY = 2**26  # maximum number of bytes of a reply, or of all chunks of an answer
# Gateways list up to thousands of models, each with its prices and abilities.
MAX_LIST_SEPARATORS = 10 * safe_read.MAX_SEPARATORS
STRING_OR_SEPARATOR = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|([,:\[{])', re.DOTALL)
TOP_TOKENS = 20  # the most that OpenAI's protocol reports for a token
MAX_COUNT = 2**53  # larger token counts are not believed, and do not fit into a float
# The errors that reading a malformed reply may raise.
MALFORMED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
# HTTP statuses with which a server refuses a request although the question may be valid
REFUSED = (401, 403, 404, 405, 408, 413)
# HTTP statuses with which a server refuses every question: the key, the address or the model is wrong.
REFUSED_ALWAYS = (*range(300, 400), 401, 403, 404)
RESTART = "Start the server again."
FOREIGN_HINTS = {
    401: "Set FLASHSLOTH_SERVER_KEY to a key of that server.",
    403: "Set FLASHSLOTH_SERVER_KEY to a key of that server.",
    404: "Check the address, and name one of its models with -m.",
}
# Error codes for a prompt that is too long. OpenAI and vLLM send the first, llama-server sends the
# second.
CONTEXT_CODES = {"context_length_exceeded", "exceed_context_size_error"}
MESSAGE = b"message"  # the name of an event of a stream that has no name
# Events with one of these names or with one of these texts as their data only keep a connection open.
HEARTBEATS = frozenset((b"", b"null", b"ping", b"heartbeat", b"keepalive", b"keep-alive"))
DONE: dict[str, Any] = {}  # stands for the end of a stream, `data: [DONE]`
FINISH_REASONS: dict[str, FinishReason] = {"stop": "stop", "length": "length"}
# Descriptions of other finish reasons that a foreign server may send.
OTHER_REASONS = {
    "content_filter": "its content filter stopped it",
    "tool_calls": "the model called a tool, which nothing here runs",
}
# Names of fields in the JSON document of an answer. COUNTED contains the fields that only some foreign
# servers report. UNTOLD contains all fields that may be unknown if a foreign server answers.
COUNTED = frozenset({"input_tokens", "cached_tokens", "output_tokens", "tokens_per_second"})
UNTOLD = COUNTED | {"token_ids", "visual_tokens", "query_tokens", "image_ms", "peak_bytes", "hd"}


@dataclass(frozen=True, slots=True)
class ForeignServer:
    """A server that this user's FlashSloth did not start. `url` has no trailing /v1. `token` is the API
    key, or "" if there is none."""

    url: str
    token: str = field(default="", repr=False)


AnyServer: TypeAlias = ServerRecord | ForeignServer


class Unfinished(ValueError):
    """The connection ended before the reply was complete."""


def check_files(record: ServerRecord) -> None:
    """Raise ServerUnreachable if the model's files have changed since the server opened them."""
    if record.stamp != stamp_of(record.folder, record.adapter):
        error = ServerUnreachable(
            f"the files of the model have changed since the server on {record.url} opened them",
            hint=RESTART,
        )
        error.is_general = True
        raise error


def stream(
    server: AnyServer, body: dict[str, Any], answer: AnswerRecord
) -> Generator[Token, None, int]:
    """Send a question, yield the tokens of its answer and record them in `answer`.

    The time of the first token is measured here. The decode time is not, because several tokens may
    arrive together; a server of this user reports it. Each piece of text from a foreign server counts
    as a token. Closing the generator closes the connection, and the server stops its work.

    Returns: the peak memory of the server in bytes; 0 for a foreign server.

    Raises: ServerUnreachable if the connection fails before the first token, ServerError if it fails
        later; the errors that the server sends.
    """
    is_own = isinstance(server, ServerRecord)
    peak_bytes = 0
    # JSON may contain halves of a character (surrogates). A piece may end between two that belong
    # together; any other half becomes a replacement character, as no file and no database takes it.
    decoder = codecs.getincrementaldecoder("utf-16-le")("replace")
    if not is_own:
        answer.untold = UNTOLD
    with requested(server, protocol.CHAT_PATH, {**body, "stream": True}, answer) as response:
        for chunk in _chunks(response):
            # 1. An error may come in the middle of a stream; vLLM marks an error with the value "error"
            #    of the field `object`.
            if chunk.get("error") or chunk.get("object") == "error":
                raise error_of(server, chunk)
            # 2. Record what the server reports about the answer.
            if protocol.CHOICES in body and protocol.CHOICES in chunk:
                answer.choices = _choices(chunk[protocol.CHOICES], body[protocol.CHOICES])
            if is_own:
                peak_bytes = take_details(answer, chunk) or peak_bytes
            else:
                take_usage(answer, chunk.get("usage"))
            # 3. Yield the text of the chunk. Some servers do not stream and send a whole message.
            for choice in chunk.get("choices") or ():
                delta = choice.get("delta") or choice.get("message") or {}
                text = _text_of(delta.get("content") or "")
                text = decoder.decode(text.encode("utf-16-le", "surrogatepass"))
                token = delta.get(protocol.ID) if is_own else None
                if text or token is not None:
                    yield answer.add(token, text)
                # 4. Record why the answer ended, unless the details from a server of this user have
                #    already set it.
                reason = choice.get("finish_reason")
                if reason and answer.reason is None:
                    answer.reason = FINISH_REASONS.get(reason, "interrupted")
                    if reason not in FINISH_REASONS:
                        said = printable_repr(_without_key(server, str(reason)))
                        why = OTHER_REASONS.get(reason) or f"it says {said}"
                        answer.warnings.append(f"the server ended the answer early: {why}")
            # 5. Some gateways send no reason. An answer without a text is not taken for a whole one.
            if chunk is DONE and answer.reason is None and answer.first > 0:
                answer.reason = "stop"
        if rest := decoder.decode(b"", final=True):
            yield answer.add(None, rest)
        if answer.reason is None or (protocol.CHOICES in body and answer.choices is None):
            raise Unfinished("the answer has no end")
    return peak_bytes


def first_token(
    server: AnyServer, body: dict[str, Any], answer: AnswerRecord
) -> list[tuple[str, float]]:
    """Return the likeliest first tokens of an answer of a foreign server, each with its probability.
    Record what the server reports. Raises: as `stream`; ServerError if it reports no probabilities."""
    answer.untold = UNTOLD
    found: list[tuple[str, float]] = []
    body = {name: value for name, value in body.items() if name != "stream_options"}
    body |= {"logprobs": True, "top_logprobs": TOP_TOKENS}
    with requested(server, protocol.CHAT_PATH, body) as response:
        for chunk in _chunks(response):
            if chunk.get("error") or chunk.get("object") == "error":
                raise error_of(server, chunk)
            take_usage(answer, chunk.get("usage"))
            for choice in chunk.get("choices") or ():
                reported = (choice.get("logprobs") or {}).get("content") or ()
                for each in reported[:1] if not found else ():
                    found = [(top["token"], math.exp(top["logprob"])) for top in each["top_logprobs"]]
        if not all(isinstance(token, str) and 0 <= share < 1.01 for token, share in found):
            raise ValueError("the reply has no probabilities")
    if not found:
        raise ServerError(
            f"the server on {server.url} does not report how likely tokens are (logprobs)",
            hint="Leave out --choices, or ask another server.",
        )
    return found


def _text_of(content: Any) -> str:
    """Return the text of a message or of a piece of it: a string, or a list of parts, of which some are
    texts. Raises: one of MALFORMED."""
    if not isinstance(content, list):
        content = [{"type": "text", "text": content}]
    texts = [part for part in content if part["type"] in ("text", "output_text")]
    return "".join(part.get("text") or "" for part in texts)


def _choices(given: Any, texts: list[str]) -> tuple[Choice, ...]:
    """Return the choices with the probabilities that a server sent. Raises: one of MALFORMED."""
    choices = tuple(Choice(each["text"], float(each["probability"])) for each in given)
    are_probable = all(0 <= each.probability <= 1 for each in choices)
    if [each.text for each in choices] != texts or not are_probable:
        raise ValueError("the reply has other choices than the question, or no probabilities")
    return choices


def take_details(answer: AnswerRecord, chunk: dict[str, Any]) -> int:
    """Record what a server of this user reports about an answer. Return the server's peak memory in
    bytes, or 0 if the chunk does not have it."""
    if "flashsloth" not in chunk:
        return 0
    details = chunk["flashsloth"]
    warnings = answer.warnings  # those about the question, which the server does not send
    for own, theirs in protocol.DETAILS.items():
        setattr(answer, own, details[theirs])
    answer.warnings = [*warnings, *(each for each in answer.warnings if each not in warnings)]
    if answer.reason is None:
        answer.continue_from(details["continued_ids"], details["continued"])
    return int(details["peak_bytes"])


def take_usage(answer: AnswerRecord, usage: Any) -> None:
    """Record the token counts that a foreign server reports. Invalid ones are ignored."""
    usage = usage if isinstance(usage, dict) else {}
    details = usage.get("prompt_tokens_details")
    counts = {
        "input_tokens": usage.get("prompt_tokens"),
        "output_tokens": usage.get("completion_tokens"),
        "cached_tokens": details.get("cached_tokens") if isinstance(details, dict) else None,
    }
    for name, count in counts.items():
        if type(count) is int and 0 <= count <= MAX_COUNT:
            setattr(answer, name, count)
            answer.untold -= {name}
            if name == "output_tokens":
                answer.untold -= {"tokens_per_second"}


@contextmanager
def requested(
    server: AnyServer,
    path: str,
    body: dict[str, Any] | None = None,
    answer: AnswerRecord | None = None,
    *,
    any_status: bool = False,
    on_connected: Callable[[http.client.HTTPConnection], None] = ignore,
) -> Iterator[http.client.HTTPResponse]:
    """Send a request, as POST if it has a body, and yield the response. `answer` is the record of the
    answer that is read while the context lasts. With `any_status` a response with an error is yielded
    too. `on_connected` gets the connection, so that another thread can shut it down.

    Raises: the error that the server sends instead of a response. If the connection fails or the reply
        is malformed, also while the context lasts: ServerUnreachable, or ServerError after the first
        token.
    """
    is_connected = False
    headers = {"Content-Type": "application/json"}
    if server.token:
        headers["Authorization"] = f"Bearer {server.token}"
    where = urlsplit(server.url).path + path
    try:
        with closing(registry.connection(server.url, CONNECT_SECONDS)) as connection:
            with tracing.span("connect"):
                connection.connect()
            on_connected(connection)
            is_connected = True
            if body is None:
                connection.request("GET", where, headers=headers)
            else:
                # Connecting has a short time limit, but an answer has a long time limit.
                connection.sock.settimeout(SILENT_SECONDS)
                # A server that refuses a long body may close the connection before it has read it.
                with suppress(BrokenPipeError, ConnectionResetError):
                    connection.request("POST", where, json.dumps(body), headers)
            with closing(connection.getresponse()) as response:
                if response.status != http.client.OK and not any_status:
                    # a redirect has no JSON; report its target
                    value: Any = response.getheader("Location")
                    with suppress(ValueError):
                        value = parse(response.read(MAX_REPLY))
                    wait = seconds_until(response.getheader("Retry-After", ""))
                    raise error_of(server, value, response.status, wait)
                yield response
    except FlashSlothError:  # some of these errors are also OSErrors or ValueErrors
        raise
    except (OSError, http.client.HTTPException, *MALFORMED) as cause:
        failure = ended(server, cause, begun=answer is not None and answer.first > 0)
        failure.is_temporary = isinstance(cause, Unfinished) or not isinstance(cause, MALFORMED)
        failure.is_general = not is_connected
        raise failure from cause


def seconds_until(text: str) -> float | None:
    """Return the seconds that a Retry-After header names, as a number or as a date. Return None if it
    names none."""
    with suppress(ValueError):
        if text[:1].isdigit():
            return float(text)
        wait = parsedate_to_datetime(text).astimezone(UTC) - datetime.now(UTC)
        return max(0.0, wait.total_seconds())
    return None


def parse(data: bytes | bytearray, max_separators: int = safe_read.MAX_SEPARATORS) -> Any:
    """Parse a reply within the limit that a server has for the values of a request. Separators in texts
    are not counted, because an answer may be a large table. Raises: ValueError."""
    # This is refused first: in other encodings the bytes of quotation marks are also parts of letters.
    text = data.decode("utf-8-sig")
    if safe_read.count_separators(data) > max_separators:
        separators = (each for each in STRING_OR_SEPARATOR.finditer(data) if each[1])
        if sum(1 for _ in islice(separators, max_separators + 1)) > max_separators:
            raise ValueError("the reply has too many values")
    return safe_read.parse_json(text)


def _lines(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Yield the lines of a reply without their ends (CR, LF or both) and without byte order marks and
    blanks around them. Raises: ValueError for more than MAX_REPLY bytes."""
    text = io.TextIOWrapper(response, encoding="latin-1")  # this makes each byte a character
    left = MAX_REPLY
    # A connection that ends early ends the lines, too: the reason of the answer may have come before.
    with suppress(http.client.IncompleteRead):
        while line := text.readline(left + 1):
            left -= len(line)
            if left < 0:
                raise ValueError("the answer does not end")
            yield line.encode("latin-1").removeprefix(codecs.BOM_UTF8).strip()


def _chunks(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    """Yield the chunks of a streamed answer and then DONE, or a whole answer as one chunk. The content
    type is not read, because some gateways send a stream as JSON.

    Raises: ValueError for malformed JSON, for too many values in a chunk, and for more than MAX_REPLY
        bytes.
    """
    event = MESSAGE
    data = bytearray()  # the data of an event that has several lines
    lines = _lines(response)
    for line in lines:
        if line.startswith(b"<"):
            raise ValueError("the reply is a web page")
        if line.startswith(b"{") and not data:
            data += line
            for more in lines:
                data += b"\n" + more
            yield parse(data)
            return
        name, _, value = line.partition(b":")
        value = value.strip()
        if name == b"data" and data:
            data += b"\n" + value
        elif name == b"data" and value == b"[DONE]":
            # do not wait for the end, because the server may keep the connection open
            yield DONE
            return
        elif name == b"data" and HEARTBEATS.isdisjoint((event, value)):
            try:
                chunk = parse(value)
            except ValueError:  # the next lines may complete it
                data += value
            else:
                yield chunk
        elif name == b"event":
            event = value or MESSAGE
        elif not line:
            if data:
                yield parse(data)
            data.clear()
            event = MESSAGE
    if data:  # the last event may lack the empty line that ends it
        try:
            chunk = parse(data)
        except ValueError as error:
            raise Unfinished("the last event is cut") from error
        yield chunk


def unsupported(url: str, what: str, hint: str) -> OptionError:
    """Return the error for a feature that OpenAI's protocol does not have."""
    return OptionError(
        f"the server on {url} is no FlashSloth of yours, and OpenAI's protocol has no {what}", hint=hint
    )


def ended(server: AnyServer, error: Exception | None = None, *, begun: bool) -> ServerError:
    """Return the error for a server that does not answer or, if the answer has `begun`, that stopped
    after the first token."""
    is_own = isinstance(server, ServerRecord)
    where = f"the server on {server.url}"
    reason = f": {error_reason(error)}" if isinstance(error, OSError) and not is_own else ""
    if begun:
        hint = "Ask again: if the server is gone, the model is opened here." if is_own else "Ask again."
        return ServerError(f"{where} ended in the middle of the answer{reason}", hint=hint)
    if is_own:
        hint = "Ask again, or run `flashsloth ps` to see which servers run."
        return ServerUnreachable(f"{where} does not answer", hint=hint)
    # some errors of TLS are also ValueErrors
    if isinstance(error, MALFORMED) and not isinstance(error, OSError):
        return ServerUnreachable(
            f"{where} sent a reply that is not of OpenAI's protocol",
            hint="Check its address; -m names a model that it does not list.",
        )
    return ServerUnreachable(f"{where} does not answer{reason}", hint="Check its address.")


def _without_key(server: AnyServer, text: str) -> str:
    """Return a text that a server sent without the key that it got."""
    return text.replace(server.token, "(the key)") if server.token else text


def error_of(
    server: AnyServer, value: Any, status: int = http.client.OK, retry_after: float | None = None
) -> FlashSlothError:
    """Return the error that a server sent as JSON, or with its status alone."""
    error = value.get("error", value) if isinstance(value, dict) else value
    error = error if isinstance(error, dict) else {"message": error}
    made = _error_of(server, error, status)
    if isinstance(made, ResourceError):
        # An error in the middle of a stream may have a status as its code. Without one it is a failure
        # of the server, which has accepted the request.
        if status == http.client.OK:
            code = error.get("code")
            status = code if type(code) is int else http.client.INTERNAL_SERVER_ERROR
        made.is_temporary = status >= 500 or status == http.client.TOO_MANY_REQUESTS
        made.is_general = status in REFUSED_ALWAYS
        made.retry_after = retry_after
    return made


def _error_of(server: AnyServer, error: dict[str, Any], status: int) -> FlashSlothError:
    """Return the error that a server sent as an object.

    For a server of this user, the code that it sent determines the class of the error. Foreign servers
    write errors in the formats of OpenAI, vLLM, llama-server and web frameworks.
    """
    code = str(error.get("code"))
    where = f"the server on {server.url}"
    if isinstance(server, ServerRecord):
        hint = str(error.get("hint") or "")
        message = str(error["message"]).removesuffix(f". {hint}")
        if status in REFUSED or (status != http.client.OK and code == BadRequest.code):
            hint = hint or "Start it again, or use --server none."
            # The hint of the server says to scale the pictures, but this client has already done that.
            if status == http.client.REQUEST_ENTITY_TOO_LARGE:
                hint = "Use fewer pictures, start it with a larger --max-body, or use --server none."
            return ServerUnreachable(f"{where} refused the request: {message}", hint=hint)
        return error_with_code(
            next((own for own, theirs in protocol.CODES.items() if theirs == code), code), message, hint
        )
    message = str(error.get("message") or error.get("detail") or f"status {status}")
    message = last_line(ServerError(_without_key(server, message)))
    if code in CONTEXT_CODES or str(error.get("type")) in CONTEXT_CODES:
        # A foreign server that is also FlashSloth appends the hint to its message.
        message = message.removesuffix(f". {ContextTooLong.hint}")
        return ContextTooLong(f"{where} refused the question: {message}")
    if 300 <= status < 400:
        hint = "Use that address for --server, without the path of the request."
        return ServerError(f"{where} redirects the request: {message}", hint=hint)
    if status == http.client.TOO_MANY_REQUESTS:
        return ServerBusy(f"{where} is busy: {message}")
    if status in REFUSED:
        hint = FOREIGN_HINTS.get(
            status, "Send fewer pictures, or smaller ones, as in --set max_side=1024."
        )
        return ServerUnreachable(f"{where} refused the request: {message}", hint=hint)
    return ServerError(f"{where} failed: {message}", hint="Its log may say more.")
