"""OpenAI's Responses protocol, without stored state. Requests are converted into requests of the chat
protocol, and answers are converted into events of the Responses protocol.

Errors name the fields of the Responses protocol, such as `input[1]` and not `messages[1]`.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from flashsloth.errors import BadRequest
from flashsloth.generation.answer_record import Event, Finished, GenerationStats
from flashsloth.server.messages import (
    IGNORED,
    NO_TOOLS,
    NOTHING_STORED,
    Detail,
    Fields,
    FileData,
    ImagePart,
    Message,
    Others,
    TextPart,
    kind_of,
    read_messages,
)
from flashsloth.server.requests import (
    ANY_OBJECT,
    MAX_IGNORED,
    TOO_LARGE,
    Body,
    Job,
    StreamOptions,
    checked_fields,
    make_job,
)
from flashsloth.server.running_answer import FINISH_REASONS, AnswerFormat, RunningAnswer, sse
from flashsloth.server.served_model import ServedModel

# fields that refer to something that a server has stored
STATE = ("previous_response_id", "conversation", "prompt")
# Fields of a response about stored state and tools. This server has neither, so the values are fixed.
NOTHING: dict[str, Any] = {
    "store": False,
    "background": False,
    "previous_response_id": None,
    "metadata": {},
    "tools": [],
    "tool_choice": "auto",
    "parallel_tool_calls": False,
}


# ---- requests


class InputText(TextPart):
    type: Literal["input_text", "output_text"]
    others: ClassVar[Others] = dict.fromkeys(
        ("annotations", "logprobs", "prompt_cache_breakpoint"), IGNORED
    )


class InputImage(Detail):
    type: Literal["input_image"]
    image_url: str = Field(
        min_length=0,  # see ImageUrl.url
        description="A data: URL; http(s): where the server was started with --allow-urls.",
    )
    others: ClassVar[Others] = {"file_id": (), "prompt_cache_breakpoint": IGNORED}

    def picture(self, param: str) -> ImagePart:
        return ImagePart(self.image_url.strip(), self.detail, param)


class InputFile(FileData):
    type: Literal["input_file"]
    others: ClassVar[Others] = {
        **FileData.others,
        **dict.fromkeys(("detail", "prompt_cache_breakpoint"), IGNORED),
    }


InputPart = Annotated[
    Annotated[InputText, Tag("-input_text")]
    | Annotated[InputImage, Tag("-input_image")]
    | Annotated[InputFile, Tag("-input_file")],
    # Clients repeat the texts of earlier answers as output_text.
    Discriminator(lambda part: (kind_of(part) or "").replace("-output_text", "-input_text") or None),
]


class InputMessage(Fields):
    """A message, or an item from the output of an earlier response."""

    type: Literal["message"] = "message"
    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[
        Annotated[str, Tag("-text")] | Annotated[list[InputPart], Field(fail_fast=True), Tag("-parts")],
        Discriminator(lambda value: "-text" if isinstance(value, str) else "-parts"),
    ]
    others: ClassVar[Others] = dict.fromkeys(("id", "status", "phase"), IGNORED)


class Reasoning(Fields):
    """The reasoning of another model before its answer. It is ignored."""

    type: Literal["reasoning"]
    others: ClassVar[Others] = dict.fromkeys(
        ("id", "summary", "content", "encrypted_content", "status"), IGNORED
    )


InputItem = Annotated[
    Annotated[InputMessage, Tag("-message")] | Annotated[Reasoning, Tag("-reasoning")],
    # A message may leave out its type.
    Discriminator(lambda item: (kind_of(item) or "").replace("-None", "-message") or None),
]


class TextFormat(Fields):
    type: Literal["text", "json_object", "json_schema"]
    # These two are limited in length because the response repeats them.
    name: str = Field(default="", max_length=MAX_IGNORED)
    description: str = Field(default="", max_length=MAX_IGNORED)
    strict: bool = False
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")


class TextConfig(Fields):
    format: TextFormat = TextFormat(type="text")
    others: ClassVar[Others] = {"verbosity": IGNORED}


class ResponsesBody(Fields):
    """The fields of a request."""

    input: Annotated[
        Annotated[str, Tag("-text")]
        | Annotated[list[InputItem], Field(fail_fast=True, min_length=1), Tag("-items")],
        Discriminator(lambda value: "-text" if isinstance(value, str) else "-items"),
    ] = Field(
        description="The question, or the whole conversation. System messages must come before all others."
    )
    model: str = ""
    instructions: str | None = Field(
        None, description="The system text. System messages of the input follow it."
    )
    text: TextConfig = TextConfig()
    max_output_tokens: int | None = Field(None, ge=1, lt=TOO_LARGE)
    # `make_job` checks the ranges of these two settings.
    temperature: float | None = None
    top_p: float | None = None
    truncation: Literal["auto", "disabled"] = Field(
        "disabled", description="auto: leave out the oldest turns."
    )
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()
    allows_empty: ClassVar[bool] = False
    hints: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(STATE, NOTHING_STORED),
        **dict.fromkeys(("tools", "tool_choice"), NO_TOOLS.format("text.format")),
        "messages": "Send the messages as input.",
    }
    others: ClassVar[Others] = {
        **dict.fromkeys(STATE, ()),
        "background": (False,),
        "tools": ([],),
        "tool_choice": ("auto", "none"),
        "top_logprobs": (0,),
        **dict.fromkeys(("store", "include", "metadata", "reasoning", "parallel_tool_calls"), IGNORED),
        **dict.fromkeys(("user", "safety_identifier", "service_tier", "max_tool_calls"), IGNORED),
        **dict.fromkeys(
            ("prompt_cache_key", "prompt_cache_retention", "prompt_cache_options"), IGNORED
        ),
    }

    def messages(self) -> Iterator[tuple[str, Message]]:
        """Yield the place of each message in the request, and the message in the format of the chat
        protocol."""
        # `model_construct` skips validation, because the contents have already been validated.
        if self.instructions is not None:
            yield "instructions", Message.model_construct(role="system", content=self.instructions)
        if isinstance(self.input, str):
            yield "input", Message.model_construct(role="user", content=self.input)
            return
        for number, item in enumerate(self.input):
            if isinstance(item, InputMessage):
                yield f"input[{number}]", Message.model_construct(role=item.role, content=item.content)


def parse_responses_request(body: Any) -> Job:
    """Check the body of a request. Raises: BadRequest, which names the field."""
    given = checked_fields(ResponsesBody, body)
    conversation = read_messages("input", dict(given.messages()))
    wanted = given.text.format
    place = "text.format.schema"
    if (wanted.type == "json_schema") != (wanted.schema_ is not None):
        problem = "is missing" if wanted.schema_ is None else "needs the type json_schema"
        raise BadRequest(f"{place} {problem}", param=place, hint='The type may also be "json_object".')
    schema = ANY_OBJECT if wanted.type == "json_object" else wanted.schema_
    overflow = "drop-oldest" if given.truncation == "auto" else "error"
    fields = Body.model_construct(
        model=given.model,
        max_tokens=given.max_output_tokens,
        temperature=given.temperature,
        top_p=given.top_p,
        flashsloth_overflow=overflow,
        stream=given.stream,
    )
    ignored = [*given.ignored()]
    if body.get("tools") == []:
        ignored.append("tools")
    return make_job(
        fields,
        conversation,
        schema,
        place,
        ignored,
        instructions=given.instructions,
        text={"format": wanted.model_dump(by_alias=True, exclude_unset=True)},
        max_output_tokens=fields.answer_tokens,
        temperature=given.temperature,
        top_p=given.top_p,
        truncation=given.truncation,
    )


# ---- answers


class ResponsesFormat(AnswerFormat):
    """Writes an answer in the format of this protocol. The output is one message with one text."""

    def __init__(self, job: Job, model: ServedModel, noted: Any) -> None:
        super().__init__(job, model, noted)
        self.id = f"resp_{uuid.uuid4().hex}"
        self.item_id = f"msg_{uuid.uuid4().hex}"
        self.numbers = itertools.count()  # sequence numbers of the events of a stream

    async def whole(self, answer: RunningAnswer) -> dict[str, Any]:
        # The last event contains the whole response.
        return [event async for event in self._events(answer)][-1]["response"]

    async def pieces(self, answer: RunningAnswer, *, with_stages: bool) -> AsyncIterator[str]:
        async for event in self._events(answer):
            yield self._numbered(event)

    def error(self, sent: dict[str, Any]) -> str:
        fields = {name: sent["error"][name] for name in ("code", "message", "param", "reason", "hint")}
        return self._numbered({"type": "error", **fields})

    def _numbered(self, event: dict[str, Any]) -> str:
        """Return an event of a stream as text, with the next sequence number."""
        return f"event: {event['type']}\n{sse({**event, 'sequence_number': next(self.numbers)})}"

    async def _events(self, answer: RunningAnswer) -> AsyncIterator[dict[str, Any]]:
        """Yield the events of a stream. The last event contains the whole response."""
        # 1. Begin the response, its message and its text.
        await answer.begin()
        for kind in ("created", "in_progress"):
            yield {"type": f"response.{kind}", "response": self._response_object("in_progress")}
        item = {"output_index": 0}
        place = {**item, "item_id": self.item_id, "content_index": 0}
        yield {"type": "response.output_item.added", **item, "item": self._message("in_progress")}
        yield {"type": "response.content_part.added", **place, "part": output_text("")}
        # 2. Send the text in pieces. The last event of the job may have a piece of text, too.
        text = ""
        event: Event | None = None
        while not isinstance(event, Finished):
            event = await answer.next()
            text += event.text
            if event.text:
                delta = {"delta": event.text, "logprobs": []}
                yield {"type": "response.output_text.delta", **place, **delta}
        # 3. End the text, the message and the response, in this order.
        is_cut = FINISH_REASONS[event.reason] == "length"
        status = "incomplete" if is_cut else "completed"
        message = self._message(status, output_text(text))
        yield {"type": "response.output_text.done", **place, "text": text, "logprobs": []}
        yield {"type": "response.content_part.done", **place, "part": output_text(text)}
        yield {"type": "response.output_item.done", **item, "item": message}
        yield {
            "type": f"response.{status}",
            "response": self._response_object(status, message, stats=event.stats),
        }

    def _message(self, status: str, *parts: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self.item_id,
            "type": "message",
            "role": "assistant",
            "status": status,
            "content": parts,
        }

    def _response_object(
        self, status: str, *output: dict[str, Any], stats: GenerationStats | None = None
    ) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "model": self.model.name,
            "status": status,
            "error": None,
            "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
            "output": output,
            "usage": None if stats is None else usage_object(stats),
            **NOTHING,
            **self.job.repeated,
            **self.record.described(in_response=True),
            **self.noted,
        }


def output_text(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def usage_object(stats: GenerationStats) -> dict[str, Any]:
    """Return the token counts of an answer."""
    return {
        "input_tokens": stats.input_tokens,
        "input_tokens_details": {
            "cached_tokens": stats.cached_tokens,
            "cache_write_tokens": 0,  # OpenAI bills such tokens, this server bills nothing
            "image_tokens": stats.visual_tokens,
        },
        "output_tokens": stats.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": stats.input_tokens + stats.output_tokens,
    }
