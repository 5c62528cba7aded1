"""A model that a server of this user has open, and conversations with it. Imports neither torch nor transformers.

It has the interface of `FlashSloth`. The server stores no conversation: each request sends all of it that the model
sees, by the protocol of other clients with the fields that docs/serve.md names.
"""

from __future__ import annotations

import base64
import http.client
import json
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from flashsloth import __version__
from flashsloth.chat import Chat, ImageOptions, Overflow, Turn
from flashsloth.chat.chat_model import ModelFacts
from flashsloth.chat.conversation import Conversation, GenerationRequest
from flashsloth.checkpoints.folder import stamp as stamp_of
from flashsloth.config.picture_scale import PictureScale
from flashsloth.errors import BadRequest, FlashSlothError, ServerError, ServerUnreachable, error_with_code
from flashsloth.generation.answer_record import AnswerRecord, Choice, Token
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.choice_list import ChoiceQuestion
from flashsloth.generation.constraint import Constraint
from flashsloth.images.reader import LoadedImage
from flashsloth.processing.prompt import LONGEST_TOKEN
from flashsloth.server import protocol, registry
from flashsloth.server.registry import ServerRecord

if TYPE_CHECKING:
    from flashsloth.explain.explanation import Explanation

CONNECT_SECONDS = 2.0
SILENT_SECONDS = 900.0  # without a line: the model may have to be opened again first
MAX_REPLY = 2**26  # bytes of a reply, or of all chunks of an answer
MALFORMED = ValueError, LookupError, TypeError, ArithmeticError, RecursionError  # raised for a malformed reply
REFUSED = (401, 403, 404, 405, 408, 413)  # statuses of a server that cannot take this request at all


@dataclass(slots=True)
class RemoteModel:
    """A model that a server has open. The name and the adapter of `facts` are what this process would have opened."""

    record: ServerRecord
    facts: ModelFacts
    peak_bytes: int = field(default=0, init=False)  # of the server, as of the last answer
    warning: None = field(default=None, init=False)  # what a user should be told of the model

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def server(self) -> str:
        return self.record.url

    def peak_memory(self) -> int:
        """Return the peak memory of the server, as of the last answer."""
        return self.peak_bytes

    @classmethod
    def of(cls, record: ServerRecord, name: str | None, adapter: str | None) -> RemoteModel:
        """Return the model of a running server; without a name and an adapter, as the server names them.

        Raises: ServerUnreachable if the server or its record is of another version, its files have changed, or it does
        not answer.
        """
        if record.version != __version__:
            raise outdated(f"the server on {record.url} is of version {record.version}, not {__version__}")
        start = time.perf_counter()
        try:
            facts = ModelFacts(**{**record.facts, "picture_scale": PictureScale(**record.facts["picture_scale"])})
        except (KeyError, TypeError) as error:
            raise outdated(
                f"the record of the server on {record.url} does not describe its model as this version does"
            ) from error
        model = cls(record, replace(facts, name=name or facts.name, adapter=adapter or facts.adapter))
        model.check_files()
        if registry.health(record) is None:
            raise ended(record, begun=False)
        model.facts = replace(model.facts, load_ms=(time.perf_counter() - start) * 1000)
        return model

    def check_files(self) -> None:
        """Raise ServerUnreachable if other files are there now than those that the server has opened."""
        if self.record.stamp != stamp_of(self.record.facts["folder"], self.record.facts["adapter"]):
            raise outdated(f"the files of the model have changed since the server on {self.record.url} opened them")

    def chat(
        self,
        *images: Any,
        system: str | None = None,
        hd: bool | None = None,
        turns: Sequence[Turn] = (),
        overflow: Overflow = "error",
        **image_options: Any,
    ) -> Chat:
        """Begin a conversation. Arguments and errors are those of `FlashSloth.chat`."""
        system = self.facts.system_prompt if system is None else system
        hd = self.facts.image_hd if hd is None else hd
        chat = Chat(
            system,
            hd,
            ImageOptions(**image_options),  # type: ignore[typeddict-item]
            model=self,
            backend=RemoteBackend(self),
        )
        chat.restore(images, turns, overflow)
        return chat

    def picture(self, image: LoadedImage, *, hd: bool) -> str:
        """Resize an image to the squares that the tower reads, and return them as the URL of a picture."""
        from flashsloth.processing.resizing import squares

        tiles = squares(image.image, self.facts.picture_scale, hd=hd)
        return protocol.SQUARES + base64.b64encode(b"".join(tile.tobytes() for tile in tiles)).decode()


class RemoteBackend:
    """Lets a server answer the questions of one conversation, as ChatBackend. Encoded pictures are URLs."""

    def __init__(self, model: RemoteModel) -> None:
        self.model = model
        self.length = 0

    def context_used(self, conversation: Conversation) -> int:
        """Return the length of the conversation in tokens, as of the last `prefill` or answer, without its end."""
        return self.length

    def prefill(self, conversation: Conversation) -> None:
        """Let the server compute everything before the next question. Raises: the errors of the server."""
        with conversation.lock:
            body = self._body(conversation, GenerationRequest("", AnswerSettings(max_tokens=0)))
            pending = len(conversation.images) - conversation.pending_images
        record = AnswerRecord()
        for _ in stream(self.model.record, body, record):
            pass
        self.length = record.input_tokens
        with conversation.lock:
            if pending < len(conversation.encode_ms):
                conversation.encode_ms[pending] += record.image_ms

    def _body(self, conversation: Conversation, request: GenerationRequest) -> dict[str, Any]:
        """Return the fields of a request for an answer. The conversation is locked."""
        conversation.encode(lambda image: self.model.picture(image, hd=conversation.hd))
        settings, context = request.settings, conversation.context(*conversation.context_of(request))
        urls = iter(conversation.encoded[context.pictures.start : context.pictures.stop])
        messages = [{"role": "system", "content": conversation.system}]
        for turn, count in context.turns:
            messages += [question_message(turn.question, [*islice(urls, count)]), answer_message(turn)]
        asked = request.question if request.choices is None else request.choices.text
        messages.append(question_message(asked, [*urls]))
        messages += [] if request.continued is None else [answer_message(request.continued)]
        return {
            "messages": messages,
            protocol.HD: conversation.hd,
            protocol.OVERFLOW: conversation.overflow,
            "max_tokens": settings.max_tokens,
            "continue_final_message": request.continued is not None,
            "stop": list(settings.stop),
            **settings.sampling,
            **constraint_fields(settings.constraint),
            **({protocol.CHOICES: list(settings.choices)} if settings.choices else {}),
        }

    def choose(self, conversation: Conversation, questions: Sequence[ChoiceQuestion]) -> list[list[float]]:
        """Ask the questions one after another."""
        shares = []
        for each in questions:
            settings, record = AnswerSettings(max_tokens=1, choices=each.choices), AnswerRecord()
            request = GenerationRequest(each.orders[0], settings, choices=each)
            for _ in self.generate(conversation, request, record):
                pass
            shares.append([choice.probability for choice in record.choices or ()])
        return shares

    def generate(
        self, conversation: Conversation, request: GenerationRequest, record: AnswerRecord
    ) -> Generator[Token, None, None]:
        self.model.check_files()
        characters = [len(turn.question) + len(turn.answer) for turn in conversation.turns]
        limit = self.model.facts.context_length * LONGEST_TOKEN if conversation.overflow != "error" else sum(characters)
        while sum(characters[conversation.forgotten :]) > limit:
            conversation.forgotten += 1  # no server encodes so much, and it would not fit
        with conversation.lock:
            body = self._body(conversation, request)
        try:
            self.model.peak_bytes = yield from stream(self.model.record, body, record)
        finally:
            conversation.forgotten += record.forgotten
            if record.input_tokens:
                self.length = record.input_tokens + record.generated

    def explain(self, conversation: Conversation, number: int) -> Explanation:
        """Raise ServerUnreachable: the maps of an answer that was given are made where the model is."""
        raise ServerUnreachable(
            f"the server on {self.model.server} does not explain answers", hint="Open the model here."
        )


def question_message(question: str, urls: Sequence[str]) -> dict[str, Any]:
    pictures = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return {"role": "user", "content": [*pictures, {"type": "text", "text": question}]}


def answer_message(turn: Turn) -> dict[str, Any]:
    return {"role": "assistant", "content": turn.answer, protocol.IDS: list(turn.token_ids)}


def constraint_fields(constraint: Constraint | None) -> dict[str, Any]:
    """Return the fields of a form that the question, as it is sent, names already if it should."""
    if constraint is None:
        return {}
    if constraint.kind == "regex":
        return {protocol.REGEX: constraint.text, protocol.IN_PROMPT: False}
    return {
        "response_format": {"type": "json_schema", "json_schema": {"schema": constraint.schema}},
        protocol.IN_PROMPT: False,
    }


# ---- a request


def stream(record: ServerRecord, body: dict[str, Any], answer: AnswerRecord) -> Generator[Token, None, int]:
    """Send a question, yield the tokens of its answer and record it. Return the peak memory of the server in bytes.
    Closing the generator ends the server's work. The first token is timed as it came here, decoding as the server
    measured it, since tokens may arrive together.

    Raises: ServerUnreachable before the first token, later ServerError if the server ends, and the server's errors.
    """
    begun, sent = False, json.dumps({**body, "stream": True, protocol.DETAILED: True})
    headers = {"Authorization": f"Bearer {record.token}", "Content-Type": "application/json"}
    try:
        with closing(registry.connection(record, CONNECT_SECONDS)) as asked:
            asked.connect()
            asked.sock.settimeout(SILENT_SECONDS)
            asked.request("POST", protocol.CHAT_PATH, sent, headers)
            with closing(asked.getresponse()) as response:
                for chunk in _chunks(record, response):
                    [choice] = chunk["choices"]
                    delta = choice["delta"]
                    if "role" in delta:
                        details = chunk["flashsloth"]
                        for own, theirs in (*protocol.BEGUN.items(), ("forgotten", "forgotten")):
                            setattr(answer, own, details[theirs])
                        answer.continue_from(details["continued_ids"], details["continued"])
                    elif protocol.ID in delta:
                        begun = True
                        yield answer.add(int(delta[protocol.ID]), delta["content"])
                    elif choice["finish_reason"] is None:
                        answer.rest += delta["content"]
                    else:
                        details = chunk["flashsloth"]
                        answer.choices = tuple(Choice(**each) for each in chunk.get(protocol.CHOICES, ())) or None
                        for name in ("reason", *protocol.ENDED):
                            setattr(answer, name, details[name])
                        answer.warnings += details["warnings"]
                        return int(details["peak_bytes"])
    except FlashSlothError:  # some are also of a type below
        raise
    except (OSError, http.client.HTTPException, *MALFORMED) as error:
        raise ended(record, begun=begun) from error
    raise ended(record, begun=begun)


def _chunks(record: ServerRecord, response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    """Yield the chunks of an answer. Raises: the error that it has instead; ValueError for a malformed event, and
    beyond MAX_REPLY bytes."""
    if response.status != http.client.OK:
        raise error_of(record, json.loads(response.read(MAX_REPLY))["error"], response.status)
    left = MAX_REPLY
    while line := response.readline(left + 1):
        left -= len(line)
        if left < 0:
            raise ValueError("the answer does not end")
        name, _, value = line.partition(b": ")
        if name == b"data":
            chunk = json.loads(value)
            if "error" in chunk:
                raise error_of(record, chunk["error"])
            yield chunk
        elif line.strip():
            raise ValueError("not an event")


def outdated(problem: str) -> ServerUnreachable:
    return ServerUnreachable(problem, hint="Start the server again.")


def ended(record: ServerRecord, *, begun: bool) -> ServerError:
    """Return the error of a server that stopped to answer, before or after the first token."""
    if not begun:
        return ServerUnreachable(
            f"the server on {record.url} does not answer",
            hint="Ask again, or run `flashsloth ps` to see which servers run.",
        )
    return ServerError(
        f"the server on {record.url} ended in the middle of the answer",
        hint="Ask again: if the server is gone, the model is opened here.",
    )


def error_of(record: ServerRecord, value: dict[str, Any], status: int = http.client.OK) -> FlashSlothError:
    """Return the error that a server sent: of the class that has its code, or, where the server does not take the
    request at all, ServerUnreachable."""
    hint = str(value.get("hint") or "")
    message = str(value["message"]).removesuffix(f". {hint}")
    if status in REFUSED or (status != http.client.OK and value["code"] == BadRequest.code):
        hint = hint or "Start it again, or use --server none."
        if status == http.client.REQUEST_ENTITY_TOO_LARGE:  # the server's hint is for pictures that were not scaled
            hint = "Use fewer pictures, start it with a larger --max-body, or use --server none."
        return ServerUnreachable(f"the server on {record.url} refused the request: {message}", hint=hint)
    code = next((own for own, theirs in protocol.CODES.items() if theirs == value["code"]), value["code"])
    return error_with_code(code, message, hint)
