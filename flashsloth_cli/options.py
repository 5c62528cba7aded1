"""The options of the commands and the settings of the user, each declared once.

A field is an option of the commands that take its class, and with a `Setting` also a setting by the field's name: in
config.toml, in templates, in the environment, in --set of a command and in /set of a conversation. A field without
flags is a setting only.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias, get_args, get_type_hints

import typer
from typer.models import ParameterInfo

from flashsloth.devices import DEVICE_NAME
from flashsloth.errors import OptionError
from flashsloth.generation.sampling_settings import RANGES
from flashsloth.images.crop import parse_crop
from flashsloth.quantization.presets import CHOICES, PRESETS, listed
from flashsloth_cli.config.completion_values import completer

QUESTION = "Question"
PICTURE = "Picture"
ANSWER = "Answer"
MODEL = "Model and device"
CONVERSATION = "Conversation"
DATA = "Data"
START = "Starting model"
METHOD = "Method"
SCHEDULE = "Schedule"
ADDRESS = "Address"
ACCESS = "Access"
LIMITS = "Limits"
EVALUATION = "Evaluation"
RUN = "Run"
MEASUREMENT = "Measurement"
OUTPUT = "Output"

Rule: TypeAlias = tuple[Callable[[Any], object], str]  # whether a value is valid, and which values are


@dataclass(frozen=True, slots=True)
class Setting:
    """What makes a field a setting.

    Args:
        default: in force where nothing gives a value; None if the model decides, or if there is none.
        rule: which values are valid, besides their type.
        env: a variable of the environment that sets it.
    """

    default: Any = None
    rule: Rule | None = None
    env: str = ""


def option(group: str, flags: str, help: str, **more: Any) -> Any:
    """Return the declaration of an option that help lists under `group`. `flags` is as in `-o, --output DIR`."""
    *names, last = flags.split(", ")
    last, _, metavar = last.partition(" ")
    name = last.partition("/")[0].removeprefix("--").replace("-", "_")
    return typer.Option(
        *names,
        last,
        metavar=metavar or None,
        help=help,
        rich_help_panel=group,
        autocompletion=completer(name),
        **more,
    )


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="IMAGE|QUESTION",
        help="Picture: a path, a URL, a quoted glob, clipboard:, or - for stdin. Without -p, the one word that is "
        "not a picture is the question.",
        show_default=False,
    ),
]
ModelArgument = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A known name, org/repo[@revision] or a folder.",
        show_default=False,
        autocompletion=completer("model"),
    ),
]
HubModel = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="flashsloth, flashsloth-hd or org/repo[@revision].",
        show_default=False,
        autocompletion=completer("model"),
    ),
]
NamedModel = Annotated[str | None, option(MODEL, "-m, --model MODEL", "The same as the argument MODEL.")]


def one_model(argument: str, named: str | None) -> str:
    """Return the model of an argument or of -m. Raises: OptionError if neither or both are given."""
    if bool(argument) == bool(named):
        problem = "no model was given" if not argument else f"{argument} and -m {named} are two models"
        raise OptionError(problem, hint="Give one.")
    return argument or str(named)


OutputFolder = Annotated[Path, option(OUTPUT, "-o, --output DIR", "Folder to write.", show_default=False)]
Prompt = Annotated[str | None, option(QUESTION, "-p, --prompt TEXT|@FILE", "The question, or a file with it.")]
Template = Annotated[
    str | None,
    option(QUESTION, "-t, --template NAME", "Use a prompt template; `flashsloth templates list` lists them."),
]
Continue = Annotated[bool, option(CONVERSATION, "-c, --continue", "Continue the last conversation.")]
SessionName = Annotated[
    str | None, option(CONVERSATION, "--session NAME", "Continue the conversation with this name or id, or start it.")
]
ImageRoot = Annotated[
    Path | None,
    option(
        DATA,
        "--image-root DIR",
        "Folder that relative picture paths start from.",
        show_default="the data file's folder",
    ),
]
Device = Annotated[
    str | None,
    option(MODEL, "--device D", f"{DEVICE_NAME[1]}."),
    Setting("auto", (DEVICE_NAME[0].fullmatch, DEVICE_NAME[1]), "FLASHSLOTH_DEVICE"),
]
Offline = Annotated[bool, option(MODEL, "--offline", "Never use the network to find or download a model.")]
Yes = Annotated[bool, option(MODEL, "-y, --yes", "Answer yes to every question, such as before a download.")]
Json = Annotated[bool, option(OUTPUT, "--json", "Print one JSON document on stdout.")]
Quiet = Annotated[bool, option(OUTPUT, "-q, --quiet", "Print only warnings and errors on stderr.")]
Verbose = Annotated[bool, option(OUTPUT, "-v, --verbose", "Print more details and the warnings of libraries.")]
Force = Annotated[bool, option(OUTPUT, "--force", "Write into a folder that is not empty.")]
ForceFile = Annotated[bool, option(OUTPUT, "--force", "Replace the file if it exists.")]


# Options of a question, in the order of the help


def _crop(value: str | None) -> str | None:
    """Return X,Y,W,H without spaces. Raises: OptionError."""
    return None if value is None else parse_crop(value).text


@dataclass(frozen=True, kw_only=True)
class PictureOptions:
    """How pictures are read. None: not given."""

    crop: Annotated[
        str | None,
        option(
            PICTURE,
            "--crop X,Y,W,H",
            "Read only this part of each picture: left, top, width and height in pixels or percent, such as "
            "10%,10%,80%,80%.",
            callback=_crop,
        ),
    ] = None
    no_picture: Annotated[bool, option(PICTURE, "--no-picture", "Allow a question without a picture.")] = False
    allow_local: Annotated[bool | None, Setting(False)] = None
    reference_preprocessing: Annotated[bool | None, Setting(False)] = None


@dataclass(frozen=True, kw_only=True)
class FormOptions:
    """What an answer is held to. None: not given."""

    system: Annotated[
        str | None, option(ANSWER, "-s, --system TEXT", "Replace the model's system prompt."), Setting()
    ] = None
    max_tokens: Annotated[
        int | None,
        option(ANSWER, "--max-tokens N", "Maximum length of the answer in tokens."),
        Setting(512, (lambda value: value >= 1, "1 or more")),
    ] = None
    schema: Annotated[
        str | None,
        option(
            ANSWER,
            "--schema SCHEMA",
            "Answer with JSON of a schema: a file, a JSON schema, or fields as in 'total number, items [string]'.",
        ),
        Setting(),
    ] = None
    regex: Annotated[
        str | None, option(ANSWER, "--regex REGEX", "Answer with text that matches this regular expression."), Setting()
    ] = None
    schema_in_prompt: Annotated[bool | None, Setting(True)] = None
    choices: Annotated[
        str | None,
        option(
            ANSWER, "--choices A,B", "Answer with the likeliest of these texts; --json has the probability of each."
        ),
    ] = None
    set: Annotated[
        list[str] | None,
        option(ANSWER, "--set KEY=VALUE", "Any setting that `flashsloth config show` lists. Can be repeated."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class SamplingOptions:
    """How words are chosen. None: not given."""

    temperature: Annotated[
        float | None,
        option(ANSWER, "--temperature X", "0 always takes the likeliest token; higher values vary the answer."),
        Setting(0.0, RANGES["temperature"]),
    ] = None
    top_p: Annotated[
        float | None,
        option(ANSWER, "--top-p X", "Sample from the likeliest tokens that together have probability X, at most 1."),
        Setting(1.0, RANGES["top_p"]),
    ] = None
    top_k: Annotated[int | None, Setting(0, RANGES["top_k"])] = None
    min_p: Annotated[float | None, Setting(0.0, RANGES["min_p"])] = None
    repetition_penalty: Annotated[float | None, Setting(1.0, RANGES["repetition_penalty"])] = None
    seed: Annotated[
        int | None,
        option(ANSWER, "--seed N", "Seed for sampling; the same seed repeats the answer."),
        Setting(None, RANGES["seed"]),
    ] = None
    stop: Annotated[list[str] | None, Setting((), (lambda texts: all(texts), "one or several texts"))] = None


if TYPE_CHECKING:
    QuantName = str
else:
    QuantName = Literal[CHOICES]


@dataclass(frozen=True, kw_only=True)
class ModelOptions:
    """Which model answers, and where. None: not given."""

    model: Annotated[
        str | None,
        option(MODEL, "-m, --model MODEL", "nano, flashsloth, flashsloth-hd, org/repo[@revision] or a folder."),
        Setting("nano", (bool, "the name or the folder of a model"), "FLASHSLOTH_MODEL"),
    ] = None
    adapter: Annotated[
        str | None, option(MODEL, "--adapter DIR", "Apply an adapter written by finetune; its base model is loaded.")
    ] = None
    reduce: Annotated[
        str | None,
        option(
            MODEL,
            "--reduce FILE",
            "Leave visual tokens out as a recipe of `flashsloth reduce fit` says; none ignores that of the model's "
            "folder.",
        ),
    ] = None
    hd: Annotated[
        bool | None,
        option(
            PICTURE,
            "--hd/--no-hd",
            "Read each picture in five tiles instead of one, for fine detail.",
            show_default="as the model was trained",
        ),
        Setting(),
    ] = None
    device: Device = None
    dtype: Annotated[
        Literal["auto", "float32", "bfloat16", "float16"] | None,
        option(MODEL, "--dtype T", "auto, float32, bfloat16 or float16."),
        Setting("auto"),
    ] = None
    quant: Annotated[
        QuantName | None,
        option(MODEL, "--quant Q", f"Quantize the weights: {listed(('auto', *PRESETS))}."),
        Setting("auto", env="FLASHSLOTH_QUANT"),
    ] = None
    quant_cache: Annotated[bool | None, Setting(True)] = None
    offline: Offline = False
    yes: Yes = False


@dataclass(frozen=True, kw_only=True)
class TalkOptions:
    """Who computes a conversation, and what is kept of it. None: not given."""

    server: Annotated[
        str | None,
        option(
            CONVERSATION,
            "--server URL|none",
            "Ask this server of yours, or none; by default one that runs with the same model and device.",
        ),
        Setting(
            "auto",
            (
                re.compile(r"auto|none|(https?://)?[\w.\-\[\]:]*\d+/?").fullmatch,
                "auto, none or the address of a server",
            ),
            "FLASHSLOTH_SERVER",
        ),
    ] = None
    no_history: Annotated[
        bool,
        option(CONVERSATION, "--no-history", "Do not save this conversation, nor encoded pictures in the cache."),
    ] = False
    history: Annotated[bool | None, Setting(True)] = None
    image_cache: Annotated[bool | None, Setting(True)] = None
    overflow: Annotated[Literal["error", "drop-oldest"] | None, Setting("error")] = None
    preview: Annotated[Literal["auto", "kitty", "iterm2", "sixel", "blocks", "off"] | None, Setting("off")] = None


@dataclass(frozen=True, kw_only=True)
class NoteOptions:
    """What is printed besides answers."""

    quiet: Quiet = False
    verbose: Verbose = False


@dataclass(frozen=True, kw_only=True)
class OutputOptions(NoteOptions):
    """In which form an answer is printed."""

    json: Json = False
    stats: Annotated[
        bool | None, option(OUTPUT, "--stats/--no-stats", "Print times and token counts on stderr."), Setting(False)
    ] = None


@dataclass(frozen=True, kw_only=True)
class Options(OutputOptions, TalkOptions, ModelOptions, SamplingOptions, FormOptions, PictureOptions):
    """The options of a question."""

    @classmethod
    def of(cls, *options: Any, **more: Any) -> Self:
        """Return these options with the values of a command's own options. `more`: further values."""
        names = {field.name for field in fields(cls)}
        given = {f.name: getattr(each, f.name) for each in options for f in fields(each) if f.name in names}
        return cls(**given | more)


# Typer


def command(*, without: Collection[str] = ()) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that replaces parameters that are dataclasses by an option for each field with flags. Fields
    in `without` get none."""
    return functools.partial(_flatten, without=without)


def _flatten(function: Callable[..., None], without: Collection[str]) -> Callable[..., None]:
    hints = get_type_hints(function, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if isinstance(kind, type) and is_dataclass(kind)}
    parameters: dict[str, inspect.Parameter] = {}
    taken: dict[str, list[str]] = {name: [] for name in groups}  # fields by group; an argument may have such a name too
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in groups:
            parameters[name] = parameter.replace(annotation=hints[name])
            continue
        kinds = get_type_hints(groups[name], include_extras=True)
        for field in fields(groups[name]):
            if field.name not in without and (declared := _declared(kinds[field.name])) is not None:
                default = inspect.Parameter.empty if field.default is MISSING else field.default
                taken[name].append(field.name)
                parameters[field.name] = inspect.Parameter(
                    field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=declared
                )

    @functools.wraps(function)
    def flat(**values: Any) -> None:
        for name, kind in groups.items():
            values[name] = kind(**{field: values.pop(field) for field in taken[name]})
        function(**values)

    return with_signature(flat, sorted(parameters.values(), key=lambda parameter: parameter.kind))


def _declared(annotation: Any) -> Any:
    """Return what typer reads of a field, None for a field without flags. A setting is checked as it is read."""
    kind, *declared = get_args(annotation)
    info = next((each for each in declared if isinstance(each, ParameterInfo)), None)
    setting = next((each for each in declared if isinstance(each, Setting)), None)
    if info is not None and setting is not None:
        if info.show_default is True and setting.default is not None:
            info.show_default = setting.default is not False and str(setting.default).removesuffix(".0")
        info.callback = info.callback or _checked
    return None if info is None else Annotated[kind, info]


def _checked(parameter: typer.CallbackParam, value: Any) -> Any:
    from flashsloth_cli.config.settings import check  # reads this module

    return value if value is None else check(str(parameter.name), value)


def with_signature(function: Callable[..., None], parameters: Sequence[inspect.Parameter]) -> Callable[..., None]:
    """Set the parameters that typer reads, and return the function."""
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return function
