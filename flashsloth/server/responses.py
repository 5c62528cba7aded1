"""OpenAI's Responses protocol, stateless: translates its requests to chat requests, and answers to its
events.

What is wrong with a request is named as in the request: `input[1]`, where the chat protocol has another
message.
"""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag
from starlette.requests import ClientDisconnect

from flashsloth.errors import BadRequest
from flashsloth.generation.answer_record import Finished, GenerationStats
from flashsloth.server import protocol
from flashsloth.server.jobs import Job
from flashsloth.server.messages import IGNORED, Fields, FileData, Others, kind_of
from flashsloth.server.requests import (
    MAX_IGNORED,
    ChatRequest,
    StreamOptions,
    checked_fields,
    parse_chat_request,
)
from flashsloth.server.running_answer import AnswerFormat, RunningAnswer, comment, failure, sse
from flashsloth.server.scheduler import ServedModel

STATE = ("previous_response_id", "conversation", "prompt")  # fields that name what a server has stored
NO_TOOLS: dict[str, Any] = {"tools": [], "tool_choice": "auto", "parallel_tool_calls": False}
NO_STATE: dict[str, Any] = {
    "store": False,
    "background": False,
    "previous_response_id": None,
    "metadata": {},
}


# ---- requests


class InputText(Fields):
    type: Literal["input_text", "output_text"]
    text: str
    others: ClassVar[Others] = dict.fromkeys(
        ("annotations", "logprobs", "prompt_cache_breakpoint"), IGNORED
    )

    def in_chat(self) -> dict[str, Any]:
        """Return this part as the chat protocol has it."""
        return {"type": "text", "text": self.text}


class InputImage(Fields):
    type: Literal["input_image"]
    image_url: str = Field(
        description="A data: URL; http(s): where the server was started with --allow-urls."
    )
    detail: Literal["auto", "low", "high", "original"] = "auto"
    others: ClassVar[Others] = {"file_id": (), "prompt_cache_breakpoint": IGNORED}

    def in_chat(self) -> dict[str, Any]:
        return {"type": "image_url", "image_url": {"url": self.image_url, "detail": self.detail}}


class InputFile(FileData):
    type: Literal["input_file"]
    others: ClassVar[Others] = {
        **FileData.others,
        **dict.fromkeys(("detail", "prompt_cache_breakpoint"), IGNORED),
    }

    def in_chat(self) -> dict[str, Any]:
        return {"type": "file", "file": {"file_data": self.file_data, "filename": self.filename}}


def _kind_of_part(part: Any) -> str | None:
    return "-input_text" if kind_of(part) == "-output_text" else kind_of(part)


InputPart = Annotated[
    Annotated[InputText, Tag("-input_text")]
    | Annotated[InputImage, Tag("-input_image")]
    | Annotated[InputFile, Tag("-input_file")],
    Discriminator(_kind_of_part),
]


class InputMessage(Fields):
    """A message, or an item of the output of an earlier response."""

    type: Literal["message"] = "message"
    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[
        Annotated[str, Tag("-text")] | Annotated[list[InputPart], Field(fail_fast=True), Tag("-parts")],
        Discriminator(lambda value: "-text" if isinstance(value, str) else "-parts"),
    ]
    others: ClassVar[Others] = dict.fromkeys(("id", "status", "phase"), IGNORED)

    def in_chat(self) -> dict[str, Any]:
        content = (
            self.content if isinstance(self.content, str) else [part.in_chat() for part in self.content]
        )
        return {"role": self.role, "content": content}


class Reasoning(Fields):
    """What another model thought before its answer. It is ignored."""

    type: Literal["reasoning"]
    others: ClassVar[Others] = dict.fromkeys(
        ("id", "summary", "content", "encrypted_content", "status"), IGNORED
    )


def _kind_of_item(item: Any) -> str | None:
    return "-message" if isinstance(item, dict) and item.get("type") is None else kind_of(item)


InputItem = Annotated[
    Annotated[InputMessage, Tag("-message")] | Annotated[Reasoning, Tag("-reasoning")],
    Discriminator(_kind_of_item),
]


class TextFormat(Fields):
    type: Literal["text", "json_object", "json_schema"]
    name: str = Field(default="", max_length=MAX_IGNORED)  # the response repeats it, as the others
    description: str = Field(default="", max_length=MAX_IGNORED)
    strict: bool = False
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")

    def in_chat(self) -> dict[str, Any]:
        if self.type != "json_schema" and self.schema_ is None:
            return {"type": self.type}
        return {"type": self.type, "json_schema": {"schema": self.schema_}}


class TextConfig(Fields):
    format: TextFormat = TextFormat(type="text")
    others: ClassVar[Others] = {"verbosity": IGNORED}


class ResponsesBody(Fields):
    """A request as it comes. The ranges of sampling are those of the chat request that it becomes."""

    input: Annotated[
        Annotated[str, Tag("-text")]
        | Annotated[list[InputItem], Field(fail_fast=True, min_length=1), Tag("-items")],
        Discriminator(lambda value: "-text" if isinstance(value, str) else "-items"),
    ] = Field(
        description="The question, or the whole conversation. Of messages, those of the system come first."
    )
    model: str = ""
    instructions: str | None = Field(None, description="The system text; those of the input follow it.")
    text: TextConfig = TextConfig()
    max_output_tokens: int | None = Field(None, ge=1)
    temperature: float | None = None
    top_p: float | None = None
    truncation: Literal["auto", "disabled"] = Field(
        "disabled", description="auto: leave out the oldest turns."
    )
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()
    allows_empty: ClassVar[bool] = False
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

    def messages(self) -> dict[str, dict[str, Any]]:
        """Return the messages that the chat protocol has, by their places in this request."""
        found = (
            {}
            if self.instructions is None
            else {"instructions": {"role": "system", "content": self.instructions}}
        )
        if isinstance(self.input, str):
            return {**found, "input": {"role": "user", "content": self.input}}
        items = {f"input[{number}]": item for number, item in enumerate(self.input)}
        return found | {
            place: item.in_chat() for place, item in items.items() if isinstance(item, InputMessage)
        }


def parse_responses_request(body: Any) -> ChatRequest:
    """Check a request's body. Raises: BadRequest, which names the field."""
    try:
        given = checked_fields(ResponsesBody, body)
    except BadRequest as error:
        if error.param in STATE:
            error.hint = "Nothing is stored here. Send the whole conversation as input."
        raise
    messages = given.messages()
    places = [*messages]
    sent = {
        "messages": [*messages.values()],
        "model": given.model,
        "response_format": given.text.format.in_chat(),
        "max_tokens": given.max_output_tokens,
        "temperature": given.temperature,
        "top_p": given.top_p,
        "flashsloth_overflow": "drop-oldest" if given.truncation == "auto" else "error",
        "stream": given.stream,
    }
    try:
        chat = parse_chat_request(sent)
    except BadRequest as error:
        param = own_name(error.param or "", places)
        raise BadRequest(
            str(error).replace(error.param or "", param), param=param, hint=error.hint
        ) from error
    ignored = [*given.ignored()]
    if chat.ignored:  # a greeting
        ignored.append("input[0]")
    if body.get("tools") == []:
        ignored.append("tools")
    repeated = {
        "instructions": given.instructions,
        "text": {"format": given.text.format.model_dump(by_alias=True, exclude_unset=True)},
        "max_output_tokens": chat.fields.answer_tokens,
        "temperature": given.temperature,
        "top_p": given.top_p,
        "truncation": given.truncation,
    }
    pictures = [each._replace(param=own_name(each.param, places)) for each in chat.pictures]
    return replace(chat, pictures=pictures, ignored=tuple(dict.fromkeys(ignored)), repeated=repeated)


def own_name(param: str, places: Sequence[str]) -> str:
    """Return the name of a field of the chat protocol in this one; `places` are those of its
    messages."""
    if message := re.match(r"messages\[(\d+)\]", param):
        return places[int(message[1])] + param[message.end() :]
    if param == "messages":
        return "input"
    return re.sub(r"^response_format(\.json_schema)?", "text.format", param)


# ---- answers


class ResponsesFormat(AnswerFormat):
    """Writes the answer to a request: its output is one message with one text."""

    def __init__(self, chat: ChatRequest, model: ServedModel, job: Job, noted: Any) -> None:
        super().__init__(chat, model, job, noted)
        self.id = f"resp_{uuid.uuid4().hex}"
        self.item_id = f"msg_{uuid.uuid4().hex}"
        self.repeated = chat.repeated

    async def whole(self, answer: RunningAnswer) -> dict[str, Any]:
        events = [event async for event in self._events(answer)]
        return events[-1]["response"]

    async def chunks(self, answer: RunningAnswer, *, with_stages: bool) -> AsyncIterator[str]:
        numbers = itertools.count()
        try:
            if with_stages:
                async for stage in answer.stages():
                    yield comment(stage)
            async for event in self._events(answer):
                yield as_sse({**event, "sequence_number": next(numbers)})
        except ClientDisconnect:
            return
        except Exception as error:
            sent = failure(error)["error"]
            told = {name: sent[name] for name in ("code", "message", "param", "hint")}
            yield as_sse({"type": "error", **told, "sequence_number": next(numbers)})

    async def _events(self, answer: RunningAnswer) -> AsyncIterator[dict[str, Any]]:
        """Yield the events of a stream. The last one has the whole response."""
        await answer.begin()
        for kind in ("created", "in_progress"):
            yield {"type": f"response.{kind}", "response": self._response_object("in_progress")}
        item = {"output_index": 0}
        place = {**item, "item_id": self.item_id, "content_index": 0}
        yield {"type": "response.output_item.added", **item, "item": self._message("in_progress")}
        yield {"type": "response.content_part.added", **place, "part": output_text("")}
        pieces = list[str]()
        is_last = False
        while not is_last:
            event = await answer.next()
            is_last = isinstance(event, Finished)
            if event.text:
                pieces.append(event.text)
                yield {
                    "type": "response.output_text.delta",
                    **place,
                    "delta": event.text,
                    "logprobs": [],
                }
        assert isinstance(event, Finished)
        text = "".join(pieces)
        status = "incomplete" if protocol.FINISH_REASONS[event.reason] == "length" else "completed"
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
            **NO_TOOLS,
            **NO_STATE,
            **self.repeated,
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
            "cache_write_tokens": 0,  # those for which a client would pay
            "image_tokens": stats.visual_tokens,
        },
        "output_tokens": stats.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": stats.input_tokens + stats.output_tokens,
    }


def as_sse(event: dict[str, Any]) -> str:
    return f"event: {event['type']}\n{sse(event)}"
