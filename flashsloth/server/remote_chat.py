"""A model that a server has open, and conversations with that model. Imports neither torch nor
transformers.

`RemoteModel` has the interface of `FlashSloth`. The server stores no conversation. Each request
therefore sends the whole part of the conversation that the model sees, in the OpenAI chat protocol. If
this user's FlashSloth started the server, a request also has the fields that docs/serve.md describes.
Any other server is called a foreign server and gets only the fields of OpenAI's protocol; if it is
FlashSloth of another user, also those of choices, regular expressions and schemas. Of other programs
answers with a schema are checked here, and choices are compared by the probabilities of first tokens.
"""

from __future__ import annotations

import base64
import http.client
import io
import re
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import combinations, islice
from typing import TYPE_CHECKING, Any

from flashsloth import __version__
from flashsloth.chat import Chat, ImageOptions, Overflow, Turn
from flashsloth.chat.chat import ModelFacts
from flashsloth.chat.conversation import Conversation, Question
from flashsloth.errors import (
    AnswerIncomplete,
    OptionError,
    ServerError,
    ServerUnreachable,
)
from flashsloth.generation.answer_record import AnswerRecord, Choice, Token
from flashsloth.generation.answer_settings import SETTINGS, AnswerSettings
from flashsloth.generation.constraint import Constraint
from flashsloth.generation.detail import AUTO, Hd
from flashsloth.images.jpeg import without_metadata
from flashsloth.images.reader import LoadedImage
from flashsloth.processing.prompt import LONGEST_TOKEN
from flashsloth.processing.resizing import reduced, squares
from flashsloth.server import protocol
from flashsloth.server.http_client import (
    MAX_LIST_SEPARATORS,
    MAX_REPLY,
    RESTART,
    AnyServer,
    ForeignServer,
    check_files,
    first_token,
    parse,
    requested,
    stream,
    unsupported,
)
from flashsloth.server.registry import ServerRecord
from flashsloth.sizes.model_sizes import PictureScale
from flashsloth.utils import tracing
from flashsloth.utils.text import printable_repr

if TYPE_CHECKING:
    from PIL import Image

    from flashsloth.explain.explanation import Explanation

MAX_NAME = 200  # maximum number of characters of a foreign model's name
# appended to a question whose answer did not match the schema
AGAIN = "Your last answer does not fit the schema: {}. Answer with JSON of the schema alone."


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

    def tiles(self, image: Image.Image, *, hd: bool | None) -> list[Image.Image]:
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
            listed = parse(response.read(MAX_REPLY), MAX_LIST_SEPARATORS)["data"]
            given = {each["id"]: each["flashsloth"] for each in listed}[record.name]
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
    def foreign(
        cls, server: ForeignServer, name: str | None, max_side: int | None = None
    ) -> RemoteModel:
        """Return the model of a foreign server that has this name. Without a name return the first
        model that the server lists. Pictures whose longest side has more than `max_side` pixels are
        reduced before they are sent; None is no limit.

        Raises: OptionError for a key that cannot be sent, ServerError, ServerUnreachable.
        """
        if not (server.token.isascii() and server.token.isprintable()):
            raise OptionError(
                "FLASHSLOTH_SERVER_KEY has characters that no key has", hint="Set it to the key alone."
            )
        start = time.perf_counter()
        model = cls(server, ModelFacts(name=name or "", load_ms=0, max_side=max_side))
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
        listed = parse(response.read(MAX_REPLY), MAX_LIST_SEPARATORS)["data"]
        self.is_flashsloth = protocol.FIELDS_HEADER in response.headers
        if self.is_flashsloth:
            in_prompt = listed[0]["flashsloth"]["schema_in_prompt"] is True
            self.facts = replace(self.facts, schema_in_prompt=in_prompt)
        return listed

    def check_settings(self, constraint: Constraint | None, choices: Sequence[str]) -> None:
        """Raise OptionError for a constraint or for choices that the foreign server cannot follow. If
        there is any, the server is first asked whether it is FlashSloth. For another program the
        choices must differ in their first tokens."""
        if constraint is None and not choices:
            return
        if self.is_flashsloth is None:
            with requested(self.record, protocol.MODELS_PATH, any_status=True) as response:
                self.is_flashsloth = protocol.FIELDS_HEADER in response.headers
                if self.is_flashsloth and response.status == http.client.OK:
                    self.take_list(response)
        if self.is_flashsloth:
            return
        for one, other in combinations(choices, 2):
            if _begin_alike(one.casefold(), other.casefold()):
                raise OptionError(
                    f"the choices {printable_repr(one)} and {printable_repr(other)} begin alike, and the "
                    f"server on {self.server} reports only how likely the first token of an answer is",
                    hint="Use other words for them.",
                )
        if constraint is not None and constraint.kind == "regex":
            hint = "Leave out --regex; in chat: /set regex off."
            raise unsupported(self.server, "regular expressions", hint)

    def chat(
        self,
        *images: Any,
        system: str | None = None,
        hd: Hd | None = None,
        turns: Sequence[Turn] = (),
        overflow: Overflow = "error",
        **image_options: Any,
    ) -> Chat:
        """Begin a conversation. Arguments and errors are those of `FlashSloth.chat`. With a foreign
        server, `hd` raises OptionError, because such a server reads no tiles; "auto" has no effect."""
        system = self.facts.system_prompt if system is None else system
        hd = self.facts.image_hd if hd is None else hd
        if isinstance(self.record, ForeignServer):
            # The ids may belong to another model, so this server can read only the text.
            turns = [replace(turn, token_ids=()) for turn in turns]
            hd = hd is True
            if hd:
                raise unsupported(self.server, "tiles of a picture", "Leave out --hd, or use --no-hd.")
        chat = Chat(
            system,
            False if hd == AUTO else hd,
            ImageOptions(**image_options),  # type: ignore[typeddict-item]
            hd == AUTO,
            model=self,
            backend=self.backend(),
        )
        chat.restore(images, turns, overflow)
        return chat

    def backend(self) -> RemoteBackend:
        return ForeignBackend(self) if isinstance(self.record, ForeignServer) else RemoteBackend(self)


def _begin_alike(one: str, other: str) -> bool:
    """Return whether answers that begin with these texts may have the same first token. Many tokenizers
    divide numbers into digits."""
    begins = one.startswith(other) or other.startswith(one) or one.split()[0] == other.split()[0]
    return begins or (one[0].isdigit() and one[0] == other[0])


def whole_picture(image: LoadedImage, max_side: int | None = None) -> str:
    """Return a picture as the data: URL of a PNG, which is compressed little to save time and has no
    metadata."""
    out = io.BytesIO()
    reduced(image.image, max_side).save(out, "PNG", compress_level=1, icc_profile=None)
    return data_url("png", out.getvalue())


def data_url(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


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
            if first_new < len(conversation.pictures):
                conversation.pictures[first_new].encode_ms += record.image_ms

    def picture(self, image: LoadedImage, *, hd: Hd | None) -> str:
        """Scale a picture to the squares that the vision tower reads, and return them as a URL. With
        "auto" the server does that, as it decides how many it reads."""
        if self.model.facts.picture_scale is None or hd == AUTO:
            return whole_picture(image)
        tiles = squares(image.image, self.model.facts.picture_scale, hd=hd is True)
        pixels = b"".join(tile.tobytes() for tile in tiles)
        return protocol.SQUARES + base64.b64encode(pixels).decode()

    def messages(self, conversation: Conversation, question: Question) -> list[dict[str, Any]]:
        """Return the messages up to and including the question. The caller holds the conversation's
        lock."""
        hd: Hd | None = AUTO if conversation.auto_hd else conversation.hd
        conversation.encode(lambda number: self.picture(conversation.images[number], hd=hd))
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
            "model": self.model.record.name,
            "messages": self.messages(conversation, question) + continued,
            "max_tokens": settings.max_tokens,
            "continue_final_message": bool(continued),
            "stop": list(settings.stop),
            **settings.sampling,
            **constraint_fields(settings.constraint),
            protocol.IN_PROMPT: False,  # the question already contains the schema, if that is wanted
            protocol.HD: AUTO if conversation.auto_hd else conversation.hd,
            # 1 keeps the tiles that an earlier answer has read
            protocol.THRESHOLD: settings.detail_threshold if conversation.hd is False else 1,
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
            if record.detail_reason in ("unsure", "refusal"):
                conversation.hd = question.settings.most_hd
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
        """Return the probabilities of the choices for several questions, which the server answers one
        after another."""
        shares = []
        for question in questions:
            settings = question.settings.completed(
                conversation.system, conversation.hd, {}, schema_in_prompt=False
            )
            record = AnswerRecord()
            for _ in self.generate(conversation, replace(question, settings=settings), record):
                pass
            shares.append([choice.probability for choice in record.choices or ()])
        return shares


class ForeignBackend(RemoteBackend):
    """The ChatBackend for a `ForeignServer`. Pictures are sent in their full size."""

    def prefill(self, conversation: Conversation) -> None:
        """Encode the pictures. The prompt is not computed in advance, because OpenAI's protocol has no
        request for that."""
        conversation.encode(lambda number: self.picture(conversation.images[number], hd=False))

    def picture(self, image: LoadedImage, *, hd: Hd | None) -> str:
        """Return a picture as the model is to see it: a JPEG that is complete, upright and small enough
        with its own bytes, else as PNG."""
        limit = self.model.facts.max_side
        is_small = limit is None or max(image.width, image.height) <= limit
        is_as_seen = image.is_whole and not image.orientation_applied and is_small
        if image.format == "JPEG" and image.encoded is not None and is_as_seen:
            data = without_metadata(image.encoded)
            if data is not None:
                return data_url("jpeg", data)
        return whole_picture(image, limit)

    def generate(
        self, conversation: Conversation, question: Question, record: AnswerRecord
    ) -> Generator[Token, None, None]:
        settings = question.settings
        self.model.check_settings(settings.constraint, settings.choices)
        is_enforced = self.model.is_flashsloth or (settings.constraint is None and not settings.choices)
        if is_enforced:
            yield from super().generate(conversation, question, record)
        elif settings.constraint is None:
            yield self._choice(conversation, question, record)
        else:
            yield self._checked(conversation, question, settings.constraint, record)

    def _choice(self, conversation: Conversation, question: Question, record: AnswerRecord) -> Token:
        """Record the likeliest choice as the answer, by the probabilities of the first token. Case and
        blanks do not count. Raises: AnswerIncomplete if the tokens do not tell which choice is
        meant."""
        choices = question.settings.choices
        plain = replace(question, settings=replace(question.settings, choices=(), max_tokens=1))
        with conversation.lock:
            body = self.body(conversation, plain)
        shares = [0.0] * len(choices)
        unclear = 0.0
        for token, probability in first_token(self.model.record, body, record):
            start = token.strip().casefold()
            begun = [number for number, text in enumerate(choices) if text.casefold().startswith(start)]
            if start and len(begun) == 1:
                shares[begun[0]] += probability
            elif start and begun:
                unclear += probability
        mass = sum(shares)
        if mass <= unclear:
            why = "several choices begin with it" if unclear else "no choice is among the likeliest"
            raise AnswerIncomplete(
                f"the first token of the answer of {self.model.server} is none of the choices: {why}",
                hint="Name the choices in the question, or use other words for them.",
            )
        record.choices = tuple(
            Choice(text, share / mass) for text, share in zip(choices, shares, strict=True)
        )
        record.choices_mass = mass
        record.reason = "stop"
        return record.add(None, choices[shares.index(max(shares))])

    def _checked(
        self,
        conversation: Conversation,
        question: Question,
        constraint: Constraint,
        record: AnswerRecord,
    ) -> Token:
        """Record an answer with a schema, without a Markdown fence around it. If it does not match the
        schema, ask once more, and say what did not. `record.problem` is set if the second answer does
        not match either."""
        asked = question
        for _ in range(2):
            with conversation.lock:
                body = self.body(conversation, asked)
            attempt = AnswerRecord()
            for _ in stream(self.model.record, body, attempt):
                pass
            record.add_attempt(attempt)
            text = without_fence(attempt.text)
            record.problem = constraint.problem(text) if attempt.reason == "stop" else ""
            if not record.problem:
                break
            asked = replace(question, orders=(f"{question.read}\n{AGAIN.format(record.problem)}",))
        return record.add(None, text)

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


def without_fence(text: str) -> str:
    """Return a text without the Markdown fence of a code block around it."""
    text = text.strip()
    if len(text) < 6 or not (text.startswith("```") and text.endswith("```")):
        return text
    # without the name of the language, which may be followed by the line end or by JSON
    return re.sub(r"\A(?:json\b|\w*\n)", "", text[3:-3], flags=re.IGNORECASE).strip()


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
