"""Requests of the OpenAI chat protocol: models that check them, and describe them in /openapi.json. Imports neither
torch nor a web framework.

null counts as left out. `others` of a model has the fields without an effect here: ignored ones, and those with the
values that ask for nothing. Any other field or value is refused by name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from flashsloth.chat.conversation import Overflow
from flashsloth.errors import BadRequest, OptionError, SchemaError
from flashsloth.generation.choice_list import MAX_CHARACTERS, MAX_CHOICES, check_choices
from flashsloth.generation.constraint import Constraint, constrain
from flashsloth.generation.sampling_settings import RANGES, Sampling
from flashsloth.server.protocol import CHOICES, DETAILED, IDS, REGEX
from flashsloth.utils import checked
from flashsloth.utils.close_names import did_you_mean
from flashsloth.utils.text import printable

MAX_STOPS = 16
MAX_STOP = 1_000  # characters
MAX_TOP_LOGPROBS = 20
MAX_IGNORED = 16_384  # characters of a field without an effect; OpenAI's metadata have at most 9,216
PARTS = 'A part is {"type": "text", "text": "..."} or {"type": "image_url", "image_url": {"url": "..."}}.'
IGNORED = None  # with any value: it cannot change the answer, and IGNORED_HEADER of the response names it
GREETING = "messages[0]"  # of the assistant, which the model's prompt has no place for
NOT_SUPPORTED = "not_supported"  # pydantic's name of our own problem

Stop = Annotated[str, Field(max_length=MAX_STOP)]
Choice = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]


@dataclass(frozen=True, slots=True)
class ImagePart:
    """An image of a message: a data: or http(s): URL, the wanted detail, and where in the request it is."""

    url: str
    detail: str
    param: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its pictures, and the answer to it; None for the question to answer, and the part so far of an
    answer to continue. `ids` are the tokens of the answer, where the client has them."""

    question: str
    pictures: tuple[ImagePart, ...]
    answer: str | None = None
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A checked request. `sampling` has the settings that the client gave."""

    model: str
    system: str | None
    exchanges: tuple[Exchange, ...]
    max_tokens: int | None = None  # 0 only computes the prompt
    stop: tuple[str, ...] = ()
    sampling: Mapping[str, Any] = field(default_factory=dict)
    logprobs: int | None = None  # how many alternatives of each token to return; None for no log probabilities
    stream: bool = False
    include_usage: bool = False
    continues: bool = False  # the last exchange has the part of its answer to continue
    hd: bool | None = None  # five tiles a picture or one; None lets the detail of the pictures decide
    overflow: Overflow = "error"
    details: bool = False  # the stream says what this project's commands need
    constraint: Constraint | None = None  # of response_format, or a regular expression
    choices: tuple[str, ...] = ()  # the answer is the likeliest of these
    ignored: tuple[str, ...] = field(default=(), compare=False)  # names of what had no effect

    @property
    def pictures(self) -> list[ImagePart]:
        return [picture for exchange in self.exchanges for picture in exchange.pictures]


def _describe(schema: dict[str, Any], kind: "type[Fields]") -> None:
    """Add the fields without an effect to a schema."""
    others = {name: {} if values is IGNORED else {"enum": [*values, None]} for name, values in kind.others.items()}
    schema.update(properties={**others, **schema["properties"]}, additionalProperties=False)


class Fields(BaseModel):
    """A JSON object. `asks_for_none` has values of fields that count as left out."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, json_schema_extra=_describe)
    others: ClassVar[Mapping[str, tuple[Any, ...] | None]] = {}
    asks_for_none: ClassVar[Mapping[str, int]] = {}

    @model_validator(mode="before")
    @classmethod
    def _given(cls, value: Any) -> Any:
        """Leave out what asks for nothing. Of the fields without an effect the ignored ones stay."""
        if not isinstance(value, dict):
            return value
        given, known = {}, [each.alias or name for name, each in cls.model_fields.items()]
        for name, each in value.items():
            if each is None or (type(each) is int and cls.asks_for_none.get(name) == each):
                continue
            if name not in known and cls.others.get(name, ()) is not IGNORED:
                if each in ([], {}) or is_one_of(each, cls.others.get(name) or ()):
                    continue
                hint = "" if name in cls.others else did_you_mean(name, [*known, *cls.others])
                raise PydanticCustomError(NOT_SUPPORTED, "is not supported", {"name": printable(name), "hint": hint})
            given[name] = each
        return given

    def ignored(self, place: str = "") -> Iterator[str]:
        """Yield the names of the fields without an effect that were given, as in messages[].name."""
        for name, value in self:
            if name in self.others and name in self.model_fields_set:
                yield f"{place}{name}"
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, Fields):
                    yield from each.ignored(f"{place}{name}{'[]' if isinstance(value, list) else ''}.")


def is_one_of(value: Any, values: Iterable[Any]) -> bool:
    """Return whether a value is one of these; 1 and true differ."""
    return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in values)


def whole_text(url: str) -> str:
    """Return a text that can be encoded. Raises: ValueError."""
    try:
        url.encode()
    except UnicodeEncodeError as error:
        raise ValueError("text without half a character") from error
    return url


class ImageUrl(Fields):
    url: Annotated[str, AfterValidator(whole_text)] = Field(
        description="A data: URL; http(s): where the server was started with --allow-urls."
    )
    detail: Literal["auto", "low", "high", "original"] = Field(
        "auto", description="low for a small picture, if those of all pictures are low"
    )
    others = dict.fromkeys(("format", "mime_type", "cache_control"), IGNORED)


class Text(Fields):
    type: Literal["text"]
    text: str
    others = dict.fromkeys(("id", "annotations", "cache_control", "provider_options"), IGNORED)


class Picture(Fields):
    type: Literal["image_url"]
    image_url: ImageUrl
    others = Text.others


def _kind(part: Any) -> str | None:
    """Return the tag of a part of a message; a hyphen tells it from a field's name."""
    return f"-{part.get('type')}" if isinstance(part, dict) else None


Part = Annotated[Annotated[Text, Tag("-text")] | Annotated[Picture, Tag("-image_url")], Discriminator(_kind)]
Content = Annotated[
    Annotated[str, Tag("-text")] | Annotated[list[Part], Field(fail_fast=True), Tag("-parts")],
    Discriminator(lambda value: "-text" if isinstance(value, str) else "-parts"),
]


class Message(Fields):
    role: Literal["system", "developer", "user", "assistant"]
    content: Content | None = None
    flashsloth_ids: list[int] = Field([], fail_fast=True, description="The tokens of the assistant's answer")
    name: str = ""
    others = {
        "refusal": ("",),
        **dict.fromkeys(("name", "id", "annotations", "cache_control", "provider_specific_fields"), IGNORED),
        **dict.fromkeys(
            ("reasoning_content", "reasoning", "reasoning_details", "thinking", "thinking_blocks"), IGNORED
        ),
    }

    def texts(self) -> list[str]:
        if isinstance(self.content, str):
            return [self.content]
        return [part.text for part in self.content or () if isinstance(part, Text)]

    def pictures(self, param: str) -> list[ImagePart]:
        """Return the pictures of the message, which is at `param`."""
        parts = enumerate([] if isinstance(self.content, str) else self.content or [])
        urls = [(part.image_url, f"{param}.content[{n}]") for n, part in parts if isinstance(part, Picture)]
        return [ImagePart(each.url, each.detail, place) for each, place in urls]


class JsonSchema(Fields):
    name: str = ""
    description: str = ""
    strict: bool = False
    schema_: dict[str, Any] = Field({}, alias="schema")


class ResponseFormat(Fields):
    """The answer is a JSON object, or JSON of a schema. Not together with stop."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class StreamOptions(Fields):
    include_usage: bool = False
    others = {"include_obfuscation": IGNORED, "continuous_usage_stats": (False,)}


class Body(Fields):
    """A request as it comes."""

    model: str = ""
    messages: list[Message] = Field(
        fail_fast=True,
        min_length=1,
        description="System messages come first; of the others the last is the user's, and a first one of the "
        "assistant is ignored. With continue_final_message the last is the assistant's.",
    )
    max_tokens: int | None = Field(None, ge=0)
    max_completion_tokens: int | None = Field(None, ge=0)
    temperature: float | None = Field(None, ge=0, le=1000, allow_inf_nan=False)
    top_p: float | None = Field(None, gt=0, le=1)
    top_k: int | None = Field(None, ge=0)
    min_p: float | None = Field(None, ge=0, lt=1)
    repetition_penalty: float | None = Field(None, ge=0.001, le=1000, allow_inf_nan=False)
    seed: int | None = Field(None, ge=0, lt=2**64)
    stop: Stop | Annotated[list[Stop], Field(fail_fast=True, max_length=MAX_STOPS)] = ""
    continue_final_message: bool = Field(False, description="The last message is the assistant's, to be continued.")
    response_format: ResponseFormat = ResponseFormat(type="text")
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()
    logprobs: bool = False
    top_logprobs: int = Field(0, ge=0, le=MAX_TOP_LOGPROBS)
    flashsloth_choices: list[Choice] | None = Field(
        None,
        fail_fast=True,
        min_length=2,
        max_length=MAX_CHOICES,
        description="Answer with the likeliest of these texts, and return the probability of each.",
    )
    flashsloth_regex: str | None = Field(
        None, description="The whole answer matches this regular expression. Not with response_format."
    )
    flashsloth_schema_in_prompt: bool = Field(
        True, description="Whether the question tells the model of the schema or the expression."
    )
    flashsloth_hd: bool | None = Field(None, description="Five tiles a picture, or one, whatever their detail.")
    flashsloth_overflow: Overflow = Field("error", description="What happens if the conversation is too long.")
    flashsloth_details: bool = Field(
        False, description="The stream has the id of each token, and what the answer took."
    )
    asks_for_none = {"seed": -1, "max_tokens": -1, "max_completion_tokens": -1, "top_k": -1}
    others = {
        **dict.fromkeys(("n", "best_of", "repeat_penalty", "length_penalty", "typical_p"), (1,)),
        **dict.fromkeys(("frequency_penalty", "presence_penalty", "min_tokens", "mirostat"), (0,)),
        **dict.fromkeys(("tools", "functions"), ([],)),
        **dict.fromkeys(("function_call", "tool_choice"), ("none", "auto")),
        **dict.fromkeys(("echo", "ignore_eos", "use_beam_search"), (False,)),
        **dict.fromkeys(("add_generation_prompt", "skip_special_tokens"), (True,)),
        "logit_bias": ({},),
        "modalities": (["text"],),
        **dict.fromkeys(("user", "metadata", "safety_identifier", "store", "service_tier", "session_id"), IGNORED),
        **dict.fromkeys(("prompt_cache_key", "prompt_cache_retention", "cache_prompt", "cache_control"), IGNORED),
        **dict.fromkeys(("reasoning_effort", "reasoning", "include_reasoning", "thinking", "verbosity"), IGNORED),
        **dict.fromkeys(("chat_template_kwargs", "parallel_tool_calls", "keep_alive", "ttl", "usage"), IGNORED),
    }


def parse_chat_request(body: Any) -> ChatRequest:
    """Check a request's body. Raises: BadRequest, which names the field."""
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object", param=None)
    try:
        given = Body.model_validate(body)
    except ValidationError as error:
        raise refusal(error, body) from error
    for name, value in (given.model_extra or {}).items():
        if characters(value) > MAX_IGNORED:
            raise BadRequest(f"{name} has more than {MAX_IGNORED:,} characters", param=name, hint=f"Leave out {name}.")
    system, exchanges, ignored = read_messages(given.messages, continues=given.continue_final_message)
    constraint = response_constraint(given)
    check_agreement(given, constraint)
    return ChatRequest(
        model=given.model,
        system=system,
        exchanges=exchanges,
        max_tokens=given.max_completion_tokens if given.max_tokens is None else given.max_tokens,
        stop=tuple(filter(None, [given.stop] if isinstance(given.stop, str) else given.stop)),
        sampling=sampling_settings(given),
        logprobs=given.top_logprobs if given.logprobs else None,
        stream=given.stream,
        include_usage=given.stream_options.include_usage,
        continues=given.continue_final_message,
        hd=given.flashsloth_hd,
        overflow=given.flashsloth_overflow,
        details=given.flashsloth_details,
        constraint=constraint,
        choices=choice_texts(given.flashsloth_choices or ()),
        ignored=tuple(dict.fromkeys([*given.ignored(), *ignored])),
    )


def refusal(error: ValidationError, values: Any) -> BadRequest:
    """Return the error for the first thing that is wrong. It names the field; of a list of texts or numbers, and of a
    part of a message, the whole."""
    kind, param, message, hint = checked.first_problem(error, values)
    if kind == NOT_SUPPORTED:
        about = error.errors(include_url=False)[0]["ctx"]
        param = f"{param}.{about['name']}" if param else about["name"]
        return BadRequest(f"{param} is not supported", param=param, hint=about["hint"] or f"Leave out {param}.")
    if part := re.match(r"messages\[\d+\]\.content\[\d+\]", param):
        is_other = kind in ("union_tag_invalid", "union_tag_not_found")
        message, hint = (f"{part[0]} is not a text or a picture", PARTS) if is_other else (message, hint)
        return BadRequest(message, param=part[0], hint=hint)
    return BadRequest(message, param=re.sub(r"(?<!messages)\[\d+\]$", "", param), hint=hint)


def check_agreement(given: Body, constraint: Constraint | None) -> None:
    """Raise BadRequest for fields that exclude or need each other."""
    of_choices, both = given.flashsloth_choices is not None, {given.max_tokens, given.max_completion_tokens} - {None}
    rules = [
        ("max_tokens", len(both) > 1, "and max_completion_tokens differ"),
        ("top_logprobs", given.top_logprobs and not given.logprobs, "needs logprobs: true"),
        (DETAILED, given.flashsloth_details and not given.stream, "needs stream: true"),
        ("stop", given.stop and constraint, "and response_format exclude each other"),
        (CHOICES, of_choices and constraint, "and response_format exclude each other"),
    ]
    for name in ("stop", "logprobs", "continue_final_message") if of_choices else ():
        rules += [(name, bool(getattr(given, name)), f"and {CHOICES} exclude each other")]
    for name, is_wrong, problem in rules:
        if is_wrong:
            raise BadRequest(f"{name} {problem}", param=name, hint=f"Leave out {name}.")


def response_constraint(given: Body) -> Constraint | None:
    """Return the constraint: a JSON schema or any JSON object as `response_format` says, or a regular expression.

    Raises: BadRequest.
    """
    wanted, schema, param = given.response_format, None, REGEX
    if (wanted.type == "json_schema") != (wanted.json_schema is not None):
        message = "response_format.type must be text, json_object or json_schema with json_schema"
        raise BadRequest(message, param="response_format")
    if wanted.json_schema is not None:
        schema, param = wanted.json_schema.schema_, "response_format.json_schema.schema"
    elif wanted.type == "json_object":
        schema, param = {"type": "object"}, "response_format"
    try:
        return constrain(schema, given.flashsloth_regex, in_prompt=given.flashsloth_schema_in_prompt)
    except SchemaError as error:
        raise BadRequest(f"{param}: {error}", param=param, hint=error.hint) from error


def characters(value: Any) -> int:
    """Return about how many characters a value has."""
    if isinstance(value, (list, dict)):
        return sum(map(characters, [*value, *value.values()] if isinstance(value, dict) else value)) + 1
    return len(value) if isinstance(value, str) else 1


def sampling_settings(given: Body) -> dict[str, Any]:
    """Return the sampling settings of a request, each in its range."""
    settings: dict[str, Any] = {}
    for name in RANGES:
        if (value := getattr(given, name)) is not None:
            settings[name] = value
            try:
                Sampling(**settings)  # the ones before are in their ranges
            except OptionError as error:
                raise BadRequest(str(error), param=name, hint=error.hint) from error
    return settings


def choice_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the texts to choose from; () for an answer that is generated."""
    try:
        return check_choices(texts) if texts else ()
    except OptionError as error:
        raise BadRequest(f"{CHOICES}: {error}", param=CHOICES, hint=error.hint) from error


def parse_messages(messages: Any) -> tuple[str | None, tuple[Exchange, ...]]:
    """Return the system text, None without one, and the exchanges of messages. Raises: BadRequest."""
    try:
        return read_messages(Body.model_validate({"messages": messages}).messages)[:2]
    except ValidationError as error:
        raise refusal(error, {"messages": messages}) from error


def read_messages(
    messages: Iterable[Message], *, continues: bool = False
) -> tuple[str | None, tuple[Exchange, ...], list[str]]:
    """Return the system text, None without one, the exchanges, and the names of messages that are left out.
    Neighbouring messages of one role are joined. `continues`: the last message is the part of an answer to continue.

    Raises: BadRequest.
    """
    system: list[str] = []
    turns: list[tuple[str, list[str], list[ImagePart], list[int]]] = []
    for number, message in enumerate(messages):
        param, role = f"messages[{number}]", message.role
        texts, pictures = message.texts(), message.pictures(param)
        check_message(message, pictures, param)
        if role in ("system", "developer"):
            if turns:
                raise BadRequest(f"{param}: a system message must come first", param=param)
            system += texts
        elif turns and turns[-1][0] == role:
            turns[-1][1].extend(texts)
            turns[-1][2].extend(pictures)
            turns[-1][3].extend(message.flashsloth_ids)
        else:
            turns.append((role, texts, pictures, [*message.flashsloth_ids]))
    ignored = [GREETING] if len(turns) > 1 and turns[0][0] == "assistant" else []
    turns = turns[len(ignored) :]
    if continues and (not turns or (turns[0][0], turns[-1][0]) != ("user", "assistant")):
        reason = "with continue_final_message the last message must be the assistant's answer to a question"
        raise BadRequest(reason, param="messages")
    if not continues and (not turns or turns[-1][0] != "user"):
        raise BadRequest("the last message must be the user's", param="messages")
    answers: list[tuple[Any, ...]] = [("\n".join(texts), tuple(ids)) for _, texts, _, ids in turns[1::2]]
    exchanges = tuple(
        Exchange("\n".join(texts), tuple(pictures), *answer)
        for (_, texts, pictures, _), answer in zip(turns[::2], [*answers, *([] if continues else [()])], strict=True)
    )
    return "\n".join(system) if system else None, exchanges, ignored


def check_message(message: Message, pictures: Sequence[ImagePart], param: str) -> None:
    """Raise BadRequest for what a message of its role cannot have, and for a URL that is not text."""
    if message.role != "assistant" and message.content in (None, []):
        raise BadRequest(f"{param}.content must be a string or a list of parts", param=f"{param}.content")
    if message.role != "assistant" and message.flashsloth_ids:
        raise BadRequest(f"{param}.{IDS} are of an answer", param=f"{param}.{IDS}")
    for each in pictures:
        if message.role != "user":
            raise BadRequest(f"{each.param}: only the user's messages may have pictures", param=each.param)
