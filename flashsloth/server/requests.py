"""Check requests of the OpenAI chat protocol, and make the job of a request, which goes with it to the
last event of its answer. Imports neither torch nor a web framework."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar

from pydantic import Discriminator, Field, Tag, ValidationError, field_validator

from flashsloth.chat.conversation import Overflow, Turn
from flashsloth.errors import BadRequest, OptionError
from flashsloth.generation.answer_record import AnswerRecord, Event, Finished, Token
from flashsloth.generation.answer_settings import SAMPLING, SETTINGS, AnswerSettings
from flashsloth.generation.choice_list import MAX_CHOICES, check_choices
from flashsloth.generation.constraint import Constraint, constrain
from flashsloth.server.messages import (
    IGNORED,
    NO_TOOLS,
    Fields,
    ImagePart,
    Messages,
    Others,
    ReadMessages,
    read_messages,
    refusal,
)
from flashsloth.server.protocol import CHOICES, DETAILED, REGEX

if TYPE_CHECKING:
    from flashsloth.explain.maps import Attention
    from flashsloth.generation.decode_loop import Prompt

TOO_LARGE = 2**64  # as for the settings of answers that are whole numbers
MAX_STOPS = 16
MAX_STOP = 1_000  # characters
MAX_TOP_LOGPROBS = 20
OWN_TOOLS = ("function", "custom")  # types of tools that the client runs itself
ANY_OBJECT = {"type": "object"}  # the schema for the format json_object
# maximum number of characters of an ignored field; OpenAI's metadata have at most 9,216
MAX_IGNORED = 16_384

Given = TypeVar("Given", bound=Fields)
Stop = Annotated[str, Field(max_length=MAX_STOP)]


class JsonSchema(Fields):
    name: str = ""
    description: str = ""
    strict: bool = False
    # The schema is required. Without it any JSON would be a valid answer, which the client did not ask
    # for.
    schema_: dict[str, Any] = Field(alias="schema")


class ResponseFormat(Fields):
    """The format of the answer. It may be a JSON object, or JSON that matches a schema. Neither of
    these two formats can be combined with `stop`."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None
    # fields of json_schema that some clients put beside it
    others = dict.fromkeys(("strict", "name", "description"), IGNORED)


class StreamOptions(Fields):
    include_usage: bool = False
    others: ClassVar[Others] = {"include_obfuscation": IGNORED, "continuous_usage_stats": (False,)}


def _sampling(name: str) -> Any:
    """Return the field of a setting of sampling."""
    setting = SETTINGS[name]
    return Field(None, description=setting.help, json_schema_extra=dict(setting.limits))


class Body(Messages):
    """The fields of a request."""

    temperature: float | None = _sampling("temperature")
    top_p: float | None = Field(
        None, json_schema_extra={"minimum": 0, "maximum": 1}, description="With 0 the answer is greedy."
    )
    top_k: int | None = _sampling("top_k")
    min_p: float | None = _sampling("min_p")
    repetition_penalty: float | None = _sampling("repetition_penalty")
    seed: int | None = _sampling("seed")
    model: str = ""
    max_tokens: int | None = Field(
        None, ge=0, lt=TOO_LARGE, description="With 0 only the prompt is computed."
    )
    max_completion_tokens: int | None = Field(None, ge=0, lt=TOO_LARGE)
    stop: Annotated[
        Annotated[Stop, Tag("-text")]
        | Annotated[list[Stop], Field(fail_fast=True, max_length=MAX_STOPS), Tag("-list")],
        Discriminator(lambda value: "-list" if isinstance(value, list) else "-text"),
    ] = ""
    continue_final_message: bool = Field(
        False, description="The last message is the assistant's, to be continued."
    )
    response_format: ResponseFormat = ResponseFormat(type="text")
    tools: list[dict[str, Any]] = Field(
        [],
        fail_fast=True,
        description="Ignored if they are hosted or tool_choice is none; others are refused.",
    )
    tool_choice: Literal["none", "auto"] = "auto"
    functions: list[dict[str, Any]] = Field(
        [], fail_fast=True, description="Ignored if function_call is none."
    )
    function_call: Literal["none", "auto"] = "auto"
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()
    logprobs: bool = False
    top_logprobs: int = Field(0, ge=0, le=MAX_TOP_LOGPROBS)
    flashsloth_choices: list[str] | None = Field(
        None,
        fail_fast=True,
        json_schema_extra={"minItems": 2, "maxItems": MAX_CHOICES},
        description="Answer with the likeliest of these texts, and return the probability of each.",
    )
    flashsloth_regex: str | None = Field(
        None, description="The whole answer matches this regular expression. Not with response_format."
    )
    flashsloth_schema_in_prompt: bool | None = Field(
        None, description="Whether the schema or the expression is also written into the question."
    )
    flashsloth_hd: (
        Annotated[
            Annotated[bool, Tag("-switch")] | Annotated[Literal["auto"], Tag("-text")],
            Discriminator(lambda value: "-text" if isinstance(value, str) else "-switch"),
        ]
        | None
    ) = Field(
        None,
        description="Read a picture in tiles, or in one, or with auto in tiles if the answer from one is in doubt. "
        "This overrides their detail.",
    )
    flashsloth_detail_threshold: float | None = Field(
        None, ge=0, le=1, description=SETTINGS["detail_threshold"].help
    )
    flashsloth_overflow: Overflow = Field(
        "error", description="What happens if the conversation is too long."
    )
    flashsloth_details: bool = Field(
        False, description="The stream has the id of each token, and counts and times of the answer."
    )
    allows_empty: ClassVar[bool] = False
    hints: ClassVar[Mapping[str, str]] = {"input": "Send the input as messages."}
    may_be_minus_one: ClassVar[tuple[str, ...]] = (
        "seed",
        "max_tokens",
        "max_completion_tokens",
        "top_k",
    )
    others: ClassVar[Others] = {
        **dict.fromkeys(("n", "best_of", "repeat_penalty", "length_penalty", "typical_p"), (1,)),
        **dict.fromkeys(("frequency_penalty", "presence_penalty", "min_tokens", "mirostat"), (0,)),
        **dict.fromkeys(("tools", "functions", "web_search_options"), IGNORED),
        **dict.fromkeys(("echo", "ignore_eos", "use_beam_search"), (False,)),
        **dict.fromkeys(("add_generation_prompt", "skip_special_tokens"), (True,)),
        "logit_bias": ({},),
        "modalities": (["text"],),
        **dict.fromkeys(
            ("user", "metadata", "safety_identifier", "store", "service_tier", "session_id"), IGNORED
        ),
        **dict.fromkeys(
            ("prompt_cache_key", "prompt_cache_retention", "cache_prompt", "cache_control"), IGNORED
        ),
        **dict.fromkeys(("reasoning_effort", "reasoning", "include_reasoning", "verbosity"), IGNORED),
        **dict.fromkeys(("think", "thinking"), IGNORED),
        **dict.fromkeys(
            ("chat_template_kwargs", "parallel_tool_calls", "keep_alive", "ttl", "usage"), IGNORED
        ),
    }

    @property
    def answer_tokens(self) -> Any:
        """The maximum number of tokens of the answer; None leaves it to the model. With 0 only the
        prompt is computed."""
        return self.max_completion_tokens if self.max_tokens is None else self.max_tokens

    @property
    def stops(self) -> tuple[str, ...]:
        return tuple(filter(None, [self.stop] if isinstance(self.stop, str) else self.stop))

    @property
    def sampling(self) -> dict[str, Any]:
        """The sampling settings that the client sent. A `top_p` of 0, which leaves only the likeliest
        token, makes the answer greedy."""
        given = {name: value for name in SAMPLING if (value := getattr(self, name)) is not None}
        if given.get("top_p") == 0:
            given |= {"top_p": 1, "temperature": 0}
        return given

    @field_validator("flashsloth_choices")
    @classmethod
    def _cleaned(cls, texts: list[str] | None) -> list[str] | None:
        with name_field(CHOICES, f"{CHOICES}: "):
            return None if texts is None else list(check_choices(texts))


@dataclass(frozen=True, slots=True)
class LoggedToken(Token):
    """A token with its log probability, and the likeliest tokens with their log probabilities."""

    logprob: float
    top: tuple[tuple[int, float], ...]


# The last event of a request is Finished, or an error if the request could not be answered.
JobEvent: TypeAlias = Event | Exception
Stage = Literal["queued", "opening", "pictures", "prompt", "answer"]  # what is being done for a request


class Kind(Enum):
    """What is computed for a job."""

    ANSWER = "an answer, token by token"
    CHOICE = "the probabilities of choices"
    PROMPT = "the prompt only, which is kept for a later request"
    EXPLANATION = "where the model looks before it answers"


@dataclass(eq=False, slots=True)
class Job:
    """One request.

    Args:
        body: the fields of the chat protocol, without the messages.
        settings: the settings of the answer. `Server` completes them with the model's own values.
        turns: the last one has the question, and with continue_final_message also the part of its
            answer that is to be continued.
        pictures: the pictures of all turns. Like `turns` they are dropped when the prompt is encoded.
        ignored: the names of fields that have no effect.
        repeated: fields that the response repeats.
        prompt: what to compute, without its pictures; None until it is encoded.
        prepared: each picture as a PictureProcessor has prepared it, with a key of its content.
        in_tiles: what `prompt`, `prepared` and `forgotten` become if the answer from one tile is in
            doubt.
        emit: called in the scheduler's thread with every event. The last event is Finished or an error.
            Once `cancelled` is set, `emit` is not called any more.
        forgotten: the number of turns that are dropped from the prompt.
        attention: the result of an explanation.
        record: the record of the answer; None until the prompt is computed.
        has_ended: whether the last event was sent.
    """

    body: Body
    settings: AnswerSettings
    turns: Sequence[Turn] = ()
    pictures: Sequence[ImagePart] = ()
    ignored: tuple[str, ...] = ()
    repeated: Mapping[str, Any] = field(default_factory=dict)
    kind: Kind = Kind.ANSWER
    prompt: Prompt | None = None
    prepared: Sequence[tuple[bytes, Any]] = ()
    in_tiles: tuple[Prompt, Sequence[tuple[bytes, Any]], int] | None = None
    emit: Callable[[JobEvent], None] | None = None
    forgotten: int = 0
    attention: Attention | None = None
    record: AnswerRecord | None = None
    stage: Stage = "queued"
    queued: float = field(default_factory=time.perf_counter)
    cancelled: bool = False
    has_ended: bool = False

    def take_tiles(self) -> None:
        """Read the pictures in tiles."""
        if self.in_tiles is not None:
            self.prompt, self.prepared, self.forgotten = self.in_tiles
            self.in_tiles = None

    def send(self, event: JobEvent) -> None:
        """Emit an event, unless the job was cancelled or its last event was sent."""
        if not self.has_ended:
            # Set this for a cancelled job too, so that it leaves the batch like a job that has ended.
            self.has_ended = isinstance(event, Finished | Exception)
            if not self.cancelled and self.emit is not None:
                self.emit(event)


def make_job(
    fields: Body,
    conversation: ReadMessages,
    schema: dict[str, Any] | None,
    place: str,
    ignored: Iterable[str],
    **repeated: Any,
) -> Job:
    """Return the job of a request of either protocol, from checked fields.

    Args:
        fields: the fields of the chat protocol.
        conversation: what `read_messages` returned.
        schema: the JSON schema of the answer, or None.
        place: the field that has the schema or the regular expression, for errors.
        repeated: fields that the response repeats.

    Raises: BadRequest for fields that exclude or need each other, a schema or a regular expression that
        cannot be used, and a sampling setting that is out of range.
    """
    # 1. Check what pydantic does not check: the constraint, fields that depend on each other, and the
    #    ranges of sampling settings.
    constraint = None
    if schema is not None or fields.flashsloth_regex is not None:
        with name_field(place, f"{place}: "):
            constraint = constrain(
                schema, fields.flashsloth_regex, in_prompt=fields.flashsloth_schema_in_prompt
            )
    check_agreement(fields, constraint)
    sampling = fields.sampling
    for name, value in sampling.items():
        with name_field(name):
            SETTINGS[name].check(name, value, hint=f"Leave out {name} for the model's own value.")
    # 2. Combine the settings. If the client asks for a low detail of all pictures, a model that can
    #    read five tiles reads only one.
    system, turns, pictures, left_out = conversation
    hd = fields.flashsloth_hd
    if hd is None and pictures and all(each.detail == "low" for each in pictures):
        hd = False
    settings = AnswerSettings(
        system,
        hd,
        fields.answer_tokens,
        stop=fields.stops,
        detail_threshold=fields.flashsloth_detail_threshold,
        constraint=constraint,
        choices=tuple(fields.flashsloth_choices or ()),
        **sampling,
    )
    # 3. The messages, which may be large, are not kept.
    names = tuple(dict.fromkeys([*ignored, *left_out]))
    without_messages = fields.model_copy(update={"messages": []})
    return Job(without_messages, settings, turns, pictures, names, repeated)


def checked_fields(kind: type[Given], body: Any) -> Given:
    """Return the fields of a request's body. Raises: BadRequest, which names the field."""
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object", param=None)
    try:
        given = kind.model_validate(body)
    except ValidationError as error:
        raise refusal(error, body) from error
    for name, value in (given.model_extra or {}).items():
        if len(str(value)) > MAX_IGNORED:
            raise BadRequest(
                f"{name} has more than {MAX_IGNORED:,} characters",
                param=name,
                hint=f"Leave out {name}.",
            )
    return given


def parse_chat_request(body: Any) -> Job:
    """Check the body of a request of the chat protocol. Raises: BadRequest, which names the field."""
    given = checked_fields(Body, body)
    conversation = read_messages("messages", given.by_place(), continues=given.continue_final_message)
    schema: dict[str, Any] | None
    match given.response_format:
        case ResponseFormat(type="json_schema", json_schema=JsonSchema(schema_=schema)):
            place = "response_format.json_schema.schema"
        case ResponseFormat(type="json_object", json_schema=None):
            schema = ANY_OBJECT
            place = "response_format"
        case ResponseFormat(type="text", json_schema=None):
            schema = None
            place = REGEX
        case _:
            raise BadRequest(
                "response_format.type must be text, json_object or json_schema with json_schema",
                param="response_format",
            )
    return make_job(given, conversation, schema, place, given.ignored())


def check_agreement(given: Body, constraint: Constraint | None) -> None:
    """Raise BadRequest for fields that exclude or need each other."""
    of_choices = given.flashsloth_choices is not None
    token_limits = {given.max_tokens, given.max_completion_tokens} - {None}
    # A client that runs tools itself expects the model to call them. The model cannot do that, so such
    # tools are refused. Hosted tools, such as a web search, would be run by the server. They are
    # ignored, and the client gets an answer without them.
    own_tools = [tool for tool in given.tools if tool.get("type", "function") in OWN_TOOLS]
    rules: list[tuple[str, object, str]] = [
        ("max_tokens", len(token_limits) > 1, "and max_completion_tokens differ"),
        ("tools", own_tools and given.tool_choice != "none", "is not supported"),
        ("functions", given.functions and given.function_call != "none", "is not supported"),
        ("top_logprobs", given.top_logprobs and not given.logprobs, "needs logprobs: true"),
        (DETAILED, given.flashsloth_details and not given.stream, "needs stream: true"),
        ("stop", given.stops and constraint, "and response_format exclude each other"),
        (CHOICES, of_choices and constraint, "and response_format exclude each other"),
        *(
            (name, of_choices and getattr(given, name), f"and {CHOICES} exclude each other")
            for name in ("stop", "logprobs", "continue_final_message")
        ),
    ]
    for name, is_broken, problem in rules:
        if is_broken:
            hint = f"Leave out {name}."
            if name in ("tools", "functions"):
                hint = NO_TOOLS.format("response_format")
            raise BadRequest(f"{name} {problem}", param=name, hint=hint)


@contextmanager
def name_field(param: str | None, about: str = "") -> Iterator[None]:
    """Convert an OptionError into a BadRequest that names the field. `about` is put before the
    message."""
    try:
        yield
    except OptionError as error:
        raise BadRequest(f"{about}{error}", param=param, hint=error.hint) from error
