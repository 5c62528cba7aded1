"""The options of the commands and the settings of the user, each declared once.

A field of a class here is an option of the commands that take the class. A field with a `Setting` is
also a setting of the same name, which can be given in config.toml, in templates, in the environment,
with --set of a command and with /set of a conversation. A field without flags is a setting only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from flashsloth.devices import DEVICE_NAME
from flashsloth.generation.answer_settings import SETTINGS, Setting
from flashsloth.generation.choice_list import parse_choices
from flashsloth.images.sources import parse_crop
from flashsloth.quantization.presets import CHOICES, listed
from flashsloth_cli.declaration import (
    ONE,
    Heading,
    argument,
    command,
    declarations,
    setting,
    setting_of,
)

__all__ = ["KEYS", "ONE", "argument", "command"]  # all but KEYS come from the module `declaration`

QUESTION = Heading("Question")
PICTURE = Heading("Picture")
ANSWER = Heading("Answer")
MODEL = Heading("Model and device")
CONVERSATION = Heading("Conversation")
DATA = Heading("Data")
START = Heading("Starting model")
METHOD = Heading("Method")
SCHEDULE = Heading("Schedule")
ADDRESS = Heading("Address")
ACCESS = Heading("Access")
LIMITS = Heading("Limits")
EVALUATION = Heading("Evaluation")
RUN = Heading("Run")
MEASUREMENT = Heading("Measurement")
OUTPUT = Heading("Output")
SIDECARS = Heading("Sidecars")

Words = Annotated[
    list[str] | None,
    argument(
        "IMAGE|QUESTION",
        "Picture: a path, a URL, a quoted glob, clipboard:, or - for stdin. One other word may be the question.",
    ),
]
ModelArgument = Annotated[
    str, argument("MODEL", "A known name, org/repo[@revision] or a folder.", "model")
]
HubModel = Annotated[
    str, argument("MODEL", "A name of `flashsloth list`, or org/repo[@revision].", "model")
]
OutputFolder = Annotated[
    Path, OUTPUT.option("-o, --output DIR", "Folder to write.", show_default=False)
]
Prompt = Annotated[
    str | None, QUESTION.option("-p, --prompt TEXT|@FILE", "The question, or a file that contains it.")
]
Template = Annotated[
    str | None,
    QUESTION.option(
        "-t, --template NAME", "Use a prompt template; `flashsloth templates list` lists them."
    ),
]
SaveTemplate = Annotated[
    str | None,
    QUESTION.option(
        "--save-template NAME",
        "Save the question, and how it is answered, as a template of your own for -t.",
        completes="template",
    ),
]
Continue = Annotated[
    bool,
    CONVERSATION.option(
        "-c, --continue",
        "Continue the last conversation saved at a terminal; `chat` takes the last chat.",
    ),
]
SessionName = Annotated[
    str | None,
    CONVERSATION.option(
        "--session NAME", "Continue the conversation with this name or id, or start it."
    ),
]
ImageRoot = Annotated[
    Path | None,
    DATA.option(
        "--image-root DIR",
        "Folder that relative picture paths start from.",
        show_default="the data file's folder",
    ),
]
BatchSize = Annotated[
    int | None,
    DATA.option(
        "--batch-size N",
        "Rows to answer together.",
        min=1,
        show_default="64; 8 from a billion parameters",
    ),
]
Device = Annotated[
    str | None,
    MODEL.option("--device D", f"{DEVICE_NAME[1]}."),
    Setting("auto", DEVICE_NAME[0].fullmatch, DEVICE_NAME[1]),
]
QuantName: TypeAlias = Literal[
    "auto", "none", "int4", "int8", "nf4", "4bit", "8bit"
]  # as in presets.CHOICES
Dtype = Annotated[
    Literal["auto", "float32", "bfloat16", "float16"] | None,
    Setting("auto", help="The dtype of the computation; without --quant it turns quantization off."),
]
Hd = Annotated[
    bool | None,
    PICTURE.option(SETTINGS["hd"].flag, SETTINGS["hd"].help, show_default="as the model was trained"),
    SETTINGS["hd"],
]
Offline = Annotated[
    bool, MODEL.option("--offline", "Never use the network to find or download a model.")
]
Yes = Annotated[
    bool, MODEL.option("-y, --yes", "Answer yes to every question, such as before a download.")
]
Json = Annotated[bool, OUTPUT.option("--json", "Print one JSON document on stdout.")]
Quiet = Annotated[bool, OUTPUT.option("-q, --quiet", "Print only warnings and errors on stderr.")]
Verbose = Annotated[
    bool,
    OUTPUT.option(
        "-v, --verbose", "Print times, token counts, more details and the warnings of libraries."
    ),
]
Force = Annotated[bool, OUTPUT.option("--force", "Write into a folder that is not empty.")]
Trace = Annotated[
    Path | None,
    OUTPUT.option(
        "--trace FILE",
        "Record when pictures are read and the model computes, as a new .json for Perfetto.",
        envvar="FLASHSLOTH_TRACE",
    ),
]
ForceFile = Annotated[bool, OUTPUT.option("--force", "Replace a file that exists.")]


# The options of a question, in the order in which the help lists them.


@dataclass(frozen=True, kw_only=True)
class PictureOptions:
    """The options that say how pictures are read. None means that an option was not given."""

    crop: str | None = PICTURE.field(
        None,
        "--crop X,Y,W,H",
        "Read only this part of each picture: left, top, width and height in pixels or percent (10%,10%,80%,80%).",
        parser=lambda value: parse_crop(value).text,
    )
    no_picture: bool = PICTURE.field(False, "--no-picture", "Allow a question without a picture.")
    allow_local: bool | None = setting(
        False, "Allow URLs that point to this machine or its local link."
    )
    reference_preprocessing: bool | None = setting(
        False, "Read pictures as the paper's code does: without EXIF rotation and transparency."
    )


def _answer(name: str) -> Any:
    """Return the field for a setting of answers. Its type is checked when the option is read."""
    setting = SETTINGS[name]
    if setting.flag:
        return ANSWER.field(None, setting.flag, setting.help, setting)
    return field(default=None, metadata={"declared": (setting,)})


@dataclass(frozen=True, kw_only=True)
class ConstraintOptions:
    """The options of an answer that `eval` has too. None means that an option was not given. `hd` is in
    ModelOptions, because commands that ask nothing have it too."""

    system: str | None = _answer("system")
    max_tokens: int | None = _answer("max_tokens")
    schema: str | None = _answer("schema")
    regex: str | None = _answer("regex")
    schema_in_prompt: bool | None = _answer("schema_in_prompt")
    # A tuple of texts, which the parser makes of one text. There is no setting of this name.
    choices: Any = ANSWER.field(
        None, SETTINGS["choices"].flag, SETTINGS["choices"].help, parser=parse_choices
    )


@dataclass(frozen=True, kw_only=True)
class AnswerOptions(ConstraintOptions):
    """All options of an answer."""

    temperature: float | None = _answer("temperature")
    top_p: float | None = _answer("top_p")
    top_k: int | None = _answer("top_k")
    min_p: float | None = _answer("min_p")
    repetition_penalty: float | None = _answer("repetition_penalty")
    seed: int | None = _answer("seed")
    stop: list[str] | None = _answer("stop")


@dataclass(frozen=True, kw_only=True)
class ModelOptions:
    """The options that say which model answers, and on which device. None means that an option was not
    given."""

    model: str | None = MODEL.field(
        None,
        "-m, --model MODEL",
        "A name of `flashsloth list`, org/repo[@revision] or a folder.",
        Setting("nano", bool, "the name or the folder of a model"),
    )
    adapter: str | None = MODEL.field(
        None, "--adapter DIR", "Apply an adapter written by finetune; its base model is loaded."
    )
    reduce: str | None = setting(
        None,
        "Leave out visual tokens by this recipe of `reduce fit`; none ignores the model's own recipe.",
    )
    max_side: int | None = setting(
        None,
        "Reduce pictures to this longest side, in pixels, before the model resizes or cuts them.",
        words="a whole number from 16 to 65536",
        limits={"minimum": 16, "maximum": 65536},
    )
    hd: Hd = None
    device: Device = None
    dtype: Dtype = None
    quant: QuantName | None = MODEL.field(
        None, "--quant Q", f"Quantize: {listed(CHOICES)}.", Setting("auto")
    )
    quant_cache: bool | None = setting(True, "Use and write quantized copies in the cache.")
    set: list[str] | None = MODEL.field(
        None, "--set KEY=VALUE", "Any setting that `flashsloth config show` lists. Can be repeated."
    )
    offline: Offline = False
    yes: Yes = False


SERVER = re.compile(r"\s*(auto|none|([^\s/@]*@)?[\w.\-\[\]:]*\d+/?|https?://\S+)\s*")


@dataclass(frozen=True, kw_only=True)
class ConversationOptions:
    """The options that say whether this process or a server computes a conversation, and whether it is
    saved. None means that an option was not given."""

    server: str | None = CONVERSATION.field(
        None,
        "--server URL|PORT|none",
        "Server to ask, also another program's; none asks no server. Default: yours with the same model and device.",
        Setting("auto", SERVER.fullmatch, "auto, none or the address of a server"),
    )
    no_history: bool = CONVERSATION.field(
        False, "--no-history", "Do not save this conversation, nor encoded pictures in the cache."
    )
    history: bool | None = setting(
        True, "Save conversations: by default at a terminal only; if set to true, everywhere."
    )
    image_cache: bool | None = setting(True, "Use and write encoded pictures in the cache.")
    overflow: Literal["error", "drop-oldest"] | None = setting(
        "error", "When the context is full: error, or drop-oldest, which forgets the oldest turns."
    )
    preview: bool | None = setting(False, "Let chat show each picture, as /look does.")


@dataclass(frozen=True, kw_only=True)
class MessageOptions:
    """The options that say what is printed besides answers."""

    quiet: Quiet = False
    verbose: Verbose = False


@dataclass(frozen=True, kw_only=True)
class WriteOptions:
    """The options that the commands that write a model have in common."""

    force: Force = False
    json: Json = False
    offline: Offline = False
    quiet: Quiet = False
    yes: Yes = False


@dataclass(frozen=True, kw_only=True)
class OutputOptions(MessageOptions):
    """The options that say in which format an answer is printed."""

    json: Json = False
    table: Literal["csv", "excel"] | None = setting(
        "csv",
        "How batch writes a .csv or .tsv; excel: with semicolons, decimal commas and a byte order mark.",
    )
    stats: bool | None = setting(False, "Print times and token counts on stderr, as -v does.")
    explain_panels: Literal["tokens", "pooling", "all"] | None = setting(
        None,
        "What --explain draws besides: a panel for each word of the answer, the weights of SAP, or both.",
    )


@dataclass(frozen=True, kw_only=True)
class Options(OutputOptions, ConversationOptions, ModelOptions, AnswerOptions, PictureOptions):
    """The options of a question."""

    @classmethod
    def of(cls, *options: Any, **more: Any) -> Self:
        """Return options with the values of several option groups of a command, and with `more` values
        by name."""
        names = {field.name for field in fields(cls)}
        given = {name: value for each in options for name, value in vars(each).items() if name in names}
        return cls(**given | more)


# The settings of the model come first, because `config show` lists them in this order.
KEYS: Mapping[str, Setting] = {
    name: each
    for name, hint in (declarations(ModelOptions) | declarations(Options)).items()
    if (each := setting_of(hint)) is not None
}
