"""Messages of the OpenAI chat protocol, as models that check them and describe them in /openapi.json.
Imports neither torch nor a web framework.

null counts as left out. `others` of a model has the fields without an effect here: ignored ones, and
those with the values that ask for nothing. Any other field or value is refused by name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from flashsloth.chat.conversation import Turn
from flashsloth.errors import BadRequest
from flashsloth.server.protocol import IDS
from flashsloth.utils import checked
from flashsloth.utils.close_names import did_you_mean
from flashsloth.utils.text import printable

PARTS = {  # by the field of the parts
    "messages": 'A part is {"type": "text", "text": "..."} or {"type": "image_url", "image_url": {"url": "..."}}.',
    "input": 'A part is {"type": "input_text", "text": "..."} or {"type": "input_image", "image_url": "..."}.',
}
IGNORED = (
    None  # with any value: it cannot change the answer, and IGNORED_HEADER of the response names it
)
DETAILS = ("auto", "low", "high", "original")  # of a picture; any other text counts as auto
GREETING = "messages[0]"  # of the assistant, which the model's prompt has no place for
NOT_SUPPORTED = "not_supported"  # pydantic's name of our own problem
PDF = "data:application/pdf;base64,"
PAGE = re.compile(r"#([1-9][0-9]{0,5})$")  # at the end of a file's name

Others: TypeAlias = Mapping[str, tuple[Any, ...] | None]


class ImagePart(NamedTuple):
    """An image of a message: a data: or http(s): URL, the wanted detail, where in the request it is,
    and the page if it is named."""

    url: str
    detail: str
    param: str
    page: int | None = None


def _describe(schema: dict[str, Any], kind: "type[Fields]") -> None:
    """Add the fields without an effect to a schema, unless they are described as fields."""
    others = {
        name: {} if values is IGNORED else {"enum": [*values, None]}
        for name, values in kind.others.items()
    }
    schema.update(properties={**others, **schema["properties"]}, additionalProperties=False)


class Fields(BaseModel):
    """A JSON object. -1 counts as left out in the fields of `may_be_minus_one`."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, json_schema_extra=_describe)
    others: ClassVar[Others] = {}
    may_be_minus_one: ClassVar[tuple[str, ...]] = ()
    allows_empty: ClassVar[bool] = True  # of an unknown field

    @model_validator(mode="before")
    @classmethod
    def _given(cls, value: Any) -> Any:
        """Leave out what asks for nothing. Of the fields without an effect the ignored ones stay."""
        if not isinstance(value, dict):
            return value
        given, known = {}, [each.alias or name for name, each in cls.model_fields.items()]
        for name, each in value.items():
            # programs whose numbers are all floats send 100.0
            if isinstance(each, float) and each.is_integer():
                each = int(each)
            if each is None or (name in cls.may_be_minus_one and type(each) is int and each == -1):
                continue
            if name not in known and cls.others.get(name, ()) is not IGNORED:
                # 1 and true differ
                allowed = [(isinstance(one, bool), one) for one in cls.others.get(name) or ()]
                if (cls.allows_empty and each in ([], {})) or (isinstance(each, bool), each) in allowed:
                    continue
                hint = "" if name in cls.others else did_you_mean(name, [*known, *cls.others])
                raise PydanticCustomError(
                    NOT_SUPPORTED, "is not supported", {"name": printable(name), "hint": hint}
                )
            given[name] = each
        return given

    def ignored(self, place: str = "") -> Iterator[str]:
        """Yield the names of the fields without an effect that were given, as in messages[].name; not
        of empty ones."""
        for name, value in self:
            if name in self.others and name in self.model_fields_set and value not in ([], {}):
                yield f"{place}{name}"
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, Fields):
                    yield from each.ignored(f"{place}{name}{'[]' if isinstance(value, list) else ''}.")


class ImageUrl(Fields):
    url: str = Field(  # with a length that is checked, half a character is refused
        min_length=0,
        description="A data: URL; http(s): where the server was started with --allow-urls.",
    )
    detail: str = Field(
        "auto",
        json_schema_extra={"examples": list(DETAILS)},
        description="low for a small picture, if those of all pictures are low. Unknown ones are ignored.",
    )
    flashsloth_page: int | None = Field(
        None, ge=1, description="Of a PDF, TIFF or animation. The first is 1."
    )
    others = dict.fromkeys(("format", "mime_type", "cache_control"), IGNORED)

    def ignored(self, place: str = "") -> Iterator[str]:
        yield from super().ignored(place)
        if self.detail not in DETAILS:
            yield f"{place}detail"


class Text(Fields):
    type: Literal["text"]
    text: str
    others = dict.fromkeys(("id", "annotations", "cache_control", "provider_options"), IGNORED)


def _as_object(value: Any) -> Any:
    """Return a URL that was sent alone, as some clients do, as the object that the protocol has."""
    return {"url": value} if isinstance(value, str) else value


class Picture(Fields):
    type: Literal["image_url"]
    image_url: Annotated[ImageUrl, BeforeValidator(_as_object, json_schema_input_type=str | ImageUrl)]
    others = Text.others

    def picture(self, param: str) -> ImagePart:
        """Return the picture of this part, which is at `param`."""
        return ImagePart(
            self.image_url.url.strip(), self.image_url.detail, param, self.image_url.flashsloth_page
        )


class FileData(Fields):
    file_data: str = Field(description="A PDF, as a data: URL or as base64 alone.")
    filename: str = Field(
        "", description="#2 at its end names the second page. The first is read without it."
    )
    others: ClassVar[Others] = dict.fromkeys(("file_id", "file_url"), ())  # refused

    def picture(self, param: str) -> ImagePart:
        """Return a page of the file, which is at `param`, as a picture."""
        data = self.file_data.strip()
        page = PAGE.search(self.filename)
        url = data if data[:5].lower() == "data:" else f"{PDF}{data}"
        return ImagePart(url, "auto", param, None if page is None else int(page[1]))


class File(Fields):
    type: Literal["file"]
    file: FileData
    others = Text.others

    def picture(self, param: str) -> ImagePart:
        return self.file.picture(param)


def kind_of(part: Any) -> str | None:
    """Return the tag of a part of a message; a hyphen tells it from a field's name."""
    return f"-{part.get('type')}" if isinstance(part, dict) else None


Part = Annotated[
    Annotated[Text, Tag("-text")]
    | Annotated[Picture, Tag("-image_url")]
    | Annotated[File, Tag("-file")],
    Discriminator(kind_of),
]
Content = Annotated[
    Annotated[str, Tag("-text")] | Annotated[list[Part], Field(fail_fast=True), Tag("-parts")],
    Discriminator(lambda value: "-text" if isinstance(value, str) else "-parts"),
]


class Message(Fields):
    role: Literal["system", "developer", "user", "assistant"]
    content: Content | None = None
    flashsloth_ids: list[int] = Field(
        [], fail_fast=True, description="The tokens of the assistant's answer"
    )
    name: str = ""
    others = {
        "refusal": ("",),
        **dict.fromkeys(
            ("name", "id", "annotations", "cache_control", "provider_specific_fields"), IGNORED
        ),
        **dict.fromkeys(("reasoning_content", "reasoning", "reasoning_details"), IGNORED),
        **dict.fromkeys(("thinking", "thinking_blocks"), IGNORED),
    }

    def texts(self) -> list[str]:
        if isinstance(self.content, str):
            return [self.content]
        return [part.text for part in self.content or () if isinstance(part, Text)]

    def pictures(self, param: str) -> list[ImagePart]:
        """Return the pictures of the message, which is at `param`."""
        parts = enumerate([] if isinstance(self.content, str) else self.content or [])
        return [
            part.picture(f"{param}.content[{number}]")
            for number, part in parts
            if not isinstance(part, Text)
        ]


class Messages(Fields):
    """What a request for an answer must have."""

    messages: list[Message] = Field(
        fail_fast=True,
        min_length=1,
        description="System messages come first; of the others the last is the user's, and a first one of the "
        "assistant is ignored. With continue_final_message the last is the assistant's.",
    )


def refusal(error: ValidationError, values: Any) -> BadRequest:
    """Return the error for the first thing that is wrong. It names the field; of a list of texts or
    numbers, and of a part of a message, the whole."""
    kind, param, message, hint = checked.first_problem(error, values)
    if kind == NOT_SUPPORTED:
        about = error.errors(include_url=False)[0]["ctx"]
        param = f"{param}.{about['name']}" if param else about["name"]
        return BadRequest(
            f"{param} is not supported", param=param, hint=about["hint"] or f"Leave out {param}."
        )
    is_of_no_kind = kind in ("union_tag_invalid", "union_tag_not_found")
    if part := re.match(r"(messages|input)\[\d+\]\.content\[\d+\]", param):
        if is_of_no_kind:
            message = f"{part[0]} is not a text, a picture or a file"
        return BadRequest(
            message, param=part[0], hint=hint if kind == "literal_error" else PARTS[part[1]]
        )
    if is_of_no_kind:
        return BadRequest(
            f"{param} is not a message",
            param=param,
            hint='A message is {"role": "user", "content": "..."}.',
        )
    return BadRequest(message, param=re.sub(r"(?<!messages)(?<!input)\[\d+\]$", "", param), hint=hint)


def parse_messages(messages: Any) -> tuple[str | None, tuple[Turn, ...]]:
    """Return the system text, None without one, and the turns of messages. The last one is the question
    to answer. Raises: BadRequest."""
    try:
        return read_messages(Messages.model_validate({"messages": messages}).messages)[:2]
    except ValidationError as error:
        raise refusal(error, {"messages": messages}) from error


def read_messages(
    messages: Iterable[Message], *, continues: bool = False
) -> tuple[str | None, tuple[Turn, ...], list[ImagePart], list[str]]:
    """Return the system text, None without one, the turns, all their pictures, and the names of
    messages that are left out. Neighbouring messages of one role are joined. The last turn has the
    question to answer; if the request `continues`, also the part of its answer to continue.

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
        raise BadRequest(
            "with continue_final_message the last message must be the assistant's answer to a question",
            param="messages",
        )
    if not continues and (not turns or turns[-1][0] != "user"):
        raise BadRequest("the last message must be the user's", param="messages")
    answers = [("\n".join(texts), tuple(ids)) for _, texts, _, ids in turns[1::2]] + (
        [] if continues else [("", ())]
    )
    joined = tuple(
        Turn("\n".join(texts), *answer, "stop", len(pictures))
        for (_, texts, pictures, _), answer in zip(turns[::2], answers, strict=True)
    )
    return (
        "\n".join(system) if system else None,
        joined,
        [each for turn in turns for each in turn[2]],
        ignored,
    )


def check_message(message: Message, pictures: Sequence[ImagePart], param: str) -> None:
    """Raise BadRequest for what a message of its role cannot have, and for a URL that is not text."""
    if message.role != "assistant" and message.content in (None, []):
        raise BadRequest(
            f"{param}.content must be a string or a list of parts", param=f"{param}.content"
        )
    if message.role != "assistant" and message.flashsloth_ids:
        raise BadRequest(f"{param}.{IDS} are of an answer", param=f"{param}.{IDS}")
    for each in pictures:
        if message.role != "user":
            raise BadRequest(
                f"{each.param}: only the user's messages may have pictures", param=each.param
            )
