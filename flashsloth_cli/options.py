"""The options of the commands and the settings of the user, each declared once, and the only function
that checks their values.

A field of a class here is an option of the commands that take the class. A field with a `Setting` is
also a setting of the same name, which can be given in config.toml, in templates, in the environment,
with --set of a command and with /set of a conversation. A field without flags is a setting only.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias, get_args, get_origin, get_type_hints

import typer
from typer.models import ParameterInfo

from flashsloth.devices import DEVICE_NAME
from flashsloth.errors import OptionError
from flashsloth.generation.answer_settings import SETTINGS, Setting
from flashsloth.generation.choice_list import parse_choices
from flashsloth.images.sources import parse_crop
from flashsloth.quantization.presets import CHOICES, listed

COMPLETED = (
    "model",
    "adapter",
    "presets",
    "device",
    "template",
    "server",
    "session",
    "key",
    "value",
    "write",
)

ONE = "Use one of them."
# what --force replaces
WRITTEN = ("output", "save", "plot", "show_input", "explain", "save_template", "trace")

Pair: TypeAlias = tuple[str, str]  # a value and its description
# The functions that complete the values of the names in COMPLETED. They are registered only if the Tab
# key was pressed.
completers: dict[str, Callable[[Mapping[str, str], str], Iterable[Pair]]] = {}


def setting_of(annotation: Any) -> Setting | None:
    """Return the setting that the annotation of a field declares, with its type. Return None if the
    annotation declares no setting."""
    hint, *declared = get_args(annotation) or (None,)
    for each in declared:
        if isinstance(each, Setting):
            kind = next(kind for kind in get_args(hint) if kind is not type(None))
            values = get_args(kind) if get_origin(kind) is Literal else ()
            return replace(each, kind=str if values else get_origin(kind) or kind, values=values)
    return None


def check(name: str, setting: Setting, value: Any, where: Path | str | None = None) -> Any:
    """Return the value of a setting after checking it. Raises: OptionError for a wrong type or a value
    out of range. The error names `where`, which is the file or the environment variable that has the
    value."""
    if where is None:
        return setting.check(name, value, hint=f"flashsloth config show {name} prints its value.")
    hint = "Correct that line of the file." if isinstance(where, Path) else f"Correct or unset {where}."
    return setting.check(name, value, place=f"{where}: ", hint=hint)


def check_force(given: Mapping[str, Any]) -> None:
    """Check that --force has something to replace. Raises: OptionError."""
    if given.get("force") and not any(map(given.get, WRITTEN)):
        others = [flag_of(name) for name in WRITTEN if name in given]
        raise OptionError(
            f"--force works only with {' or '.join(others)}", hint="Add it, or leave --force out."
        )


def flag_of(name: str) -> str:
    """Return the flag of a parameter."""
    return "--continue" if name == "go_on" else f"--{name.replace('_', '-')}"


def completion(name: str) -> Callable[[typer.Context, str], list[Pair]] | None:
    """Return the function that typer calls to complete the values of a parameter. Return None if no
    values are known."""
    if name not in COMPLETED:
        return None

    def complete(context: typer.Context, incomplete: str) -> list[Pair]:
        return list(
            completers[name]({key: str(each) for key, each in context.params.items()}, incomplete)
        )

    return complete


class Heading(str):
    """A heading of the help. Its methods declare the options under it."""

    def option(self, flags: str, help: str, completes: str = "", **more: Any) -> Any:
        """Return the declaration of an option. `flags` is written as in `-o, --output DIR`. `completes`
        names the kind of values that the Tab key offers. By default it is the name of the option."""
        *names, last = flags.split(", ")
        last, _, metavar = last.partition(" ")
        name = completes or last.partition("/")[0].removeprefix("--").replace("-", "_")
        return typer.Option(
            *names,
            last,
            help=help,
            metavar=metavar or None,
            rich_help_panel=str(self),
            autocompletion=completion(name),
            **more,
        )

    def field(
        self, default: Any, flags: str, help: str, setting: Setting | None = None, **more: Any
    ) -> Any:
        """Return the field of a dataclass for an option, which is declared as in `option`. If `setting`
        is given, the field is also a setting. The default `...` (Ellipsis) makes the option
        required."""
        return field(
            default=MISSING if default is ... else default,
            metadata={"declared": (self.option(flags, help, **more), setting)},
        )


def setting(default: Any, help: str, **more: Any) -> Any:
    """Return the field of a dataclass that is a setting without flags."""
    return field(default=None, metadata={"declared": (Setting(default, help=help, **more),)})


def declarations(kind: type) -> dict[str, Any]:
    """Return the annotations of the fields of a dataclass, together with the declarations of `field`
    and `setting`."""
    declared = {each.name: each.metadata.get("declared", (None,)) for each in fields(kind)}
    return {
        name: Annotated[hint, *declared[name]]
        for name, hint in get_type_hints(kind, include_extras=True).items()
    }


def argument(metavar: str, help: str, completes: str = "", show_default: str | bool = False) -> Any:
    """Return the declaration of an argument. `completes` names the kind of values that the Tab key
    offers, if their kind is known."""
    return typer.Argument(
        metavar=metavar, help=help, show_default=show_default, autocompletion=completion(completes)
    )


def command(
    *,
    without: Collection[str] = (),
    exclusive: Sequence[tuple[str, str, str]] = (),
    needed: Sequence[tuple[str, str, str]] = (),
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that replaces each parameter that is a dataclass by one option for each of its
    fields with flags. For example, a parameter `options: ModelOptions` becomes the options --model,
    --adapter and so on.

    Args:
        without: fields that get no option.
        exclusive: pairs of options that cannot be used together, each with a hint.
        needed: pairs of options of which the first requires the second, each with a hint.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(function, include_extras=True)
        groups = {
            name: kind for name, kind in hints.items() if isinstance(kind, type) and is_dataclass(kind)
        }
        parameters: dict[str, inspect.Parameter] = {}
        for name, parameter in inspect.signature(function).parameters.items():
            if name not in groups:
                parameters[name] = parameter.replace(annotation=hints[name])
                continue
            kinds = declarations(groups[name])
            for each in fields(groups[name]):
                declared = _declared(kinds[each.name])
                if each.name not in without and declared is not None:
                    default = inspect.Parameter.empty if each.default is MISSING else each.default
                    parameters[each.name] = inspect.Parameter(
                        each.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=declared
                    )

        @functools.wraps(function)
        def flat(**values: Any) -> None:
            for one, other, hint in exclusive:
                if values[one] and values[other]:
                    raise OptionError(
                        f"{flag_of(one)} and {flag_of(other)} exclude each other", hint=hint
                    )
            for one, other, hint in needed:
                if values[one] and not values[other]:
                    raise OptionError(f"{flag_of(one)} works only with {flag_of(other)}", hint=hint)
            for name, kind in groups.items():
                # An argument may have the name of a field that gets no option.
                names = {each.name for each in fields(kind)} & values.keys() - set(without)
                values[name] = kind(**{field: values.pop(field) for field in names})
            function(**values)

        # In a signature, positional parameters must come before keyword-only parameters.
        ordered = sorted(parameters.values(), key=lambda parameter: parameter.kind)
        flat.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]  # what typer reads
        flat.__annotations__ = {parameter.name: parameter.annotation for parameter in ordered}
        return flat

    return decorate


def _declared(annotation: Any) -> Any:
    """Return the annotation of a field for typer, or None for a field without flags. If the field is a
    setting, its value is checked when typer reads it."""
    kind, *declared = get_args(annotation)
    info = next((each for each in declared if isinstance(each, ParameterInfo)), None)
    setting = setting_of(annotation)
    if info is None or setting is None:
        return None if info is None else Annotated[kind, info]
    if info.show_default is True and setting.default is not None:
        info.show_default = setting.default is not False and str(setting.default).removesuffix(".0")

    def checked(parameter: typer.CallbackParam, value: Any) -> Any:
        try:
            return value if value is None else check(str(parameter.name), setting, value)
        except OptionError as error:
            raise typer.BadParameter(str(error).removeprefix(f"{parameter.name} ")) from error

    info.callback = info.callback or checked
    return Annotated[kind, info]


# The options that several commands have

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
        show_default="64; 8 from a billion parameters; a server's slots, of a foreign one 4",
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
    option = (ANSWER.option(setting.flag, setting.help),) if setting.flag else ()
    return field(default=None, metadata={"declared": (*option, setting)})


@dataclass(frozen=True, kw_only=True)
class ConstraintOptions:
    """The options of an answer that `eval` has too. None means that an option was not given. `hd` is in
    ModelOptions, because commands that ask nothing have it too."""

    system: str | None = _answer("system")
    max_tokens: int | None = _answer("max_tokens")
    schema: str | None = _answer("schema")
    regex: str | None = _answer("regex")
    schema_in_prompt: bool | None = _answer("schema_in_prompt")
    detail_threshold: float | None = _answer("detail_threshold")
    # A tuple of texts, which the parser makes of one text. There is no setting of this name.
    choices: Any = ANSWER.field(
        None, SETTINGS["choices"].flag, SETTINGS["choices"].help, parser=parse_choices
    )


@dataclass(frozen=True, kw_only=True)
class SamplingOptions(ConstraintOptions):
    """All options of an answer, with those of sampling."""

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
    any_server: bool | None = setting(
        False, "Let batch continue answers of the same model at another address."
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
    refusal: str | None = _answer("refusal")
    stats: bool | None = setting(False, "Print times and token counts on stderr, as -v does.")
    explain_panels: Literal["tokens", "pooling", "all"] | None = setting(
        None,
        "What --explain draws besides: a panel for each word of the answer, the weights of SAP, or both.",
    )


@dataclass(frozen=True, kw_only=True)
class Options(OutputOptions, ConversationOptions, ModelOptions, SamplingOptions, PictureOptions):
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
