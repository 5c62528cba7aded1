"""Messages of the OpenAI chat protocol, as pydantic models that check a request and describe it in
/openapi.json. Imports neither torch nor a web framework.

A field that is null is treated as if it were missing. The attribute `others` of a model lists fields
that have no effect here. Some of these fields are accepted with any value and ignored; the rest are
accepted only with values that change nothing, such as n=1. Any other field or value is refused, and the
error names it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
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
from flashsloth.utils.text import did_you_mean, printable, printable_repr

# Examples of the parts of a message. The keys are the fields of a request that may have messages.
PARTS = {
    "messages": 'A part is {"type": "text", "text": "..."} or {"type": "image_url", "image_url": {"url": "..."}}.',
    "input": 'A part is {"type": "input_text", "text": "..."} or {"type": "input_image", "image_url": "..."}.',
}
# The chat protocol and the Responses protocol have different names for the types of parts. A key is the
# tag (see `kind_of`) of a type that belongs to one protocol. Its value is the type that the other
# protocol has instead.
TWINS = {
    "-text": "input_text",
    "-image_url": "input_image",
    "-file": "input_file",
    "-input_text": "text",
    "-output_text": "text",
    "-input_image": "image_url",
    "-input_file": "file",
}
# As a value in `others` this means that the field is accepted with any value. The field cannot change
# the answer, and the header IGNORED_HEADER of the response names it.
IGNORED = None
# The values of a picture's `detail`. Any other text counts as auto.
DETAILS = ("auto", "low", "high", "original")
NOTHING_STORED = "Nothing is stored here. Send the whole conversation as input."
# Clients often declare a function only to get JSON of its schema.
NO_TOOLS = "The model calls no tools: leave them out. For JSON of a schema use {}."
NOT_SUPPORTED = "not_supported"  # a kind of error that pydantic itself does not have
PDF = "data:application/pdf;base64,"
PAGE = re.compile(r"#([1-9][0-9]{0,5})$")  # the number of a page at the end of a file's name

Others: TypeAlias = Mapping[str, tuple[Any, ...] | None]
# The result of `read_messages`: the system text, the turns, the pictures and the places of ignored
# messages.
ReadMessages: TypeAlias = tuple[str | None, tuple[Turn, ...], list["ImagePart"], list[str]]


class ImagePart(NamedTuple):
    """A picture of a message."""

    url: str  # data: or http(s):
    detail: str  # auto, low, high, original or another text
    param: str  # the place of the picture in the request, for errors
    page: int | None = None  # the number of the page in its file; None for the first page


def _describe(schema: dict[str, Any], kind: "type[Fields]") -> None:
    """Add the fields of `others` to a JSON schema, unless the model declares them as fields too."""
    others = {
        name: {} if values is IGNORED else {"enum": [*values, None]}
        for name, values in kind.others.items()
    }
    schema.update(properties={**others, **schema["properties"]}, additionalProperties=False)


class Fields(BaseModel):
    """A JSON object in a request. A field in `may_be_minus_one` is treated as missing if its value is
    -1. `hints` maps unsupported fields to hints, for fields that clients often send."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, json_schema_extra=_describe)
    others: ClassVar[Others] = {}
    hints: ClassVar[Mapping[str, str]] = {}
    may_be_minus_one: ClassVar[tuple[str, ...]] = ()
    allows_empty: ClassVar[bool] = True  # whether an unknown field may be an empty list or object

    @model_validator(mode="before")
    @classmethod
    def _given(cls, values: Any) -> Any:
        """Return the values without the fields that change nothing. Ignored fields stay, so that the
        method `ignored` can name them.
        Raises: PydanticCustomError for a field or a value that is not supported."""
        if not isinstance(values, dict):
            return values
        given: dict[str, Any] = {}
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for name, value in values.items():
            # Programs whose numbers are all floats send 100.0 instead of 100.
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            is_minus_one = name in cls.may_be_minus_one and type(value) is int and value == -1
            if value is None or is_minus_one:
                continue
            no_ops = cls.others.get(name, ())
            if name in known or no_ops is IGNORED:
                given[name] = value
                continue
            # The types are compared too, because 1 == True.
            is_no_op = any(type(value) is type(no_op) and value == no_op for no_op in no_ops)
            if not is_no_op and not (cls.allows_empty and value in ([], {})):
                similar = () if name in cls.others else (*known, *cls.others)
                hint = cls.hints.get(name) or did_you_mean(name, similar)
                raise PydanticCustomError(
                    NOT_SUPPORTED, "is not supported", {"name": printable(name), "hint": hint}
                )
        return given

    def ignored(self, place: str = "") -> Iterator[str]:
        """Yield the names of the ignored fields that were given and are not empty, including fields of
        nested objects, as in messages[].name. `place` is put before each name."""
        for name, value in self:
            if name in self.others and name in self.model_fields_set and value not in ([], {}):
                yield f"{place}{name}"
            is_list = isinstance(value, list)
            for each in value if is_list else [value]:
                if isinstance(each, Fields):
                    yield from each.ignored(f"{place}{name}[]." if is_list else f"{place}{name}.")


class Detail(Fields):
    """The size in which a picture is read."""

    detail: str = Field(
        "auto",
        json_schema_extra={"examples": list(DETAILS)},
        description="If it is low for all pictures, each is read in one tile. Unknown values are ignored.",
    )

    def ignored(self, place: str = "") -> Iterator[str]:
        yield from super().ignored(place)
        if self.detail not in DETAILS:
            yield f"{place}detail"


class ImageUrl(Detail):
    url: str = Field(
        # with a length to check, pydantic refuses text with lone surrogates
        min_length=0,
        description="A data: URL; http(s): where the server was started with --allow-urls.",
    )
    flashsloth_page: int | None = Field(
        None,
        ge=1,
        description="The page of a PDF or TIFF, or the frame of an animation. The first is 1.",
    )
    others = dict.fromkeys(("format", "mime_type", "cache_control"), IGNORED)


class TextPart(Fields):
    """A text in a message, in the chat protocol or in the Responses protocol."""

    text: str


class Text(TextPart):
    type: Literal["text"]
    others = dict.fromkeys(("id", "annotations", "cache_control", "provider_options"), IGNORED)


class Picture(Fields):
    type: Literal["image_url"]
    image_url: Annotated[
        ImageUrl,
        BeforeValidator(  # some clients send a bare URL
            lambda value: {"url": value} if isinstance(value, str) else value,
            json_schema_input_type=str | ImageUrl,
        ),
    ]
    others = Text.others

    def picture(self, param: str) -> ImagePart:
        """Return the picture of this part. `param` says where the part is in the request."""
        url = self.image_url
        return ImagePart(url.url.strip(), url.detail, param, url.flashsloth_page)


class FileData(Fields):
    file_data: str = Field(
        min_length=0,  # see ImageUrl.url
        description="A PDF, as a data: URL or as base64 alone.",
    )
    filename: str = Field(
        "", description="#2 at its end names the second page. The first is read without it."
    )
    others: ClassVar[Others] = dict.fromkeys(("file_id", "file_url"), ())  # both are refused

    def picture(self, param: str) -> ImagePart:
        """Return the page that the name of the file selects. `param` says where the part is in the
        request."""
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
    """Return the tag by which pydantic chooses the class of a message's part (Text, Picture or File).
    The hyphen distinguishes a tag from the name of a field in the location of an error."""
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
            (
                "name",
                "id",
                "annotations",
                "cache_control",
                "provider_specific_fields",
                "reasoning_content",
                "reasoning",
                "reasoning_details",
                "thinking",
                "thinking_blocks",
            ),
            IGNORED,
        ),
    }

    def texts(self) -> list[str]:
        if isinstance(self.content, str):
            return [self.content]
        return [part.text for part in self.content or () if isinstance(part, TextPart)]

    def pictures(self, param: str) -> list[ImagePart]:
        """Return the pictures of the message. `param` says where the message is in the request."""
        parts = [] if isinstance(self.content, str) else self.content or []
        return [
            part.picture(f"{param}.content[{number}]")
            for number, part in enumerate(parts)
            if not isinstance(part, TextPart)
        ]


class Messages(Fields):
    """The messages of a request of the chat protocol."""

    messages: list[Message] = Field(
        fail_fast=True,
        min_length=1,
        description="System messages come first. After them, a message of the assistant before the first message of "
        "the user is ignored. The last message is the user's, or with continue_final_message the assistant's.",
    )

    def by_place(self) -> dict[str, Message]:
        """Return the messages. The keys are their places in the request, such as messages[0]."""
        return {f"messages[{number}]": message for number, message in enumerate(self.messages)}


def refusal(error: ValidationError, values: Any) -> BadRequest:
    """Return the error for the first problem that pydantic found.

    Its `param` names the wrong field, with two exceptions. For an element of a list of texts or numbers
    it names the list, and for a field of a part of a message it names the part.
    """
    kind, param, message, hint = checked.first_problem(error, values)
    problem = error.errors(include_url=False)[0]
    details = problem.get("ctx", {})
    if kind == NOT_SUPPORTED:
        param = f"{param}.{details['name']}" if param else details["name"]
        hint = details["hint"] or f"Leave out {param}."
        return BadRequest(f"{param} is not supported", param=param, hint=hint)
    is_unknown_kind = kind in ("union_tag_invalid", "union_tag_not_found")
    if part := re.match(r"(messages|input)\[\d+\]\.content\[\d+\]", param):
        if is_unknown_kind:
            message = f"{part[0]} is not a text, a picture or a file"
        if kind != "literal_error":
            hint = PARTS[part[1]]
        if twin := TWINS.get(details.get("tag", "")):
            hint = f'Did you mean "type": "{twin}"? {hint}'
        return BadRequest(message, param=part[0], hint=hint)
    if is_unknown_kind:
        # The item may have a type, such as function_call. `kind_of` has put a hyphen before the type.
        kind_text = (
            f", but of the type {printable_repr(details['tag'][1:])}" if details.get("tag") else ""
        )
        is_stored = details.get("tag") == "-item_reference"
        hint = NOTHING_STORED if is_stored else 'A message is {"role": "user", "content": "..."}.'
        return BadRequest(f"{param} is not a message{kind_text}", param=param, hint=hint)
    if param in ("tool_choice", "function_call"):
        hint = NO_TOOLS.format("response_format")
    # The field may be a text or a list, but pydantic names only the type that our tag chose.
    if kind in ("list_type", "string_type") and str(problem["loc"][-1]).startswith("-"):
        hint = "Expected a text or a list."
    return BadRequest(message, param=re.sub(r"(?<!messages)(?<!input)\[\d+\]$", "", param), hint=hint)


def parse_messages(messages: Any) -> tuple[str | None, tuple[Turn, ...]]:
    """Return the system text, or None if there is none, and the turns of the messages. The last turn
    has the question to answer. Raises: BadRequest."""
    try:
        given = Messages.model_validate({"messages": messages}).by_place()
    except ValidationError as error:
        raise refusal(error, {"messages": messages}) from error
    return read_messages("messages", given)[:2]


def read_messages(
    name: str, messages: Mapping[str, Message], *, continues: bool = False
) -> ReadMessages:
    """Join neighbouring messages of the same role, and return their content as a conversation needs it.

    Args:
        name: the field of the request that has the messages.
        messages: the messages. The keys are their places in the request, which errors name.
        continues: whether the last message is the beginning of an answer that is to be continued.

    Returns: the system text, or None if there is none; the turns; the pictures of all turns; the places
        of the messages that are left out. The last turn has the question to answer and, if `continues`
        is set, the beginning of its answer.

    Raises: BadRequest.
    """
    # 1. Neighbouring messages of the same role become one entry, with their texts, pictures and token
    #    ids.
    system: list[str] = []
    entries: list[tuple[str, list[str], list[ImagePart], list[int]]] = []
    for param, message in messages.items():
        pictures = message.pictures(param)
        check_message(message, pictures, param)
        if message.role in ("system", "developer"):
            if entries:
                raise BadRequest(f"{param}: a system message must come first", param=param)
            system += message.texts()
            continue
        if not entries or entries[-1][0] != message.role:
            entries.append((message.role, [], [], []))
        entries[-1][1].extend(message.texts())
        entries[-1][2].extend(pictures)
        entries[-1][3].extend(message.flashsloth_ids)
    # 2. A greeting of the assistant is left out, because the model's prompt begins with a question.
    ignored = [f"{name}[0]"] if len(entries) > 1 and entries[0][0] == "assistant" else []
    entries = entries[len(ignored) :]
    # 3. The remaining entries alternate between user and assistant, so only the first and the last
    #    role are checked.
    roles = [entry[0] for entry in entries]
    if continues and (not roles or (roles[0], roles[-1]) != ("user", "assistant")):
        raise BadRequest(
            "with continue_final_message the last message must be the assistant's answer to a question",
            param=name,
        )
    if not continues and (not roles or roles[-1] != "user"):
        raise BadRequest("the last message must be the user's", param=name)
    # 4. Each question forms a turn with its answer. The answer that is to be generated is still empty.
    answers = entries[1::2] if continues else [*entries[1::2], ("assistant", [], [], [])]
    turns = tuple(
        Turn("\n".join(question), "\n".join(answer), tuple(ids), "stop", len(pictures))
        for (_, question, pictures, _), (_, answer, _, ids) in zip(entries[::2], answers, strict=True)
    )
    shown = [picture for entry in entries for picture in entry[2]]
    return "\n".join(system) if system else None, turns, shown, ignored


def check_message(message: Message, pictures: Sequence[ImagePart], param: str) -> None:
    """Raise BadRequest if a message has content that its role does not allow, or lacks content that its
    role requires."""
    if message.role != "assistant" and message.content in (None, []):
        raise BadRequest(
            f"{param}.content is missing or empty",
            param=f"{param}.content",
            hint="Send a text, or a list with at least one part.",
        )
    if message.role != "assistant" and message.flashsloth_ids:
        raise BadRequest(f"{param}: only an answer may have {IDS}", param=f"{param}.{IDS}")
    if pictures and message.role != "user":
        param = pictures[0].param
        raise BadRequest(f"{param}: only the user's messages may have pictures", param=param)
