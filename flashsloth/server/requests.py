"""Requests of the OpenAI chat protocol, checked. Imports neither torch nor a web framework.

OTHERS says of the fields without an effect here which are ignored and which values ask for nothing (null always does).
Any other field or value is refused by name.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flashsloth.chat.conversation import Overflow
from flashsloth.errors import BadRequest, OptionError, SchemaError
from flashsloth.generation.choice_list import check_choices
from flashsloth.generation.constraint import Constraint, constrain
from flashsloth.generation.sampling_settings import RANGES, Sampling
from flashsloth.server.protocol import CHOICES, DETAILED, HD, IDS, IN_PROMPT, OVERFLOW, REGEX
from flashsloth.utils.close_names import did_you_mean
from flashsloth.utils.text import printable

MAX_STOPS = 16
MAX_STOP = 1_000  # characters
MAX_TOP_LOGPROBS = 20
MAX_IGNORED = 16_384  # characters of a field without an effect; OpenAI's metadata have at most 9,216
ROLES = ("system", "developer", "user", "assistant")
DETAILS = ("auto", "low", "high", "original")
PARTS = 'A part is {"type": "text", "text": "..."} or {"type": "image_url", "image_url": {"url": "..."}}.'
IGNORED = None  # with any value: it cannot change the answer, and IGNORED_HEADER of the response names it
GREETING = "messages[0]"  # of the assistant, which the model's prompt has no place for
# fields without an effect, by the object that they are in: IGNORED, or the values that ask for none
OTHERS: Mapping[str, Mapping[str, tuple[Any, ...] | None]] = {
    "": {
        "n": (1,),
        "best_of": (1,),
        "frequency_penalty": (0,),
        "presence_penalty": (0,),
        "repeat_penalty": (1,),
        "length_penalty": (1,),
        "typical_p": (1,),
        "min_tokens": (0,),
        "mirostat": (0,),
        "logit_bias": ({},),
        "tools": ([],),
        "functions": ([],),
        "function_call": ("none", "auto"),
        "tool_choice": ("none", "auto"),
        "modalities": (["text"],),
        "echo": (False,),
        "ignore_eos": (False,),
        "use_beam_search": (False,),
        "add_generation_prompt": (True,),
        "skip_special_tokens": (True,),
        **dict.fromkeys(("user", "metadata", "safety_identifier", "store", "service_tier", "session_id"), IGNORED),
        **dict.fromkeys(("prompt_cache_key", "prompt_cache_retention", "cache_prompt", "cache_control"), IGNORED),
        **dict.fromkeys(("reasoning_effort", "reasoning", "include_reasoning", "thinking", "verbosity"), IGNORED),
        **dict.fromkeys(("chat_template_kwargs", "parallel_tool_calls", "keep_alive", "ttl", "usage"), IGNORED),
    },
    "message": {
        "refusal": ("",),
        **dict.fromkeys(("name", "id", "annotations", "cache_control", "provider_specific_fields"), IGNORED),
        **dict.fromkeys(
            ("reasoning_content", "reasoning", "reasoning_details", "thinking", "thinking_blocks"), IGNORED
        ),
    },
    "part": dict.fromkeys(("id", "annotations", "cache_control", "provider_options"), IGNORED),
    "image_url": dict.fromkeys(("format", "mime_type", "cache_control"), IGNORED),
    "stream_options": {"include_obfuscation": IGNORED, "continuous_usage_stats": (False,)},
    "response_format": {},
    "json_schema": {},
}
ASKS_FOR_NONE = {"seed": -1, "max_tokens": -1, "max_completion_tokens": -1, "top_k": -1}  # as if it were not given
FIELDS = frozenset(
    {"model", "messages", "stop", "stream", "stream_options", "logprobs", "top_logprobs", "max_tokens"}
    | {"max_completion_tokens", CHOICES, "continue_final_message", "response_format", *RANGES}
    | {REGEX, IN_PROMPT, HD, OVERFLOW, DETAILED}
)


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


def parse_chat_request(body: Any) -> ChatRequest:
    """Check a request's body. Raises: BadRequest, which names the field."""
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object", param=None)
    given = {name: value for name, value in body.items() if value is not None and not asks_for_none(name, value)}
    ignored: dict[str, None] = {}
    check_others(given, FIELDS, "", "", ignored)
    for name in ignored:
        if characters(given[name]) > MAX_IGNORED:
            raise BadRequest(f"{name} has more than {MAX_IGNORED:,} characters", param=name, hint=f"Leave out {name}.")
    continues = typed(given, "continue_final_message", bool, False)
    system, exchanges = parse_messages(given.get("messages"), ignored, continues=continues)
    overflow = typed(given, OVERFLOW, str, "error")
    if overflow not in ("error", "drop-oldest"):
        raise BadRequest(f"{OVERFLOW} must be error or drop-oldest", param=OVERFLOW)
    stream = typed(given, "stream", bool, False)
    if (details := typed(given, DETAILED, bool, False)) and not stream:
        raise BadRequest(f"{DETAILED} needs stream: true", param=DETAILED)
    stop, constraint = stop_strings(given.get("stop")), response_constraint(given)
    if constraint is not None and stop:
        raise BadRequest("stop and response_format exclude each other", param="stop", hint="Leave out stop.")
    if constraint is not None and CHOICES in given:
        hint = f"Leave out {CHOICES}."
        raise BadRequest(f"{CHOICES} and response_format exclude each other", param=CHOICES, hint=hint)
    return ChatRequest(
        model=typed(given, "model", str, ""),
        system=system,
        exchanges=exchanges,
        max_tokens=max_tokens(given),
        stop=stop,
        sampling=sampling_settings(given),
        logprobs=top_logprobs(given),
        stream=stream,
        include_usage=include_usage(given, ignored),
        continues=continues,
        hd=typed(given, HD, bool, None),
        overflow=overflow,
        details=details,
        constraint=constraint,
        choices=choice_texts(given),
        ignored=tuple(ignored),
    )


def response_constraint(given: Mapping[str, Any]) -> Constraint | None:
    """Return the constraint: a JSON schema or any JSON object as `response_format` says, or a regular expression.

    Raises: BadRequest.
    """
    schema, param, regex = None, REGEX, typed(given, REGEX, str, None)
    wanted = typed(given, "response_format", dict, {"type": "text"})
    match wanted:
        case {"type": "json_schema", "json_schema": dict(named)}:
            check_others(wanted, ("type", "json_schema"), "response_format", "response_format")
            check_others(
                named, ("name", "description", "schema", "strict"), "json_schema", "response_format.json_schema"
            )
            schema, param = typed(named, "schema", dict, {}), "response_format.json_schema.schema"
        case {"type": "json_object"}:
            check_others(wanted, ("type",), "response_format", "response_format")
            schema, param = {"type": "object"}, "response_format"
        case {"type": "text"}:
            check_others(wanted, ("type",), "response_format", "response_format")
        case _:
            message = "response_format.type must be text, json_object or json_schema with json_schema"
            raise BadRequest(message, param="response_format")
    try:
        return constrain(schema, regex, in_prompt=typed(given, IN_PROMPT, bool, True))
    except SchemaError as error:
        raise BadRequest(f"{param}: {error}", param=param, hint=error.hint) from error


def characters(value: Any) -> int:
    """Return about how many characters a value has."""
    if isinstance(value, (list, dict)):
        return sum(map(characters, [*value, *value.values()] if isinstance(value, dict) else value)) + 1
    return len(value) if isinstance(value, str) else 1


def asks_for_none(name: str, value: Any) -> bool:
    """Return whether a field with an effect has the value by which other servers mean none."""
    return type(value) is int and ASKS_FOR_NONE.get(name) == value


def check_others(
    given: Mapping[str, Any], known: Collection[str], kind: str, param: str, ignored: dict[str, None] | None = None
) -> None:
    """Add to `ignored` the fields of an object that are not `known` and may be ignored. Raises: BadRequest for one that
    asks for what is not supported."""
    others = OTHERS[kind]
    for name in (name for name in given if name not in known):
        value = given[name]
        if value is None or (kind and value in ([], {})):
            continue
        if others.get(name, ()) is IGNORED:
            if ignored is not None:
                ignored[re.sub(r"\[\d+\]", "[]", f"{param}.{name}" if param else name)] = None
        elif not any(
            value == each and isinstance(value, bool) == isinstance(each, bool) for each in others.get(name) or ()
        ):
            near = "" if name in others else did_you_mean(name, [*known, *others])
            raise unsupported(f"{param}.{name}" if param else name, near)


def unsupported(name: str, hint: str) -> BadRequest:
    name = printable(name)
    return BadRequest(f"{name} is not supported", param=name, hint=hint or f"Leave out {name}.")


def typed(given: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    """Return a field, or the default. Raises: BadRequest if it is not of this type."""
    value = given.get(name, default)
    if value is not default and type(value) is not kind:
        raise BadRequest(f"{name} must be {JSON_TYPES[kind]}, not {JSON_TYPES.get(type(value), 'null')}", param=name)
    return value


JSON_TYPES: Mapping[type, str] = {
    bool: "true or false",
    str: "a string",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


def max_tokens(given: Mapping[str, Any]) -> int | None:
    names = [name for name in ("max_tokens", "max_completion_tokens") if name in given]
    values = {typed(given, name, int, None) for name in names}
    if len(values) > 1:
        raise BadRequest("max_tokens and max_completion_tokens differ", param="max_tokens", hint="Give one of them.")
    value: int | None = values.pop() if values else None
    if value is not None and value < 0:
        raise BadRequest(f"{names[0]} must be 0 or more, not {value}", param=names[0])
    return value


def stop_strings(value: Any) -> tuple[str, ...]:
    stops = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(stops, list) or not all(isinstance(stop, str) for stop in stops):
        raise BadRequest("stop must be a string or a list of strings", param="stop")
    if len(stops) > MAX_STOPS:
        raise BadRequest(f"stop has {len(stops)} strings; at most {MAX_STOPS} are allowed", param="stop")
    if any(len(stop) > MAX_STOP for stop in stops):
        raise BadRequest(f"a string of stop has more than {MAX_STOP:,} characters", param="stop")
    return tuple(stop for stop in stops if stop)


def sampling_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sampling settings of a request, each in its range."""
    settings: dict[str, Any] = {}
    for name in RANGES:
        if name not in given:
            continue
        value = given[name]
        whole = name in ("top_k", "seed")
        if type(value) is not int and (whole or type(value) is not float):
            raise BadRequest(f"{name} must be {JSON_TYPES[int if whole else float]}", param=name)
        settings[name] = value
        try:
            Sampling(**settings)  # the ones before are in their ranges
        except OptionError as error:
            raise BadRequest(str(error), param=name, hint=error.hint) from error
    return settings


def top_logprobs(given: Mapping[str, Any]) -> int | None:
    wanted, count = typed(given, "logprobs", bool, False), typed(given, "top_logprobs", int, 0)
    if not 0 <= count <= MAX_TOP_LOGPROBS:
        raise BadRequest(f"top_logprobs must be 0 to {MAX_TOP_LOGPROBS}, not {count}", param="top_logprobs")
    if count and not wanted:
        raise BadRequest("top_logprobs needs logprobs: true", param="top_logprobs")
    return count if wanted else None


def choice_texts(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the texts to choose from; () for an answer that is generated."""
    texts = typed(given, CHOICES, list, None)
    if texts is None:
        return ()
    for name in ("stop", "logprobs", "continue_final_message"):
        if given.get(name) not in (None, [], False):
            raise BadRequest(f"{CHOICES} and {name} exclude each other", param=name, hint=f"Leave out {name}.")
    try:
        return check_choices(texts)
    except OptionError as error:
        raise BadRequest(f"{CHOICES}: {error}", param=CHOICES, hint=error.hint) from error


def include_usage(given: Mapping[str, Any], ignored: dict[str, None]) -> bool:
    """Return whether a stream ends with the counts of tokens, which a whole answer always has."""
    options = typed(given, "stream_options", dict, {})
    check_others(options, ("include_usage",), "stream_options", "stream_options", ignored)
    return bool(typed({k: v for k, v in options.items() if v is not None}, "include_usage", bool, False))


def parse_messages(
    messages: Any, ignored: dict[str, None], *, continues: bool = False
) -> tuple[str | None, tuple[Exchange, ...]]:
    """Return the system text, None without one, and the exchanges. Neighbouring messages of one role are joined.
    `continues`: the last message is the part of an answer to continue."""
    if not isinstance(messages, list) or not messages:
        raise BadRequest("messages must be a list of at least one message", param="messages")
    system: list[str] = []
    turns: list[tuple[str, list[str], list[ImagePart], list[int]]] = []
    for number, message in enumerate(messages):
        param = f"messages[{number}]"
        role, texts, pictures, ids = parse_message(message, param, ignored)
        if role in ("system", "developer"):
            if turns:
                raise BadRequest(f"{param}: a system message must come first", param=param)
            system += texts
        elif turns and turns[-1][0] == role:
            turns[-1][1].extend(texts)
            turns[-1][2].extend(pictures)
            turns[-1][3].extend(ids)
        else:
            turns.append((role, texts, pictures, ids))
    if len(turns) > 1 and turns[0][0] == "assistant":
        turns, ignored[GREETING] = turns[1:], None
    if continues:
        if not turns or turns[0][0] != "user" or turns[-1][0] != "assistant":
            message = "with continue_final_message the last message must be the assistant's answer to a question"
            raise BadRequest(message, param="messages")
    elif not turns or turns[-1][0] != "user":
        raise BadRequest("the last message must be the user's", param="messages")
    questions, answers = turns[::2], [*turns[1::2], *([] if continues else [None])]
    exchanges = tuple(
        Exchange(
            "\n".join(texts), tuple(pictures), *(() if answer is None else ("\n".join(answer[1]), tuple(answer[3])))
        )
        for (_, texts, pictures, _), answer in zip(questions, answers, strict=True)
    )
    return "\n".join(system) if system else None, exchanges


def parse_message(
    message: Any, param: str, ignored: dict[str, None]
) -> tuple[str, list[str], list[ImagePart], list[int]]:
    """Return the role of a message, its texts, its pictures, and its token ids."""
    if not isinstance(message, dict):
        raise BadRequest(f"{param} must be an object", param=param)
    role = message.get("role")
    if role not in ROLES:
        raise BadRequest(f"{param}.role must be one of {', '.join(ROLES)}", param=f"{param}.role")
    check_others(message, ("role", "content", IDS), "message", param, ignored)
    ids = [] if message.get(IDS) is None else message[IDS]
    if not isinstance(ids, list) or not all(type(each) is int for each in ids) or (ids and role != "assistant"):
        raise BadRequest(f"{param}.{IDS} must be a list of an answer's token ids", param=f"{param}.{IDS}")
    typed({k: v for k, v in message.items() if v is not None}, "name", str, None)
    content = message.get("content")
    if role == "assistant" and content in (None, []):  # it said nothing, or was broken off
        return role, [], [], []
    if isinstance(content, str):
        return role, [content], [], ids
    if not isinstance(content, list) or not content:
        raise BadRequest(f"{param}.content must be a string or a list of parts", param=f"{param}.content")
    texts, pictures = [], []
    for number, part in enumerate(content):
        place = f"{param}.content[{number}]"
        match part:
            case {"type": "text", "text": str(text)}:
                check_others(part, ("type", "text"), "part", place, ignored)
                texts.append(text)
            case {"type": "image_url", "image_url": {"url": str()} as image} if role == "user":
                check_others(part, ("type", "image_url"), "part", place, ignored)
                pictures.append(parse_picture(image, place, ignored))
            case {"type": "image_url"} if role != "user":
                raise BadRequest(f"{place}: only the user's messages may have pictures", param=place)
            case _:
                raise BadRequest(f"{place} is not a text or a picture", param=place, hint=PARTS)
    return role, texts, pictures, ids


def parse_picture(image: Mapping[str, Any], param: str, ignored: dict[str, None]) -> ImagePart:
    check_others(image, ("url", "detail"), "image_url", f"{param}.image_url", ignored)
    url, detail = image["url"], "auto" if image.get("detail") is None else image["detail"]
    if detail not in DETAILS:
        raise BadRequest(f"{param}.image_url: detail must be one of {', '.join(DETAILS)}", param=param)
    try:
        url.encode()
    except UnicodeEncodeError as error:
        raise BadRequest(f"{param}: the url is not valid text", param=param) from error
    return ImagePart(url, detail, param)
