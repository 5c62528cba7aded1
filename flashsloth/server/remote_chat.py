"""HTTP client for a model that a server has open, and for conversations with that model. Imports
neither torch nor transformers.

`RemoteModel` has the interface of `FlashSloth`. The server stores no conversation. Each request
therefore sends the whole part of the conversation that the model sees, in the OpenAI chat protocol. If
this user's FlashSloth started the server, a request also has the fields that docs/serve.md describes.
Any other server is called a foreign server and gets only the fields of OpenAI's protocol; if it is
FlashSloth of another user, also those of choices, regular expressions and schemas.
"""

from __future__ import annotations

import base64
import codecs
import http.client
import io
import json
import re
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from flashsloth import __version__
from flashsloth.chat import Chat, ImageOptions, Overflow, Turn
from flashsloth.chat.chat import ModelFacts
from flashsloth.chat.conversation import Conversation, Question
from flashsloth.checkpoints.folder import stamp as stamp_of
from flashsloth.errors import (
    BadRequest,
    ContextTooLong,
    FlashSlothError,
    OptionError,
    ServerBusy,
    ServerError,
    ServerUnreachable,
    error_with_code,
)
from flashsloth.generation.answer_record import AnswerRecord, Choice, FinishReason, Token
from flashsloth.generation.answer_settings import SETTINGS, AnswerSettings
from flashsloth.generation.constraint import Constraint
from flashsloth.images.reader import LoadedImage
from flashsloth.processing.prompt import LONGEST_TOKEN
from flashsloth.server import protocol, registry
from flashsloth.server.registry import ServerRecord
from flashsloth.sizes.model_sizes import PictureScale
from flashsloth.utils import safe_read, tracing
from flashsloth.utils.text import error_reason, last_line, printable_repr

if TYPE_CHECKING:
    from PIL import Image

    from flashsloth.explain.explanation import Explanation

CONNECT_SECONDS = 5.0  # time limit for connecting, and for getting the list of models
# How long an answer may pause. This is long because the model may have to be opened again first.
SILENT_SECONDS = 900.0
MAX_REPLY = 2**26  # maximum number of bytes of a reply, or of all chunks of an answer
# Gateways list up to thousands of models, each with its prices and abilities.
MAX_LIST_SEPARATORS = 10 * safe_read.MAX_SEPARATORS
STRING_OR_SEPARATOR = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|([,:\[{])', re.DOTALL)
MAX_COUNT = 2**53  # larger token counts are not believed, and do not fit into a float
MAX_NAME = 200  # maximum number of characters of a foreign model's name
# The errors that reading a malformed reply may raise.
MALFORMED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
# HTTP statuses with which a server refuses a request although the question may be valid
REFUSED = (401, 403, 404, 405, 408, 413)
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


@dataclass(slots=True)
class RemoteModel:
    """A model that a server has open. `facts` names the model and the adapter as this process would
    have opened them."""

    record: AnyServer
    facts: ModelFacts
    # the peak memory that the server reported with its last answer
    peak_bytes: int = field(default=0, init=False)
    # whether a foreign server is FlashSloth of another user; None if this is not known yet
    is_flashsloth: bool | None = field(default=None, init=False)
    # FlashSloth has this attribute too. Here it is always None, because a server sends its warnings
    # with its answers.
    warning: None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def server(self) -> str:
        return self.record.url

    def peak_memory(self) -> int:
        """Return the peak memory in bytes that the server reported with its last answer."""
        return self.peak_bytes

    def tiles(self, image: Image.Image, *, hd: bool) -> list[Image.Image]:
        raise OptionError(
            f"the server on {self.server} does not report what its model receives of a picture",
            hint="Leave out --show-input; in chat, /look input. --server none opens the model here.",
        )

    @classmethod
    def of(cls, record: ServerRecord, name: str | None, adapter: str | None) -> RemoteModel:
        """Return the model of a running server of this user. If the name or the adapter is None, the
        name or the adapter of the server is used.

        Raises: ServerUnreachable if the server has another version, its files have changed, or it
            does not answer.
        """
        if record.version != __version__:
            raise ServerUnreachable(
                f"the server on {record.url} is of version {record.version}, not {__version__}",
                hint=RESTART,
            )
        start = time.perf_counter()
        check_files(record)
        # Malformed values raise exceptions here. `requested` converts these into errors of the server.
        with requested(record, protocol.MODELS_PATH) as response:
            given = _parse(response.read(MAX_REPLY), MAX_LIST_SEPARATORS)["data"][0]["flashsloth"]
            facts = {each.name: given[each.name] for each in fields(ModelFacts) if each.name in given}
            scale = given["picture_scale"]
            facts |= {
                "picture_scale": None if scale is None else PictureScale(**scale),
                "name": name or record.request.get("model") or record.model,
                "folder": record.folder,
                "adapter": adapter or record.adapter,
                "load_ms": (time.perf_counter() - start) * 1000,
            }
            return cls(record, ModelFacts(**facts))

    @classmethod
    def foreign(cls, server: ForeignServer, name: str | None) -> RemoteModel:
        """Return the model of a foreign server that has this name. Without a name return the first
        model that the server lists.

        Raises: OptionError for a key that cannot be sent, ServerError, ServerUnreachable.
        """
        if not (server.token.isascii() and server.token.isprintable()):
            raise OptionError(
                "FLASHSLOTH_SERVER_KEY has characters that no key has", hint="Set it to the key alone."
            )
        start = time.perf_counter()
        model = cls(server, ModelFacts(name=name or "", load_ms=0))
        if not name:
            with requested(server, protocol.MODELS_PATH) as response:
                listed = model.take_list(response)
                if not listed:  # [] or, from ollama, null
                    raise ServerUnreachable(
                        f"the server on {server.url} lists no model",
                        hint="Name one with -m, or let the server load one first.",
                    )
                name = listed[0]["id"]
        if not (isinstance(name, str) and name.isprintable() and len(name) <= MAX_NAME):
            raise ServerError(
                f"the model of {server.url} has no usable name", hint="Name another one with -m."
            )
        load_ms = (time.perf_counter() - start) * 1000
        model.facts = replace(model.facts, name=name, load_ms=load_ms)
        return model

    def take_list(self, response: http.client.HTTPResponse) -> Any:
        """Return the models that a foreign server lists, and record whether it is FlashSloth."""
        listed = _parse(response.read(MAX_REPLY), MAX_LIST_SEPARATORS)["data"]
        self.is_flashsloth = protocol.FIELDS_HEADER in response.headers
        if self.is_flashsloth:
            in_prompt = listed[0]["flashsloth"]["schema_in_prompt"] is True
            self.facts = replace(self.facts, schema_in_prompt=in_prompt)
        return listed

    def check_settings(self, constraint: Constraint | None, choices: Sequence[str]) -> None:
        """Raise OptionError for a constraint or for choices that the foreign server cannot follow. If
        there is any, the server is first asked whether it is FlashSloth."""
        if constraint is None and not choices:
            return
        if self.is_flashsloth is None:
            with requested(self.record, protocol.MODELS_PATH, any_status=True) as response:
                self.is_flashsloth = protocol.FIELDS_HEADER in response.headers
                if self.is_flashsloth and response.status == http.client.OK:
                    self.take_list(response)
        if self.is_flashsloth:
            return
        if choices:
            raise unsupported(self.server, "choices with probabilities", "Leave out --choices.")
        if constraint is not None and constraint.kind == "regex":
            hint = "Leave out --regex; in chat: /set regex off."
            raise unsupported(self.server, "regular expressions", hint)

    def chat(
        self,
        *images: Any,
        system: str | None = None,
        hd: bool | None = None,
        turns: Sequence[Turn] = (),
        overflow: Overflow = "error",
        **image_options: Any,
    ) -> Chat:
        """Begin a conversation. Arguments and errors are those of `FlashSloth.chat`. With a foreign
        server, `hd` raises OptionError, because such a server reads no tiles."""
        system = self.facts.system_prompt if system is None else system
        hd = self.facts.image_hd if hd is None else hd
        backend = RemoteBackend(self)
        if isinstance(self.record, ForeignServer):
            backend = ForeignBackend(self)
            # The ids may belong to another model, so this server can read only the text.
            turns = [replace(turn, token_ids=()) for turn in turns]
            if hd:
                raise unsupported(self.server, "tiles of a picture", "Leave out --hd, or use --no-hd.")
        chat = Chat(
            system,
            hd,
            ImageOptions(**image_options),  # type: ignore[typeddict-item]
            model=self,
            backend=backend,
        )
        chat.restore(images, turns, overflow)
        return chat


def whole_picture(image: LoadedImage) -> str:
    """Return a picture as the data: URL of a PNG, which is compressed little to save time."""
    out = io.BytesIO()
    image.image.save(out, "PNG", compress_level=1)
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


class RemoteBackend:
    """The ChatBackend of a server of this user. Its encoded pictures are `data:` URLs."""

    def __init__(self, model: RemoteModel) -> None:
        self.model = model
        self.length = 0

    def context_used(self, conversation: Conversation) -> int:
        """Return the length of the conversation in tokens, after the last `prefill` or answer. The end
        token of the answer is not counted."""
        return self.length

    def prefill(self, conversation: Conversation) -> None:
        """Let the server compute the prompt up to the next question. Raises: the errors of the
        server."""
        with conversation.lock:
            body = self.body(conversation, Question.of("", AnswerSettings(max_tokens=0)))
            first_new = len(conversation.images) - conversation.pending_images
        record = AnswerRecord()
        for _ in stream(self.model.record, body, record):
            pass
        self.length = record.input_tokens
        with conversation.lock:
            # The server reports a single time for all new pictures. Add it to the time of the first new
            # picture.
            if first_new < len(conversation.encode_ms):
                conversation.encode_ms[first_new] += record.image_ms

    def picture(self, image: LoadedImage, *, hd: bool) -> str:
        """Scale a picture to the squares that the vision tower reads, and return them as a URL."""
        from flashsloth.processing.resizing import squares

        if self.model.facts.picture_scale is None:
            return whole_picture(image)
        tiles = squares(image.image, self.model.facts.picture_scale, hd=hd)
        pixels = b"".join(tile.tobytes() for tile in tiles)
        return protocol.SQUARES + base64.b64encode(pixels).decode()

    def messages(self, conversation: Conversation, question: Question) -> list[dict[str, Any]]:
        """Return the messages up to and including the question. The caller holds the conversation's
        lock."""
        conversation.encode(
            lambda number: self.picture(conversation.images[number], hd=conversation.hd)
        )
        context = conversation.context(*conversation.context_of(question))
        urls = iter(conversation.encoded[context.pictures.start : context.pictures.stop])
        messages: list[dict[str, Any]] = [{"role": "system", "content": conversation.system}]
        for turn, count in context.turns:
            messages += [question_message(turn.question, [*islice(urls, count)]), answer_message(turn)]
        # The server itself names the choices in a question.
        asked = question.text if question.settings.choices else question.read
        return [*messages, question_message(asked, [*urls])]

    def body(self, conversation: Conversation, question: Question) -> dict[str, Any]:
        """Return the fields of a request for an answer. The caller holds the conversation's lock."""
        assert isinstance(self.model.record, ServerRecord)
        check_files(self.model.record)
        settings = question.settings
        room = (self.model.facts.context_length or 0) * LONGEST_TOKEN
        lengths = [len(turn.question) + len(turn.answer) for turn in conversation.turns]
        # Drop turns that cannot fit. `room` is the maximum number of characters of a context. The
        # server would refuse a longer text at once, before it drops turns itself.
        while conversation.overflow != "error" and room < sum(lengths[conversation.forgotten :]):
            conversation.forgotten += 1
        continued = [] if question.continued is None else [answer_message(question.continued)]
        return {
            "messages": self.messages(conversation, question) + continued,
            "max_tokens": settings.max_tokens,
            "continue_final_message": bool(continued),
            "stop": list(settings.stop),
            **settings.sampling,
            **constraint_fields(settings.constraint),
            protocol.IN_PROMPT: False,  # the question already contains the schema, if that is wanted
            protocol.HD: conversation.hd,
            protocol.OVERFLOW: conversation.overflow,
            protocol.DETAILED: True,
            **({protocol.CHOICES: list(settings.choices)} if settings.choices else {}),
        }

    def generate(
        self, conversation: Conversation, question: Question, record: AnswerRecord
    ) -> Generator[Token, None, None]:
        with conversation.lock:
            body = self.body(conversation, question)
        try:
            self.model.peak_bytes = yield from stream(self.model.record, body, record)
        finally:
            conversation.forgotten += record.forgotten
            if record.input_tokens:
                self.length = record.input_tokens + record.generated
            if tracing.active is not None:
                first = record.first or time.perf_counter()
                tracing.active.add("first token", record.asked, first)
                tracing.active.add("tokens", first, record.last or first, count=record.generated)

    def explain(self, conversation: Conversation, number: int) -> Explanation:
        """Raise ServerUnreachable, because the maps of an earlier answer need the model in this
        process."""
        raise ServerUnreachable(
            f"the server on {self.model.server} does not explain answers", hint="Open the model here."
        )

    def choose(self, conversation: Conversation, questions: Sequence[Question]) -> list[list[float]]:
        """Raise ServerUnreachable, because a server answers one question at a time, with `generate`."""
        raise ServerUnreachable(
            f"the server on {self.model.server} answers one question", hint="Open the model here."
        )


class ForeignBackend(RemoteBackend):
    """The ChatBackend for a `ForeignServer`. Pictures are sent in their full size, as PNG."""

    def prefill(self, conversation: Conversation) -> None:
        """Encode the pictures. The prompt is not computed in advance, because OpenAI's protocol has no
        request for that."""
        conversation.encode(lambda number: self.picture(conversation.images[number], hd=False))

    def picture(self, image: LoadedImage, *, hd: bool) -> str:
        return whole_picture(image)

    def body(self, conversation: Conversation, question: Question) -> dict[str, Any]:
        settings = question.settings
        self.model.check_settings(settings.constraint, settings.choices)
        if question.continued is not None:
            hint = "Ask for the rest in words."
            raise unsupported(self.model.server, "way to continue an answer", hint)
        # Default values are left out, because not every server knows these settings.
        changed = {
            name: value for name, value in settings.sampling.items() if value != SETTINGS[name].default
        }
        return {
            "model": self.model.name,
            "messages": self.messages(conversation, question)[0 if conversation.system else 1 :],
            "max_tokens": settings.max_tokens,
            **({"stop": list(settings.stop)} if settings.stop else {}),
            "temperature": settings.temperature,
            **changed,
            **constraint_fields(settings.constraint),
            **({protocol.CHOICES: list(settings.choices)} if settings.choices else {}),
            # the question already contains the schema, if that is wanted
            **({protocol.IN_PROMPT: False} if self.model.is_flashsloth and settings.constraint else {}),
            "stream_options": {"include_usage": True},
        }

    def explain(self, conversation: Conversation, number: int) -> Explanation:
        """Raise OptionError."""
        raise unsupported(self.model.server, "explanations", "Open a model here, with --server none.")


def question_message(question: str, urls: Sequence[str]) -> dict[str, Any]:
    pictures = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return {"role": "user", "content": [*pictures, {"type": "text", "text": question}]}


def answer_message(turn: Turn) -> dict[str, Any]:
    ids = {protocol.IDS: list(turn.token_ids)} if turn.token_ids else {}
    return {"role": "assistant", "content": turn.answer, **ids}


def constraint_fields(constraint: Constraint | None) -> dict[str, Any]:
    if constraint is None:
        return {}
    if constraint.kind == "regex":
        return {protocol.REGEX: constraint.text}
    return {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": constraint.schema},
        }
    }


# ---- a request


def check_files(record: ServerRecord) -> None:
    """Raise ServerUnreachable if the model's files have changed since the server opened them."""
    if record.stamp != stamp_of(record.folder, record.adapter):
        raise ServerUnreachable(
            f"the files of the model have changed since the server on {record.url} opened them",
            hint=RESTART,
        )


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
            raise ValueError("the answer has no end")
    return peak_bytes


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
) -> Iterator[http.client.HTTPResponse]:
    """Send a request, as POST if it has a body, and yield the response. `answer` is the record of the
    answer that is read while the context lasts. With `any_status` a response with an error is yielded
    too.

    Raises: the error that the server sends instead of a response. If the connection fails or the reply
        is malformed, also while the context lasts: ServerUnreachable, or ServerError after the first
        token.
    """
    headers = {"Content-Type": "application/json"}
    if server.token:
        headers["Authorization"] = f"Bearer {server.token}"
    where = urlsplit(server.url).path + path
    try:
        with closing(registry.connection(server.url, CONNECT_SECONDS)) as connection:
            with tracing.span("connect"):
                connection.connect()
            if body is None:
                connection.request("GET", where, headers=headers)
            else:
                # Connecting has a short time limit, but an answer has a long time limit.
                connection.sock.settimeout(SILENT_SECONDS)
                connection.request("POST", where, json.dumps(body), headers)
            with closing(connection.getresponse()) as response:
                if response.status != http.client.OK and not any_status:
                    # a redirect has no JSON; report its target
                    value: Any = response.getheader("Location")
                    with suppress(ValueError):
                        value = _parse(response.read(MAX_REPLY))
                    raise error_of(server, value, response.status)
                yield response
    except FlashSlothError:  # some of these errors are also OSErrors or ValueErrors
        raise
    except (OSError, http.client.HTTPException, *MALFORMED) as error:
        raise ended(server, error, begun=answer is not None and answer.first > 0) from error


def _parse(data: bytes | bytearray, max_separators: int = safe_read.MAX_SEPARATORS) -> Any:
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
    for line in chain(lines, [b""]):  # the last event may lack the empty line that ends it
        if line.startswith(b"{") and not data:
            data += line
            for more in lines:
                data += b"\n" + more
            yield _parse(data)
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
                chunk = _parse(value)
            except ValueError:  # the next lines may complete it
                data += value
            else:
                yield chunk
        elif name == b"event":
            event = value or MESSAGE
        elif not line:
            if data:
                yield _parse(data)
            data.clear()
            event = MESSAGE


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
    if isinstance(error, MALFORMED):
        return ServerUnreachable(
            f"{where} sent a reply that is not of OpenAI's protocol",
            hint="Check its address; -m names a model that it does not list.",
        )
    return ServerUnreachable(f"{where} does not answer{reason}", hint="Check its address.")


def _without_key(server: AnyServer, text: str) -> str:
    """Return a text that a server sent without the key that it got."""
    return text.replace(server.token, "(the key)") if server.token else text


def error_of(server: AnyServer, value: Any, status: int = http.client.OK) -> FlashSlothError:
    """Return the error that a server sent as JSON, or with its status alone.

    For a server of this user, the code that it sent determines the class of the error. Foreign servers
    write errors in the formats of OpenAI, vLLM, llama-server and web frameworks.
    """
    error = value.get("error", value) if isinstance(value, dict) else value
    error = error if isinstance(error, dict) else {"message": error}
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
        hint = FOREIGN_HINTS.get(status, "Send fewer or smaller pictures.")
        return ServerUnreachable(f"{where} refused the request: {message}", hint=hint)
    return ServerError(f"{where} failed: {message}", hint="Its log may say more.")
